// Expressions, boot fields and the settings of Kea's libraries in user-context.
#include "config/loading.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "config/schema.hpp"

namespace leasehold::config {
namespace {

/// "3 packets per second"; nullopt: it is another text.
std::optional<RateLimit> parse_rate(std::string_view text) {
    RateLimit limit;
    const char* const end = text.data() + text.size();
    const auto [stop, bad] = std::from_chars(text.data(), end, limit.packets);
    if (bad != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    constexpr std::int64_t day = 86400;
    constexpr std::array units{std::pair{"second", std::int64_t{1}},
                               std::pair{"minute", std::int64_t{60}},
                               std::pair{"hour", std::int64_t{3600}},
                               std::pair{"day", day},
                               std::pair{"week", 7 * day},
                               std::pair{"month", 30 * day},
                               std::pair{"year", 365 * day}};
    for (const std::string_view packets : {" packets per ", " packet per "}) {
        if (!text.starts_with(packets)) continue;
        for (const auto& [name, seconds] : units)
            if (text.substr(packets.size()) == name) {
                limit.per = std::chrono::seconds{seconds};
                return limit;
            }
    }
    return std::nullopt;
}

std::optional<std::uint32_t> number_in(const Node& node, std::string_view key, std::uint32_t min) {
    if (!node.has(key)) return std::nullopt;
    const auto number = node.uint32(key);
    if (number && *number >= min) return number;
    node.error(key, "\"" + std::string{key} + "\" is no number that can be used",
               "an integer from " + std::to_string(min) + " to 4294967295");
    return std::nullopt;
}

}  // namespace

std::optional<Expression> load_expression(const Node& node, std::string_view key, Expression::Kind kind,
                                          Loading& loading) {
    if (!node.has(key)) return std::nullopt;
    const std::string* const text = node.text(key);
    if (text == nullptr) {
        node.error(key, "an expression is a string");
        return std::nullopt;
    }
    const ExpressionNames names{
        .family = loading.family.family,
        .option_named =
            [&](std::string_view name) { return loading.definitions.find(loading.family.space, name); },
        .option_coded =
            [&](std::uint16_t code) { return loading.definitions.find(loading.family.space, code); },
        .class_named = [&](std::string_view name) { return loading.classes.referred(name); }};
    auto compiled = Expression::compile(kind, *text, names);
    if (compiled) return std::move(*compiled);
    node.error(key, "the expression is wrong at its character " +
                        std::to_string(compiled.error().offset + 1) + ": " + compiled.error().detail);
    return std::nullopt;
}

BootFields load_boot_fields(const Node& node) {
    BootFields boot;
    if (const std::string* const text = node.text("next-server"); text != nullptr && !text->empty()) {
        const auto address = parse_ipv4(*text);
        if (!address || address->is_broadcast())
            node.error("next-server", "\"" + *text + "\" is not the IPv4 address of a server",
                       "an address such as 192.0.2.1");
        else if (!address->is_zero())
            boot.next_server = address;
    }
    if (std::string text = node.text_or("server-hostname", ""); !text.empty())
        boot.server_hostname = std::move(text);
    if (std::string text = node.text_or("boot-file-name", ""); !text.empty())
        boot.boot_file_name = std::move(text);
    return boot;
}

LimitsConfig load_limits(const Node& owner, const Loading& loading) {
    LimitsConfig limits;
    const auto context = loading.libraries.limits ? owner.map("user-context") : std::nullopt;
    if (!context || !context->has("limits")) return limits;
    const auto node = context->map("limits");
    if (!node) {
        context->error("limits", "limits are a map", "{ \"address-limit\": 5 }");
        return limits;
    }
    check_members(*node, {"address-limit", "prefix-limit", "rate-limit"});
    limits.address_limit = number_in(*node, "address-limit", 0);
    limits.prefix_limit = number_in(*node, "prefix-limit", 0);  // says nothing in DHCPv4
    if (!node->has("rate-limit")) return limits;
    const std::string* const rate = node->text("rate-limit");
    limits.rate_limit = rate != nullptr ? parse_rate(*rate) : std::nullopt;
    if (!limits.rate_limit)
        node->error("rate-limit", "this is no rate of packets",
                    "such as \"10 packets per second\"; second, minute, hour, day, week, month or year");
    return limits;
}

void load_ping_check(const Node& node, PingConfig& ping) {
    check_members(node, {"enable-ping-check", "min-ping-requests", "reply-timeout", "ping-cltt-secs",
                         "ping-channel-threads"});
    ping.enabled = flag_of(node, "enable-ping-check", ping.enabled);
    if (const auto count = number_in(node, "min-ping-requests", 1)) ping.requests = *count;
    if (const auto wait = number_in(node, "reply-timeout", 1))
        ping.reply_timeout = std::chrono::milliseconds{*wait};
    if (const auto age = number_in(node, "ping-cltt-secs", 0)) ping.recent_lease = std::chrono::seconds{*age};
    number_in(node, "ping-channel-threads", 0);  // one thread does it all
}

bool flag_of(const Node& node, std::string_view key, bool otherwise) {
    if (node.has(key) && !node.boolean(key))
        node.error(key, "\"" + std::string{key} + "\" is a switch", "true or false");
    return node.boolean(key).value_or(otherwise);
}

void check_members(const Node& node, std::initializer_list<std::string_view> names) {
    const std::vector<std::string_view> known{names};
    for (const Member& member : std::get<Value::Map>(node.value().data)) {
        if (member.key == "comment" || member.key == "user-context" ||
            std::ranges::find(known, member.key) != known.end())
            continue;
        const std::string_view near = nearest_name(known, member.key);
        node.problems().error(member.key_position, pointer_to(node.pointer(), member.key),
                              "the key \"" + member.key + "\" is unknown here", {},
                              near.empty() ? "" : "did you mean \"" + std::string{near} + "\"?");
    }
}

}  // namespace leasehold::config
