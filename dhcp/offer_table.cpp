// The holds in one container, indexed by everything it is asked for.
#include "dhcp/offer_table.hpp"

#include <boost/multi_index/hashed_index.hpp>
#include <boost/multi_index/identity.hpp>
#include <boost/multi_index/mem_fun.hpp>
#include <boost/multi_index/member.hpp>
#include <boost/multi_index/ordered_index.hpp>
#include <boost/multi_index/sequenced_index.hpp>
#include <boost/multi_index_container.hpp>
#include <utility>

#include "dhcp/keyed_hash.hpp"
#include "dhcp/recycling_allocator.hpp"

namespace leasehold {
namespace {

namespace mi = boost::multi_index;

struct Entry : Hold {
    std::uint64_t age_order = 0;  // the lower, the longer it stands

    std::pair<std::optional<PoolIndex>, std::uint64_t> place_in_pool() const { return {pool, age_order}; }
};

/// What a hold is found by besides its unit.
struct Owner {
    const ClientKey& client;
    std::uint32_t subnet_id;
};
Owner owner_of(const Hold& hold) {
    return {hold.client, hold.subnet_id};
}

/// Both keys come from the network; a keyed hash keeps their buckets short.
struct UnitHash {
    HashKey key = random_hash_key();
    std::size_t operator()(const Prefix& unit) const {
        return keyed_hash(key, unit.address.bytes) ^ unit.length;
    }
};
struct OwnerHash {
    HashKey key = random_hash_key();
    std::size_t operator()(const Owner& owner) const {
        const auto salt = static_cast<std::uint64_t>(owner.subnet_id) << 8 |
                          static_cast<std::uint64_t>(owner.client.kind);
        return keyed_hash({key.low ^ salt, key.high}, view(owner.client.bytes));
    }
    std::size_t operator()(const Hold& hold) const { return (*this)(owner_of(hold)); }
};
struct SameOwner {
    static bool same(const Owner& a, const Owner& b) { return a.subnet_id == b.subnet_id && a.client == b.client; }
    bool operator()(const Hold& a, const Hold& b) const { return same(owner_of(a), owner_of(b)); }
    bool operator()(const Owner& a, const Hold& b) const { return same(a, owner_of(b)); }
    bool operator()(const Hold& a, const Owner& b) const { return same(owner_of(a), b); }
};

struct ByUnit {};
struct ByOwner {};
struct ByPool {};
struct ByEnd {};
struct ByAge {};

using Holds = mi::multi_index_container<
    Entry,
    mi::indexed_by<
        mi::hashed_unique<mi::tag<ByUnit>, mi::member<Hold, Prefix, &Hold::unit>, UnitHash>,
        mi::hashed_unique<mi::tag<ByOwner>, mi::identity<Entry>, OwnerHash, SameOwner>,
        mi::ordered_unique<mi::tag<ByPool>,
                           mi::const_mem_fun<Entry, std::pair<std::optional<PoolIndex>, std::uint64_t>,
                                             &Entry::place_in_pool>>,
        mi::ordered_non_unique<mi::tag<ByEnd>, mi::member<Hold, LeaseTime, &Hold::until>>,
        mi::sequenced<mi::tag<ByAge>>>,
    RecyclingAllocator<Entry>>;

/// The hold that a look-up found, or nullptr.
template <class Index>
const Hold* found_in(const Index& index, typename Index::const_iterator found) {
    return found == index.end() ? nullptr : &*found;
}

}  // namespace

struct OfferTable::Impl {
    Holds holds;
    std::uint64_t next_age = 0;
    std::uint64_t overflowed = 0;
};

OfferTable::OfferTable() : impl_{std::make_unique<Impl>()} {
    // All buckets at once, a megabyte: a rehash later would hold the loop up.
    impl_->holds.get<ByUnit>().reserve(holds_max);
    impl_->holds.get<ByOwner>().reserve(holds_max);
}
OfferTable::~OfferTable() = default;

OfferTable::EndedUnits OfferTable::hold(Hold hold) {
    EndedUnits ended;
    auto& by_owner = impl_->holds.get<ByOwner>();
    if (const auto older = by_owner.find(owner_of(hold), by_owner.hash_function(), by_owner.key_eq()); older != by_owner.end()) {
        if (older->unit != hold.unit) ended.push_back(older->unit);
        by_owner.erase(older);
    }
    impl_->holds.get<ByUnit>().erase(hold.unit);
    auto& by_age = impl_->holds.get<ByAge>();
    if (by_age.size() >= holds_max) {
        ended.push_back(by_age.front().unit);
        by_age.pop_front();
        ++impl_->overflowed;
    }
    by_age.push_back({std::move(hold), impl_->next_age++});
    return ended;
}

bool OfferTable::release(const Prefix& unit) {
    return impl_->holds.get<ByUnit>().erase(unit) > 0;
}

std::vector<Prefix> OfferTable::expire(LeaseTime now, std::size_t limit) {
    std::vector<Prefix> ended;
    auto& by_end = impl_->holds.get<ByEnd>();
    while (ended.size() < limit && !by_end.empty() && by_end.begin()->until <= now) {
        ended.push_back(by_end.begin()->unit);
        by_end.erase(by_end.begin());
    }
    return ended;
}

void OfferTable::reindex(const std::function<std::optional<PoolIndex>(const Prefix&)>& pool_of) {
    auto& by_age = impl_->holds.get<ByAge>();
    for (auto hold = by_age.begin(); hold != by_age.end(); ++hold)
        by_age.modify(hold, [&](Entry& entry) { entry.pool = pool_of(entry.unit); });
}

const Hold* OfferTable::of_unit(const Prefix& unit) const {
    const auto& by_unit = impl_->holds.get<ByUnit>();
    return found_in(by_unit, by_unit.find(unit));
}

const Hold* OfferTable::of_client(const ClientKey& client, std::uint32_t subnet_id) const {
    const auto& by_owner = impl_->holds.get<ByOwner>();
    return found_in(by_owner, by_owner.find(Owner{client, subnet_id}, by_owner.hash_function(), by_owner.key_eq()));
}

const Hold* OfferTable::oldest(PoolIndex pool) const {
    const auto& by_pool = impl_->holds.get<ByPool>();
    const auto* const first = found_in(by_pool, by_pool.lower_bound(std::pair{std::optional{pool}, std::uint64_t{0}}));
    return first == nullptr || first->pool != pool ? nullptr : first;
}

std::size_t OfferTable::size() const {
    return impl_->holds.size();
}
std::uint64_t OfferTable::overflowed() const {
    return impl_->overflowed;
}

}  // namespace leasehold
