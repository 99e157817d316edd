// One function for each kind of pool.
#include "config/load_pools.hpp"

#include <nlohmann/json.hpp>

namespace leasehold::config {
namespace {

std::string length_text(std::uint8_t length) {
    return "/" + std::to_string(length);
}

/// A length; the schema's check has told of others.
std::optional<std::uint8_t> length_in(const Node& node, std::string_view key) {
    const auto length = node.integer(key);
    if (!length || *length < 0 || *length > 128) return std::nullopt;
    return static_cast<std::uint8_t>(*length);
}

/// An IPv6 address without bits behind the length.
std::optional<Prefix> load_prefix_of(const Node& node, std::string_view key, std::uint8_t length) {
    const std::string* const text = node.text(key);
    if (text == nullptr) return std::nullopt;
    const auto address = parse_address(Family::v6, *text);
    if (!address) {
        node.error(key, "\"" + *text + "\" is not an IPv6 address", "the prefix alone, such as 2001:db8:8000::");
        return std::nullopt;
    }
    const Prefix prefix{masked(*address, length), length};
    if (prefix.address == *address) return prefix;
    node.error(key, "\"" + *text + "\" has bits behind its length of " + std::to_string(length),
               to_string(prefix.address));
    return std::nullopt;
}

/// @return false: told what is wrong with it
bool load_excluded(const Node& node, const Prefix& whole, PoolConfig& pool) {
    constexpr std::string_view key = "excluded-prefix", length_key = "excluded-prefix-len";
    const auto length = length_in(node, length_key).value_or(0);
    const std::string* const text = node.text(key);
    const bool named = text != nullptr && !text->empty() && *text != "::";
    if (!named && length == 0) return true;
    if (!named || length == 0) {
        node.error(named ? key : length_key, "excluded-prefix and excluded-prefix-len belong together",
                   "both, or none");
        return false;
    }
    const auto excluded = load_prefix_of(node, key, length);
    if (!excluded) return false;
    const std::uint8_t delegated = pool.range.first.length;
    if (length <= delegated) {
        node.error(length_key,
                   "the excluded prefix has the length " + std::to_string(length) +
                       ", and has to be within a delegated one of " + std::to_string(delegated),
                   "above " + std::to_string(delegated));
        return false;
    }
    if (!contains(whole, *excluded)) {
        node.error(key,
                   "the excluded prefix " + network_text(*excluded) + " is not within " + network_text(whole),
                   "a part of the pool's first prefix; it stands for the same part of each");
        return false;
    }
    pool.excluded_prefix = excluded;
    return true;
}

}  // namespace

std::optional<PoolUnits> load_address_pool(const FamilyFacts& family, const Node& node,
                                           const SubnetConfig& subnet, nlohmann::json& full) {
    const std::string* const text = node.text("pool");
    const auto range = text != nullptr ? parse_pool(family, node, *text) : std::nullopt;
    if (!range) return std::nullopt;
    if (!contains(subnet.network, range->first) || !contains(subnet.network, range->last)) {
        node.error("pool", "the pool " + text_of(*range) + " is not within its subnet",
                   "addresses of " + network_text(subnet.network));
        return std::nullopt;
    }
    full["pool"] = normal_form(*range);
    PoolUnits units;
    units.pool.kind = family.family == Family::v4 ? LeaseKind::v4 : LeaseKind::na;
    units.pool.range = {{range->first, 128}, {range->last, 128}};
    units.addresses = *range;
    return units;
}

std::optional<PoolUnits> load_prefix_pool(const Node& node, nlohmann::json& full) {
    const auto length = length_in(node, "prefix-len"), delegated = length_in(node, "delegated-len");
    if (!length || *length == 0 || !delegated) return std::nullopt;
    const auto whole = load_prefix_of(node, "prefix", *length);
    if (!whole) return std::nullopt;
    if (*delegated < *length) {
        node.error("delegated-len",
                   "prefixes of " + length_text(*delegated) + " do not fit into one of " + length_text(*length),
                   "at least prefix-len");
        return std::nullopt;
    }
    PoolUnits units;
    units.addresses = {whole->address, last_address(*whole)};
    units.pool.kind = LeaseKind::pd;
    units.pool.range = {{whole->address, *delegated}, {masked(units.addresses.last, *delegated), *delegated}};
    if (!load_excluded(node, *whole, units.pool)) return std::nullopt;
    full["prefix"] = to_string(whole->address);
    if (const auto& excluded = units.pool.excluded_prefix)
        full["excluded-prefix"] = to_string(excluded->address);
    return units;
}

}  // namespace leasehold::config
