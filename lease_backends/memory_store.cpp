// The contract of LeaseStore over a std::map.
#include "lease_backends/memory_store.hpp"

#include <algorithm>

#include "lease_backends/lease_columns.hpp"

namespace leasehold {
namespace {

/// May another client have the address of this row? The same rule stands in SQL in sqlite_store.cpp.
bool may_change_hands(const Lease& stored, const Put& put) {
    if (stored.state == LeaseState::released || stored.state == LeaseState::expired_reclaimed) return true;
    const bool endless = stored.state == LeaseState::assigned && stored.valid_lifetime == infinite_lifetime;
    return !endless && stored.hold_until < put.now - std::chrono::seconds{put.grace_seconds};
}

}  // namespace

StoreResult<Opened> MemoryStore::open(Deadline) {
    Opened opened;
    for (const auto& [address, lease] : rows_)
        opened.newest_cltt = std::max(opened.newest_cltt.value_or(lease.cltt), lease.cltt);
    return opened;
}

StoreResult<std::vector<std::optional<Lease>>> MemoryStore::find(std::span<const Prefix> addresses,
                                                                 Deadline) {
    std::vector<std::optional<Lease>> found;
    found.reserve(addresses.size());
    for (const Prefix& address : addresses) {
        const auto row = rows_.find(address);
        found.push_back(row == rows_.end() ? std::nullopt : std::optional{row->second});
    }
    return found;
}

StoreResult<ScanEnd> MemoryStore::scan(std::optional<Prefix> after, RowSink& sink, Deadline) {
    ScanEnd end;
    for (auto row = after ? rows_.upper_bound(*after) : rows_.begin(); row != rows_.end(); ++row) {
        ++end.rows;
        if (!sink.row(Lease{row->second})) break;
    }
    return end;
}

StoreResult<std::optional<IdentitiesPage>> MemoryStore::scan_identities(std::optional<Prefix> after,
                                                                        std::size_t rows_max, Deadline) {
    IdentitiesPage page;
    auto row = after ? rows_.upper_bound(*after) : rows_.begin();
    for (; row != rows_.end() && page.rows < rows_max; ++row, ++page.rows) {
        page.last = row->first;
        const Lease& lease = row->second;
        if (lease.kind == LeaseKind::v4) {
            page.add(view(lease.client_id));
            page.add(view(lease.hwaddr));
        } else {
            page.add(view(lease.duid));
        }
    }
    page.complete = row == rows_.end();
    return page;
}

StoreResult<std::vector<RowResult>> MemoryStore::commit(std::span<const ChangeList> lists, Deadline) {
    std::vector<RowResult> results;
    for (const ChangeList& list : lists)
        for (const Change& change : list)
            results.push_back(std::visit([&](const auto& one) { return apply(one); }, change));
    return results;
}

RowResult MemoryStore::apply(const Put& put) {
    if (auto problem = why_not_storable(put.lease))
        return {Outcome::rejected, std::nullopt, std::move(*problem)};
    const auto [row, inserted] = rows_.try_emplace(put.lease.address, put.lease);
    if (inserted) return {};
    Lease& stored = row->second;
    if (stored.version != put.lease.version - 1 || (put.takes_over && !may_change_hands(stored, put)))
        return {Outcome::lost, stored, {}};
    stored = put.lease;
    return {};
}

RowResult MemoryStore::apply(const Erase& erase) {
    const auto row = rows_.find(erase.address);
    if (row == rows_.end()) return {};
    if (row->second.version != erase.version) return {Outcome::lost, row->second, {}};
    rows_.erase(row);
    return {};
}

StoreResult<void> MemoryStore::probe(Deadline) {
    return {};
}

std::string MemoryStore::describe() const {
    return "memory";
}

}  // namespace leasehold
