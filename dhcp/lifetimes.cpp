// The arithmetic of lease times. Not here: which client holds what (binding).
#include "dhcp/lifetimes.hpp"

#include <algorithm>
#include <cmath>

namespace leasehold {

namespace {

using std::chrono::seconds;

/// An infinite lease has no percentage: its client never renews.
std::optional<std::uint32_t> percentage(const SubnetConfig& subnet, double share, std::uint32_t lifetime) {
    if (!subnet.calculate_tee_times || lifetime == infinite_lifetime) return std::nullopt;
    return static_cast<std::uint32_t>(std::lround(share * lifetime));
}

std::optional<std::uint32_t> below(std::optional<std::uint32_t> time, std::uint32_t limit) {
    return time && *time > 0 && *time < limit ? time : std::nullopt;
}

}  // namespace

std::uint32_t granted_lifetime(const LifetimeRange& range, std::optional<std::uint32_t> wish) {
    return wish ? std::clamp(*wish, range.min, range.max) : range.normal;
}

RenewalTimes renewal_times(const SubnetConfig& subnet, std::uint32_t lifetime) {
    const auto or_share = [&](std::optional<std::uint32_t> configured, double share) {
        return configured ? configured : percentage(subnet, share, lifetime);
    };
    RenewalTimes times;
    times.t2 = below(or_share(subnet.rebind_timer, subnet.t2_percent), lifetime);
    times.t1 = below(or_share(subnet.renew_timer, subnet.t1_percent), times.t2.value_or(lifetime));
    return times;
}

void start_lifetime(Lease& lease, std::uint32_t lifetime, LeaseTime now, LeaseTime earlier_promise) {
    lease.valid_lifetime = lifetime;
    lease.cltt = now;
    lease.expire = now + seconds{lifetime};
    lease.hold_until = std::max(lease.expire, earlier_promise);
}

std::uint32_t remaining_lifetime(const Lease& lease, LeaseTime now) {
    if (lease.valid_lifetime == infinite_lifetime) return infinite_lifetime;
    const auto left = (lease.expire - now).count();
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, 0, lease.valid_lifetime));
}

bool is_reusable(const Lease& row, LeaseTime now, std::uint32_t grace_seconds) {
    if (row.state == LeaseState::released) return true;
    return is_expired(row, now) && row.hold_until + seconds{grace_seconds} < now;
}

bool is_fresh_enough(const Lease& row, const SubnetConfig& subnet, std::uint32_t lifetime, LeaseTime now) {
    if (subnet.cache_threshold <= 0 || row.state != LeaseState::assigned || is_expired(row, now))
        return false;
    if (row.valid_lifetime != lifetime || row.cltt > now) return false;
    const auto age = (now - row.cltt).count();
    if (subnet.cache_max_age && age > *subnet.cache_max_age) return false;
    return static_cast<double>(age) <= subnet.cache_threshold * lifetime;
}

}  // namespace leasehold
