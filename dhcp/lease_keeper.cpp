#include "dhcp/lease_keeper.hpp"

#include "dhcp/lease_context.hpp"
#include "dhcp/pool_rules.hpp"

#include <algorithm>
#include <cassert>

namespace leasehold {

namespace {

// A lease that never ends is looked at never; the table's far list takes any time.
constexpr LeaseTime never{std::chrono::seconds{std::int64_t{1} << 39}};

/// At start: nobody waits yet, so all of it in one go.
AddressPools all_pools(const ServerConfig& config) {
    AddressPools pools = make_pools(config);
    block_reserved(pools, config, 0, config.hosts->all().size());
    return pools;
}

const Lease* put_lease(const Change& change) {
    const auto* put = std::get_if<Put>(&change);
    return put == nullptr ? nullptr : &put->lease;
}

}  // namespace

LeaseCount count_of(const Lease& lease) {
    switch (lease.state) {
        case LeaseState::assigned: return {.assigned = 1};
        case LeaseState::declined: return {.assigned = 1, .declined = 1};
        case LeaseState::registered: return {.registered = 1};
        case LeaseState::expired_reclaimed:
        case LeaseState::released: return {};
    }
    return {};
}

LeaseKeeper::LeaseKeeper(std::shared_ptr<const ServerConfig> config, const LeaseClock& clock)
    : clock_{clock}, config_{std::move(config)}, table_{config_->family}, pools_{all_pools(*config_)} {}

void LeaseKeeper::use(std::shared_ptr<const ServerConfig> config, std::optional<AddressPools> pools) {
    config_ = std::move(config);
    next_pools_ = nullptr;
    if (!pools) return;
    pools_ = std::move(*pools);
    offers_.reindex([this](const Prefix& unit) { return pools_.pool_of(unit); });
}

std::optional<Prefix> LeaseKeeper::fill_pools(AddressPools& pools, std::optional<Prefix> after,
                                              std::size_t limit) const {
    return table_.page(after, limit, [&](const Lease& lease) {
        pools.set(lease.address, availability(lease.address, &lease));
        return true;
    });
}

void LeaseKeeper::note_identities(const IdentitiesPage& page) {
    if (!stored_clients_) stored_clients_ = std::make_unique<StoredClients>();
    page.for_each([&](OctetView identity) { stored_clients_->add(identity); });
    rows_announced_ += page.rows;
    identities_complete_ = page.complete;
    if (page.complete) table_.reserve(rows_announced_);
}

void LeaseKeeper::load(const Lease& lease) {
    version_seen_ = std::max(version_seen_, lease.version);
    if (pending_.busy(lease.address) || erased_while_loading_.contains(lease.address)) return;
    const auto known = table_.find(lease.address);
    if (known && known->version >= lease.version) return;
    const auto [corrected, unfit] = checks_.check(lease, *config_);
    if (unfit) unfit_.push_back({lease.address, lease.version});
    const Lease& row = corrected ? *corrected : lease;
    count(known, -1);
    store(row);
    count(row, +1);
}

void LeaseKeeper::load(std::span<const Lease> leases) {
    // As far ahead as a core has reads of memory under way at a time; two for each lease.
    constexpr std::size_t ahead = 8;
    for (std::size_t i = 0; i < leases.size(); ++i) {
        if (i + ahead < leases.size()) table_.expect(leases[i + ahead]);
        load(leases[i]);
    }
}

std::vector<Lease> LeaseKeeper::unfit(std::size_t limit) {
    std::vector<Lease> rows;
    const auto first = unfit_.end() - static_cast<std::ptrdiff_t>(std::min(limit, unfit_.size()));
    const auto is_settled = [&](const Unfit& entry) {
        if (busy(entry.address)) return false;
        auto row = table_.find(entry.address);
        if (!row || row->version != entry.version) return true;  // removed, or its client came back
        rows.push_back(std::move(*row));
        return false;
    };
    unfit_.erase(std::remove_if(first, unfit_.end(), is_settled), unfit_.end());
    return rows;
}

void LeaseKeeper::set_aside(UnreadableRow row) {
    const Prefix address = row.address;
    set_aside_.insert_or_assign(address, std::move(row.detail));
    mark(address);
}

void LeaseKeeper::begin(const Change& change) {
    const Prefix& address = address_of(change);
    const Lease* const lease = put_lease(change);
    auto before = table_.find(address);
    if (lease != nullptr) count_begun(before, *lease, +1);
    pending_.begin(address, std::move(before));
    // An Erase leaves the record in place until it is durable: the address is not free before.
    if (lease != nullptr) {
        version_seen_ = std::max(version_seen_, lease->version);
        table_.put(*lease, due(*lease));
    }
    set_pools(address, Availability::taken);
}

void LeaseKeeper::load_finished() {
    complete_ = true;
    stored_clients_.reset();
    erased_while_loading_.clear();
}

LeaseEvent LeaseKeeper::applied(const Change& change) {
    const Prefix& address = address_of(change);
    LeaseEvent event;
    event.cause = cause_of(change);
    event.before = pending_.end(address);
    if (const Lease* lease = put_lease(change)) {
        count_begun(event.before, *lease, -1);
        event.after = *lease;
        mark(address, lease);
    } else {
        remove(address);
        if (!complete_) erased_while_loading_.insert(address);
    }
    count(event.before, -1);
    count(event.after, +1);
    return event;
}

void LeaseKeeper::restore(const Prefix& address) {
    const auto before = pending_.end(address);
    count_begun(before, table_.find(address), -1);
    if (before)
        store(*before);
    else
        remove(address);
}

void LeaseKeeper::take_over(const Prefix& address, const std::optional<Lease>& current) {
    const auto before = pending_.end(address);
    count_begun(before, table_.find(address), -1);
    count(before, -1);
    if (current) {
        version_seen_ = std::max(version_seen_, current->version);
        store(*current);
        count(current, +1);
    } else {
        remove(address);
    }
}

void LeaseKeeper::reconcile(const Prefix& address, const std::optional<Lease>& stored, std::uint64_t version,
                            bool overruled) {
    if (pending_.busy(address)) return;  // a newer change is under way, and meets what is stored
    const auto known = table_.find(address);
    if (known == stored || (known && known->version > version && !overruled)) return;
    pending_.begin(address, known);
    take_over(address, stored);
}

void LeaseKeeper::hold(Hold hold) {
    const Prefix unit = hold.unit;
    hold.pool = pools_.pool_of(unit);  // the pools may have changed since it was decided
    for (const Prefix& ended : offers_.hold(std::move(hold))) mark(ended);
    mark(unit);
}

void LeaseKeeper::release_hold(const Prefix& unit) {
    if (!offers_.release(unit)) return;
    // Its client took it mostly, and then the lease decides.
    const auto pool = pools_.pool_of(unit);
    if (!pool || pools_.get(unit) == Availability::held) mark(unit);
}

void LeaseKeeper::expire_holds(LeaseTime now) {
    constexpr std::size_t step_max = 4096;
    for (const Prefix& unit : offers_.expire(now, step_max)) mark(unit);
}

std::optional<Lease> LeaseKeeper::durable(const Prefix& address) const {
    if (const auto* kept = pending_.durable(address)) return *kept;
    return table_.find(address);
}

LeaseRows LeaseKeeper::durable(LeaseRows rows) const {
    LeaseRows result;
    for (Lease& row : rows) {
        const auto* kept = pending_.durable(row.address);
        if (kept == nullptr)
            result.push_back(std::move(row));
        else if (*kept)
            result.push_back(**kept);
    }
    return result;
}

std::optional<Prefix> LeaseKeeper::page_durable(std::optional<Prefix> after, std::size_t limit,
                                                const std::function<bool(const Lease&)>& visit) const {
    return table_.page(after, limit, [&](const Lease& row) {
        const auto* kept = pending_.durable(row.address);
        if (kept == nullptr) return visit(row);
        return !*kept || visit(**kept);
    });
}

LeaseTime LeaseKeeper::due(const Lease& lease) const {
    constexpr std::chrono::seconds strictly_after{1};
    if (lease.state == LeaseState::expired_reclaimed) {
        const auto& rules = config_->expiration;
        return rules.keeps_affinity() ? lease.expire + rules.hold_reclaimed + strictly_after : never;
    }
    if (lease.valid_lifetime == infinite_lifetime) return never;
    const std::chrono::seconds grace{lease.state == LeaseState::released ? 0 : config_->lease_reuse_grace};
    const LeaseTime held = lease.state == LeaseState::released ? lease.expire : lease.hold_until + grace;
    return std::max(lease.expire, held) + strictly_after;
}

void LeaseKeeper::store(const Lease& lease) {
    table_.put(lease, due(lease));
    mark(lease.address, &lease);
}

void LeaseKeeper::remove(const Prefix& address) {
    table_.erase(address);
    mark(address, nullptr);
}

void LeaseKeeper::mark(const Prefix& unit) {
    const auto lease = table_.find(unit);
    mark(unit, lease ? &*lease : nullptr);
}

void LeaseKeeper::mark(const Prefix& unit, const Lease* lease) {
    set_pools(unit, availability(unit, lease));
}

void LeaseKeeper::set_pools(const Prefix& unit, Availability availability) {
    pools_.set(unit, availability);
    if (next_pools_ != nullptr) next_pools_->set(unit, availability);
}

Availability LeaseKeeper::availability(const Prefix& unit, const Lease* lease) const {
    if (pending_.busy(unit) || set_aside_.contains(unit)) return Availability::taken;
    const Availability by_record = lease != nullptr ? availability_of(*lease) : Availability::free;
    if (by_record == Availability::taken) return by_record;
    return offers_.of_unit(unit) != nullptr ? Availability::held : by_record;
}

Availability LeaseKeeper::availability_of(const Lease& lease) const {
    if (lease.state == LeaseState::expired_reclaimed || lease.state == LeaseState::released)
        return Availability::reusable;
    return due(lease) <= clock_.now() ? Availability::reusable : Availability::taken;
}

void LeaseKeeper::count(const std::optional<Lease>& lease, int sign) {
    if (!lease) return;
    counts_.add({lease->subnet_id, lease->pool_id, lease->kind}, count_of(*lease), sign);
    if (lease->state == LeaseState::assigned) count_classes(*lease, sign);
}

void LeaseKeeper::count_begun(const std::optional<Lease>& before, const std::optional<Lease>& after,
                              int sign) {
    if (!after || after->state != LeaseState::assigned) return;
    const bool counts_already = before && before->state == LeaseState::assigned;
    if (!counts_already || before->subnet_id != after->subnet_id) begun_[{after->subnet_id, after->kind}] += sign;
    count_classes(*after, sign);
    if (counts_already) count_classes(*before, -sign);
}

// Of whatever class the notes name: they name only those that had a limit when the lease was given, and so a
// new configuration finds its counts ready. Leases without such notes cost the look for them.
void LeaseKeeper::count_classes(const Lease& lease, int sign) {
    if (lease.user_context.find("\"client-classes\"") == std::string_view::npos) return;
    for (std::string& name : read_notes(lease.user_context).client_classes) {
        const auto [entry, is_new] = class_counts_.try_emplace(std::move(name));
        ClassCount& held = entry->second;
        (lease.kind == LeaseKind::pd ? held.prefixes : held.addresses) += sign;
        if (held.addresses == 0 && held.prefixes == 0) class_counts_.erase(entry);
    }
}

std::int64_t LeaseKeeper::of_subnet(std::uint32_t subnet_id, LeaseKind kind) const {
    const auto begun = begun_.find({subnet_id, kind});
    const auto count = counts_.of_subnet(subnet_id, kind);
    return (begun == begun_.end() ? 0 : begun->second) + count.assigned - count.declined;
}

std::int64_t LeaseKeeper::of_class(std::string_view name, LeaseKind kind) const {
    const auto found = class_counts_.find(name);
    if (found == class_counts_.end()) return 0;
    return kind == LeaseKind::pd ? found->second.prefixes : found->second.addresses;
}

}  // namespace leasehold
