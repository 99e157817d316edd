// How long a v4 lease lasts, when its client renews, and when its address may go to somebody else. Pure
// arithmetic over values (RFC 2131 3.3, 4.3.1, 4.4.5).
#pragma once

#include <cstdint>
#include <optional>

#include "dhcp/lease.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// What a client is granted: its wish (option 51) within the limits, else the normal lifetime. Seconds;
/// infinite_lifetime stays infinite where the limits allow it.
std::uint32_t granted_lifetime(const LifetimeRange& range, std::optional<std::uint32_t> wish);

/// T1 and T2 (options 58, 59), seconds; nullopt: not sent.
struct RenewalTimes {
    std::optional<std::uint32_t> t1, t2;
    bool operator==(const RenewalTimes&) const = default;
};
/// @param lifetime  as sent in option 51. T2 only below it, T1 only below T2 (or below it when there is no
/// T2).
RenewalTimes renewal_times(const SubnetConfig& subnet, std::uint32_t lifetime);

/// Starts a lifetime in the lease: cltt, expire, and hold_until, which never falls below an earlier promise
/// to the same client that still runs.
///
/// @param earlier_promise  hold_until of the client's row so far; LeaseTime{} when the client is a new one
void start_lifetime(Lease& lease, std::uint32_t lifetime, LeaseTime now, LeaseTime earlier_promise);

/// Seconds left, not below 0; infinite_lifetime for an infinite lease.
std::uint32_t remaining_lifetime(const Lease& lease, LeaseTime now);

/// May the address of this row go to another client? A released one at once; any other after the end of every
/// promise made for it, and the grace. Strictly after, as is_expired().
bool is_reusable(const Lease& row, LeaseTime now, std::uint32_t grace_seconds);

/// How long the row may go on being confirmed without a write (cache-threshold, cache-max-age): its age is
/// small and its lifetime is the one that would be granted now.
bool is_fresh_enough(const Lease& row, const SubnetConfig& subnet, std::uint32_t lifetime, LeaseTime now);

}  // namespace leasehold
