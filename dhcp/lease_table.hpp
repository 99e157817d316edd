// Every lease of one family, in memory: the authority that answers all questions. Compact records in a
// slab, 8-byte hash cells that grow in steps, lazy expiry buckets. Loop thread only.
//
// Not here: which addresses are free (address_pools), what is offered (offer_table), what is with the
// store (pending_changes).
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dhcp/lease.hpp"

namespace leasehold {

using LeaseRows = boost::container::small_vector<Lease, 2>;

struct LeaseTableStats {
    std::size_t leases = 0;
    std::size_t bytes = 0;            // of everything the table holds, indexes included
    std::size_t growing_indexes = 0;  // hash indexes that are being moved to a larger array
};

class LeaseTable {
public:
    explicit LeaseTable(Family family);
    ~LeaseTable();
    LeaseTable(LeaseTable&&) noexcept;
    LeaseTable& operator=(LeaseTable&&) noexcept;

    /// Inserts, or replaces what the address held.
    ///
    /// @param due  when sweep() shall look at it; may lie in the past. A renewal that only moves it later
    ///             costs no index work (lazy buckets).
    void put(const Lease& lease, LeaseTime due);
    /// A put() of this lease comes soon, after some others: what the indexes will read for it is asked of memory
    /// now. In a large table that is most of what a put() waits for. Changes nothing.
    void expect(const Lease& lease) const;
    /// So many leases are coming: indexes are made for them at once when they grow next, instead of in many steps.
    /// Takes no memory for leases that do not come, but address space.
    void reserve(std::size_t leases);
    bool erase(const Prefix& address);

    std::optional<Lease> find(const Prefix& address) const;
    bool contains(const Prefix& address) const;
    std::size_t size() const;

    /// Both of the following will be asked for these: what they read first is brought into the cache meanwhile. An empty
    /// identity is none.
    void expect_look_up(OctetView client_id, OctetView hwaddr) const;
    /// Leases with this client-id (v4) or DUID (v6), of any subnet and state. A declined lease has none.
    /// At most `limit` rows, so that no identity can make an answer long.
    LeaseRows by_client_id(OctetView client_id, std::size_t limit = 64) const;
    LeaseRows by_hwaddr(OctetView hwaddr, std::size_t limit = 64) const;

    /// Leases with addresses after `after` (nullopt: from the first), in address order, until the visitor
    /// returns false or `limit` rows were visited.
    /// @return the last address visited; nullopt when none was.
    std::optional<Prefix> page(std::optional<Prefix> after, std::size_t limit,
                               const std::function<bool(const Lease&)>& visit) const;

    /// Looks at leases whose bucket has come, at most `limit` of them. `due_at` tells when a lease is really
    /// due; those due at or before `now` are returned (and looked at again a second later, unless put() or
    /// erased meanwhile), the others wait in their new bucket.
    std::vector<Lease> sweep(LeaseTime now, std::size_t limit,
                             const std::function<LeaseTime(const Lease&)>& due_at);

    /// A step of pending index growth, at most `cells` cells; put() does some itself. True: more to do.
    bool grow_step(std::size_t cells);

    LeaseTableStats stats() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
