// Subnets and pools in one pass; what must be unique is kept in maps, so that 40,000 take a second.
#include "config/load_subnets.hpp"

#include <algorithm>

#include "config/load_ddns.hpp"
#include "config/load_options.hpp"

namespace leasehold::config {
namespace {

using Json = nlohmann::json;

/// A network's subnets are served alike where clients cannot tell them apart.
void agrees_with_network(const Node& node, const NetworkScope& scope, const SubnetConfig& subnet) {
    if (!scope.place) return;
    if (subnet.interface != scope.interface && !scope.interface.empty())
        node.error("interface",
                   "the subnet is on the interface \"" + subnet.interface + "\", its shared network on \"" +
                       scope.interface + "\"",
                   "the same interface, or none");
    if (subnet.authoritative != scope.values.subnet.authoritative)
        node.error("authoritative", "the subnet says something else than its shared network",
                   scope.values.subnet.authoritative ? "true" : "false");
}

}  // namespace

void show_inherited(const NetworkScope& scope, const LifetimeRange& lifetimes, Json& full) {
    for (const auto& [name, value] : scope.copied_down)
        if (!full.contains(name)) full[name] = value;
    full["min-valid-lifetime"] = lifetimes.min;
    full["valid-lifetime"] = lifetimes.normal;
    full["max-valid-lifetime"] = lifetimes.max;
}

std::vector<Ipv6> load_relay(const Node& node) {
    std::vector<Ipv6> addresses;
    const auto relay = node.map("relay");
    if (!relay) return addresses;
    const auto add = [&](const std::string& text, const Position& at, const std::string& pointer) {
        const auto address = parse_ipv4(text);
        if (!address)
            return node.problems().error(at, pointer, "\"" + text + "\" is not an IPv4 address",
                                         "an address such as 192.0.2.1");
        if (std::ranges::find(addresses, to_ipv6(*address)) != addresses.end())
            return node.problems().error(at, pointer, "the relay address " + text + " stands twice",
                                         "each address once");
        addresses.push_back(to_ipv6(*address));
    };
    if (const std::string* const single = relay->text("ip-address"))
        add(*single, relay->find("ip-address")->position, relay->pointer() + "/ip-address");
    if (relay->has("ip-address") && relay->has("ip-addresses"))
        relay->error("ip-address", "ip-address stands beside ip-addresses", "ip-addresses alone");
    for (const Node::Text& text : relay->texts("ip-addresses")) add(text.text, text.position, text.pointer);
    return addresses;
}

void SubnetLoader::load(const Node& node, const NetworkScope& scope, Json& full) {
    NetworkValues values = scope.values;
    values.read(node, loading_);
    values.settle(node);
    SubnetConfig& subnet = values.subnet;
    subnet.id = node.uint32("id").value_or(0);
    subnet.shared_network = scope.place;
    if (!load_prefix(node, subnet) || subnet.id == 0) return;
    full["subnet"] = network_text(subnet.network);
    stands_once(node, subnet);
    load_link(node, scope, subnet, full);
    subnet.guard = loading_.classes.guard(node);
    subnet.additional_classes = loading_.classes.additional(node);
    subnet.limits = load_limits(node, loading_);
    load_pools(node, subnet, full);
    subnet.options = load_options(node, loading_, loading_.definitions, full);
    hosts_.load(node, &subnet, full);
    show_inherited(scope, subnet.valid_lifetime, full);
    config_.subnets.push_back(std::move(subnet));
}

void SubnetLoader::load_link(const Node& node, const NetworkScope& scope, SubnetConfig& subnet, Json& full) {
    subnet.interface = node.text_or("interface", "");
    if (subnet.interface.empty()) subnet.interface = scope.interface;
    agrees_with_network(node, scope, subnet);
    subnet.relay_addresses = load_relay(node);
    if (!subnet.relay_addresses.empty() || scope.relay_addresses.empty()) return;
    subnet.relay_addresses = scope.relay_addresses;
    Json addresses = Json::array();
    for (const Ipv6& address : subnet.relay_addresses) addresses.push_back(to_string(address));
    full["relay"]["ip-addresses"] = std::move(addresses);
}

bool SubnetLoader::load_prefix(const Node& node, SubnetConfig& subnet) {
    const std::string* const text = node.text("subnet");
    if (text == nullptr) return false;
    const auto network = parse_ipv4_network(without_blanks(*text));
    if (!network) {
        node.error("subnet", "\"" + *text + "\" is not an IPv4 prefix", "a prefix such as 192.0.2.0/24");
        return false;
    }
    subnet.network = to_prefix(*network);
    return true;
}

void SubnetLoader::stands_once(const Node& node, const SubnetConfig& subnet) {
    const auto [same_id, new_id] = ids_.try_emplace(subnet.id, node.find("id")->position);
    if (!new_id)
        node.error("id", "the subnet id " + std::to_string(subnet.id) + " is given twice",
                   "a number of its own", "the first is at " + place_text(same_id->second));
    const auto [same_prefix, new_prefix] =
        prefixes_.try_emplace(subnet.network, node.find("subnet")->position);
    if (!new_prefix)
        node.error("subnet", "the subnet " + network_text(subnet.network) + " stands twice", "each prefix once",
                   "the first is at " + place_text(same_prefix->second));
}

void SubnetLoader::load_pools(const Node& node, SubnetConfig& subnet, Json& full) {
    const std::vector<Node> nodes = node.maps("pools");
    for (std::size_t i = 0; i < nodes.size(); ++i) load_pool(nodes[i], subnet, full["pools"][i]);
}

void SubnetLoader::load_pool(const Node& pool, SubnetConfig& subnet, Json& full) {
    const std::string* const text = pool.text("pool");
    const auto range = text != nullptr ? parse_pool(pool, *text) : std::nullopt;
    if (!range) return;
    if (!contains(subnet.network, range->first) || !contains(subnet.network, range->last))
        return pool.error("pool", "the pool " + text_of(*range) + " is not within its subnet",
                          "addresses of " + network_text(subnet.network));
    PoolConfig made;
    made.range = {to_prefix(range->first), to_prefix(range->last)};
    made.pool_id = pool.uint32("pool-id").value_or(0);
    made.options = load_options(pool, loading_, loading_.definitions, full);
    made.guard = loading_.classes.guard(pool);
    made.additional_classes = loading_.classes.additional(pool);
    auto names = load_ddns(pool, loading_, subnet.ddns);
    if (names != subnet.ddns) made.ddns = std::move(names);
    full["pool"] = normal_form(*range);
    pools_.push_back({*range, pool.find("pool")->position, pointer_to(pool.pointer(), "pool")});
    subnet.pools.push_back(std::move(made));
}

void SubnetLoader::check_overlaps(Problems& problems) {
    std::ranges::sort(pools_, {}, [](const PoolPlace& p) { return std::pair{p.range.first, p.range.last}; });
    const PoolPlace* widest = nullptr;
    for (const PoolPlace& pool : pools_) {
        if (widest != nullptr && pool.range.first <= widest->range.last)
            problems.error(pool.position, pool.pointer,
                           "the pool " + text_of(pool.range) + " overlaps the pool " + text_of(widest->range),
                           "pools without common addresses",
                           "the other is at " + place_text(widest->position));
        if (widest == nullptr || widest->range.last < pool.range.last) widest = &pool;
    }
}

}  // namespace leasehold::config
