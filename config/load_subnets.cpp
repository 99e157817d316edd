// Subnets and pools in one pass; what must be unique is kept in maps, so that 40,000 take a second.
#include "config/load_subnets.hpp"

#include <algorithm>
#include <tuple>

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

void show_inherited(const NetworkScope& scope, const SubnetConfig& settled, Json& full) {
    for (const auto& [name, value] : scope.copied_down)
        if (!full.contains(name)) full[name] = value;
    const auto show = [&](const LifetimeKeys& keys, const LifetimeRange& lifetimes) {
        full[std::string{keys.min}] = lifetimes.min;
        full[std::string{keys.normal}] = lifetimes.normal;
        full[std::string{keys.max}] = lifetimes.max;
    };
    show(valid_lifetime_keys, settled.valid_lifetime);
    if (settled.preferred_lifetime) show(preferred_lifetime_keys, *settled.preferred_lifetime);
}

Octets load_interface_id(const Node& node) {
    const std::string id = node.text_or("interface-id", "");
    if (!id.empty() && !node.text_or("interface", "").empty())
        node.error("interface-id", "interface-id stands beside interface", "one of the two");
    return {id.begin(), id.end()};
}

std::vector<Ipv6> load_relay(const FamilyFacts& family, const Node& node) {
    std::vector<Ipv6> addresses;
    const auto relay = node.map("relay");
    if (!relay) return addresses;
    const auto add = [&](const std::string& text, const Position& at, const std::string& pointer) {
        const auto address = parse_address(family.family, text);
        if (!address)
            return node.problems().error(at, pointer,
                                         "\"" + text + "\" is not an " + std::string{family.ip} + " address",
                                         std::string{family.address_example});
        if (std::ranges::find(addresses, *address) != addresses.end())
            return node.problems().error(at, pointer, "the relay address " + text + " stands twice",
                                         "each address once");
        addresses.push_back(*address);
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
    show_inherited(scope, subnet, full);
    config_.subnets.push_back(std::move(subnet));
}

/// 4o6-interface-id, 4o6-subnet, 4o6-interface (RFC 7341).
std::optional<CarrierConfig> load_carrier(const Node& node) {
    CarrierConfig carrier;
    const std::string id = node.text_or("4o6-interface-id", "");
    carrier.interface_id = {id.begin(), id.end()};
    carrier.interface = node.text_or("4o6-interface", "");
    if (const std::string network = node.text_or("4o6-subnet", ""); !network.empty()) {
        carrier.network = parse_network(Family::v6, without_blanks(network));
        if (!carrier.network)
            node.error("4o6-subnet", "\"" + network + "\" is not an IPv6 prefix", "\"2001:db8:1::/64\"");
    }
    return carrier == CarrierConfig{} ? std::nullopt : std::optional{std::move(carrier)};
}

void SubnetLoader::load_link(const Node& node, const NetworkScope& scope, SubnetConfig& subnet, Json& full) {
    subnet.interface = node.text_or("interface", "");
    if (subnet.interface.empty()) subnet.interface = scope.interface;
    agrees_with_network(node, scope, subnet);
    subnet.interface_id = load_interface_id(node);
    if (subnet.interface_id.empty()) subnet.interface_id = scope.interface_id;
    if (loading_.family.family == Family::v4) subnet.carrier = load_carrier(node);
    subnet.relay_addresses = load_relay(loading_.family, node);
    if (!subnet.relay_addresses.empty() || scope.relay_addresses.empty()) return;
    subnet.relay_addresses = scope.relay_addresses;
    Json addresses = Json::array();
    for (const Ipv6& address : subnet.relay_addresses) addresses.push_back(to_string(address));
    full["relay"]["ip-addresses"] = std::move(addresses);
}

bool SubnetLoader::load_prefix(const Node& node, SubnetConfig& subnet) {
    const std::string* const text = node.text("subnet");
    if (text == nullptr) return false;
    const FamilyFacts& family = loading_.family;
    const auto network = parse_network(family.family, without_blanks(*text));
    if (!network) {
        node.error("subnet", "\"" + *text + "\" is not an " + std::string{family.ip} + " prefix",
                   std::string{family.prefix_example});
        return false;
    }
    subnet.network = *network;
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
    const std::vector<Node> pools = node.maps("pools"), prefix_pools = node.maps("pd-pools");
    for (std::size_t i = 0; i < pools.size(); ++i) {
        Json& shown = full["pools"][i];
        if (auto units = load_address_pool(loading_.family, pools[i], subnet, shown))
            load_pool(pools[i], "pool", std::move(*units), subnet, shown);
    }
    for (std::size_t i = 0; i < prefix_pools.size(); ++i) {
        Json& shown = full["pd-pools"][i];
        if (auto units = load_prefix_pool(prefix_pools[i], shown))
            load_pool(prefix_pools[i], "prefix", std::move(*units), subnet, shown);
    }
}

void SubnetLoader::load_pool(const Node& node, std::string_view place_key, PoolUnits units,
                             SubnetConfig& subnet, Json& full) {
    PoolConfig made = std::move(units.pool);
    made.pool_id = node.uint32("pool-id").value_or(0);
    made.options = load_options(node, loading_, loading_.definitions, full);
    made.guard = loading_.classes.guard(node);
    made.additional_classes = loading_.classes.additional(node);
    auto names = load_ddns(node, loading_, subnet.ddns);
    if (names != subnet.ddns) made.ddns = std::move(names);
    pools_.push_back({units.addresses, made.range, subnet.id, node.find(place_key)->position, pointer_to(node.pointer(), place_key)});
    subnet.pools.push_back(std::move(made));
}

void SubnetLoader::check_overlaps(Problems& problems) {
    std::ranges::sort(pools_, {}, [](const PoolPlace& p) {
        return std::tuple{p.range.first, p.range.last, p.subnet_id};
    });
    const PoolPlace *widest = nullptr, *before = nullptr;
    for (const PoolPlace& pool : pools_) {
        const auto is_shared_with = [&pool](const PoolPlace& other) {
            return pool.units == other.units && pool.subnet_id != other.subnet_id;
        };
        for (const PoolPlace* other : {before, widest}) {
            if (other == nullptr || other->range.last < pool.range.first || is_shared_with(*other)) continue;
            problems.error(pool.position, pool.pointer,
                           "the pool " + text_of(pool.range) + " overlaps the pool " + text_of(other->range),
                           "pools without common addresses, or in several subnets the very same pool (of "
                           "prefixes: with the same delegated-len)",
                           "the other is at " + place_text(other->position));
            break;
        }
        before = &pool;
        if (widest == nullptr || widest->range.last < pool.range.last) widest = &pool;
    }
}

}  // namespace leasehold::config
