// Puts records and indexes together: every change goes to all of them here, and nowhere else.
#include "dhcp/lease_table.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "dhcp/address_index.hpp"
#include "dhcp/expiry_buckets.hpp"
#include "dhcp/identity_index.hpp"
#include "dhcp/lease_records.hpp"

namespace leasehold {

struct LeaseTable::Impl {
    LeaseRecords records;
    AddressIndex addresses{records};
    std::array<IdentityIndex, 2> identities{IdentityIndex{records, IdentityPart::client},
                                            IdentityIndex{records, IdentityPart::hwaddr}};
    ExpiryBuckets expiry{records};

    explicit Impl(Family family) : records{family} {}

    RecordNumber add(const Lease& lease);
    void rewrite(RecordNumber record, const Lease& lease);
    OctetView identity_of(const Lease& lease, IdentityPart part) const;
    LeaseRows by(IdentityPart part, OctetView identity, std::size_t limit) const;
};

namespace {

constexpr std::array identity_parts{IdentityPart::client, IdentityPart::hwaddr};

constexpr std::size_t place_of(IdentityPart part) {
    return static_cast<std::size_t>(part);
}

}  // namespace

OctetView LeaseTable::Impl::identity_of(const Lease& lease, IdentityPart part) const {
    if (part == IdentityPart::hwaddr) return view(lease.hwaddr);
    return view(records.family() == Family::v4 ? lease.client_id : lease.duid);
}

RecordNumber LeaseTable::Impl::add(const Lease& lease) {
    const auto record = records.add(lease);
    addresses.insert(record);
    for (auto& index : identities) index.insert(record);
    return record;
}

void LeaseTable::Impl::rewrite(RecordNumber record, const Lease& lease) {
    std::array<bool, identity_parts.size()> changed{};
    for (const auto part : identity_parts) {
        changed[place_of(part)] =
            !std::ranges::equal(records.identity(record, part), identity_of(lease, part));
        if (changed[place_of(part)]) identities[place_of(part)].erase(record);
    }
    records.rewrite(record, lease);
    for (const auto part : identity_parts)
        if (changed[place_of(part)]) identities[place_of(part)].insert(record);
}

LeaseRows LeaseTable::Impl::by(IdentityPart part, OctetView identity, std::size_t limit) const {
    LeaseRows rows;
    identities[place_of(part)].for_each(identity, limit,
                                        [&](RecordNumber record) { rows.push_back(records.lease(record)); });
    return rows;
}

LeaseTable::LeaseTable(Family family) : impl_{std::make_unique<Impl>(family)} {}
LeaseTable::~LeaseTable() = default;
LeaseTable::LeaseTable(LeaseTable&&) noexcept = default;
LeaseTable& LeaseTable::operator=(LeaseTable&&) noexcept = default;

void LeaseTable::put(const Lease& lease, LeaseTime due) {
    assert(impl_->records.family() == Family::v6 || is_ipv4(lease.address));
    auto record = impl_->addresses.find(lease.address);
    if (record == no_record) {
        record = impl_->add(lease);
    } else {
        impl_->rewrite(record, lease);
    }
    impl_->expiry.set(record, due);
}

void LeaseTable::expect(const Lease& lease) const {
    for (const auto part : identity_parts)
        impl_->identities[place_of(part)].expect(impl_->identity_of(lease, part));
}

void LeaseTable::reserve(std::size_t leases) {
    for (auto& index : impl_->identities) index.reserve(leases);
}

bool LeaseTable::erase(const Prefix& address) {
    const auto record = impl_->addresses.find(address);
    if (record == no_record) return false;
    impl_->expiry.remove(record);
    for (auto& index : impl_->identities) index.erase(record);
    impl_->addresses.erase(record);
    impl_->records.remove(record);
    return true;
}

std::optional<Lease> LeaseTable::find(const Prefix& address) const {
    const auto record = impl_->addresses.find(address);
    if (record == no_record) return std::nullopt;
    return impl_->records.lease(record);
}

bool LeaseTable::contains(const Prefix& address) const {
    return impl_->addresses.find(address) != no_record;
}
std::size_t LeaseTable::size() const {
    return impl_->records.size();
}

void LeaseTable::expect_look_up(OctetView client_id, OctetView hwaddr) const {
    impl_->identities[place_of(IdentityPart::client)].expect(client_id);
    impl_->identities[place_of(IdentityPart::hwaddr)].expect(hwaddr);
}

LeaseRows LeaseTable::by_client_id(OctetView client_id, std::size_t limit) const {
    return impl_->by(IdentityPart::client, client_id, limit);
}
LeaseRows LeaseTable::by_hwaddr(OctetView hwaddr, std::size_t limit) const {
    return impl_->by(IdentityPart::hwaddr, hwaddr, limit);
}

std::optional<Prefix> LeaseTable::page(std::optional<Prefix> after, std::size_t limit,
                                       const std::function<bool(const Lease&)>& visit) const {
    std::optional<Prefix> last;
    if (limit == 0) return last;
    std::size_t visited = 0;
    impl_->addresses.for_each_after(after, [&](RecordNumber record) {
        const auto lease = impl_->records.lease(record);
        last = lease.address;
        return visit(lease) && ++visited < limit;
    });
    return last;
}

std::vector<Lease> LeaseTable::sweep(LeaseTime now, std::size_t limit,
                                     const std::function<LeaseTime(const Lease&)>& due_at) {
    std::vector<Lease> due;
    impl_->expiry.sweep(now, limit, [&](RecordNumber record) {
        auto lease = impl_->records.lease(record);
        const auto when = due_at(lease);
        if (when <= now) due.push_back(std::move(lease));
        return when;
    });
    return due;
}

bool LeaseTable::grow_step(std::size_t cells) {
    bool more = impl_->addresses.grow_step(cells);
    for (auto& index : impl_->identities) more = index.grow_step(cells) || more;
    return more;
}

LeaseTableStats LeaseTable::stats() const {
    LeaseTableStats stats;
    stats.leases = size();
    stats.bytes = impl_->records.bytes() + impl_->addresses.bytes() + impl_->expiry.bytes();
    stats.growing_indexes = impl_->addresses.growing() ? 1 : 0;
    for (const auto& index : impl_->identities) {
        stats.bytes += index.bytes();
        stats.growing_indexes += index.growing() ? 1 : 0;
    }
    return stats;
}

}  // namespace leasehold
