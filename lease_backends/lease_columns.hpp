// Lease field <-> column, once for all backends: names, limits and the order in which they are bound and
// read. A backend brings a visitor that knows its own types; the names are those of the docs and of C++.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "dhcp/lease.hpp"

namespace leasehold {

/// `max`: octets and text have at most so many octets, numbers are at most so large.
struct Column {
    std::string_view name;
    std::uint64_t max;
};

inline constexpr std::uint64_t u32_max = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint64_t no_max = std::numeric_limits<std::uint64_t>::max();

/// Seconds since 1970 up to the year 36812: sums with lifetimes cannot overflow.
inline constexpr std::uint64_t lease_time_max = std::uint64_t{1} << 40;

/// The first two are the key.
inline constexpr std::array lease_columns{
    Column{"address", 16},
    Column{"prefix_length", 128},
    Column{"kind", 3},
    Column{"subnet_id", u32_max},
    Column{"pool_id", u32_max},
    Column{"client_id", client_id_size_max},
    Column{"duid", duid_size_max},
    Column{"iaid", u32_max},
    Column{"hwaddr", hwaddr_size_max},
    Column{"hwtype", 65535},
    Column{"hwaddr_source", u32_max},
    Column{"valid_lifetime", u32_max},
    Column{"preferred_lifetime", u32_max},
    Column{"cltt", lease_time_max},
    Column{"expire", lease_time_max},
    Column{"hold_until", lease_time_max},
    Column{"state", 4},
    Column{"fqdn_fwd", 1},
    Column{"fqdn_rev", 1},
    Column{"hostname", 255},
    Column{"user_context", 65535},
    Column{"relay_id", 255},
    Column{"remote_id", 255},
    Column{"version", no_max},
    Column{"last_writer", no_max},
};

/// "address, prefix_length, ..."; each behind `qualifier` ("l.") where plain names would be ambiguous.
inline std::string column_list(std::string_view qualifier = "") {
    std::string list;
    for (const Column& column : lease_columns) {
        if (!list.empty()) list += ", ";
        list += qualifier;
        list += column.name;
    }
    return list;
}

/// Address and length, with which lease_columns begin.
inline constexpr int key_columns = 2;

/// The key, and the identities that leases of the family are found by: what LeaseStore::scan_identities reads.
inline std::string identity_column_list(Family family) {
    return std::string{"address, prefix_length, "} + (family == Family::v4 ? "client_id, hwaddr" : "duid");
}

/// Calls `visit(column, field)` for each column, in the order of lease_columns, until one returns false.
/// Fields are Ipv6, LeaseKind, LeaseState, LeaseTime, bool, unsigned numbers, Octets and std::string.
template <class LeaseRef, class Visitor>
bool visit_columns(LeaseRef& lease, Visitor& visit) {
    auto column = lease_columns.begin();
    const auto each = [&](auto&... fields) { return (visit(*column++, fields) && ...); };
    static_assert(lease_columns.size() == 25);
    return each(lease.address.address, lease.address.length, lease.kind, lease.subnet_id, lease.pool_id,
                lease.client_id, lease.duid, lease.iaid, lease.hwaddr, lease.hwtype, lease.hwaddr_source,
                lease.valid_lifetime, lease.preferred_lifetime, lease.cltt, lease.expire, lease.hold_until,
                lease.state, lease.fqdn_fwd, lease.fqdn_rev, lease.hostname, lease.user_context,
                lease.relay_id, lease.remote_id, lease.version, lease.last_writer);
}

/// Finds the first field that is larger than its column.
struct ColumnLimitCheck {
    std::optional<std::string> problem;

    bool operator()(const Column& column, const Octets& field) { return fits(column, field.size()); }
    bool operator()(const Column& column, const std::string& field) { return fits(column, field.size()); }
    bool operator()(const Column& column, LeaseState field) {
        return fits(column, static_cast<std::uint8_t>(field));
    }
    bool operator()(const Column& column, LeaseKind field) {
        return fits(column, static_cast<std::uint8_t>(field));
    }
    bool operator()(const Column& column, std::uint8_t field) { return fits(column, field); }
    bool operator()(const Column& column, LeaseTime field) {
        return fits(column,
                    static_cast<std::uint64_t>(field.time_since_epoch().count()));  // negative: too large
    }
    bool operator()(const Column&, const auto&) { return true; }  // the C++ type is the limit

private:
    bool fits(const Column& column, std::uint64_t value) {
        if (value <= column.max) return true;
        problem = std::string{column.name} + " has the size or value " + std::to_string(value) +
                  ", at most " + std::to_string(column.max) + " can be stored";
        return false;
    }
};

/// Why no backend can store this lease; nullopt: it can. SQL backends have the same limits as constraints.
inline std::optional<std::string> why_not_storable(const Lease& lease) {
    ColumnLimitCheck check;
    visit_columns(lease, check);
    return check.problem;
}

}  // namespace leasehold
