#include "control/reload_effects.hpp"

#include <algorithm>

#include "dhcp/address.hpp"
#include "dhcp/pool_rules.hpp"
#include "dhcp/subnet_ids.hpp"

namespace leasehold {
namespace {

using Sentences = std::vector<std::string>;

void tell_of_database(const BackendConfig& before, const BackendConfig& after, Sentences& effects) {
    if (before == after) return;
    if (!same_database(before, after)) {
        effects.push_back("Leases are kept in " + describe(after) + " instead of " + describe(before) +
                          ": it is opened and read beside the present one, which is left when that has worked; else nothing "
                          "changes. No lease is carried over: see `leasehold leases dump` and `leases load`.");
    } else {
        effects.push_back("The connection to " + describe(after) + " is made anew with the new settings; leases stay as they are.");
    }
    if (needs_outage_journal(before) && needs_outage_journal(after) && before.outage_journal != after.outage_journal)
        effects.push_back("The reload is refused: another outage journal (" + after.outage_journal +
                          ") takes a restart of the server.");
}

bool same_sockets(const InterfacesConfig& before, const InterfacesConfig& after) {
    return before.socket_type == after.socket_type &&
           std::ranges::is_permutation(before.interfaces, after.interfaces);
}

void tell_of_sockets(const config::Loaded& before, const config::Loaded& after, Sentences& effects) {
    if (!same_sockets(before.server->interfaces, after.server->interfaces))
        effects.push_back("Sockets of interfaces that are new are opened, those of others closed; the rest stay open.");
    if (before.daemon.control_sockets != after.daemon.control_sockets ||
        before.daemon.http_sockets != after.daemon.http_sockets)
        effects.push_back("Control sockets are opened before the change; one that cannot be opened refuses it.");
    if (before.daemon.loggers != after.daemon.loggers)
        effects.push_back("Log destinations are opened before the change; one that cannot be opened refuses it.");
}

void tell_of_subnets(const ServerConfig& before, const ServerConfig& after, Sentences& effects) {
    const auto changed = changed_subnet_ids(before, after, [](std::uint32_t) { return std::uint64_t{0}; });
    for (const auto& change : changed)
        effects.push_back("Leases of " + network_text(change.network) + " are not found any more, as its id becomes " +
                          std::to_string(change.new_id) + " instead of " + std::to_string(change.old_id) +
                          ": keep the id, or its clients get other addresses.");
    std::string gone;
    for (const auto& subnet : before.subnets) {
        const bool renamed = std::ranges::any_of(
            changed, [&](const SubnetIdChange& change) { return change.old_id == subnet.id; });
        if (after.subnet(subnet.id) == nullptr && !renamed)
            gone += (gone.empty() ? "" : ", ") + network_text(subnet.network) + " (id " + std::to_string(subnet.id) + ")";
    }
    if (!gone.empty())
        effects.push_back("Without a subnet from then on: " + gone +
                          ". Their leases keep their addresses from others until they end, and are not renewed.");
    if (!same_pools(before, after))
        effects.push_back(
            "Pools are filled anew from the leases, beside the present ones; clients are served meanwhile.");
}

}  // namespace

std::vector<std::string> reload_effects(const config::Loaded& before, const config::Loaded& after) {
    Sentences effects;
    tell_of_database(before.server->lease_database, after.server->lease_database, effects);
    tell_of_subnets(*before.server, *after.server, effects);
    tell_of_sockets(before, after, effects);
    if (before.server->server_duid != after.server->server_duid)
        effects.push_back("The server's DUID may become another one: to its clients that is another server.");
    return effects;
}

}  // namespace leasehold
