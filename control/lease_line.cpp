// See the header. Numbers of 64 bits travel as text: many tools keep numbers as floating point.
#include "control/lease_line.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <nlohmann/json.hpp>

#include "control/lease_json.hpp"
#include "dhcp/wire.hpp"
#include "lease_backends/lease_columns.hpp"

namespace leasehold {
namespace {

/// Takes the members of a map one by one. The first thing that is wrong stays; what follows does nothing.
class Members {
public:
    explicit Members(const nlohmann::json& map) : map_{map} {}

    std::string problem;

    template <class Number>
    void number(const char* name, Number& into, bool required = false,
                std::uint64_t max = std::numeric_limits<Number>::max()) {
        const auto* const value = take(name, required);
        if (value == nullptr) return;
        if (!value->is_number_integer() || (!value->is_number_unsigned() && value->get<std::int64_t>() < 0) ||
            value->get<std::uint64_t>() > max)
            return refuse(name, *value);
        into = static_cast<Number>(value->get<std::uint64_t>());
    }
    /// 64 bits, as text.
    void long_number(const char* name, std::uint64_t& into) {
        const auto* const value = take(name, false);
        if (value == nullptr) return;
        const std::string text = value->is_string() ? value->get<std::string>() : std::string{};
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into);
        if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) refuse(name, *value);
    }
    void flag(const char* name, bool& into) {
        const auto* const value = take(name, false);
        if (value == nullptr) return;
        if (!value->is_boolean()) return refuse(name, *value);
        into = value->get<bool>();
    }
    void time(const char* name, LeaseTime& into, bool required = false) {
        std::uint64_t since_epoch = static_cast<std::uint64_t>(into.time_since_epoch().count());
        number(name, since_epoch, required, lease_time_max);
        into = LeaseTime{std::chrono::seconds{since_epoch}};
    }
    void octets(const char* name, Octets& into) {
        const auto* const value = take(name, false);
        if (value == nullptr) return;
        const auto parsed = value->is_string() ? parse_hex(value->get<std::string>()) : std::nullopt;
        if (!parsed) return refuse(name, *value);
        into = *parsed;
    }
    /// `take_text` says whether it can be.
    template <class TakeText>
    void text(const char* name, bool required, TakeText take_text) {
        const auto* const value = take(name, required);
        if (value == nullptr) return;
        if (!value->is_string() || !take_text(value->get_ref<const std::string&>())) refuse(name, *value);
    }
    const nlohmann::json* any(const char* name) { return take(name, false); }

    /// A member that nobody asked for would be lost without a word.
    void expect_no_others() {
        if (!problem.empty() || taken_.size() == map_.size()) return;
        for (const auto& [name, value] : map_.items())
            if (std::ranges::find(taken_, name) == taken_.end()) {
                problem = "the member \"" + name.substr(0, 60) + "\" is not known";
                return;
            }
    }

private:
    const nlohmann::json* take(const char* name, bool required) {
        if (!problem.empty()) return nullptr;
        const auto found = map_.find(name);
        if (found == map_.end()) {
            if (required) problem = std::string{name} + " is missing";
            return nullptr;
        }
        taken_.emplace_back(name);
        return &*found;
    }
    void refuse(const char* name, const nlohmann::json& value) {
        constexpr std::size_t size_max = 60;
        problem = std::string{name} + " cannot be " +
                  value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace).substr(0, size_max);
    }

    const nlohmann::json& map_;
    std::vector<std::string_view> taken_;
};

void read_key(Members& members, Family family, Lease& lease) {
    members.text("ip-address", true, [&](const std::string& text) {
        const auto v4 = family == Family::v4 ? parse_ipv4(text) : std::nullopt;
        const auto v6 = family == Family::v6 ? parse_ipv6(text) : std::nullopt;
        if (v4) lease.address = to_prefix(*v4);
        if (v6) lease.address.address = *v6;
        return v4 || v6;
    });
    if (family == Family::v4) return;
    members.text("type", true, [&](const std::string& text) {
        constexpr std::array kinds{std::pair{"IA_NA", LeaseKind::na}, std::pair{"IA_TA", LeaseKind::ta},
                                   std::pair{"IA_PD", LeaseKind::pd}};
        const auto* const known = std::ranges::find(kinds, text, [](const auto& kind) { return kind.first; });
        if (known == kinds.end()) return false;
        lease.kind = known->second;
        return true;
    });
    members.number("prefix-len", lease.address.length, false, 128);
    members.octets("duid", lease.duid);
    members.number("iaid", lease.iaid);
    members.number("preferred-lft", lease.preferred_lifetime);
}

void read_times(Members& members, Lease& lease) {
    members.time("cltt", lease.cltt, true);
    members.number("valid-lft", lease.valid_lifetime, true);
    lease.expire = lease.cltt + std::chrono::seconds{lease.valid_lifetime};
    members.time("expire", lease.expire);
    lease.hold_until = lease.expire;
    members.time("hold-until", lease.hold_until);
}

/// A text, or its octets where JSON cannot hold them.
void read_texts(Members& members, Lease& lease) {
    const auto plain = [](std::string& into) {
        return [&into](const std::string& text) {
            into = text;
            return true;
        };
    };
    members.text("hostname", false, plain(lease.hostname));
    if (const auto* const context = members.any("user-context")) lease.user_context = context->dump();
    Octets octets;
    const auto exact = [&](const char* name, std::string& into) {
        octets.clear();
        members.octets(name, octets);
        if (!octets.empty()) into.assign(octets.begin(), octets.end());
    };
    exact("hostname-octets", lease.hostname);
    exact("user-context-octets", lease.user_context);
}

std::string hex_of(const std::string& text) {
    return to_hex(as_octets(text));
}

bool is_json(const std::string& text) {
    return nlohmann::json::accept(text);
}

}  // namespace

std::string lease_line(const Lease& lease) {
    auto json = lease_json(lease);
    json["expire"] = lease.expire.time_since_epoch().count();
    json["hold-until"] = lease.hold_until.time_since_epoch().count();
    json["version"] = std::to_string(lease.version);
    json["last-writer"] = std::to_string(lease.last_writer);
    if (lease.hwtype != Lease{}.hwtype) json["hw-type"] = lease.hwtype;
    if (lease.hwaddr_source != 0) json["hwaddr-source"] = lease.hwaddr_source;
    if (!lease.relay_id.empty()) json["relay-id"] = to_hex(view(lease.relay_id));
    if (!lease.remote_id.empty()) json["remote-id"] = to_hex(view(lease.remote_id));
    if (to_utf8(lease.hostname) != lease.hostname) json["hostname-octets"] = hex_of(lease.hostname);
    if (!lease.user_context.empty() && !is_json(lease.user_context)) {
        json.erase("user-context");
        json["user-context-octets"] = hex_of(lease.user_context);
    }
    return json.dump();
}

Result<Lease, std::string> parse_lease_line(std::string_view line, Family family) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object()) return std::unexpected(std::string{"it is not one JSON map"});
    Lease lease;
    Members members{json};
    read_key(members, family, lease);
    members.number("subnet-id", lease.subnet_id, true);
    members.octets("hw-address", lease.hwaddr);
    if (family == Family::v4) members.octets("client-id", lease.client_id);
    read_times(members, lease);
    std::uint8_t state = 0;
    members.number("state", state, true, static_cast<std::uint64_t>(LeaseState::registered));
    lease.state = static_cast<LeaseState>(state);
    members.flag("fqdn-fwd", lease.fqdn_fwd);
    members.flag("fqdn-rev", lease.fqdn_rev);
    read_texts(members, lease);
    members.number("pool-id", lease.pool_id);
    members.number("hw-type", lease.hwtype);
    members.number("hwaddr-source", lease.hwaddr_source);
    members.octets("relay-id", lease.relay_id);
    members.octets("remote-id", lease.remote_id);
    members.long_number("version", lease.version);
    members.long_number("last-writer", lease.last_writer);
    members.expect_no_others();
    if (!members.problem.empty()) return std::unexpected(std::move(members.problem));
    if (auto problem = why_not_storable(lease)) return std::unexpected(std::move(*problem));
    return lease;
}

}  // namespace leasehold
