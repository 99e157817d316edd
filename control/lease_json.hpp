// A lease as commands show it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "dhcp/lease.hpp"

namespace leasehold {

nlohmann::json lease_json(const Lease& lease);
/// config::compact(lease_json(lease)), a tenth of the work: lists of leases get long.
void append_lease(std::string& out, const Lease& lease);

/// "IA_NA", "IA_TA", "IA_PD"; "V4" for DHCPv4.
std::string_view lease_type_name(LeaseKind kind);

/// A state's number or name, as lease4-get-by-state takes it ("default" is assigned). nullopt: no such state.
std::optional<LeaseState> parse_state(std::string_view text);

/// Of ASCII letters.
std::string lower_case(std::string text);

/// Octets from the network as a text that JSON can hold: what is not UTF-8 becomes U+FFFD.
std::string to_utf8(std::string_view octets);

}  // namespace leasehold
