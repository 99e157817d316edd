// What a program that hears of leases is told, in the words of Kea's run_script library: the name of the
// occasion, and variables. Pure. Starting the program is run_script's part.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dhcp/event_bus.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

struct ScriptCall {
    std::string_view occasion;             // argv[1]: "leases4_committed"
    std::vector<std::string> environment;  // "LEASE4_ADDRESS=192.0.2.10"
};

/// The calls for what one decision changed: one lease4_renew per renewed lease, then leases4_committed with
/// all that was granted, renewed and removed by it; or lease4_release, lease4_decline, lease4_expire,
/// lease4_recover; of DHCPv6 likewise with a 6, and lease6_rebind. None for the end of a lease's affinity,
/// and for offers that are stored.
std::vector<ScriptCall> script_calls(const LeaseEvents& events, const ServerConfig& config);

}  // namespace leasehold
