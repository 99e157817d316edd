// Each key of the DNS settings once; what a scope does not say it inherits.
#include "config/load_ddns.hpp"

#include <algorithm>
#include <array>

#include "dhcp/expression_regex.hpp"

namespace leasehold::config {
namespace {

constexpr std::array replace_words{std::pair{"never", ReplaceClientName::never},
                                   std::pair{"always", ReplaceClientName::always},
                                   std::pair{"when-present", ReplaceClientName::when_present},
                                   std::pair{"when-not-present", ReplaceClientName::when_not_present}};
constexpr std::array mode_words{
    std::pair{"check-with-dhcid", DdnsConflictMode::check_with_dhcid},
    std::pair{"no-check-with-dhcid", DdnsConflictMode::no_check_with_dhcid},
    std::pair{"check-exists-with-dhcid", DdnsConflictMode::check_exists_with_dhcid},
    std::pair{"no-check-without-dhcid", DdnsConflictMode::no_check_without_dhcid}};

void take(const Node& node, std::string_view key, bool& value) {
    value = node.boolean(key).value_or(value);
}
void take(const Node& node, std::string_view key, std::string& value) {
    if (const std::string* const text = node.text(key)) value = *text;
}

/// The octets that are a match of the pattern on their own.
Result<std::bitset<256>, std::string> octets_of(std::string_view pattern) {
    std::bitset<256> octets;
    if (pattern.empty()) return octets;
    const auto regex = expression::Regex::compile(pattern);
    if (!regex) return std::unexpected{regex.error()};
    for (unsigned octet = 0; octet < octets.size(); ++octet) {
        const std::array<std::uint8_t, 1> value{static_cast<std::uint8_t>(octet)};
        octets[octet] = regex->matches(value).value_or(false);
    }
    return octets;
}

void load_characters(const Node& node, DdnsConfig& config) {
    take(node, "hostname-char-replacement", config.character_replacement);
    const std::string* const pattern = node.text("hostname-char-set");
    if (pattern == nullptr) return;
    const auto octets = octets_of(*pattern);
    if (octets)
        config.invalid_characters = *octets;
    else
        node.error("hostname-char-set", "the regular expression is wrong: " + octets.error());
}

void load_conflict_mode(const Node& node, DdnsConfig& config) {
    constexpr std::string_view now = "ddns-conflict-resolution-mode", old = "ddns-use-conflict-resolution";
    if (node.has(now) && node.has(old))
        node.error(old, "ddns-use-conflict-resolution stands beside ddns-conflict-resolution-mode",
                   "ddns-conflict-resolution-mode alone");
    if (const auto check = node.boolean(old))
        config.conflict_mode =
            *check ? DdnsConflictMode::check_with_dhcid : DdnsConflictMode::no_check_with_dhcid;
    take_word(node, now, mode_words, config.conflict_mode);
}

/// A time to live, or a share of the lease's with its bounds: a scope that says one forgets the other.
void load_ttl(const Node& node, DdnsConfig& config) {
    const bool fixed = node.has("ddns-ttl");
    const bool computed =
        node.has("ddns-ttl-percent") || node.has("ddns-ttl-min") || node.has("ddns-ttl-max");
    if (fixed && computed)
        node.error("ddns-ttl", "ddns-ttl stands beside ddns-ttl-percent, ddns-ttl-min or ddns-ttl-max",
                   "ddns-ttl alone, or the others");
    if (fixed) {
        config.ttl_percent.reset();
        config.ttl_min.reset();
        config.ttl_max.reset();
        config.ttl = node.uint32("ddns-ttl");
        return;
    }
    if (!computed) return;
    config.ttl.reset();
    if (const auto percent = node.real("ddns-ttl-percent")) config.ttl_percent = percent;
    if (const auto min = node.uint32("ddns-ttl-min")) config.ttl_min = min;
    if (const auto max = node.uint32("ddns-ttl-max")) config.ttl_max = max;
    if (config.ttl_min && config.ttl_max && *config.ttl_min > *config.ttl_max)
        node.error("ddns-ttl-min",
                   "ddns-ttl-min " + std::to_string(*config.ttl_min) + " is above ddns-ttl-max " +
                       std::to_string(*config.ttl_max),
                   "at most ddns-ttl-max");
}

bool says_something(const Node& node) {
    return std::ranges::any_of(std::get<Value::Map>(node.value().data), [](const Member& member) {
        return member.key.starts_with("ddns-") || member.key.starts_with("hostname-char-");
    });
}

std::optional<Node> tuning_of(const Node& node, const Loading& loading) {
    if (!loading.libraries.ddns_tuning) return std::nullopt;
    const auto context = node.map("user-context");
    return context ? context->map("ddns-tuning") : std::nullopt;
}

}  // namespace

void load_dhcp_ddns(const Node& global, DhcpDdnsConfig& config) {
    const auto node = global.map("dhcp-ddns");
    if (!node) return;
    config.enable_updates = node->boolean("enable-updates").value_or(false);
    config.server_ip = node->text_or("server-ip", config.server_ip);
    config.server_port = static_cast<std::uint16_t>(node->integer("server-port").value_or(53001));
    config.sender_ip = node->text_or("sender-ip", "");
    config.sender_port = static_cast<std::uint16_t>(node->integer("sender-port").value_or(0));
    config.max_queue_size = node->uint32("max-queue-size").value_or(1024);
    const auto is_address = [](const std::string& text) { return parse_ipv4(text) || parse_ipv6(text); };
    if (!is_address(config.server_ip))
        return node->error("server-ip", "\"" + config.server_ip + "\" is not an address",
                           "an IPv4 or IPv6 address");
    if (config.sender_ip.empty() || config.sender_ip == "0.0.0.0") {
        config.sender_ip.clear();  // any of the server's family
    } else if (!is_address(config.sender_ip)) {
        node->error("sender-ip", "\"" + config.sender_ip + "\" is not an address", "an IPv4 or IPv6 address");
    } else if (parse_ipv4(config.sender_ip).has_value() != parse_ipv4(config.server_ip).has_value()) {
        node->error("sender-ip", "sender-ip and server-ip are of different families", "two of one family");
    }
    if (config.sender_ip == config.server_ip && config.sender_port == config.server_port)
        node->error("sender-port", "requests would be sent to where they come from",
                    "another address or port than the server's");
}

std::shared_ptr<const DdnsConfig> load_ddns(const Node& node, Loading& loading,
                                            const std::shared_ptr<const DdnsConfig>& inherited) {
    const auto tuning = tuning_of(node, loading);
    if (inherited && !tuning && !says_something(node)) return inherited;
    DdnsConfig config = inherited ? *inherited : default_ddns();
    load_characters(node, config);
    take(node, "ddns-send-updates", config.send_updates);
    take(node, "ddns-override-no-update", config.override_no_update);
    take(node, "ddns-override-client-update", config.override_client_update);
    take_word(node, "ddns-replace-client-name", replace_words, config.replace_client_name);
    take(node, "ddns-generated-prefix", config.generated_prefix);
    take(node, "ddns-qualifying-suffix", config.qualifying_suffix);
    take(node, "ddns-update-on-renew", config.update_on_renew);
    load_conflict_mode(node, config);
    load_ttl(node, config);
    if (tuning) load_ddns_tuning(*tuning, loading, config);
    return std::make_shared<const DdnsConfig>(std::move(config));
}

void load_ddns_tuning(const Node& node, Loading& loading, DdnsConfig& config) {
    check_members(node, {"hostname-expr"});
    const std::string* const text = node.text("hostname-expr");
    if (text != nullptr && text->empty())
        config.hostname_expression.reset();  // none, whatever is inherited
    else if (auto expression = load_expression(node, "hostname-expr", Expression::Kind::text, loading))
        config.hostname_expression = std::move(expression);
}

}  // namespace leasehold::config
