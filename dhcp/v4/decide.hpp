// Decides the answer to one DHCPv4 message (RFC 2131 4.3). Pure: no sockets, store or clock, so every branch
// is reachable from a table test. Sending, storing and waiting are server.cpp's part.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "dhcp/lease_counts.hpp"
#include "dhcp/lease_event.hpp"
#include "dhcp/lease_table.hpp"
#include "dhcp/offer_table.hpp"
#include "dhcp/pending_changes.hpp"
#include "dhcp/statistics.hpp"
#include "dhcp/v4/request.hpp"

namespace leasehold::v4 {

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

enum class Route : std::uint8_t {
    relay,         // to giaddr, port 67 (or the relay's source port, RFC 8357)
    address,       // by the IP stack to an address the client has
    link_unicast,  // to yiaddr at the client's hardware address, past ARP
    broadcast,     // 255.255.255.255
};
struct Destination {
    Route route = Route::broadcast;
    Ipv4 address;
    std::uint16_t port = 68;
    Octets hwaddr;  // link_unicast
    bool operator==(const Destination&) const = default;
};

struct Reply {
    MessageType type = MessageType::none;
    std::vector<std::uint8_t> bytes;
    Destination destination;
    Ipv4 source;  // the server's address on that interface
};

/// A counter to move when the decision is applied. subnet_id 0: global only.
struct Count {
    Stat stat;
    std::uint32_t subnet_id = 0;
};

/// The answer is complete: store `changes` first, then send `reply`.
struct Done {
    std::optional<Reply> reply;
    std::string_view nak_reason;  // of a NAK: why, a literal text for the log
    Drop drop;                    // reason none: not dropped (a RELEASE has neither a reply nor a drop)
    std::vector<LeaseChange> changes;
    std::optional<Hold> hold;            // an OFFER's address
    std::optional<Prefix> release_hold;  // its REQUEST came
    std::optional<Prefix> advance;       // the allocator gave this: move its cursor
    std::vector<Count> counts;
    /// Addresses that are reserved for this client and that somebody else has: for the log.
    std::vector<Prefix> reservation_conflicts;
};
/// Read these rows from the store, or look for somebody at this address, add what came of it to the facts,
/// call again.
struct Need {
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

/// @param now   lease time
/// @param first_version  for rows that do not exist yet, above any version seen
/// @param seed  for the random allocator; the same arguments always give the same decision
Decision decide(const Request& request, const ServerConfig& config, const World& world, const Facts& facts,
                LeaseTime now, std::uint64_t first_version, std::uint64_t seed);

}  // namespace leasehold::v4
