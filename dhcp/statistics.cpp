// The table of counters, and counters with a bounded history. Names and their order by text are kept in one
// map beside the counters, so that commands find and page by name while packets move them by number.
#include "dhcp/statistics.hpp"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <limits>
#include <map>

namespace leasehold {
namespace {

using Time = std::chrono::system_clock::time_point;

constexpr std::array defs = [] {
    using enum Stat;
    constexpr bool G = true, S = true, P = true, no = false, when_moved = true;
    return std::array{
        StatDef{pkt4_received, "pkt4-received", G, no, no, no, "datagrams received"},
        StatDef{pkt4_discover_received, "pkt4-discover-received", G, no, no, no, "DHCPDISCOVER received"},
        StatDef{pkt4_offer_received, "pkt4-offer-received", G, no, no, no,
                "DHCPOFFER received, a server's message"},
        StatDef{pkt4_request_received, "pkt4-request-received", G, no, no, no, "DHCPREQUEST received"},
        StatDef{pkt4_ack_received, "pkt4-ack-received", G, no, no, no,
                "DHCPACK received, a server's message"},
        StatDef{pkt4_nak_received, "pkt4-nak-received", G, no, no, no,
                "DHCPNAK received, a server's message"},
        StatDef{pkt4_release_received, "pkt4-release-received", G, no, no, no, "DHCPRELEASE received"},
        StatDef{pkt4_decline_received, "pkt4-decline-received", G, no, no, no, "DHCPDECLINE received"},
        StatDef{pkt4_inform_received, "pkt4-inform-received", G, no, no, no, "DHCPINFORM received"},
        StatDef{pkt4_lease_query_received, "pkt4-lease-query-received", G, no, no, no,
                "DHCPLEASEQUERY received"},
        StatDef{pkt4_unknown_received, "pkt4-unknown-received", G, no, no, no,
                "messages of an unknown type received"},
        StatDef{pkt4_sent, "pkt4-sent", G, no, no, no, "messages sent"},
        StatDef{pkt4_offer_sent, "pkt4-offer-sent", G, no, no, no, "DHCPOFFER sent"},
        StatDef{pkt4_ack_sent, "pkt4-ack-sent", G, no, no, no, "DHCPACK sent"},
        StatDef{pkt4_nak_sent, "pkt4-nak-sent", G, no, no, no, "DHCPNAK sent"},
        StatDef{pkt4_lease_query_response_unknown_sent, "pkt4-lease-query-response-unknown-sent", G, no, no,
                no, "DHCPLEASEUNKNOWN sent"},
        StatDef{pkt4_lease_query_response_unassigned_sent, "pkt4-lease-query-response-unassigned-sent", G, no,
                no, no, "DHCPLEASEUNASSIGNED sent"},
        StatDef{pkt4_lease_query_response_active_sent, "pkt4-lease-query-response-active-sent", G, no, no, no,
                "DHCPLEASEACTIVE sent"},
        StatDef{pkt4_service_disabled, "pkt4-service-disabled", G, no, no, no,
                "dropped: service is disabled"},
        StatDef{pkt4_parse_failed, "pkt4-parse-failed", G, no, no, no,
                "dropped: not a readable DHCPv4 message"},
        StatDef{pkt4_queue_full, "pkt4-queue-full", G, no, no, no, "dropped: a queue was full"},
        StatDef{pkt4_duplicate, "pkt4-duplicate", G, no, no, no,
                "dropped: a newer message of the same client took its place"},
        StatDef{pkt4_rfc_violation, "pkt4-rfc-violation", G, no, no, no,
                "dropped: the message breaks RFC 2131"},
        StatDef{pkt4_admin_filtered, "pkt4-admin-filtered", G, no, no, no,
                "dropped: the configuration says so"},
        StatDef{pkt4_not_for_us, "pkt4-not-for-us", G, no, no, no, "dropped: meant for another server"},
        StatDef{pkt4_processing_failed, "pkt4-processing-failed", G, no, no, no,
                "dropped: an answer could not be made"},
        StatDef{pkt4_limit_exceeded, "pkt4-limit-exceeded", G, no, no, no, "dropped: over a limit"},
        StatDef{pkt4_receive_drop, "pkt4-receive-drop", G, no, no, no, "dropped, for any of the causes"},
        StatDef{assigned_addresses, "assigned-addresses", G, S, P, no,
                "addresses leased now, declined ones included"},
        StatDef{cumulative_assigned_addresses, "cumulative-assigned-addresses", G, S, P, no,
                "addresses leased since the start; never goes down"},
        StatDef{declined_addresses, "declined-addresses", G, S, P, no,
                "addresses kept away after a DHCPDECLINE"},
        StatDef{reclaimed_declined_addresses, "reclaimed-declined-addresses", G, S, P, no,
                "declined addresses whose probation ended"},
        StatDef{reclaimed_leases, "reclaimed-leases", G, S, P, no, "expired leases cleaned up"},
        StatDef{total_addresses, "total-addresses", no, S, P, no, "addresses in the pools"},
        StatDef{v4_lease_reuses, "v4-lease-reuses", G, S, no, no, "renewals answered from the stored lease"},
        StatDef{v4_reservation_conflicts, "v4-reservation-conflicts", G, S, no, no,
                "reserved addresses found in use by another client"},
        StatDef{v4_allocation_fail, "v4-allocation-fail", G, S, no, when_moved, "no free address found"},
        StatDef{v4_allocation_fail_no_pools, "v4-allocation-fail-no-pools", G, S, no, when_moved,
                "no pool that the client may use"},
        StatDef{v4_allocation_fail_shared_network, "v4-allocation-fail-shared-network", G, S, no, when_moved,
                "no address in a shared network"},
        StatDef{v4_allocation_fail_subnet, "v4-allocation-fail-subnet", G, S, no, when_moved,
                "no address in a subnet outside shared networks"},
        StatDef{v4_allocation_fail_classes, "v4-allocation-fail-classes", G, S, no, when_moved,
                "no address for a client that belongs to a class"},
    };
}();
constexpr std::size_t stat_count = static_cast<std::size_t>(Stat::count_);
static_assert(defs.size() == stat_count);
static_assert([] {
    for (std::size_t i = 0; i != stat_count; ++i)
        if (static_cast<std::size_t>(defs[i].stat) != i) return false;
    return true;
}());

constexpr std::uint8_t absent = 0xff;

/// Place of a counter among those of its scope.
template <bool StatDef::*in_scope>
constexpr auto places = [] {
    std::array<std::uint8_t, stat_count> result{};
    std::uint8_t next = 0;
    for (std::size_t i = 0; i != stat_count; ++i) result[i] = defs[i].*in_scope ? next++ : absent;
    return result;
}();
template <bool StatDef::*in_scope>
constexpr std::size_t size_of_scope = static_cast<std::size_t>(std::ranges::count_if(defs, in_scope));

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
    std::int64_t value = 0;
    bool exists = false;
    Limits limits;
    History history;

    void put(std::int64_t new_value, Time now) {
        value = new_value;
        history.push({value, now}, limits.size_max());
    }
    void limit(const Limits& new_limits) {
        limits = new_limits;
        history.shrink_to(limits.size_max());
    }
};

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
    std::int64_t sum = 0;
    if (!__builtin_add_overflow(a, b, &sum)) return sum;
    return b > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}

struct PoolCounters {
    std::uint32_t pool_id = 0;
    std::array<Counter, size_of_scope<&StatDef::pool>> counters;
};
struct SubnetCounters {
    std::array<Counter, size_of_scope<&StatDef::subnet>> counters;
    std::vector<std::unique_ptr<PoolCounters>> pools;  // few

    PoolCounters* pool(std::uint32_t id) const {
        for (const auto& entry : pools)
            if (entry->pool_id == id) return entry.get();
        return nullptr;
    }
};

std::string subnet_prefix(std::uint32_t id) {
    return "subnet[" + std::to_string(id) + "].";
}
std::string pool_prefix(std::uint32_t id) {
    return "pool[" + std::to_string(id) + "].";
}
bool is_global(std::string_view name) {
    return !name.starts_with("subnet[");
}

}  // namespace

const StatDef& stat_def(Stat stat) {
    return defs[static_cast<std::size_t>(stat)];
}
std::span<const StatDef> stat_defs() {
    return defs;
}

struct Statistics::Impl {
    const TimeSource& source;
    Limits limits;  // of counters to come
    std::array<Counter, stat_count> globals;
    boost::unordered_flat_map<std::uint32_t, std::unique_ptr<SubnetCounters>> subnets;
    std::map<std::string, Counter*, std::less<>> names;  // of the counters that exist
    mutable std::vector<Sample> samples;                 // handed to visitors, kept for its capacity

    explicit Impl(const TimeSource& time_source) : source{time_source} {
        for (const auto& def : defs)
            if (def.global) create(globals[static_cast<std::size_t>(def.stat)], std::string{def.name});
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

    SubnetCounters* subnet(std::uint32_t id) const {
        const auto found = subnets.find(id);
        return found == subnets.end() ? nullptr : found->second.get();
    }

    /// Calls `change` with the counter of each scope that has it; those not there yet come to be.
    template <class Change>
    void in_scopes(Stat stat, std::uint32_t subnet_id, std::optional<std::uint32_t> pool_id,
                   const Change& change) {
        const auto number = static_cast<std::size_t>(stat);
        const auto& def = defs[number];
        auto* const counters = def.subnet ? subnet(subnet_id) : nullptr;
        if (counters == nullptr) return;
        auto& of_subnet = counters->counters[places<&StatDef::subnet>[number]];
        if (!of_subnet.exists) create(of_subnet, subnet_prefix(subnet_id).append(def.name));
        change(of_subnet);
        auto* const pool = def.pool && pool_id ? counters->pool(*pool_id) : nullptr;
        if (pool == nullptr) return;
        auto& of_pool = pool->counters[places<&StatDef::pool>[number]];
        if (!of_pool.exists)
            create(of_pool, (subnet_prefix(subnet_id) + pool_prefix(*pool_id)).append(def.name));
        change(of_pool);
    }

    Counter& global(Stat stat) {
        auto& counter = globals[static_cast<std::size_t>(stat)];
        if (!counter.exists) create(counter, std::string{stat_def(stat).name});
        return counter;
    }

    template <class Visit>
    static void each_of_pool(PoolCounters& pool, const std::string& prefix, const Visit& visit) {
        for (const auto& def : defs)
            if (def.pool)
                visit(pool.counters[places<&StatDef::pool>[static_cast<std::size_t>(def.stat)]],
                      (prefix + pool_prefix(pool.pool_id)).append(def.name), def);
    }
    template <class Visit>
    static void each_of_subnet(SubnetCounters& counters, const std::string& prefix, const Visit& visit) {
        for (const auto& def : defs)
            if (def.subnet)
                visit(counters.counters[places<&StatDef::subnet>[static_cast<std::size_t>(def.stat)]],
                      (prefix + std::string{def.name}), def);
    }

    void keep_pools(SubnetCounters& counters, const Scope& scope, const std::string& prefix) {
        std::erase_if(counters.pools, [&](const auto& pool) {
            const bool gone = std::ranges::find(scope.pool_ids, pool->pool_id) == scope.pool_ids.end();
            if (gone) each_of_pool(*pool, prefix, [&](auto& c, const auto& name, auto&) { forget(c, name); });
            return gone;
        });
        for (const auto pool_id : scope.pool_ids) {
            if (counters.pool(pool_id) != nullptr) continue;
            counters.pools.push_back(std::make_unique<PoolCounters>(PoolCounters{pool_id, {}}));
            each_of_pool(*counters.pools.back(), prefix,
                         [&](auto& c, auto name, auto&) { create(c, std::move(name)); });
        }
    }

    void forget_subnet(std::uint32_t id, SubnetCounters& counters) {
        const auto prefix = subnet_prefix(id);
        each_of_subnet(counters, prefix, [&](auto& c, const auto& name, auto&) { forget(c, name); });
        for (const auto& pool : counters.pools)
            each_of_pool(*pool, prefix, [&](auto& c, const auto& name, auto&) { forget(c, name); });
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

Statistics::Statistics(const TimeSource& source) : impl_{std::make_unique<Impl>(source)} {}
Statistics::~Statistics() = default;

void Statistics::add(Stat stat, std::int64_t delta) {
    auto& counter = impl_->global(stat);
    counter.put(saturating_sum(counter.value, delta), impl_->source.wall());
}

void Statistics::add(Stat stat, std::uint32_t subnet_id, std::optional<std::uint32_t> pool_id,
                     std::int64_t delta) {
    const auto now = impl_->source.wall();
    const auto change = [&](Counter& counter) { counter.put(saturating_sum(counter.value, delta), now); };
    if (stat_def(stat).global) change(impl_->global(stat));
    impl_->in_scopes(stat, subnet_id, pool_id, change);
}

void Statistics::set(Stat stat, std::uint32_t subnet_id, std::optional<std::uint32_t> pool_id,
                     std::int64_t value) {
    const auto now = impl_->source.wall();
    auto* const counters = stat_def(stat).subnet ? impl_->subnet(subnet_id) : nullptr;
    if (counters == nullptr) return;
    const auto number = static_cast<std::size_t>(stat);
    const auto prefix = subnet_prefix(subnet_id);
    if (!pool_id) {
        auto& counter = counters->counters[places<&StatDef::subnet>[number]];
        impl_->create(counter, prefix + std::string{stat_def(stat).name});
        counter.put(value, now);
        return;
    }
    auto* const pool = stat_def(stat).pool ? counters->pool(*pool_id) : nullptr;
    if (pool == nullptr) return;
    auto& counter = pool->counters[places<&StatDef::pool>[number]];
    impl_->create(counter, prefix + pool_prefix(*pool_id) + std::string{stat_def(stat).name});
    counter.put(value, now);
}

void Statistics::set(Stat stat, std::int64_t value) {
    impl_->global(stat).put(value, impl_->source.wall());
}

std::int64_t Statistics::value(Stat stat) const {
    return impl_->globals[static_cast<std::size_t>(stat)].value;
}

std::int64_t Statistics::value(Stat stat, std::uint32_t subnet_id,
                               std::optional<std::uint32_t> pool_id) const {
    const auto number = static_cast<std::size_t>(stat);
    const auto* const counters = stat_def(stat).subnet ? impl_->subnet(subnet_id) : nullptr;
    if (counters == nullptr) return 0;
    if (!pool_id) return counters->counters[places<&StatDef::subnet>[number]].value;
    const auto* const pool = stat_def(stat).pool ? counters->pool(*pool_id) : nullptr;
    return pool == nullptr ? 0 : pool->counters[places<&StatDef::pool>[number]].value;
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
            counters = std::make_unique<SubnetCounters>();
            Impl::each_of_subnet(*counters, prefix, [&](auto& counter, auto name, const auto& def) {
                if (!def.subnet_when_moved) impl_->create(counter, std::move(name));
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
