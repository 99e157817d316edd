// See the header. A table says what the columns are; readers of files and tables walk it.
#include "lease_backends/kea_fields.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "dhcp/lease_context.hpp"
#include "lease_backends/lease_columns.hpp"

namespace leasehold {
namespace {

constexpr std::array fields_v4{
    KeaFieldDef{"address", KeaField::address, true},
    KeaFieldDef{"hwaddr", KeaField::hwaddr, true},
    KeaFieldDef{"client_id", KeaField::client_id, true},
    KeaFieldDef{"valid_lifetime", KeaField::valid_lifetime, true},
    KeaFieldDef{"expire", KeaField::expire, true},
    KeaFieldDef{"subnet_id", KeaField::subnet_id, true},
    KeaFieldDef{"fqdn_fwd", KeaField::fqdn_fwd, true},
    KeaFieldDef{"fqdn_rev", KeaField::fqdn_rev, true},
    KeaFieldDef{"hostname", KeaField::hostname, true},
    KeaFieldDef{"state", KeaField::state, false},
    KeaFieldDef{"user_context", KeaField::user_context, false},
    KeaFieldDef{"pool_id", KeaField::pool_id, false},
};
constexpr std::array fields_v6{
    KeaFieldDef{"address", KeaField::address, true},
    KeaFieldDef{"duid", KeaField::duid, true},
    KeaFieldDef{"valid_lifetime", KeaField::valid_lifetime, true},
    KeaFieldDef{"expire", KeaField::expire, true},
    KeaFieldDef{"subnet_id", KeaField::subnet_id, true},
    KeaFieldDef{"pref_lifetime", KeaField::preferred_lifetime, true},
    KeaFieldDef{"lease_type", KeaField::lease_type, true},
    KeaFieldDef{"iaid", KeaField::iaid, true},
    KeaFieldDef{"prefix_len", KeaField::prefix_length, true},
    KeaFieldDef{"fqdn_fwd", KeaField::fqdn_fwd, true},
    KeaFieldDef{"fqdn_rev", KeaField::fqdn_rev, true},
    KeaFieldDef{"hostname", KeaField::hostname, true},
    KeaFieldDef{"hwaddr", KeaField::hwaddr, false},
    KeaFieldDef{"state", KeaField::state, false},
    KeaFieldDef{"user_context", KeaField::user_context, false},
    KeaFieldDef{"hwtype", KeaField::hwtype, false},
    KeaFieldDef{"hwaddr_source", KeaField::hwaddr_source, false},
    KeaFieldDef{"pool_id", KeaField::pool_id, false},
};

template <class Number>
bool read_number(std::string_view text, Number& into,
                 std::uint64_t max = std::numeric_limits<Number>::max()) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size() || value > max) return false;
    into = static_cast<Number>(value);
    return true;
}

bool read_hex(std::string_view text, Octets& into) {
    const auto parsed = parse_hex(text);
    if (!text.empty() && !parsed) return false;
    into = text.empty() ? Octets{} : *parsed;
    return true;
}

bool read_flag(std::string_view text, bool& into) {
    into = text == "1";
    return text == "0" || text == "1";
}

bool read_time(std::string_view text, LeaseTime& into) {
    std::uint64_t seconds = 0;
    if (!read_number(text, seconds, lease_time_max)) return false;
    into = LeaseTime{std::chrono::seconds{seconds}};
    return true;
}

bool read_address(std::string_view text, Family family, Prefix& into) {
    if (family == Family::v4) {
        const auto address = parse_ipv4(text);
        if (address) into = to_prefix(*address);
        return address.has_value();
    }
    const auto address = parse_ipv6(text);
    if (address) into.address = *address;
    return address.has_value();
}

bool read_kind(std::string_view text, LeaseKind& into) {
    std::uint8_t type = 0;
    if (!read_number(text, type, 2)) return false;
    constexpr std::array kinds{LeaseKind::na, LeaseKind::ta, LeaseKind::pd};
    into = kinds[type];
    return true;
}

bool read_state(std::string_view text, LeaseState& into) {
    std::uint8_t state = 0;
    if (!read_number(text, state, 4)) return false;
    into = static_cast<LeaseState>(state);
    return true;
}

}  // namespace

std::span<const KeaFieldDef> kea_csv_fields(Family family) {
    return family == Family::v4 ? std::span<const KeaFieldDef>{fields_v4}
                                : std::span<const KeaFieldDef>{fields_v6};
}

bool read_kea_field(KeaField field, std::string_view text, Family family, Lease& lease) {
    switch (field) {
        case KeaField::address: return read_address(text, family, lease.address);
        case KeaField::hwaddr: return read_hex(text, lease.hwaddr);
        case KeaField::client_id: return read_hex(text, lease.client_id);
        case KeaField::duid: return read_hex(text, lease.duid);
        case KeaField::valid_lifetime: return read_number(text, lease.valid_lifetime);
        case KeaField::expire: return read_time(text, lease.expire);
        case KeaField::subnet_id: return read_number(text, lease.subnet_id);
        case KeaField::preferred_lifetime: return read_number(text, lease.preferred_lifetime);
        case KeaField::lease_type: return read_kind(text, lease.kind);
        case KeaField::iaid: return read_number(text, lease.iaid);
        case KeaField::prefix_length: return read_number(text, lease.address.length, 128);
        case KeaField::fqdn_fwd: return read_flag(text, lease.fqdn_fwd);
        case KeaField::fqdn_rev: return read_flag(text, lease.fqdn_rev);
        case KeaField::hostname: lease.hostname = text; return true;
        case KeaField::state: return read_state(text, lease.state);
        case KeaField::user_context: lease.user_context = text; return true;
        case KeaField::hwtype: return read_number(text, lease.hwtype);
        case KeaField::hwaddr_source: return read_number(text, lease.hwaddr_source);
        case KeaField::pool_id: return read_number(text, lease.pool_id);
        case KeaField::relay_id: return read_hex(text, lease.relay_id);
        case KeaField::remote_id: return read_hex(text, lease.remote_id);
    }
    return false;
}

std::string refused_value(std::string_view name, std::string_view text) {
    constexpr std::size_t size_max = 60;
    std::string value = "empty";
    if (!text.empty())
        value = '"' + std::string{text.substr(0, size_max)} + (text.size() > size_max ? "...\"" : "\"");
    return std::string{name} + " cannot be " + value;
}

std::optional<std::string> complete_kea_lease(Lease& lease, Family family) {
    if (family == Family::v6) {
        if (lease.kind != LeaseKind::pd) lease.address.length = 128;
        if (lease.duid.empty()) return "no duid";
    } else if (lease.hwaddr.empty() && lease.client_id.empty() && lease.state != LeaseState::declined) {
        return "neither hwaddr nor client_id";
    }
    const std::chrono::seconds valid{lease.valid_lifetime};
    if (lease.expire.time_since_epoch() < valid) return "expire lies before the start of its valid_lifetime";
    lease.cltt = lease.expire - valid;
    lease.hold_until = lease.expire;
    if (lease.relay_id.empty() && lease.remote_id.empty() && !lease.user_context.empty()) {
        // A lease file has no columns for them, and v6 tables have not either.
        const auto notes = read_notes(lease.user_context);
        auto identities = relay_identities(notes.relay_information, notes.relays);
        lease.relay_id = std::move(identities.relay_id);
        lease.remote_id = std::move(identities.remote_id);
    }
    return why_not_storable(lease);
}

}  // namespace leasehold
