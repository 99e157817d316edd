// The global map and each shared network as a scope in which subnets stand.
#include "config/load_networks.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "config/full.hpp"
#include "config/load_options.hpp"
#include "config/load_subnets.hpp"

namespace leasehold::config {
namespace {

using Json = nlohmann::json;

NetworkScope global_scope(const Node& global, Loading& loading, const ServerConfig& config, Json& full) {
    const Family family = loading.family.family;
    NetworkScope scope;
    scope.values.take_defaults(family);
    scope.values.subnet.ping = loading.ping;
    scope.values.subnet.ddns = config.ddns;
    scope.values.read(global, loading);
    scope.values.settle(global);
    full["valid-lifetime"] = scope.values.subnet.valid_lifetime.normal;
    scope.copied_down = inherited_values(family, full);
    return scope;
}

class NetworkLoader {
public:
    NetworkLoader(Loading& loading, SubnetLoader& subnets, ServerConfig& config)
        : loading_{loading}, subnets_{subnets}, config_{config} {}

    void load(const Node& node, const NetworkScope& global, Json& full) {
        SharedNetworkConfig made;
        made.name = node.text_or("name", "");
        stands_once(node, made.name);
        made.guard = loading_.classes.guard(node);
        made.additional_classes = loading_.classes.additional(node);
        made.options = load_options(node, loading_, loading_.definitions, full);

        NetworkScope scope;
        scope.place = static_cast<std::uint32_t>(config_.shared_networks.size());
        scope.values = global.values;
        scope.values.read(node, loading_);
        scope.values.settle(node);
        scope.interface = node.text_or("interface", "");
        scope.interface_id = load_interface_id(node);
        scope.relay_addresses = load_relay(loading_.family, node);
        show_inherited(global, scope.values.subnet, full);
        scope.copied_down = inherited_values(loading_.family.family, full);
        config_.shared_networks.push_back(std::move(made));
        load_subnets(node, scope, full);
    }

private:
    void stands_once(const Node& node, const std::string& name) {
        if (!node.has("name")) return;
        if (name.empty()) return node.error("name", "the shared network has an empty name", "a name");
        const auto [first, is_new] = places_.try_emplace(name, node.find("name")->position);
        if (!is_new)
            node.error("name", "the shared network \"" + name + "\" stands twice", "each name once",
                       "the first is at " + place_text(first->second));
    }

    /// All are on one link: one interface for all that name one. And a client is answered alike whichever of
    /// them its addresses are from.
    void load_subnets(const Node& node, const NetworkScope& scope, Json& full) {
        const std::string key{loading_.family.subnets};
        const std::vector<Node> nodes = node.maps(key);
        const std::string* interface = nullptr;
        const auto is_rapid = [&](const Node& subnet) {  // with DHCPv4 each subnet decides for itself
            return loading_.family.family == Family::v6 && subnet.boolean("rapid-commit").value_or(scope.values.subnet.rapid_commit);
        };
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (is_rapid(nodes[i]) != is_rapid(nodes[0]))
                nodes[i].error("rapid-commit",
                               "the subnets of a shared network say different things of rapid-commit",
                               is_rapid(nodes[0]) ? "true" : "false");
            const std::string* const own = nodes[i].text("interface");
            if (own != nullptr && !own->empty()) {
                if (interface != nullptr && *interface != *own && scope.interface.empty())
                    nodes[i].error("interface",
                                   "the subnets of a shared network are on different interfaces: \"" +
                                       *interface + "\" and \"" + *own + "\"",
                                   "the same interface, or none");
                interface = own;
            }
            subnets_.load(nodes[i], scope, full[key][i]);
        }
    }

    Loading& loading_;
    SubnetLoader& subnets_;
    ServerConfig& config_;
    std::unordered_map<std::string, Position> places_;
};

}  // namespace

void load_networks(const Node& global, Loading& loading, HostLoader& hosts, Json& full_global,
                   ServerConfig& config) {
    const NetworkScope scope = global_scope(global, loading, config, full_global);
    config.ddns = scope.values.subnet.ddns;
    config.prefix_routes = scope.values.subnet.prefix_routes;
    SubnetLoader subnets{loading, hosts, config};
    NetworkLoader networks{loading, subnets, config};
    const std::vector<Node> network_nodes = global.maps("shared-networks");
    for (std::size_t i = 0; i < network_nodes.size(); ++i)
        networks.load(network_nodes[i], scope, full_global["shared-networks"][i]);
    const std::string key{loading.family.subnets};
    const std::vector<Node> nodes = global.maps(key);
    for (std::size_t i = 0; i < nodes.size(); ++i) subnets.load(nodes[i], scope, full_global[key][i]);
    subnets.check_overlaps(global.problems());
    std::ranges::stable_sort(config.subnets, {}, &SubnetConfig::id);
}

}  // namespace leasehold::config
