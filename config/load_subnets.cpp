// Subnets and pools in one pass; what must be unique is kept in maps, so that 40,000 take a second.
#include "config/load_subnets.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "config/full.hpp"
#include "config/load_options.hpp"
#include "config/network_values.hpp"

namespace leasehold::config {
namespace {

using Json = nlohmann::json;

std::string place(const Position& at) {
    return at.line == 0 ? *at.file
                        : *at.file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

std::string without_blanks(std::string_view text) {
    std::string kept;
    for (const char c : text)
        if (c != ' ' && c != '\t') kept += c;
    return kept;
}

struct AddressRange {
    Ipv4 first, last;
};

std::string text_of(const AddressRange& range) {
    return to_string(range.first) + "-" + to_string(range.last);
}

/// A range that is a prefix is shown as one.
std::string normal_form(const AddressRange& range) {
    const std::uint64_t size = std::uint64_t{range.last.value} - range.first.value + 1;
    if ((size & (size - 1)) != 0 || range.first.value % size != 0 || size == 1) return text_of(range);
    std::uint8_t length = 32;
    for (std::uint64_t rest = size; rest > 1; rest >>= 1) --length;
    return to_string(Ipv4Network{range.first, length});
}

std::optional<AddressRange> prefix_pool(const Node& node, const std::string& text) {
    const auto network = parse_ipv4_network(text);
    if (!network || network->length == 0) {
        node.error("pool", "\"" + text + "\" is not a prefix", "a prefix such as 192.0.2.64/26");
        return std::nullopt;
    }
    if (const auto address = parse_ipv4(std::string_view{text}.substr(0, text.find('/')));
        address != network->network) {
        node.error("pool", "\"" + text + "\" does not begin at the prefix's first address",
                   to_string(*network));
        return std::nullopt;
    }
    return AddressRange{network->network, {network->network.value | ~network->mask()}};
}

/// "a - b" or "prefix/length"; blanks do not count.
std::optional<AddressRange> parse_pool(const Node& node, const std::string& written) {
    const std::string text = without_blanks(written);
    if (text.find('/') != std::string::npos) return prefix_pool(node, text);
    const std::size_t dash = text.find('-');
    const auto first = parse_ipv4(text.substr(0, dash));
    const auto last = dash != std::string::npos ? parse_ipv4(text.substr(dash + 1)) : std::nullopt;
    if (!first || !last) {
        node.error("pool", "\"" + written + "\" is not a range of addresses",
                   "\"192.0.2.10 - 192.0.2.99\" or \"192.0.2.64/26\"");
        return std::nullopt;
    }
    if (*last < *first) {
        node.error("pool",
                   "the pool ends at " + to_string(*last) + ", before it begins at " + to_string(*first),
                   "the lower address first");
        return std::nullopt;
    }
    return AddressRange{*first, *last};
}

class SubnetLoader {
public:
    SubnetLoader(const Node& global, const Definitions& definitions, Json& full_global, ServerConfig& config)
        : definitions_{definitions}, config_{config} {
        inherited_.read(global);
        inherited_.settle(global);
        full_global["valid-lifetime"] = inherited_.subnet.valid_lifetime.normal;
        for (const auto& pair : inherited_values(full_global)) copied_down_.push_back(pair);
    }

    void load(const Node& node, Json& full) {
        NetworkValues values = inherited_;
        values.read(node);
        values.settle(node);
        SubnetConfig& subnet = values.subnet;
        subnet.id = node.uint32("id").value_or(0);
        subnet.interface = node.text_or("interface", "");
        if (!load_prefix(node, subnet) || subnet.id == 0) return;
        full["subnet"] = to_string(subnet.network);
        stands_once(node, subnet);
        load_relay(node, subnet);
        load_pools(node, subnet, full);
        subnet.options = load_options(node, definitions_, full);
        show_inherited(subnet, full);
        config_.subnets.push_back(std::move(subnet));
    }

    /// Pools of all subnets: no address may be given out twice.
    void check_overlaps(Problems& problems) {
        std::ranges::sort(pools_, {}, [](const PoolPlace& p) {
            return std::pair{p.range.first, p.range.last};
        });
        const PoolPlace* widest = nullptr;
        for (const PoolPlace& pool : pools_) {
            if (widest != nullptr && pool.range.first <= widest->range.last)
                problems.error(
                    pool.position, pool.pointer,
                    "the pool " + text_of(pool.range) + " overlaps the pool " + text_of(widest->range),
                    "pools without common addresses", "the other is at " + place(widest->position));
            if (widest == nullptr || widest->range.last < pool.range.last) widest = &pool;
        }
    }

private:
    struct PoolPlace {
        AddressRange range;
        Position position;
        std::string pointer;
    };

    bool load_prefix(const Node& node, SubnetConfig& subnet) {
        const std::string* const text = node.text("subnet");
        if (text == nullptr) return false;
        const auto network = parse_ipv4_network(without_blanks(*text));
        if (!network) {
            node.error("subnet", "\"" + *text + "\" is not an IPv4 prefix", "a prefix such as 192.0.2.0/24");
            return false;
        }
        subnet.network = *network;
        return true;
    }

    void stands_once(const Node& node, const SubnetConfig& subnet) {
        const auto [same_id, new_id] = ids_.try_emplace(subnet.id, node.find("id")->position);
        if (!new_id)
            node.error("id", "the subnet id " + std::to_string(subnet.id) + " is given twice",
                       "a number of its own", "the first is at " + place(same_id->second));
        const auto [same_prefix, new_prefix] =
            prefixes_.try_emplace(subnet.network, node.find("subnet")->position);
        if (!new_prefix)
            node.error("subnet", "the subnet " + to_string(subnet.network) + " stands twice",
                       "each prefix once", "the first is at " + place(same_prefix->second));
    }

    void load_relay(const Node& node, SubnetConfig& subnet) {
        const auto relay = node.map("relay");
        if (!relay) return;
        const auto add = [&](const std::string& text, const Position& at, const std::string& pointer) {
            const auto address = parse_ipv4(text);
            if (!address)
                return node.problems().error(at, pointer, "\"" + text + "\" is not an IPv4 address",
                                             "an address such as 192.0.2.1");
            if (std::ranges::find(subnet.relay_addresses, *address) != subnet.relay_addresses.end())
                return node.problems().error(at, pointer, "the relay address " + text + " stands twice",
                                             "each address once");
            subnet.relay_addresses.push_back(*address);
        };
        if (const std::string* const single = relay->text("ip-address"))
            add(*single, relay->find("ip-address")->position, relay->pointer() + "/ip-address");
        if (relay->has("ip-address") && relay->has("ip-addresses"))
            relay->error("ip-address", "ip-address stands beside ip-addresses", "ip-addresses alone");
        for (const Node::Text& text : relay->texts("ip-addresses"))
            add(text.text, text.position, text.pointer);
    }

    void load_pools(const Node& node, SubnetConfig& subnet, Json& full) {
        const std::vector<Node> nodes = node.maps("pools");
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const Node& pool = nodes[i];
            Json& shown_pool = full["pools"][i];
            const std::string* const text = pool.text("pool");
            const auto range = text != nullptr ? parse_pool(pool, *text) : std::nullopt;
            if (!range) continue;
            if (!subnet.network.contains(range->first) || !subnet.network.contains(range->last)) {
                pool.error("pool", "the pool " + text_of(*range) + " is not within its subnet",
                           "addresses of " + to_string(subnet.network));
                continue;
            }
            PoolConfig made;
            made.range = {to_prefix(range->first), to_prefix(range->last)};
            made.pool_id = pool.uint32("pool-id").value_or(0);
            made.options = load_options(pool, definitions_, shown_pool);
            shown_pool["pool"] = normal_form(*range);
            pools_.push_back({*range, pool.find("pool")->position, pointer_to(pool.pointer(), "pool")});
            subnet.pools.push_back(std::move(made));
        }
    }

    void show_inherited(const SubnetConfig& subnet, Json& full) const {
        for (const auto& [name, value] : copied_down_)
            if (!full.contains(name)) full[name] = value;
        full["min-valid-lifetime"] = subnet.valid_lifetime.min;
        full["valid-lifetime"] = subnet.valid_lifetime.normal;
        full["max-valid-lifetime"] = subnet.valid_lifetime.max;
    }

    const Definitions& definitions_;
    ServerConfig& config_;
    NetworkValues inherited_;
    std::vector<std::pair<std::string, Json>> copied_down_;
    std::unordered_map<std::uint32_t, Position> ids_;
    std::map<Ipv4Network, Position> prefixes_;
    std::vector<PoolPlace> pools_;
};

}  // namespace

void load_subnets(const Node& global, const Definitions& definitions, Json& full_global,
                  ServerConfig& config) {
    SubnetLoader loader{global, definitions, full_global, config};
    const std::vector<Node> nodes = global.maps("subnet4");
    for (std::size_t i = 0; i < nodes.size(); ++i) loader.load(nodes[i], full_global["subnet4"][i]);
    loader.check_overlaps(global.problems());
    std::ranges::stable_sort(config.subnets, {}, &SubnetConfig::id);
}

}  // namespace leasehold::config
