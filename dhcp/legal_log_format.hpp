// An operator's own text of a lease: request-parser-format and response-parser-format, evaluated on the
// packets that brought the lease about. Pure.
#pragma once

#include <string>
#include <string_view>

#include "dhcp/event_bus.hpp"
#include "dhcp/result.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// The request's part, then the response's, which is empty where no response leaves (a DHCPv4 RELEASE). Of a
/// DHCPv6 message that is about several leases the expressions see the IA of this one, and in it only this
/// one.
/// @pre config.legal_log
/// @error why an expression could not be evaluated, a literal
Result<std::string, std::string_view> legal_log_text(const Lease& lease, const QueryContext& query,
                                                     const ServerConfig& config);

}  // namespace leasehold
