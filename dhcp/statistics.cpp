// Counters with a bounded history. Names and their order by text are kept in one map beside the counters, so
// that commands find and page by name while packets move them by number.
#include "dhcp/statistics.hpp"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>

namespace leasehold {
namespace {

using Time = std::chrono::system_clock::time_point;

constexpr std::size_t stat_count = static_cast<std::size_t>(Stat::count_);
constexpr std::uint8_t absent = 0xff;

/// The counters of one kind of scope, of one family: where each has its place there.
struct ScopeLayout {
    std::array<std::uint8_t, stat_count> places;
    std::vector<const StatDef*> defs;  // by place

    ScopeLayout(Family family, bool StatScopes::*in_scope) {
        places.fill(absent);
        for (const StatDef& def : stat_defs()) {
            if (!includes(def.families, family) || !(def.scopes.*in_scope)) continue;
            places[static_cast<std::size_t>(def.stat)] = static_cast<std::uint8_t>(defs.size());
            defs.push_back(&def);
        }
    }
};

struct Limits {
    std::uint32_t count = 20;
    std::chrono::seconds age{0};  // > 0: by age instead
    std::uint32_t size_max() const { return age.count() > 0 ? sample_count_max : count; }
};

/// The newest samples: a ring that grows by doubling until its limit, then overwrites its oldest.
class History {
public:
    void push(const Sample& sample, std::uint32_t size_max) {
        if (ring_.size() < size_max && size_ == ring_.size()) grow(size_max);
        newest_ = size_ == 0 ? 0 : (newest_ + 1) % ring_.size();
        ring_[newest_] = sample;
        size_ = std::min(size_ + 1, ring_.size());
    }
    void newest_first(std::vector<Sample>& out) const {
        out.clear();
        for (std::size_t i = 0; i != size_; ++i)
            out.push_back(ring_[(newest_ + ring_.size() - i) % ring_.size()]);
    }
    void clear() { size_ = 0; }
    void shrink_to(std::uint32_t size_max) {
        if (ring_.size() > size_max) rearrange(size_max);
    }

private:
    void grow(std::uint32_t size_max) {
        rearrange(std::min<std::size_t>(size_max, std::max<std::size_t>(2, ring_.size() * 2)));
    }
    void rearrange(std::size_t capacity) {
        std::vector<Sample> kept;
        newest_first(kept);
        kept.resize(std::min(kept.size(), capacity));
        size_ = kept.size();
        newest_ = size_ == 0 ? 0 : size_ - 1;
        std::ranges::reverse(kept);
        kept.resize(capacity);
        ring_ = std::move(kept);
    }
    std::vector<Sample> ring_;
    std::size_t newest_ = 0;
    std::size_t size_ = 0;
};

struct Counter {
    StatValue value = 0;
    bool exists = false;
    Limits limits;
    History history;

    void put(StatValue new_value, Time now) {
        value = new_value;
        history.push({value, now}, limits.size_max());
    }
    void limit(const Limits& new_limits) {
        limits = new_limits;
        history.shrink_to(limits.size_max());
    }
};

/// The counters of one subnet, of one pool, or of all: by their places in a layout.
struct CounterSet {
    const ScopeLayout& layout;
    std::vector<Counter> counters;

    explicit CounterSet(const ScopeLayout& of_scope) : layout{of_scope}, counters(of_scope.defs.size()) {}
    /// nullptr: this scope has no such counter.
    Counter* find(Stat stat) {
        const auto place = layout.places[static_cast<std::size_t>(stat)];
        return place == absent ? nullptr : &counters[place];
    }
    /// Calls `visit(counter, name, def)` with each.
    template <class Visit>
    void each(const std::string& prefix, const Visit& visit) {
        for (std::size_t i = 0; i != counters.size(); ++i)
            visit(counters[i], prefix + std::string{layout.defs[i]->name}, *layout.defs[i]);
    }
};

struct PoolCounters {
    StatPool pool;
    CounterSet set;
};
struct SubnetCounters {
    CounterSet set;
    std::vector<std::unique_ptr<PoolCounters>> pools;  // few

    CounterSet* pool(StatPool wanted) const {
        for (const auto& entry : pools)
            if (entry->pool == wanted) return &entry->set;
        return nullptr;
    }
};

// std::numeric_limits does not know 128 bits in strict C++.
constexpr StatValue stat_value_max = static_cast<StatValue>(~Uint128{0} >> 1);

StatValue saturating_sum(StatValue a, StatValue b) {
    StatValue sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? stat_value_max : -stat_value_max - 1;
}

std::string subnet_prefix(std::uint32_t id) {
    return "subnet[" + std::to_string(id) + "].";
}
std::string pool_prefix(StatPool pool) {
    return (pool.of_prefixes ? "pd-pool[" : "pool[") + std::to_string(pool.id) + "].";
}
bool is_global(std::string_view name) {
    return !name.starts_with("subnet[");
}

}  // namespace

std::string to_text(StatValue value) {
    std::string digits;
    const bool negative = value < 0;
    Uint128 rest = negative ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
    do {
        digits += static_cast<char>('0' + static_cast<int>(rest % 10));
        rest /= 10;
    } while (rest != 0);
    if (negative) digits += '-';
    std::ranges::reverse(digits);
    return digits;
}

struct Statistics::Impl {
    const TimeSource& source;
    Limits limits;  // of counters to come
    ScopeLayout global_layout, subnet_layout, pool_layout, pd_pool_layout;
    CounterSet globals{global_layout};
    boost::unordered_flat_map<std::uint32_t, std::unique_ptr<SubnetCounters>> subnets;
    std::map<std::string, Counter*, std::less<>> names;  // of the counters that exist
    mutable std::vector<Sample> samples;                 // handed to visitors, kept for its capacity

    Impl(const TimeSource& time_source, Family family)
        : source{time_source},
          global_layout{family, &StatScopes::global},
          subnet_layout{family, &StatScopes::subnet},
          pool_layout{family, &StatScopes::pool},
          pd_pool_layout{family, &StatScopes::pd_pool} {
        globals.each("", [&](Counter& counter, std::string name, const StatDef&) {
            create(counter, std::move(name));
        });
    }

    void create(Counter& counter, std::string name) {
        if (counter.exists) return;
        counter = {.value = 0, .exists = true, .limits = limits, .history = {}};
        counter.put(0, source.wall());
        names.emplace(std::move(name), &counter);
    }
    void forget(Counter& counter, const std::string& name) {
        counter.exists = false;
        names.erase(name);
    }
    void forget_all(CounterSet& set, const std::string& prefix) {
        set.each(prefix,
                 [&](Counter& counter, const std::string& name, const StatDef&) { forget(counter, name); });
    }

    SubnetCounters* subnet(std::uint32_t id) const {
        const auto found = subnets.find(id);
        return found == subnets.end() ? nullptr : found->second.get();
    }
    Counter* of_subnet(Stat stat, std::uint32_t subnet_id) const {
        auto* const counters = subnet(subnet_id);
        return counters == nullptr ? nullptr : counters->set.find(stat);
    }
    Counter* of_pool(Stat stat, std::uint32_t subnet_id, StatPool pool) const {
        auto* const counters = subnet(subnet_id);
        auto* const set = counters == nullptr ? nullptr : counters->pool(pool);
        return set == nullptr ? nullptr : set->find(stat);
    }

    // These make it exist again when it was removed. nullptr: there is none in this scope.
    Counter* existing_global(Stat stat) {
        auto* const counter = globals.find(stat);
        if (counter != nullptr && !counter->exists) create(*counter, std::string{stat_def(stat).name});
        return counter;
    }
    Counter* existing(Stat stat, std::uint32_t subnet_id, std::optional<StatPool> pool) {
        auto* const counter = pool ? of_pool(stat, subnet_id, *pool) : of_subnet(stat, subnet_id);
        if (counter != nullptr && !counter->exists)
            create(*counter, (subnet_prefix(subnet_id) + (pool ? pool_prefix(*pool) : std::string{}))
                                 .append(stat_def(stat).name));
        return counter;
    }

    void keep_pools(SubnetCounters& counters, const Scope& scope, const std::string& prefix) {
        std::erase_if(counters.pools, [&](const auto& entry) {
            const bool gone = std::ranges::find(scope.pools, entry->pool) == scope.pools.end();
            if (gone) forget_all(entry->set, prefix + pool_prefix(entry->pool));
            return gone;
        });
        for (const StatPool pool : scope.pools) {
            if (counters.pool(pool) != nullptr) continue;
            const auto& layout = pool.of_prefixes ? pd_pool_layout : pool_layout;
            counters.pools.push_back(std::make_unique<PoolCounters>(PoolCounters{pool, CounterSet{layout}}));
            counters.pools.back()->set.each(prefix + pool_prefix(pool),
                                            [&](Counter& counter, std::string name, const StatDef&) {
                                                create(counter, std::move(name));
                                            });
        }
    }

    void forget_subnet(std::uint32_t id, SubnetCounters& counters) {
        const auto prefix = subnet_prefix(id);
        forget_all(counters.set, prefix);
        for (const auto& entry : counters.pools) forget_all(entry->set, prefix + pool_prefix(entry->pool));
    }

    void tell(const std::string& name, const Counter& counter, const Visitor& visitor) const {
        counter.history.newest_first(samples);
        if (counter.limits.age.count() > 0) {
            const auto oldest = source.wall() - counter.limits.age;
            while (samples.size() > 1 && samples.back().at < oldest) samples.pop_back();
        }
        visitor(name, samples);
    }

    Counter* find(std::string_view name) const {
        const auto found = names.find(name);
        return found == names.end() ? nullptr : found->second;
    }

    bool limit(std::string_view name, const Limits& to) {
        auto* const counter = find(name);
        if (counter == nullptr) return false;
        counter->limit(to);
        return true;
    }
    void limit_all(const Limits& to) {
        limits = to;
        for (const auto& [name, counter] : names) counter->limit(to);
    }
    void reset(Counter& counter) const {
        counter.history.clear();
        counter.put(0, source.wall());
    }
};

namespace {
Limits by_count(std::uint32_t count) {
    return {std::clamp(count, std::uint32_t{1}, sample_count_max), {}};
}
Limits by_age(std::chrono::seconds age) {
    return {sample_count_max, std::max(age, std::chrono::seconds{1})};
}
}  // namespace

Statistics::Statistics(const TimeSource& source, Family family)
    : impl_{std::make_unique<Impl>(source, family)} {}
Statistics::~Statistics() = default;

void Statistics::add(Stat stat, StatValue delta) {
    if (auto* const counter = impl_->existing_global(stat))
        counter->put(saturating_sum(counter->value, delta), impl_->source.about_wall());
}

void Statistics::add(Stat stat, std::uint32_t subnet_id, std::optional<StatPool> pool, StatValue delta) {
    const auto now = impl_->source.about_wall();
    const auto change = [&](Counter* counter) {
        if (counter != nullptr) counter->put(saturating_sum(counter->value, delta), now);
    };
    change(impl_->existing_global(stat));
    change(impl_->existing(stat, subnet_id, std::nullopt));
    if (pool) change(impl_->existing(stat, subnet_id, pool));
}

void Statistics::set(Stat stat, std::uint32_t subnet_id, std::optional<StatPool> pool, StatValue value) {
    if (auto* const counter = impl_->existing(stat, subnet_id, pool))
        counter->put(value, impl_->source.wall());
}

void Statistics::set(Stat stat, StatValue value) {
    if (auto* const counter = impl_->existing_global(stat)) counter->put(value, impl_->source.wall());
}

StatValue Statistics::value(Stat stat) const {
    const auto* const counter = impl_->globals.find(stat);
    return counter == nullptr ? StatValue{0} : counter->value;
}

StatValue Statistics::value(Stat stat, std::uint32_t subnet_id, std::optional<StatPool> pool) const {
    const auto* const counter =
        pool ? impl_->of_pool(stat, subnet_id, *pool) : impl_->of_subnet(stat, subnet_id);
    return counter == nullptr ? StatValue{0} : counter->value;
}

void Statistics::set_scopes(const std::vector<Scope>& scopes) {
    boost::unordered_flat_map<std::uint32_t, const Scope*> wanted;
    for (const auto& scope : scopes) wanted.emplace(scope.subnet_id, &scope);
    boost::unordered::erase_if(impl_->subnets, [&](const auto& entry) {
        const bool gone = !wanted.contains(entry.first);
        if (gone) impl_->forget_subnet(entry.first, *entry.second);
        return gone;
    });
    for (const auto& scope : scopes) {
        const auto prefix = subnet_prefix(scope.subnet_id);
        auto& counters = impl_->subnets[scope.subnet_id];
        if (counters == nullptr) {
            counters = std::make_unique<SubnetCounters>(SubnetCounters{CounterSet{impl_->subnet_layout}, {}});
            counters->set.each(prefix, [&](Counter& counter, std::string name, const StatDef& def) {
                if (!def.scopes.subnet_when_moved) impl_->create(counter, std::move(name));
            });
        }
        impl_->keep_pools(*counters, scope, prefix);
    }
}

bool Statistics::visit(std::string_view name, const Visitor& visitor) const {
    const auto found = impl_->names.find(name);
    if (found == impl_->names.end()) return false;
    impl_->tell(found->first, *found->second, visitor);
    return true;
}

void Statistics::visit_all(bool global_only, const Visitor& visitor) const {
    visit_page("", impl_->names.size() + 1, global_only, visitor);
}

std::optional<std::string> Statistics::visit_page(std::string_view after, std::size_t limit, bool global_only,
                                                  const Visitor& visitor) const {
    auto at = after.empty() ? impl_->names.begin() : impl_->names.upper_bound(after);
    const std::string* last = nullptr;
    for (; at != impl_->names.end() && limit != 0; ++at, --limit) {
        if (global_only && !is_global(at->first)) {
            at = std::prev(impl_->names.lower_bound("subnet\\"));  // '\\' follows '[': the end of them
            last = &at->first;
            continue;
        }
        impl_->tell(at->first, *at->second, visitor);
        last = &at->first;
    }
    if (at == impl_->names.end() || last == nullptr) return std::nullopt;
    return *last;
}

bool Statistics::reset(std::string_view name) {
    auto* const counter = impl_->find(name);
    if (counter == nullptr) return false;
    impl_->reset(*counter);
    return true;
}

void Statistics::reset_all() {
    for (const auto& [name, counter] : impl_->names) impl_->reset(*counter);
}

bool Statistics::remove(std::string_view name) {
    const auto found = impl_->names.find(name);
    if (found == impl_->names.end()) return false;
    *found->second = {};
    impl_->names.erase(found);
    return true;
}

void Statistics::remove_all() {
    for (const auto& [name, counter] : impl_->names) *counter = {};
    impl_->names.clear();
}

bool Statistics::limit_count(std::string_view name, std::uint32_t count) {
    return impl_->limit(name, by_count(count));
}
bool Statistics::limit_age(std::string_view name, std::chrono::seconds age) {
    return impl_->limit(name, by_age(age));
}
void Statistics::limit_count_all(std::uint32_t count) {
    impl_->limit_all(by_count(count));
}
void Statistics::limit_age_all(std::chrono::seconds age) {
    impl_->limit_all(by_age(age));
}

}  // namespace leasehold
