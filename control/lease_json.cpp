#include "control/lease_json.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <concepts>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/dump.hpp"

namespace leasehold {
namespace {

struct StateName {
    std::string_view name;
    LeaseState state;
};
constexpr std::array state_names{
    StateName{"default", LeaseState::assigned},
    StateName{"assigned", LeaseState::assigned},
    StateName{"declined", LeaseState::declined},
    StateName{"expired-reclaimed", LeaseState::expired_reclaimed},
    StateName{"released", LeaseState::released},
    StateName{"registered", LeaseState::registered},
    StateName{"0", LeaseState::assigned},
    StateName{"1", LeaseState::declined},
    StateName{"2", LeaseState::expired_reclaimed},
    StateName{"3", LeaseState::released},
    StateName{"4", LeaseState::registered},
};

/// @return the length of the well-formed sequence at the front (Unicode table 3-7); 0: there is none
std::size_t utf8_length(std::string_view text) {
    const auto octet = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto trails = [&](std::size_t i) { return (octet(i) & 0xc0) == 0x80; };
    const auto first = octet(0), second = octet(1);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return trails(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool overlong = first == 0xe0 && second < 0xa0;
        const bool surrogate = first == 0xed && second >= 0xa0;
        return trails(1) && trails(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool overlong = first == 0xf0 && second < 0x90;
        const bool too_large = first == 0xf4 && second >= 0x90;
        return trails(1) && trails(2) && trails(3) && !overlong && !too_large ? 4 : 0;
    }
    return 0;
}

/// Stored by another program, perhaps: shown as it is when it is not JSON.
nlohmann::json user_context_of(const Lease& lease) {
    auto context = nlohmann::json::parse(lease.user_context, nullptr, false);
    return context.is_discarded() ? nlohmann::json(to_utf8(lease.user_context)) : std::move(context);
}

/// The members that a lease shows, in the order of their names: `add(name, value)` with a text, a number, a boolean or
/// a JSON document.
template <class Add>
void for_each_member(const Lease& lease, const Add& add) {
    const bool v6 = lease.kind != LeaseKind::v4;
    if (!lease.client_id.empty()) add("client-id", to_hex(view(lease.client_id)));
    add("cltt", lease.cltt.time_since_epoch().count());
    if (v6) add("duid", to_hex(view(lease.duid)));
    add("fqdn-fwd", lease.fqdn_fwd);
    add("fqdn-rev", lease.fqdn_rev);
    add("hostname", to_utf8(lease.hostname));
    if (!v6 || !lease.hwaddr.empty()) add("hw-address", to_hex(view(lease.hwaddr)));
    if (v6) add("iaid", lease.iaid);
    add("ip-address", to_string(lease.address.address));  // without the length
    if (lease.pool_id != 0) add("pool-id", lease.pool_id);
    if (v6) add("preferred-lft", lease.preferred_lifetime);
    if (lease.kind == LeaseKind::pd) add("prefix-len", std::uint32_t{lease.address.length});
    add("state", static_cast<std::uint32_t>(lease.state));
    add("subnet-id", lease.subnet_id);
    if (v6) add("type", std::string{lease_type_name(lease.kind)});
    if (!lease.user_context.empty()) add("user-context", user_context_of(lease));
    add("valid-lft", lease.valid_lifetime);
}

void append_value(std::string& out, bool value) {
    out += value ? "true" : "false";
}
template <std::integral Number>
void append_value(std::string& out, Number value) {
    std::array<char, 24> digits;
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}
void append_value(std::string& out, const nlohmann::json& value) {
    out += config::compact(value);
}
void append_value(std::string& out, const std::string& value) {
    const auto is_plain = [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; };
    if (!std::ranges::all_of(value, is_plain)) return append_value(out, nlohmann::json(value));
    out += '"';
    out += value;
    out += '"';
}

}  // namespace

std::string_view lease_type_name(LeaseKind kind) {
    switch (kind) {
        case LeaseKind::v4: break;
        case LeaseKind::na: return "IA_NA";
        case LeaseKind::ta: return "IA_TA";
        case LeaseKind::pd: return "IA_PD";
    }
    return "V4";
}

std::string to_utf8(std::string_view octets) {
    std::string out;
    while (!octets.empty()) {
        const auto length = utf8_length(octets);
        out += length == 0 ? std::string_view{"\xef\xbf\xbd"} : octets.substr(0, length);
        octets.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::optional<LeaseState> parse_state(std::string_view text) {
    for (const auto& entry : state_names)
        if (entry.name == text) return entry.state;
    return {};
}

nlohmann::json lease_json(const Lease& lease) {
    nlohmann::json json;
    for_each_member(lease, [&](const char* name, auto&& value) { json[name] = std::forward<decltype(value)>(value); });
    return json;
}

void append_lease(std::string& out, const Lease& lease) {
    const char* before = "{ ";
    for_each_member(lease, [&](const char* name, const auto& value) {
        out += before;
        out += '"';
        out += name;
        out += "\": ";
        append_value(out, value);
        before = ", ";
    });
    out += " }";
}

}  // namespace leasehold
