// Which reservations a command means: by address, or by what their host is known by (reservation-get,
// reservation-del ...), and in which of Kea's places they are.
#pragma once

#include <functional>
#include <string>

#include "control/command_context.hpp"
#include "control/host_reservations.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// "operation-target": reservations are in the configuration; a database of hosts there is none.
enum class HostTarget : std::uint8_t { memory, database };
/// @param all  what "all" means: reads look into both, writes would have to be done in both
HostTarget host_target(const Arguments& arguments, HostTarget all);

/// Holds all that it uses: it may be called on any thread.
using HostFilter = std::function<bool(const nlohmann::json& host)>;
/// By "identifier-type" and "identifier". @error for the answer's text
Result<HostFilter, std::string> host_by_identifier(const Arguments& arguments);
/// By "ip-address": an address, or the address of a delegated prefix. @error for the answer's text
Result<HostFilter, std::string> host_by_address(const CommandContext& context, const Arguments& arguments);

struct HostSelection {
    std::uint32_t subnet_id = 0;
    HostFilter filter;
};
/// By "subnet-id" and one of the above. @error for the answer's text
Result<HostSelection, std::string> select_host(const CommandContext& context, const Arguments& arguments);

/// "subnet-id"; nullopt: not given.
std::optional<std::uint32_t> subnet_id_of(const Arguments& arguments);

/// @error for the answer's text: no such subnet is configured
Result<void, std::string> check_host_subnet(const ServerConfig& config, std::uint32_t subnet_id);

}  // namespace leasehold
