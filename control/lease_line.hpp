// A lease as a line of a dump: the JSON of lease4-get and lease6-get, and what a database needs besides, so
// that a lease read back is the lease that was written.
#pragma once

#include <string>
#include <string_view>

#include "dhcp/lease.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// One JSON map without line breaks, without an end. Whatever octets the lease holds, the line is UTF-8.
/// A user context keeps its meaning as JSON, not its spacing or the order of its keys.
std::string lease_line(const Lease& lease);

/// Any bytes may come. Members that are left out have the value that lease_line leaves out; `expire` and
/// `hold-until` follow from cltt and valid-lft; a lease without `version` has none (0).
/// @error which member is missing, unknown or has no possible value, for a person
Result<Lease, std::string> parse_lease_line(std::string_view line, Family family);

}  // namespace leasehold
