#include "config/load_routes.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace leasehold::config {
namespace {

constexpr std::uint32_t local_table = 255;

/// Numbers of rt_protos(5) and of FRR. Whose they are would lose its routes as stale ones of ours.
struct TakenProtocols {
    std::uint8_t first, last;
    std::string_view owner;
};
constexpr std::array taken_protocols{
    TakenProtocols{8, 8, "gated"},        TakenProtocols{9, 9, "router advertisements"},
    TakenProtocols{10, 10, "mrt"},        TakenProtocols{11, 11, "zebra"},
    TakenProtocols{12, 12, "bird"},       TakenProtocols{13, 13, "dnrouted"},
    TakenProtocols{14, 14, "xorp"},       TakenProtocols{15, 15, "ntk"},
    TakenProtocols{16, 16, "DHCP clients"}, TakenProtocols{17, 17, "mrouted"},
    TakenProtocols{18, 18, "keepalived"}, TakenProtocols{42, 42, "babeld"},
    TakenProtocols{84, 84, "ovn"},        TakenProtocols{99, 99, "openr"},
    TakenProtocols{186, 189, "BGP, IS-IS, OSPF or RIP"},
    TakenProtocols{191, 199, "FRR"},
};

void load_protocol(const Node& node, PrefixRoutesConfig& routes) {
    const auto number = node.uint32("protocol");
    if (!number || *number > 255) return;  // the schema check tells
    routes.protocol = static_cast<std::uint8_t>(*number);
    const auto taken = std::ranges::find_if(
        taken_protocols, [&](const auto& of) { return of.first <= *number && *number <= of.last; });
    if (taken != taken_protocols.end())
        node.error("protocol",
                   "the number " + std::to_string(*number) + " marks routes of " + std::string{taken->owner} +
                       ", which would be removed because they belong to no lease",
                   "a number that nobody else on this machine uses, such as " +
                       std::to_string(PrefixRoutesConfig::own_protocol) +
                       "; /etc/iproute2/rt_protos lists those that are taken");
}

}  // namespace

void load_prefix_routes(const Node& node, PrefixRoutesConfig& routes) {
    const auto map = node.map("prefix-routes");
    if (!map) return;
    routes.managed = true;
    routes.install = map->boolean("install").value_or(routes.install);
    routes.metric = map->uint32("metric").value_or(routes.metric);
    routes.table = map->uint32("table").value_or(routes.table);
    if (routes.table == local_table)
        map->error("table", "table 255 (local) holds the machine's own addresses", "254 (main) or a table of yours");
    load_protocol(*map, routes);
}

}  // namespace leasehold::config
