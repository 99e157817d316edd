// Which pool a unit belongs to, and offsets instead of addresses: the searching itself is done by bitmap_pool
// (dense) and sparse_pool.
#include "dhcp/address_pools.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cassert>
#include <iterator>
#include <variant>

#include "dhcp/bitmap_pool.hpp"
#include "dhcp/prefetch.hpp"
#include "dhcp/sparse_pool.hpp"
#include "dhcp/unit_queue.hpp"

namespace leasehold {
namespace {

constexpr unsigned address_bits = 128;

/// Where a unit of this length lies, counted in units from the start of all addresses.
Uint128 unit_number(const Prefix& unit) {
    return unit.length == 0 ? 0 : to_uint128(unit.address) >> (address_bits - unit.length);
}
Prefix unit_at(Uint128 number, std::uint8_t length) {
    return {length == 0 ? Ipv6{} : to_ipv6(number << (address_bits - length)), length};
}
bool has_host_bits(const Prefix& unit) {
    return unit_at(unit_number(unit), unit.length) != unit;
}

/// All 2^128 addresses as one pool: the capacity would not fit; the last unit is left out.
Uint128 capacity_of(const PoolRange& range) {
    const auto span = unit_number(range.last) - unit_number(range.first);
    return span == ~Uint128{0} ? span : span + 1;
}

using Units = std::variant<BitmapPool, std::unique_ptr<SparsePool>>;

Units make_units(Uint128 capacity) {
    if (capacity <= AddressPools::dense_units_max) return BitmapPool{static_cast<BitmapPool::Unit>(capacity)};
    return std::make_unique<SparsePool>(capacity);
}

/// Where the unit waits to be given out; nullopt: it does not.
std::optional<UnitQueue::Ring> ring_of(Availability availability) {
    switch (availability) {
        case Availability::free: return UnitQueue::Ring::free;
        case Availability::reusable: return UnitQueue::Ring::reusable;
        case Availability::held:
        case Availability::taken: return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

struct AddressPools::Impl {
    struct UnitHash {
        using is_avalanching = void;
        std::size_t operator()(Uint128 unit) const {
            auto value = static_cast<std::uint64_t>(unit >> 64) * 0x94d049bb133111eb ^
                         static_cast<std::uint64_t>(unit);
            value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
            value = (value ^ value >> 27) * 0x94d049bb133111eb;
            return value ^ value >> 31;
        }
    };
    /// What a search reads stands first: with thousands of pools their lines of the cache are seldom there.
    struct alignas(64) Pool {
        Uint128 first;  // its number
        Uint128 capacity;
        Uint128 cursor = 0;
        std::uint8_t length;
        Units units;                                                         // a blocked unit is taken here,
        boost::unordered_flat_map<Uint128, Availability, UnitHash> blocked;  // and what it is stands here
        std::optional<UnitQueue> order;
        PoolRange range;
        PoolCounts counts;  // its capacity stands above

        explicit Pool(const PoolRange& pool_range)
            : first{unit_number(pool_range.first)},
              capacity{capacity_of(pool_range)},
              length{pool_range.first.length},
              units{make_units(capacity)},
              range{pool_range} {}
        Availability get(Uint128 unit) const;
        void set(Uint128 unit, Availability availability);
        void block(Uint128 unit);
        Availability get_unit(Uint128 unit) const;
        void set_unit(Uint128 unit, Availability availability);
        std::uint64_t* count_of(Availability availability);
    };
    /// The pools of one length of prefix, in ascending order. The numbers stand by themselves: a search among thousands
    /// meets few lines of the cache.
    struct Order {
        std::uint8_t length;
        std::vector<Uint128> first;
        std::vector<PoolIndex> pool;
    };
    std::vector<Pool> pools;
    std::vector<Order> orders;  // few: one, or that of addresses and those of delegated prefixes

    explicit Impl(const std::vector<PoolRange>& ranges);
    std::optional<std::pair<PoolIndex, Uint128>> locate(const Prefix& unit) const;
};

AddressPools::Impl::Impl(const std::vector<PoolRange>& ranges) {
    pools.reserve(ranges.size());
    for (const auto& range : ranges) {
        assert(range.first.length == range.last.length && range.first <= range.last);
        assert(!has_host_bits(range.first) && !has_host_bits(range.last));
        const auto length = range.first.length;
        auto order = std::ranges::find(orders, length, &Order::length);
        if (order == orders.end()) order = orders.insert(order, Order{length, {}, {}});
        order->pool.push_back(static_cast<PoolIndex>(pools.size()));
        pools.emplace_back(range);
    }
    const auto first_of = [this](PoolIndex pool) { return pools[pool].first; };
    for (auto& order : orders) {
        std::ranges::sort(order.pool, {}, first_of);
        std::ranges::transform(order.pool, std::back_inserter(order.first), first_of);
        for (std::size_t i = 1; i < order.pool.size(); ++i)
            assert(pools[order.pool[i - 1]].range.last < pools[order.pool[i]].range.first && "pools overlap");
    }
}

std::optional<std::pair<PoolIndex, Uint128>> AddressPools::Impl::locate(const Prefix& unit) const {
    if (unit.length > address_bits || has_host_bits(unit)) return std::nullopt;
    const auto number = unit_number(unit);
    const auto order = std::ranges::find(orders, unit.length, &Order::length);
    if (order == orders.end()) return std::nullopt;
    const auto above = std::ranges::upper_bound(order->first, number);
    if (above == order->first.begin()) return std::nullopt;
    const auto index = order->pool[static_cast<std::size_t>(above - order->first.begin() - 1)];
    const auto offset = number - *(above - 1);
    if (offset >= pools[index].capacity) return std::nullopt;
    return std::pair{index, offset};
}

Availability AddressPools::Impl::Pool::get(Uint128 unit) const {
    if (!blocked.empty())
        if (const auto found = blocked.find(unit); found != blocked.end()) return found->second;
    return get_unit(unit);
}

Availability AddressPools::Impl::Pool::get_unit(Uint128 unit) const {
    if (const auto* dense = std::get_if<BitmapPool>(&units))
        return dense->get(static_cast<BitmapPool::Unit>(unit));
    return std::get<std::unique_ptr<SparsePool>>(units)->get(unit);
}

std::uint64_t* AddressPools::Impl::Pool::count_of(Availability availability) {
    switch (availability) {
        case Availability::free: return nullptr;
        case Availability::reusable: return &counts.reusable;
        case Availability::held: return &counts.held;
        case Availability::taken: return &counts.taken;
    }
    return nullptr;
}

void AddressPools::Impl::Pool::set(Uint128 unit, Availability availability) {
    if (auto* before = count_of(get(unit))) --*before;
    if (auto* after = count_of(availability)) ++*after;
    if (!blocked.empty()) {
        if (const auto found = blocked.find(unit); found != blocked.end()) {
            found->second = availability;
            return;
        }
    }
    set_unit(unit, availability);
}

void AddressPools::Impl::Pool::block(Uint128 unit) {
    if (!blocked.try_emplace(unit, get_unit(unit)).second) return;
    ++counts.blocked;
    set_unit(unit, Availability::taken);
}

void AddressPools::Impl::Pool::set_unit(Uint128 number, Availability availability) {
    auto* dense = std::get_if<BitmapPool>(&units);
    if (dense == nullptr) return std::get<std::unique_ptr<SparsePool>>(units)->set(number, availability);
    const auto unit = static_cast<BitmapPool::Unit>(number);
    if (order) {
        const auto before = ring_of(dense->get(unit)), after = ring_of(availability);
        if (before && before != after) order->remove(unit);
        if (after && before != after) order->append(*after, unit);
    }
    dense->set(unit, availability);
}

AddressPools::AddressPools(std::vector<PoolRange> ranges) : impl_{std::make_unique<Impl>(ranges)} {}
AddressPools::~AddressPools() = default;
AddressPools::AddressPools(AddressPools&&) noexcept = default;
AddressPools& AddressPools::operator=(AddressPools&&) noexcept = default;

std::optional<PoolIndex> AddressPools::pool_of(const Prefix& unit) const {
    const auto found = impl_->locate(unit);
    if (!found) return std::nullopt;
    return found->first;
}

const PoolRange& AddressPools::range(PoolIndex pool) const {
    return impl_->pools.at(pool).range;
}
std::size_t AddressPools::size() const {
    return impl_->pools.size();
}

void AddressPools::set(const Prefix& unit, Availability availability) {
    if (const auto found = impl_->locate(unit)) impl_->pools[found->first].set(found->second, availability);
}

void AddressPools::block(const Prefix& unit) {
    if (const auto found = impl_->locate(unit)) impl_->pools[found->first].block(found->second);
}

bool AddressPools::is_blocked(const Prefix& unit) const {
    const auto found = impl_->locate(unit);
    return found && impl_->pools[found->first].blocked.contains(found->second);
}

void AddressPools::keep_order(PoolIndex pool_index) {
    auto& pool = impl_->pools.at(pool_index);
    if (std::holds_alternative<BitmapPool>(pool.units))
        pool.order.emplace(static_cast<UnitQueue::Unit>(pool.capacity));
}

Availability AddressPools::get(const Prefix& unit) const {
    const auto found = impl_->locate(unit);
    assert(found);
    return impl_->pools[found->first].get(found->second);
}

AddressPools::Pick AddressPools::pick(PoolIndex pool_index, AllocatorKind kind, std::uint64_t seed) const {
    const auto& pool = impl_->pools.at(pool_index);
    const bool in_order = kind == AllocatorKind::flq && pool.order;
    const bool random = kind == AllocatorKind::random || (kind == AllocatorKind::flq && !in_order);
    const auto to_prefix_of_pool = [&](Uint128 unit) {
        return unit_at(pool.first + unit, pool.length);
    };
    if (const auto* units = std::get_if<std::unique_ptr<SparsePool>>(&pool.units)) {
        const auto& sparse = **units;
        const auto found = sparse.search(random ? sparse.place(seed) : pool.cursor, seed,
                                          random ? 0 : sparse_tries_max / 2, sparse_tries_max);
        if (!found.unit) return {std::nullopt, Availability::taken, found.tries};
        return {to_prefix_of_pool(*found.unit), found.was, found.tries};
    }
    const auto& dense = std::get<BitmapPool>(pool.units);
    const auto capacity = static_cast<BitmapPool::Unit>(pool.capacity);
    const auto from = static_cast<BitmapPool::Unit>(random ? seed % capacity : pool.cursor);
    for (const auto which : {Availability::free, Availability::reusable})
        if (const auto unit = in_order ? pool.order->first(*ring_of(which)) : dense.next(which, from))
            return {to_prefix_of_pool(*unit), which, 1};
    return {std::nullopt, Availability::taken, 1};
}

void AddressPools::expect(PoolIndex pool) const {
    const auto& expected = impl_->pools.at(pool);
    prefetch(&expected, &expected.blocked);
}

void AddressPools::advance(const Prefix& given) {
    const auto found = impl_->locate(given);
    if (!found) return;
    auto& pool = impl_->pools[found->first];
    pool.cursor = found->second + 1 == pool.capacity ? 0 : found->second + 1;
}

PoolCounts AddressPools::counts(PoolIndex pool) const {
    const auto& counted = impl_->pools.at(pool);
    auto counts = counted.counts;
    counts.capacity = counted.capacity;
    return counts;
}

std::size_t AddressPools::bytes() const {
    auto total = impl_->pools.capacity() * sizeof(Impl::Pool);
    for (const auto& order : impl_->orders)
        total += order.first.capacity() * sizeof(Uint128) + order.pool.capacity() * sizeof(PoolIndex);
    for (const auto& pool : impl_->pools) {
        if (const auto* dense = std::get_if<BitmapPool>(&pool.units)) {
            total += dense->bytes();
        } else {
            total += sizeof(SparsePool) + std::get<std::unique_ptr<SparsePool>>(pool.units)->bytes();
        }
        // A flat map has an octet of its own per place.
        total += pool.blocked.bucket_count() * (sizeof(*pool.blocked.begin()) + 1);
        if (pool.order) total += pool.order->bytes();
    }
    return total;
}

}  // namespace leasehold
