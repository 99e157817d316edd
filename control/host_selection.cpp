#include "control/host_selection.hpp"

#include <algorithm>

#include "control/family_names.hpp"
#include "control/lease_selection.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

HostTarget host_target(const Arguments& arguments, HostTarget all) {
    const auto target = arguments.text("operation-target").value_or("default");
    if (target == "database") return HostTarget::database;
    return target == "all" ? all : HostTarget::memory;
}

Result<HostFilter, std::string> host_by_identifier(const Arguments& arguments) {
    const auto type = *arguments.text("identifier-type"), written = *arguments.text("identifier");
    auto wanted = config::parse_host_identifier(type, written);
    if (!wanted)
        return std::unexpected(
            "'identifier' is no " + type + ": '" + written +
            "'; it is hexadecimal digits such as 01:1a:2b:3c, or text in single quotes");
    return
        [wanted = std::move(*wanted)](const nlohmann::json& host) { return host_identifier(host) == wanted; };
}

Result<HostFilter, std::string> host_by_address(const CommandContext& context, const Arguments& arguments) {
    const auto written = *arguments.text("ip-address");
    const auto wanted = config::parse_address(context.family, written);
    if (!wanted) return std::unexpected("'ip-address' is no " + ip(context) + " address: '" + written + "'");
    return [wanted = *wanted, family = context.family](const nlohmann::json& host) {
        const auto kept = kept_addresses(host, family);
        return std::ranges::find(kept, wanted) != kept.end();
    };
}

Result<HostSelection, std::string> select_host(const CommandContext& context, const Arguments& arguments) {
    const bool by_address = arguments.text("ip-address").has_value();
    const auto subnet = subnet_id_of(arguments);
    if (!subnet)
        return std::unexpected(
            std::string{"Mandatory 'subnet-id' parameter missing. "} +
            (by_address
                 ? "Use reservation-get-by-address to see the reservations of the address in all subnets."
                 : "Use reservation-get-by-id to see the host's reservations in all subnets."));
    for (const std::string name : {"identifier-type", "identifier"})
        if (!by_address && !arguments.text(name))
            return std::unexpected("No 'ip-address' provided and '" + name +
                                   "' is either missing or not a string.");
    auto filter = by_address ? host_by_address(context, arguments) : host_by_identifier(arguments);
    if (!filter) return std::unexpected(std::move(filter.error()));
    return HostSelection{*subnet, std::move(*filter)};
}

std::optional<std::uint32_t> subnet_id_of(const Arguments& arguments) {
    const auto id = arguments.integer("subnet-id");
    return id ? std::optional{static_cast<std::uint32_t>(*id)} : std::nullopt;
}

Result<void, std::string> check_host_subnet(const ServerConfig& config, std::uint32_t subnet_id) {
    if (subnet_id == 0 || config.subnet(subnet_id) != nullptr) return {};
    return std::unexpected(std::string{names_of(config.family).ip} + " subnet with ID of '" + std::to_string(subnet_id) +
                           "' is not configured");
}

}  // namespace leasehold
