// The notes that the server itself keeps in a lease's user context, in the map "ISC" (the names are Kea's, so
// that leases move between the two): the classes that the lease counts for and what relays said. A lease's
// notes are JSON by nature; this is the one place in dhcp/ that reads JSON. Not here: what operators write
// beside it, which is kept as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"
#include "dhcp/next_hop.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// Longer contexts (MySQL's TEXT ends there, too) and deeper ones are not read, nor changed.
inline constexpr std::size_t user_context_size_max = 65535;
inline constexpr std::size_t user_context_depth_max = 32;

/// What one relay of a DHCPv6 message added (RFC 8415 9).
struct RelayNote {
    std::uint8_t hop_count = 0;
    Ipv6 link_address;
    Ipv6 peer_address;
    std::vector<std::uint8_t> options;  // as on the wire, without the message that it carried
    bool operator==(const RelayNote&) const = default;
};

struct LeaseNotes {
    std::vector<std::string> client_classes;      // that have an address limit
    std::vector<std::uint8_t> relay_information;  // v4: payload of option 82; empty: none
    std::vector<RelayNote> relays = {};           // v6: from the one nearest to the server on
    bool operator==(const LeaseNotes&) const = default;
};

/// What cannot be read is empty: bad JSON, another shape; one bad relay among others makes them all
/// unreadable. Never throws, whatever the text is. The older forms of relay information, the plain string of
/// v4 and v6's "relays", are read, too.
LeaseNotes read_notes(std::string_view user_context);

/// The same context with these notes in place of those in it; everything else is kept, in its order. One that
/// says the same already is returned as it is, however it is written: nothing has to be stored then.
///
/// @return "" when nothing is left. A context that is no JSON map, or would be too long, stays as it is: an
///         operator's text is worth more than a note. Only what relays said before does not stay when what
///         they say now is too long.
std::string with_notes(std::string_view user_context, const LeaseNotes& notes);

/// The context of a lease that has ended: what relays said is gone, the rest is kept.
std::string without_relay_notes(std::string_view user_context);

/// Who the relay nearest to the client is, and what it calls the client's line: the columns relay_id and
/// remote_id of a lease with these notes. v4: 12 and 2 of option 82; v6: options 53 and 37. Empty: unsaid, or
/// longer than a column.
struct RelayIdentities {
    Octets relay_id, remote_id;
};
RelayIdentities relay_identities(OctetView relay_information, std::span<const RelayNote> relays);

/// Where the route to a delegated prefix leads, of the map "Leasehold", which Kea has not and leaves alone:
/// {"route": {"via": "fe80::1", "dev": "eth1"}}. nullopt: there is none, or it cannot be read.
std::optional<NextHop> read_next_hop(std::string_view user_context);
/// As with_notes(). @param hop  nullopt: the context loses its note
std::string with_next_hop(std::string_view user_context, const std::optional<NextHop>& hop);

/// How a client is reached that has a key for RECONFIGURE (RFC 8415 18.3.11).
struct ReconfigureNote {
    NextHop way;                         // the client, or the relay nearest to this server
    std::uint16_t port = 547;            // of that relay, when it has one of its own (RFC 8357)
    std::vector<RelayNote> relays = {};  // from that one on, with the options that go back to them
    bool operator==(const ReconfigureNote&) const = default;
};

/// {"reconfigure": {"via": "fe80::1", "dev": "eth1"}} in the map "Leasehold", with "port" and "relay-info" where there is
/// more to say. nullopt: there is none, or it cannot be read.
std::optional<ReconfigureNote> read_reconfigure_note(std::string_view user_context);
/// As with_notes(). @param note  nullopt: the context loses it
std::string with_reconfigure_note(std::string_view user_context, const std::optional<ReconfigureNote>& note);

/// sanity-checks.extended-info-checks: brings a stored context's "ISC" map into the present form. `fix`
/// upgrades the older forms and drops what cannot be used; `strict` drops relay information whose parts are
/// missing, or not the hexadecimal digits, numbers and addresses that they should be; `pedantic` that with
/// parts it does not know, too.
///
/// @return the corrected context; nullopt: nothing is wrong, or it cannot be read at all
std::optional<std::string> corrected_context(std::string_view user_context, ExtendedInfoCheck check);

}  // namespace leasehold
