// What a decision is, for both families: what it reads, and what it says (lease-engine 5). decide() of v4 and
// v6 makes one of a request; the journey of the packet carries it out.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dhcp/datagram.hpp"
#include "dhcp/lease_counts.hpp"
#include "dhcp/lease_event.hpp"
#include "dhcp/lease_table.hpp"
#include "dhcp/offer_table.hpp"
#include "dhcp/pending_changes.hpp"
#include "dhcp/recovery.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/statistics.hpp"
#include "dhcp/stored_clients.hpp"

namespace leasehold {

/// Why a packet gets no answer. Each has its statistic (statistics.hpp) and its debug message.
enum class DropReason : std::uint8_t {
    none,
    parse_failed,
    rfc_violation,
    not_for_us,
    unknown_type,
    service_disabled,
    queue_full,
    duplicate,
    too_old,
    no_subnet,
    no_address,       // DISCOVER: nothing to offer
    not_our_client,   // not authoritative: another server may know it
    unknown_address,  // REQUEST for an address of no pool
    not_the_holder,   // RELEASE or DECLINE of another client's lease
    store_unavailable,
    row_rejected,
    processing_failed,
    admin_filtered,  // class DROP
    limit_exceeded,  // of packets in a time, or of leases
};
std::string_view to_string(DropReason reason);

struct Drop {
    DropReason reason = DropReason::none;
    std::string detail;
};

/// What decide reads besides the request and the configuration. Nothing here changes while it runs.
struct World {
    const LeaseTable& table;
    const AddressPools& pools;
    const OfferTable& offers;
    const PendingChanges& pending;
    bool table_complete = true;  // false: the store is still loading
    bool reuse_allowed = true;   // false: the clock is in doubt; no address changes hands
    /// Addresses whose stored row could not be read are never given out.
    const std::function<bool(const Prefix&)>& set_aside;
    /// The store is away and so much is served; nullopt: as usual (with the outage journal too).
    std::optional<OutageService> outage = std::nullopt;
    /// For lease limits; nullptr: nothing is limited.
    const LeaseCounts* counts = nullptr;
    /// While the store is loading: who has leases in it; nullptr: not known yet.
    const StoredClients* stored_clients = nullptr;
};

/// Rows read from the store for this packet, because the table is not complete yet.
struct FreshRow {
    Prefix address;
    std::optional<Lease> row;
};

/// Somebody was looked for at an address before it is offered.
struct PingResult {
    Ipv4 address;
    bool answered = false;  // it is in use
};

struct Facts {
    std::span<const FreshRow> fresh;
    std::span<const PingResult> pings = {};
};

/// A counter to move when the decision is applied. subnet_id 0: global only.
struct Count {
    Stat stat;
    std::uint32_t subnet_id = 0;
};

enum class Route : std::uint8_t {
    relay,         // v4: to giaddr, port 67 (or the relay's source port, RFC 8357)
    address,       // by the IP stack to an address the receiver has; of v6 every reply
    link_unicast,  // v4: to yiaddr at the client's hardware address, past ARP
    broadcast,     // v4: 255.255.255.255
};

struct Destination {
    Route route = Route::broadcast;
    Ipv6 address;  // an IPv4 one is mapped
    std::uint16_t port = 68;
    Octets hwaddr = {};  // link_unicast
    bool operator==(const Destination&) const = default;
};

struct Reply {
    std::uint8_t type = 0;  // v4::MessageType or v6::MessageType; of a relayed reply the client's
    MessageBytes bytes;
    Destination destination;
    Ipv6 source;  // v4: the server's address on that interface (mapped); all zero: the kernel chooses
};

/// The answer is complete: store `changes` first, then send `reply`.
struct Done {
    std::optional<Reply> reply;
    std::string_view refusal;  // of a NAK: why, a literal text for the log
    Drop drop;                 // reason none: not dropped (a RELEASE has neither a reply nor a drop)
    ChangeList changes;
    boost::container::small_vector<Hold, 1> holds;             // what an OFFER or ADVERTISE offers
    boost::container::small_vector<Prefix, 2> release_holds;   // its REQUEST came
    boost::container::small_vector<Prefix, 2> advances;        // the allocator gave these: move its cursors
    std::vector<Count> counts;
    /// Addresses that are reserved for this client and that somebody else has: for the log.
    std::vector<Prefix> reservation_conflicts;
};

/// Read these rows from the store, or look for somebody at this address, add what came of it to the facts,
/// call again.
struct Need {
    static constexpr std::size_t pings_max = 8;  // addresses that somebody is looked for at, for one packet

    std::vector<Prefix> rows;
    struct Ping {
        Ipv4 address;
        PingConfig how;
        Hold hold;  // nobody else is offered the address meanwhile
    };
    std::optional<Ping> ping = {};
};

/// A lease that matters is with the store: call again when its outcome is known.
struct Wait {
    Prefix lease;
};

using Decision = std::variant<Done, Need, Wait>;

/// Silence. @param detail  the end of a sentence
Decision dropped(DropReason reason, std::string detail);

}  // namespace leasehold
