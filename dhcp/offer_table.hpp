// Addresses offered and not yet requested: a preference, not a claim. The allocator avoids them, and when
// a pool has nothing else it offers the one held longest. Bounded in number and seconds. Nothing here is
// stored. decide() reads it; only the loop changes it.
#pragma once

#include <boost/container/static_vector.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dhcp/address_pools.hpp"
#include "dhcp/client_identity.hpp"
#include "dhcp/lease.hpp"

namespace leasehold {

struct Hold {
    Prefix unit;
    ClientKey client;
    std::uint32_t subnet_id = 0;
    std::optional<PoolIndex> pool;
    LeaseTime until{};
};

class OfferTable {
public:
    static constexpr std::chrono::seconds hold_time{10};
    static constexpr std::size_t holds_max = 1u << 16;

    OfferTable();
    ~OfferTable();

    /// A client's newer hold in the same subnet replaces its older one, and a hold on a unit that another
    /// client held takes it over.
    /// @return units whose hold ended by this: replaced ones, and the oldest when holds_max is reached.
    using EndedUnits = boost::container::static_vector<Prefix, 2>;
    EndedUnits hold(Hold hold);
    /// @return true when there was one.
    bool release(const Prefix& unit);
    /// Drops holds that ended. @return their units, at most `limit`.
    std::vector<Prefix> expire(LeaseTime now, std::size_t limit);
    /// For a change of the pools: every hold gets the pool index that `pool_of` gives.
    void reindex(const std::function<std::optional<PoolIndex>(const Prefix&)>& pool_of);

    // nullptr: there is none. Valid until the next change.
    const Hold* of_unit(const Prefix& unit) const;
    const Hold* of_client(const ClientKey& client, std::uint32_t subnet_id) const;
    /// The hold of this pool that has stood longest.
    const Hold* oldest(PoolIndex pool) const;

    std::size_t size() const;
    /// Holds dropped because of holds_max.
    std::uint64_t overflowed() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
