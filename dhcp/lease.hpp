// The lease record: the same names here, in every backend's columns and in the docs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"

namespace leasehold {

/// UTC seconds since 1970, 64 bits: no year 2038, no time zone.
using LeaseTime = std::chrono::sys_seconds;

/// Stored as these numbers.
enum class LeaseKind : std::uint8_t { v4 = 0, na = 1, ta = 2, pd = 3 };

/// The numbers are Kea's, and stored.
enum class LeaseState : std::uint8_t {
    assigned = 0,
    declined = 1,           // in use by somebody we do not know: kept away until its probation ends
    expired_reclaimed = 2,  // ended, kept so that its client finds the address again (affinity)
    released = 3,           // given back by its client, kept likewise
    registered = 4,         // v6 only, RFC 9686
};

inline constexpr std::uint32_t infinite_lifetime = 0xffffffff;

struct Lease {
    Prefix address;
    LeaseKind kind = LeaseKind::v4;
    std::uint32_t subnet_id = 0;
    std::uint32_t pool_id = 0;
    Octets client_id;  // v4 option 61; empty: none
    Octets duid;       // v6
    std::uint32_t iaid = 0;
    Octets hwaddr;
    std::uint16_t hwtype = 1;
    std::uint32_t hwaddr_source = 0;
    std::uint32_t valid_lifetime = 0;      // seconds; infinite_lifetime never ends
    std::uint32_t preferred_lifetime = 0;  // seconds, v6
    LeaseTime cltt{};                      // the client's last transaction
    LeaseTime expire{};                    // what commands show: cltt + valid_lifetime
    LeaseTime hold_until{};  // at or after the end of every promise made for this binding; decides reuse
    LeaseState state = LeaseState::assigned;
    bool fqdn_fwd = false;
    bool fqdn_rev = false;
    std::string hostname;
    std::string user_context;  // JSON text or empty
    Octets relay_id;
    Octets remote_id;
    std::uint64_t version = 0;  // 0: not stored yet; see first_version()
    std::uint64_t last_writer = 0;

    bool operator==(const Lease&) const = default;
};

/// A row's first stored version: microseconds since 1970 times 1024, and above any version this server
/// has seen for the address. It never comes back, not even after an Erase (lease-engine rule 1).
constexpr std::uint64_t first_version(std::chrono::system_clock::time_point now, std::uint64_t seen) {
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count();
    const auto fresh = static_cast<std::uint64_t>(micros) << 10;
    return fresh > seen ? fresh : seen + 1;
}

/// Strictly after its end, as Kea counts; an infinite lease never expires.
constexpr bool is_expired(const Lease& lease, LeaseTime now) {
    return lease.valid_lifetime != infinite_lifetime && lease.expire < now;
}

/// Are these two rows of one client? By DUID and IAID, else by client-id where both have one, else by hardware
/// address.
bool same_holder(const Lease& a, const Lease& b);

std::string_view to_string(LeaseState state);
std::string_view to_string(LeaseKind kind);

}  // namespace leasehold
