// See the header. Walks the same table of columns as the reader.
#include "lease_backends/kea_csv_writer.hpp"

#include "lease_backends/kea_fields.hpp"

namespace leasehold {
namespace {

std::string flag(bool value) {
    return value ? "1" : "0";
}

/// Kea counts an infinite lease like any other: `expire` is the sum, in 64 bits.
std::string sum_of_times(const Lease& lease) {
    return std::to_string(lease.cltt.time_since_epoch().count() + std::int64_t{lease.valid_lifetime});
}

std::string address_text(const Lease& lease, Family family) {
    return family == Family::v4 ? to_string(to_ipv4(lease.address)) : to_string(lease.address.address);
}

std::string lease_type(LeaseKind kind) {
    return std::to_string(static_cast<int>(kind) - static_cast<int>(LeaseKind::na));
}

std::string value_of(KeaField field, const Lease& lease, Family family) {
    switch (field) {
        case KeaField::address: return address_text(lease, family);
        case KeaField::hwaddr: return to_hex(view(lease.hwaddr));
        case KeaField::client_id: return to_hex(view(lease.client_id));
        case KeaField::duid: return to_hex(view(lease.duid));
        case KeaField::valid_lifetime: return std::to_string(lease.valid_lifetime);
        case KeaField::expire: return sum_of_times(lease);
        case KeaField::subnet_id: return std::to_string(lease.subnet_id);
        case KeaField::preferred_lifetime: return std::to_string(lease.preferred_lifetime);
        case KeaField::lease_type: return lease_type(lease.kind);
        case KeaField::iaid: return std::to_string(lease.iaid);
        case KeaField::prefix_length: return std::to_string(lease.address.length);
        case KeaField::fqdn_fwd: return flag(lease.fqdn_fwd);
        case KeaField::fqdn_rev: return flag(lease.fqdn_rev);
        case KeaField::hostname: return escape_kea_csv(lease.hostname);
        case KeaField::state: return std::to_string(static_cast<int>(lease.state));
        case KeaField::user_context: return escape_kea_csv(lease.user_context);
        case KeaField::hwtype: return std::to_string(lease.hwaddr.empty() ? 0 : lease.hwtype);
        case KeaField::hwaddr_source: return std::to_string(lease.hwaddr.empty() ? 0 : lease.hwaddr_source);
        case KeaField::pool_id: return std::to_string(lease.pool_id);
        case KeaField::relay_id: return to_hex(view(lease.relay_id));
        case KeaField::remote_id: return to_hex(view(lease.remote_id));
    }
    return {};
}

}  // namespace

std::string escape_kea_csv(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string escaped;
    escaped.reserve(text.size());
    for (const char c : text) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet >= 0x20 && octet <= 0x7e && c != ',' && c != '&') {
            escaped.push_back(c);
            continue;
        }
        escaped.append("&#x");
        escaped.push_back(digits[octet >> 4]);
        escaped.push_back(digits[octet & 15]);
    }
    return escaped;
}

std::string kea_csv_header(Family family) {
    std::string header;
    for (const KeaFieldDef& def : kea_csv_fields(family)) {
        if (!header.empty()) header.push_back(',');
        header.append(def.name);
    }
    return header;
}

std::optional<std::string> kea_csv_row(const Lease& lease, Family family) {
    if (lease.valid_lifetime == 0) return std::nullopt;
    std::string row;
    for (const KeaFieldDef& def : kea_csv_fields(family)) {
        if (!row.empty()) row.push_back(',');
        row.append(value_of(def.field, lease, family));
    }
    return row;
}

}  // namespace leasehold
