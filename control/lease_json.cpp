#include "control/lease_json.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>

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

/// What a lease of DHCPv6 shows besides.
void add_v6_members(const Lease& lease, nlohmann::json& json) {
    json["ip-address"] = to_string(lease.address.address);  // without the length
    json["type"] = lease_type_name(lease.kind);
    json["duid"] = to_hex(view(lease.duid));
    json["iaid"] = lease.iaid;
    json["preferred-lft"] = lease.preferred_lifetime;
    if (lease.kind == LeaseKind::pd) json["prefix-len"] = lease.address.length;
    if (lease.hwaddr.empty()) json.erase("hw-address");
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
    nlohmann::json json{{"ip-address", to_string(lease.address)},
                        {"subnet-id", lease.subnet_id},
                        {"hw-address", to_hex(view(lease.hwaddr))},
                        {"cltt", lease.cltt.time_since_epoch().count()},
                        {"valid-lft", lease.valid_lifetime},
                        {"fqdn-fwd", lease.fqdn_fwd},
                        {"fqdn-rev", lease.fqdn_rev},
                        {"hostname", to_utf8(lease.hostname)},
                        {"state", static_cast<int>(lease.state)}};
    if (lease.kind != LeaseKind::v4) add_v6_members(lease, json);
    if (lease.pool_id != 0) json["pool-id"] = lease.pool_id;
    if (!lease.client_id.empty()) json["client-id"] = to_hex(view(lease.client_id));
    if (!lease.user_context.empty()) {
        auto context = nlohmann::json::parse(lease.user_context, nullptr, false);
        // Stored by another program, perhaps: shown as it is when it is not JSON.
        json["user-context"] =
            context.is_discarded() ? nlohmann::json(to_utf8(lease.user_context)) : std::move(context);
    }
    return json;
}

}  // namespace leasehold
