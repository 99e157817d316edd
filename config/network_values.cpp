// One row per inherited key says where its value goes; the rules among the values follow.
#include "config/network_values.hpp"

#include <array>

#include <nlohmann/json.hpp>

#include "config/load_ddns.hpp"
#include "config/load_legal_log.hpp"
#include "config/load_routes.hpp"
#include "config/schema.hpp"

namespace leasehold::config {
namespace {

std::uint32_t seconds_of(const Value& value) {
    const auto* const number = std::get_if<std::int64_t>(&value.data);
    return number != nullptr && *number >= 0 && *number <= 0xffffffff ? static_cast<std::uint32_t>(*number)
                                                                      : 0;
}
double real_of(const Value& value, double otherwise) {
    if (const auto* const whole = std::get_if<std::int64_t>(&value.data)) return static_cast<double>(*whole);
    const auto* const number = std::get_if<double>(&value.data);
    return number != nullptr ? *number : otherwise;
}
bool flag_of(const Value& value) {
    const bool* const flag = std::get_if<bool>(&value.data);
    return flag != nullptr && *flag;
}
std::string text_of(const Value& value) {
    const auto* const text = std::get_if<std::string>(&value.data);
    return text != nullptr ? *text : std::string{};
}

struct Setter {
    std::string_view key;
    void (*set)(NetworkValues&, const Value&);
};
AllocatorKind allocator_of(const Value& value) {
    const std::string name = text_of(value);
    if (name == "flq") return AllocatorKind::flq;
    return name == "random" ? AllocatorKind::random : AllocatorKind::iterative;
}

constexpr std::array setters{
    Setter{"renew-timer", [](NetworkValues& n, const Value& v) { n.subnet.renew_timer = seconds_of(v); }},
    Setter{"rebind-timer", [](NetworkValues& n, const Value& v) { n.subnet.rebind_timer = seconds_of(v); }},
    Setter{"calculate-tee-times",
           [](NetworkValues& n, const Value& v) { n.subnet.calculate_tee_times = flag_of(v); }},
    Setter{"t1-percent", [](NetworkValues& n, const Value& v) { n.subnet.t1_percent = real_of(v, 0.5); }},
    Setter{"t2-percent", [](NetworkValues& n, const Value& v) { n.subnet.t2_percent = real_of(v, 0.875); }},
    Setter{"offer-lifetime",
           [](NetworkValues& n, const Value& v) { n.subnet.offer_lifetime = seconds_of(v); }},
    Setter{"cache-threshold",
           [](NetworkValues& n, const Value& v) { n.subnet.cache_threshold = real_of(v, 0.25); }},
    Setter{"cache-max-age", [](NetworkValues& n, const Value& v) { n.subnet.cache_max_age = seconds_of(v); }},
    Setter{"authoritative", [](NetworkValues& n, const Value& v) { n.subnet.authoritative = flag_of(v); }},
    Setter{"match-client-id",
           [](NetworkValues& n, const Value& v) { n.subnet.match_client_id = flag_of(v); }},
    Setter{"store-extended-info",
           [](NetworkValues& n, const Value& v) { n.subnet.store_extended_info = flag_of(v); }},
    Setter{"allocator", [](NetworkValues& n, const Value& v) { n.subnet.allocator = allocator_of(v); }},
    Setter{"pd-allocator", [](NetworkValues& n, const Value& v) { n.subnet.pd_allocator = allocator_of(v); }},
    Setter{"adaptive-lease-time-threshold",
           [](NetworkValues& n, const Value& v) { n.subnet.adaptive_lease_time_threshold = real_of(v, 1); }},
    Setter{"reservations-global",
           [](NetworkValues& n, const Value& v) { n.subnet.reservations_global = flag_of(v); }},
    Setter{"reservations-in-subnet",
           [](NetworkValues& n, const Value& v) { n.subnet.reservations_in_subnet = flag_of(v); }},
    Setter{"reservations-out-of-pool",
           [](NetworkValues& n, const Value& v) { n.subnet.reservations_out_of_pool = flag_of(v); }},
    Setter{"rapid-commit", [](NetworkValues& n, const Value& v) { n.subnet.rapid_commit = flag_of(v); }},
    Setter{"next-server",
           [](NetworkValues& n, const Value& v) {
               n.subnet.next_server = parse_ipv4(text_of(v)).value_or(Ipv4{});
           }},
    Setter{"server-hostname",
           [](NetworkValues& n, const Value& v) { n.subnet.server_hostname = text_of(v); }},
    Setter{"boot-file-name", [](NetworkValues& n, const Value& v) { n.subnet.boot_file_name = text_of(v); }},
};

/// RFC 8415 21.6: no address is preferred for longer than it is valid. Kea's configurations may say so.
void warn_of_preferred(const Node& node, const NetworkValues& values) {
    const auto& preferred = values.subnet.preferred_lifetime;
    const std::uint32_t valid = values.subnet.valid_lifetime.normal;
    if (!preferred || preferred->normal <= valid) return;
    for (const std::string_view key : {preferred_lifetime_keys.normal, valid_lifetime_keys.normal})
        if (node.has(key))
            return node.warning(key, "preferred-lifetime " + std::to_string(preferred->normal) +
                                         " is above valid-lifetime " + std::to_string(valid) +
                                         ": five eighths of the valid lifetime are used instead");
}

}  // namespace

void NetworkValues::take_defaults(Family family) {
    for (const Setter& setter : setters)
        if (const Key* const key = find_key(family, Scope::global, setter.key);
            key != nullptr && !key->fallback.empty())
            setter.set(*this, from_json(fallback_value(*key), {}));
}

void NetworkValues::read(const Node& node, Loading& loading) {
    for (const Member& member : std::get<Value::Map>(node.value().data))
        for (const Setter& setter : setters)
            if (setter.key == member.key) setter.set(*this, member.value);
    valid.read(node);
    preferred.read(node);
    const std::string* const next_server = node.text("next-server");
    if (next_server != nullptr && !next_server->empty() && !parse_ipv4(*next_server))
        node.error("next-server", "\"" + *next_server + "\" is not an IPv4 address",
                   "an address such as 192.0.2.1");
    load_prefix_routes(node, subnet.prefix_routes);
    subnet.ddns = load_ddns(node, loading, subnet.ddns);
    const auto context = loading.libraries.ping_check ? node.map("user-context") : std::nullopt;
    if (const auto ping = context ? context->map("ping-check") : std::nullopt)
        load_ping_check(*ping, subnet.ping);
    subnet.legal_logging = load_legal_logging(node, loading, subnet.legal_logging);
}

void LifetimeWords::read(const Node& node) {
    if (const auto value = node.uint32(keys.normal)) normal = value;
    if (const auto value = node.uint32(keys.min)) min = value;
    if (const auto value = node.uint32(keys.max)) max = value;
}

LifetimeRange LifetimeWords::settle(const Node& node) const {
    const std::string normal_key{keys.normal}, min_key{keys.min}, max_key{keys.max};
    LifetimeRange range;
    if (normal) {
        range = {min.value_or(*normal), *normal, max.value_or(*normal)};
    } else if (min && max) {
        node.error(min_key, min_key + " and " + max_key + " stand without " + normal_key,
                   normal_key + " between the two");
        return {*min, *min, *max};
    } else {
        const std::uint32_t only = min ? *min : max.value_or(LifetimeRange{}.normal);
        range = {only, only, only};
    }
    if (range.min > range.max)
        node.error(min_key,
                   min_key + " " + std::to_string(range.min) + " is above " + max_key + " " +
                       std::to_string(range.max),
                   "at most " + max_key);
    else if (range.normal < range.min || range.normal > range.max)
        node.error(normal_key, normal_key + " " + std::to_string(range.normal) + " is not between " + min_key +
                                   " " + std::to_string(range.min) + " and " + max_key + " " +
                                   std::to_string(range.max));
    return range;
}

std::optional<LifetimeRange> load_lifetimes(const Node& node, const LifetimeKeys& keys) {
    LifetimeWords words{keys};
    words.read(node);
    return words.says_something() ? std::optional{words.settle(node)} : std::nullopt;
}

void NetworkValues::settle(const Node& node) {
    subnet.valid_lifetime = valid.settle(node);
    if (preferred.says_something()) subnet.preferred_lifetime = preferred.settle(node);
    warn_of_preferred(node, *this);
    const auto& t1 = subnet.renew_timer;
    const auto& t2 = subnet.rebind_timer;
    if (t1 && t2 && *t1 > *t2 && (node.has("renew-timer") || node.has("rebind-timer")))
        node.warning("renew-timer", "renew-timer " + std::to_string(*t1) + " is above rebind-timer " +
                                        std::to_string(*t2) + ": it will not be sent");
    if (!subnet.calculate_tee_times) return;
    const bool ordered =
        subnet.t1_percent > 0 && subnet.t1_percent < subnet.t2_percent && subnet.t2_percent < 1;
    if (!ordered)
        node.error("t1-percent", "t1-percent and t2-percent are not in order",
                   "0 < t1-percent < t2-percent < 1");
}

}  // namespace leasehold::config
