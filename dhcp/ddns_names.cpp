// Pure rules, each a function of its own; Kea's outcomes, as far as they can be seen in replies and leases.
#include "dhcp/ddns_names.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "dhcp/log.hpp"

namespace leasehold {

namespace {

bool replaces(ReplaceClientName rule, bool name_was_sent) {
    switch (rule) {
        case ReplaceClientName::never: return false;
        case ReplaceClientName::always: return true;
        case ReplaceClientName::when_present: return name_was_sent;
        case ReplaceClientName::when_not_present: return !name_was_sent;
    }
    return false;
}

/// "myhost-192-0-2-10", "myhost-2001-db8--10"
std::string generated_name(const DdnsConfig& ddns, const Ipv6& address) {
    auto name = ddns.generated_prefix + '-' + to_string(address);
    std::ranges::replace_if(name, [](char c) { return c == '.' || c == ':'; }, '-');
    return name;
}

/// Without its root dot.
std::string_view bare(std::string_view name) {
    while (name.ends_with('.')) name.remove_suffix(1);
    return name;
}

/// Configured names are an operator's: only their size is looked at, and lower case made of them.
std::string qualified(std::string_view name, std::string_view suffix) {
    std::string text{bare(name)};
    while (suffix.starts_with('.')) suffix.remove_prefix(1);
    if (!text.empty() && !bare(suffix).empty()) text.append(".").append(bare(suffix));
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return is_usable_name(text) ? text : std::string{};
}

std::string qualified_if_short(std::string_view name, std::string_view suffix) {
    const bool complete = name.ends_with('.') || name.contains('.');
    return qualified(name, complete ? std::string_view{} : suffix);
}

/// "": no expression, no outcome, or nothing usable in it.
std::string computed_name(const ExpressionSource& source, const ClassSet& classes, const DdnsConfig& ddns) {
    if (!ddns.hostname_expression) return {};
    Expression::Output out;
    if (const auto done = ddns.hostname_expression->evaluate(source, classes, out); !done) {
        log(MessageId::EXPRESSION_ERROR, {{"what", "hostname-expr"}, {"reason", done.error()}});
        return {};
    }
    return clean_name({out.data(), out.size()}, ddns);
}

/// Without a root dot.
std::string chosen_name(const ExpressionSource& source, const ClassSet& classes, const DdnsConfig& ddns,
                        const Reservation* host, const Ipv6& address, const ClientName& sent) {
    const std::string_view suffix = ddns.qualifying_suffix;
    if (const auto name = computed_name(source, classes, ddns); !name.empty())
        return qualified_if_short(name, suffix);
    if (host != nullptr && !host->hostname.empty()) {
        // A hostname that ends with a dot is complete as it stands.
        return qualified(host->hostname, host->hostname.ends_with('.') ? std::string_view{} : suffix);
    }
    if (replaces(ddns.replace_client_name, !sent.text.empty()))
        return qualified(generated_name(ddns, address), suffix);
    if (sent.from_fqdn) return qualified(sent.text, sent.is_partial ? suffix : std::string_view{});
    return qualified_if_short(sent.text, suffix);
}

}  // namespace

const DdnsConfig& ddns_of(const ServerConfig& config, const SubnetConfig& subnet, const PoolConfig* pool) {
    if (pool != nullptr && pool->ddns) return *pool->ddns;
    if (subnet.ddns) return *subnet.ddns;
    return config.ddns ? *config.ddns : default_ddns();
}

ClientName resolve_name(ClientName name, const ExpressionSource& source, const ClassSet& classes,
                        const ServerConfig& config, const DdnsConfig& ddns, const Reservation* host,
                        const Ipv6& address) {
    name.text = chosen_name(source, classes, ddns, host, address, name);
    name.is_partial = false;
    if (name.text.empty()) return {};

    const bool updates =
        config.dhcp_ddns.enable_updates && ddns.send_updates && !classes.has(class_id::skip_ddns);
    if (!name.from_fqdn) {
        name.fqdn_fwd = name.fqdn_rev = updates;
        return name;
    }
    name.text += '.';
    name.fqdn_flags = answered_fqdn_flags(name.sent_fqdn_flags, updates, ddns);
    name.fqdn_fwd = (name.fqdn_flags & fqdn_flag::s) != 0;
    name.fqdn_rev = (name.fqdn_flags & fqdn_flag::n) == 0;
    return name;
}

std::uint32_t ddns_ttl(const DdnsConfig& ddns, std::uint32_t lifetime) {
    constexpr double share = 0.33333;  // Kea's third
    constexpr std::uint32_t least = 600;
    if (ddns.ttl) return *ddns.ttl;
    const auto exact = std::round(ddns.ttl_percent.value_or(share) * lifetime);
    const auto most = std::numeric_limits<std::uint32_t>::max();
    const auto ttl = static_cast<std::uint32_t>(std::clamp(exact, 0.0, static_cast<double>(most)));
    return std::min(std::max(ttl, ddns.ttl_min.value_or(least)), ddns.ttl_max.value_or(most));
}

}  // namespace leasehold
