// The columns of Kea's leases, once for its files and its tables: names, order, how a value reads, and what
// the values of one lease must say together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/lease.hpp"

namespace leasehold {

enum class KeaField : std::uint8_t {
    address,
    hwaddr,
    client_id,
    duid,
    valid_lifetime,
    expire,
    subnet_id,
    preferred_lifetime,
    lease_type,
    iaid,
    prefix_length,
    fqdn_fwd,
    fqdn_rev,
    hostname,
    state,
    user_context,
    hwtype,
    hwaddr_source,
    pool_id,
    relay_id,   // of tables only
    remote_id,  // likewise
};
struct KeaFieldDef {
    std::string_view name;
    KeaField field;
    bool required;  // since the first version of the format
};

/// In the order of the columns of Kea's current lease files.
std::span<const KeaFieldDef> kea_csv_fields(Family family);

/// Takes one value into the lease: addresses and decimal numbers as text, octets in hexadecimal digits (with
/// or without colons), flags as 0 or 1, times in seconds since 1970. @return false: no such value exists
bool read_kea_field(KeaField field, std::string_view text, Family family, Lease& lease);
/// `hwaddr cannot be "x"`
std::string refused_value(std::string_view name, std::string_view text);

/// Fills in what follows from the values (cltt from expire and valid_lifetime, hold_until, key lengths), once
/// all are read.
/// @return why this is no lease; nullopt: it is one
std::optional<std::string> complete_kea_lease(Lease& lease, Family family);

}  // namespace leasehold
