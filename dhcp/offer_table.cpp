// The holds in one container, indexed by everything it is asked for.
#include "dhcp/offer_table.hpp"

#include <algorithm>
#include <array>
#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/mem_fun.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>
#include <tuple>
#include <utility>

#include "dhcp/keyed_hash.hpp"

namespace leasehold {
namespace {

namespace mi = boost::multi_index;

struct ClientInSubnet {
    ClientKey client;
    std::uint32_t subnet_id = 0;
    bool operator==(const ClientInSubnet&) const = default;
};

struct Entry {
    ClientInSubnet owner;
    Prefix address;
    std::optional<PoolIndex> in_pool;
    LeaseTime end{};
    std::uint64_t age_order = 0;  // the lower, the longer it stands

    const ClientInSubnet& client() const { return owner; }
    const Prefix& unit() const { return address; }
    LeaseTime until() const { return end; }
    std::pair<std::optional<PoolIndex>, std::uint64_t> place_in_pool() const { return {in_pool, age_order}; }
    Hold hold() const { return {address, owner.client, owner.subnet_id, in_pool, end}; }
};

/// Both keys come from the network; a keyed hash keeps their buckets short.
struct KeyHash {
    HashKey key = random_hash_key();
    std::size_t operator()(const Prefix& unit) const {
        return keyed_hash(key, unit.address.bytes) ^ unit.length;
    }
    std::size_t operator()(const ClientInSubnet& client) const {
        const auto salt = static_cast<std::uint64_t>(client.subnet_id) << 8 |
                          static_cast<std::uint64_t>(client.client.kind);
        return keyed_hash({key.low ^ salt, key.high}, view(client.client.bytes));
    }
};

struct ByUnit {};
struct ByClient {};
struct ByPool {};
struct ByEnd {};
struct ByAge {};

using Holds = mi::multi_index_container<
    Entry,
    mi::indexed_by<
        mi::hashed_unique<mi::tag<ByUnit>, mi::const_mem_fun<Entry, const Prefix&, &Entry::unit>, KeyHash>,
        mi::hashed_unique<mi::tag<ByClient>, mi::const_mem_fun<Entry, const ClientInSubnet&, &Entry::client>,
                          KeyHash>,
        mi::ordered_unique<mi::tag<ByPool>,
                           mi::const_mem_fun<Entry, std::pair<std::optional<PoolIndex>, std::uint64_t>,
                                             &Entry::place_in_pool>>,
        mi::ordered_non_unique<mi::tag<ByEnd>, mi::const_mem_fun<Entry, LeaseTime, &Entry::until>>,
        mi::sequenced<mi::tag<ByAge>>>>;

}  // namespace

struct OfferTable::Impl {
    Holds holds;
    std::uint64_t next_age = 0;
    std::uint64_t overflowed = 0;
};

OfferTable::OfferTable() : impl_{std::make_unique<Impl>()} {
    // All buckets at once, a megabyte: a rehash later would hold the loop up.
    impl_->holds.get<ByUnit>().reserve(holds_max);
    impl_->holds.get<ByClient>().reserve(holds_max);
}
OfferTable::~OfferTable() = default;

std::vector<Prefix> OfferTable::hold(Hold hold) {
    std::vector<Prefix> ended;
    Entry entry{
        {std::move(hold.client), hold.subnet_id}, hold.unit, hold.pool, hold.until, impl_->next_age++};
    auto& by_client = impl_->holds.get<ByClient>();
    if (const auto older = by_client.find(entry.owner); older != by_client.end()) {
        if (older->address != entry.address) ended.push_back(older->address);
        by_client.erase(older);
    }
    impl_->holds.get<ByUnit>().erase(entry.address);
    auto& by_age = impl_->holds.get<ByAge>();
    if (by_age.size() >= holds_max) {
        ended.push_back(by_age.front().address);
        by_age.pop_front();
        ++impl_->overflowed;
    }
    by_age.push_back(std::move(entry));
    return ended;
}

bool OfferTable::release(const Prefix& unit) {
    return impl_->holds.get<ByUnit>().erase(unit) > 0;
}

std::vector<Prefix> OfferTable::expire(LeaseTime now, std::size_t limit) {
    std::vector<Prefix> ended;
    auto& by_end = impl_->holds.get<ByEnd>();
    while (ended.size() < limit && !by_end.empty() && by_end.begin()->end <= now) {
        ended.push_back(by_end.begin()->address);
        by_end.erase(by_end.begin());
    }
    return ended;
}

void OfferTable::reindex(const std::function<std::optional<PoolIndex>(const Prefix&)>& pool_of) {
    auto& by_age = impl_->holds.get<ByAge>();
    for (auto hold = by_age.begin(); hold != by_age.end(); ++hold)
        by_age.modify(hold, [&](Entry& entry) { entry.in_pool = pool_of(entry.address); });
}

std::optional<Hold> OfferTable::of_unit(const Prefix& unit) const {
    const auto& by_unit = impl_->holds.get<ByUnit>();
    const auto found = by_unit.find(unit);
    if (found == by_unit.end()) return std::nullopt;
    return found->hold();
}

std::optional<Hold> OfferTable::of_client(const ClientKey& client, std::uint32_t subnet_id) const {
    const auto& by_client = impl_->holds.get<ByClient>();
    const auto found = by_client.find(ClientInSubnet{client, subnet_id});
    if (found == by_client.end()) return std::nullopt;
    return found->hold();
}

std::optional<Hold> OfferTable::oldest(PoolIndex pool) const {
    const auto& by_pool = impl_->holds.get<ByPool>();
    const auto found = by_pool.lower_bound(std::pair{std::optional{pool}, std::uint64_t{0}});
    if (found == by_pool.end() || found->in_pool != pool) return std::nullopt;
    return found->hold();
}

std::size_t OfferTable::size() const {
    return impl_->holds.size();
}
std::uint64_t OfferTable::overflowed() const {
    return impl_->overflowed;
}

}  // namespace leasehold
