// What the forensic log says of a change of a lease: Kea's texts, so that what reads its logs goes on
// working. Pure. Times before lines, files and syslog are legal_log_output's part.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dhcp/event_bus.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

struct LegalLogEntries {
    /// One per lease, in the order of the changes; one made by an operator's format may have several lines.
    std::vector<std::string> texts;
    /// Why a format could not be evaluated, the usual text is there instead; empty: they could. A literal.
    std::string_view problem = {};
};

/// Leases that were assigned, renewed or registered (RFC 9686), and those that their clients gave back,
/// declined or left for another one; what administrators did by command. Not: offers, ends by time, pings.
/// Octets of the network that are no printable text are written as \xNN.
/// @pre config.legal_log
LegalLogEntries legal_log_entries(const LeaseEvents& events, const ServerConfig& config);

/// "1 days 2 hrs 3 mins 4 secs", without days below one; "infinite duration". @param seconds  as in leases
std::string duration_text(std::uint32_t seconds);

}  // namespace leasehold
