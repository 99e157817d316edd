// How many leases each subnet and pool has. Found by subnet at once: with thousands of them a search through an ordered map
// would wait for memory at each of its steps, with every lease that changes.
#pragma once

#include <boost/container/small_vector.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <compare>
#include <cstdint>
#include <optional>

#include "dhcp/lease.hpp"

namespace leasehold {

/// Durable leases of one subnet, pool id and kind; `assigned` includes declined ones, as Kea counts.
struct LeaseCount {
    std::int64_t assigned = 0;
    std::int64_t declined = 0;
    std::int64_t registered = 0;  // RFC 9686; not among the assigned ones
    bool operator==(const LeaseCount&) const = default;
    /// @param times  1 adds `other`, -1 takes it away
    void add(const LeaseCount& other, int times = 1);
};
struct LeaseScope {
    std::uint32_t subnet_id = 0;
    std::uint32_t pool_id = 0;  // pools of addresses and of prefixes number theirs apart
    LeaseKind kind = LeaseKind::v4;
    auto operator<=>(const LeaseScope&) const = default;
};

class ScopeCounts {
public:
    void add(const LeaseScope& scope, const LeaseCount& count, int times);

    LeaseCount of(const LeaseScope& scope) const;
    /// Of all its pools, and of addresses outside of them; of one kind, or of all.
    LeaseCount of_subnet(std::uint32_t subnet_id, std::optional<LeaseKind> kind = {}) const;

    /// Calls `visit(scope, count)` for all that ever had leases, in no order.
    template <class Visit>
    void for_each(const Visit& visit) const {
        for (const auto& [subnet_id, pools] : subnets_)
            for (const auto& pool : pools) visit(pool.scope, pool.count);
    }

private:
    struct Pool {
        LeaseScope scope;
        LeaseCount count;
    };
    boost::unordered_flat_map<std::uint32_t, boost::container::small_vector<Pool, 1>> subnets_;  // few pools each
};

}  // namespace leasehold
