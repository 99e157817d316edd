// Commands about the server as a whole: what it is, how it does, whether it serves, its end.
#include <algorithm>

#include "control/command_context.hpp"
#include "control/command_table.hpp"
#include "control/commands.hpp"
#include "control/family_names.hpp"
#include "control/version.hpp"
#include "control/watched.hpp"
#include "dhcp/interfaces.hpp"

namespace leasehold {
namespace {

std::uint32_t origin_of(const Arguments& arguments) {
    if (const auto id = arguments.integer("origin-id")) return static_cast<std::uint32_t>(*id);
    if (const auto number = arguments.integer("origin")) return static_cast<std::uint32_t>(*number);
    const bool by_partner = arguments.text("origin") == "ha-partner";
    return static_cast<std::uint32_t>(by_partner ? DisableOrigin::ha_remote : DisableOrigin::user);
}

nlohmann::json interface_json(const Interface& interface, const std::vector<std::string>& listening) {
    nlohmann::json addresses = nlohmann::json::array();
    for (const auto address : interface.addresses) addresses.push_back(to_string(address));
    for (const auto& own : interface.addresses6) addresses.push_back(to_string(own.address));
    // "eth0 (raw and udp)" tells of eth0
    const bool in_use = std::ranges::any_of(listening, [&](const std::string& text) {
        return text == interface.name || text.starts_with(interface.name + " ");
    });
    return {{"name", interface.name},
            {"index", interface.index},
            {"mac", to_hex(view(interface.mac))},
            {"type", interface.hardware_type},
            {"mtu", interface.mtu},
            {"addresses", std::move(addresses)},
            {"flag-loopback", interface.loopback},
            {"flag-up", interface.up},
            {"flag-running", interface.running},
            {"flag-broadcast", interface.broadcast},
            {"flag-multicast", interface.multicast},
            {"in-use", in_use}};
}

}  // namespace

void list_commands(CommandContext& context, const Arguments&, Reply reply) {
    nlohmann::json names = nlohmann::json::array();
    for (const auto& command : command_table())
        if (includes(command.families, context.family)) names.push_back(command.name);
    reply(success("", std::move(names)));
}

void version_get(CommandContext& context, const Arguments&, Reply reply) {
    reply(success(std::string{kea_interface_version},
                  {{"extended", extended_version()}, {"family", names_of(context.family).protocol}}));
}

void build_report_get(CommandContext&, const Arguments&, Reply reply) {
    reply(success(build_report()));
}

void status_get(CommandContext& context, const Arguments&, Reply reply) {
    const WatchedService service{context.family, context.server,    context.channel, context.changes,
                                 context.script, context.legal_log, context.logs};
    reply(success("", status_json(service.status())));
}

void shutdown_server(CommandContext& context, const Arguments& arguments, Reply reply) {
    reply(success("Shutting down."));
    context.shutdown(static_cast<int>(arguments.integer("exit-value").value_or(0)));
}

void dhcp_disable(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto origin = origin_of(arguments);
    const auto period = arguments.integer("max-period");
    context.server.disable(origin, period ? std::optional{std::chrono::seconds{*period}} : std::nullopt);
    reply(success(std::string{names_of(context.family).protocol} + " service disabled" +
                  (period ? " for " + std::to_string(*period) + " seconds" : "")));
}

void dhcp_enable(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto origin = origin_of(arguments);
    if (origin >= first_database_origin)
        return reply(
            failure("origin " + std::to_string(origin) +
                    " is a database, which enables service itself as soon as it works; see status-get"));
    context.server.enable(origin);
    const auto& still = context.server.status().disabled_by;
    reply(success(still.empty()
                      ? "DHCP service successfully enabled"
                      : "DHCP service successfully enabled for this origin; others keep it disabled"));
}

void db_credentials_reload(CommandContext& context, const Arguments&, Reply reply) {
    context.server.renew_credentials([&server = context.server, reply](const StoreResult<void>& outcome) {
        const auto& status = server.status();
        if (!outcome)
            return reply(failure("The credentials could not be put to use: " + outcome.error().detail + "."));
        reply(success("Connected to " + status.backend.where + " with the credentials as they are now (" +
                      (status.credentials ? status.credentials->source : "") + ")."));
    });
}

void clock_accept(CommandContext& context, const Arguments&, Reply reply) {
    context.server.accept_clock();
    reply(success("The wall clock is lease time now."));
}

void interface_list(CommandContext& context, const Arguments&, Reply reply) {
    const InterfaceMonitor now{context.loop, [] {}};
    const auto listening = context.server.status().listening;
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [index, interface] : now.interfaces())
        list.push_back(interface_json(interface, listening));
    auto text = std::to_string(list.size()) + " interfaces detected.";
    reply(success(std::move(text), {{"interfaces", std::move(list)}}));
}

}  // namespace leasehold
