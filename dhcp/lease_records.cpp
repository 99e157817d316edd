// Packing a Lease into its record and back.
#include "dhcp/lease_records.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include "dhcp/lease_tail.hpp"

namespace leasehold {
namespace {

constexpr unsigned records_of_chunk_log2 = 12;
constexpr std::size_t v4_address_bytes = 4;
constexpr std::size_t v6_address_bytes = 20;  // 16, the length, and padding to four
constexpr std::uint8_t writer_in_tail = 255;

constexpr unsigned kind_shift = 4;
constexpr std::uint8_t state_mask = 0x0f;
constexpr std::uint8_t kind_mask = 0x03;
constexpr std::uint8_t fqdn_fwd_bit = 0x40;
constexpr std::uint8_t fqdn_rev_bit = 0x80;

constexpr std::int64_t cltt_limit = std::int64_t{1} << 40;  // the year 36812; others go to the tail
bool fits_fixed_part(LeaseTime cltt) {
    const auto seconds = cltt.time_since_epoch().count();
    return seconds >= 0 && seconds < cltt_limit;
}

}  // namespace

LeaseRecords::LeaseRecords(Family family)
    : family_{family},
      slab_{sizeof(Fixed) + (family == Family::v4 ? v4_address_bytes : v6_address_bytes),
            records_of_chunk_log2} {}

LeaseRecords::Fixed& LeaseRecords::fixed(RecordNumber number) {
    return *std::launder(reinterpret_cast<Fixed*>(slab_.at(number)));
}
const LeaseRecords::Fixed& LeaseRecords::fixed(RecordNumber number) const {
    return *std::launder(reinterpret_cast<const Fixed*>(slab_.at(number)));
}

RecordNumber LeaseRecords::add(const Lease& lease) {
    const auto number = slab_.take();
    auto& record = *::new (slab_.at(number)) Fixed{};
    write_fixed(record, lease);
    write_address(number, lease.address);
    TailBytes tail;
    write_tail(lease, {!fits_fixed_part(lease.cltt), record.writer == writer_in_tail}, tail);
    record.tail = tails_.store({tail.data(), tail.size()});
    return number;
}

void LeaseRecords::rewrite(RecordNumber number, const Lease& lease) {
    auto& record = fixed(number);
    assert(address(number) == lease.address);
    write_fixed(record, lease);
    TailBytes tail;
    write_tail(lease, {!fits_fixed_part(lease.cltt), record.writer == writer_in_tail}, tail);
    record.tail = tails_.replace(record.tail, {tail.data(), tail.size()});
}

void LeaseRecords::remove(RecordNumber number) {
    tails_.erase(fixed(number).tail);
    slab_.give_back(number);
}

Lease LeaseRecords::lease(RecordNumber number) const {
    const auto& record = fixed(number);
    Lease lease;
    lease.address = address(number);
    lease.version = static_cast<std::uint64_t>(record.version[1]) << 32 | record.version[0];
    lease.cltt =
        LeaseTime{std::chrono::seconds{static_cast<std::int64_t>(record.cltt_high) << 32 | record.cltt_low}};
    lease.state = LeaseState{static_cast<std::uint8_t>(record.state_and_kind & state_mask)};
    lease.kind = LeaseKind{static_cast<std::uint8_t>(record.state_and_kind >> kind_shift & kind_mask)};
    lease.fqdn_fwd = (record.state_and_kind & fqdn_fwd_bit) != 0;
    lease.fqdn_rev = (record.state_and_kind & fqdn_rev_bit) != 0;
    lease.valid_lifetime = record.valid_lifetime;
    lease.subnet_id = record.subnet_id;
    if (record.writer != writer_in_tail) lease.last_writer = writers_[record.writer];
    read_tail(tails_.bytes_of(record.tail), lease);
    return lease;
}

Prefix LeaseRecords::address(RecordNumber number) const {
    const auto* bytes = slab_.at(number) + sizeof(Fixed);
    if (family_ == Family::v4) {
        Ipv4 address;
        std::memcpy(&address.value, bytes, sizeof address.value);
        return to_prefix(address);
    }
    Prefix prefix;
    std::memcpy(prefix.address.bytes.data(), bytes, prefix.address.bytes.size());
    prefix.length = std::to_integer<std::uint8_t>(bytes[prefix.address.bytes.size()]);
    return prefix;
}

OctetView LeaseRecords::identity(RecordNumber number, IdentityPart part) const {
    const auto found = identities_of(tails_.bytes_of(fixed(number).tail));
    if (part == IdentityPart::hwaddr) return found.hwaddr;
    return family_ == Family::v4 ? found.client_id : found.duid;
}

std::uint32_t& LeaseRecords::identity_link(RecordNumber number, IdentityPart part) {
    return fixed(number).identity_links[static_cast<std::size_t>(part)];
}
std::uint32_t LeaseRecords::identity_link(RecordNumber number, IdentityPart part) const {
    return fixed(number).identity_links[static_cast<std::size_t>(part)];
}

void LeaseRecords::write_fixed(Fixed& record, const Lease& lease) {
    record.version = {static_cast<std::uint32_t>(lease.version),
                      static_cast<std::uint32_t>(lease.version >> 32)};
    const auto cltt = fits_fixed_part(lease.cltt) ? lease.cltt.time_since_epoch().count() : 0;
    record.cltt_low = static_cast<std::uint32_t>(cltt);
    record.cltt_high = static_cast<std::uint8_t>(cltt >> 32);
    record.state_and_kind = static_cast<std::uint8_t>(
        static_cast<unsigned>(lease.state) | static_cast<unsigned>(lease.kind) << kind_shift |
        (lease.fqdn_fwd ? fqdn_fwd_bit : 0u) | (lease.fqdn_rev ? fqdn_rev_bit : 0u));
    record.writer = writer_place(lease.last_writer);
    record.valid_lifetime = lease.valid_lifetime;
    record.subnet_id = lease.subnet_id;
}

void LeaseRecords::write_address(RecordNumber number, const Prefix& address) {
    auto* bytes = slab_.at(number) + sizeof(Fixed);
    if (family_ == Family::v4) {
        const auto value = to_ipv4(address).value;
        std::memcpy(bytes, &value, sizeof value);
        return;
    }
    std::memcpy(bytes, address.address.bytes.data(), address.address.bytes.size());
    bytes[address.address.bytes.size()] = std::byte{address.length};
}

std::uint8_t LeaseRecords::writer_place(std::uint64_t writer) {
    const auto known = std::ranges::find(writers_, writer);
    if (known != writers_.end()) return static_cast<std::uint8_t>(known - writers_.begin());
    if (writers_.size() == writer_in_tail) return writer_in_tail;
    writers_.push_back(writer);
    return static_cast<std::uint8_t>(writers_.size() - 1);
}

}  // namespace leasehold
