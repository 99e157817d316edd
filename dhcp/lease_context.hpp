// The notes that the server itself keeps in a lease's user context, in the map "ISC" (the names are Kea's, so
// that leases move between the two): the classes that the lease counts for and its relay agent information.
// A lease's notes are JSON by nature; this is the one place in dhcp/ that reads JSON. Not here: what
// operators write beside it, which is kept as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/next_hop.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// Longer contexts (MySQL's TEXT ends there, too) and deeper ones are not read, nor changed.
inline constexpr std::size_t user_context_size_max = 65535;
inline constexpr std::size_t user_context_depth_max = 32;

struct LeaseNotes {
    std::vector<std::string> client_classes;      // that have an address limit
    std::vector<std::uint8_t> relay_information;  // payload of option 82; empty: none
    bool operator==(const LeaseNotes&) const = default;
};

/// What cannot be read is empty: bad JSON, another shape. Never throws, whatever the text is. The older form
/// of relay-agent-info, a plain string, is read, too.
LeaseNotes read_notes(std::string_view user_context);

/// The same context with these notes in place of those in it; everything else is kept, in its order.
///
/// @return "" when nothing is left. A context that is no JSON map, or would be too long, stays as it is: an
///         operator's text is worth more than a note.
std::string with_notes(std::string_view user_context, const LeaseNotes& notes);

/// Where the route to a delegated prefix leads, of the map "Leasehold", which Kea has not and leaves alone:
/// {"route": {"via": "fe80::1", "dev": "eth1"}}. nullopt: there is none, or it cannot be read.
std::optional<NextHop> read_next_hop(std::string_view user_context);
/// As with_notes(). @param hop  nullopt: the context loses its note
std::string with_next_hop(std::string_view user_context, const std::optional<NextHop>& hop);

/// sanity-checks.extended-info-checks: brings a stored context's "ISC" map into the present form. `fix`
/// upgrades the older form and drops what cannot be used; `strict` drops relay information whose parts are
/// not hexadecimal digits, `pedantic` that with parts it does not know, too.
///
/// @return the corrected context; nullopt: nothing is wrong, or it cannot be read at all
std::optional<std::string> corrected_context(std::string_view user_context, ExtendedInfoCheck check);

}  // namespace leasehold
