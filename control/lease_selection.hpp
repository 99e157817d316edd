// Which lease a command means: by its address, or by its client in a subnet (lease4-get, lease6-del ...).
#pragma once

#include <optional>
#include <string>

#include "control/command_context.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// "IPv4" or "IPv6".
std::string ip(const CommandContext& context);

/// An address in the family's form; an IPv4 one is mapped.
std::optional<Ipv6> read_address(Family family, const std::string& text);

/// @param name  of the argument, for the error
Result<Octets, std::string> read_octets(std::string_view name, const std::string& text);

/// client_id: of DHCPv6 the DUID.
enum class Identifier { hw_address, client_id };
LeaseRows rows_of(const Server& server, Identifier kind, const Octets& octets);

struct LeaseSelection {
    LeaseKind kind = LeaseKind::v4;
    std::optional<Lease> lease;  // as it is stored; nullopt: there is none
    std::optional<Prefix> key;   // the whole key was given, so that a lease which is not loaded yet has it too
};
/// @error which argument is missing or wrong, for the answer's text
Result<LeaseSelection, std::string> select_lease(const CommandContext& context, const Arguments& arguments);

}  // namespace leasehold
