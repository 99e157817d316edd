// A slot names a bucket modulo its ring; what time it stands for follows from the first bucket not swept. If
// the clock goes back, or far ahead, a slot then stands for an earlier time than when it was filled, never
// for a later one: its leases are looked at too early, which costs a look and nothing else.
#include "dhcp/expiry_buckets.hpp"

#include <algorithm>
#include <cassert>

namespace leasehold {
namespace {

constexpr unsigned span_shift = 16;
constexpr std::int64_t span_seconds = std::int64_t{1} << span_shift;
// Two spans: while one is swept second by second, the leases of the next are put in place.
constexpr std::int64_t second_slots = 2 * span_seconds;
constexpr std::int64_t span_slots = std::int64_t{1} << 16;

// In a record: 0 no bucket, then the seconds, then the spans.
constexpr std::uint32_t no_slot = 0;
constexpr std::uint32_t first_second_slot = 1;
constexpr std::uint32_t first_span_slot = first_second_slot + second_slots;

constexpr std::int64_t span_of(std::int64_t second) {
    return second >> span_shift;
}
constexpr std::uint32_t second_slot(std::int64_t second) {
    return first_second_slot + static_cast<std::uint32_t>(second & (second_slots - 1));
}
constexpr std::uint32_t span_slot(std::int64_t span) {
    return first_span_slot + static_cast<std::uint32_t>(span & (span_slots - 1));
}

// Rows can hold any 64-bit time; the arithmetic here must not overflow.
constexpr std::int64_t seconds_max = std::int64_t{1} << 60;
std::int64_t to_seconds(LeaseTime time) {
    return std::clamp<std::int64_t>(time.time_since_epoch().count(), 0, seconds_max);
}

}  // namespace

ExpiryBuckets::ExpiryBuckets(LeaseRecords& records)
    : records_{&records}, seconds_{second_slots}, spans_{span_slots} {}

void ExpiryBuckets::set(RecordNumber record, LeaseTime due) {
    const auto seconds = to_seconds(due);
    const auto slot = records_->expiry_links(record).slot;
    if (slot != no_slot && begin_of(slot) <= seconds) return;
    remove(record);
    place(record, seconds, next_span_);
}

void ExpiryBuckets::place(RecordNumber record, std::int64_t due, std::int64_t first_span) {
    link(record, slot_for(due, first_span));
}

// What does not fit goes to the last slot there is, too early: a sweep that lags, a time after both rings.
std::uint32_t ExpiryBuckets::slot_for(std::int64_t due, std::int64_t first_span) const {
    due = std::max(due, next_second_);
    if (due < next_second_ + second_slots) return second_slot(due);
    const auto span = span_of(due);
    if (span < first_span) return second_slot(next_second_ + second_slots - 1);
    return span_slot(std::min(span, next_span_ + span_slots - 1));
}

std::int64_t ExpiryBuckets::begin_of(std::uint32_t slot) const {
    if (slot < first_span_slot) {
        const auto ahead = (slot - first_second_slot - next_second_) & (second_slots - 1);
        return next_second_ + ahead;
    }
    const auto ahead = (slot - first_span_slot - next_span_) & (span_slots - 1);
    return (next_span_ + ahead) << span_shift;
}

RecordNumber& ExpiryBuckets::head(std::uint32_t slot) {
    return slot < first_span_slot ? seconds_[slot - first_second_slot] : spans_[slot - first_span_slot];
}

void ExpiryBuckets::link(RecordNumber record, std::uint32_t slot) {
    auto& first = head(slot);
    records_->expiry_links(record) = {no_record, first, slot};
    if (first != no_record) records_->expiry_links(first).previous = record;
    first = record;
    ++(slot < first_span_slot ? in_seconds_ : in_spans_);
}

void ExpiryBuckets::remove(RecordNumber record) {
    auto& links = records_->expiry_links(record);
    if (links.slot == no_slot) return;
    if (links.next != no_record) records_->expiry_links(links.next).previous = links.previous;
    if (links.previous != no_record) {
        records_->expiry_links(links.previous).next = links.next;
    } else {
        head(links.slot) = links.next;
    }
    --(links.slot < first_span_slot ? in_seconds_ : in_spans_);
    links = {};
}

// Spans first, for half of the limit: after a load all leases are there, the overdue ones too.
void ExpiryBuckets::sweep(LeaseTime now, std::size_t limit, const Look& look) {
    const auto seconds = to_seconds(now);
    adopt(seconds);
    auto looked = sweep_spans(seconds, (limit + 1) / 2, look);
    looked += sweep_seconds(seconds, limit - looked, look);
    if (looked < limit) sweep_spans(seconds, limit - looked, look);
}

void ExpiryBuckets::adopt(std::int64_t now) {
    const auto last_span = span_of(now) + 1;
    // Back with the clock; far ahead: no further behind than the ring is long, the second after `now`
    // included.
    next_second_ = std::clamp(next_second_, now - second_slots + 2, now + 1);
    next_span_ = std::clamp(next_span_, last_span - span_slots + 1, last_span + 1);
    if (in_seconds_ == 0) next_second_ = now;
    if (in_spans_ == 0) next_span_ = last_span + 1;
}

std::size_t ExpiryBuckets::sweep_seconds(std::int64_t now, std::size_t limit, const Look& look) {
    std::size_t looked = 0;
    for (; next_second_ <= now; ++next_second_) {
        const auto slot = second_slot(next_second_);
        looked += drain(slot, now, next_span_, limit - looked, look);
        if (head(slot) != no_record) break;
    }
    return looked;
}

// A span is emptied while the one before it is swept, so that its leases are in their seconds in time.
std::size_t ExpiryBuckets::sweep_spans(std::int64_t now, std::size_t limit, const Look& look) {
    std::size_t looked = 0;
    for (; next_span_ <= span_of(now) + 1; ++next_span_) {
        const auto slot = span_slot(next_span_);
        looked += drain(slot, now, next_span_ + 1, limit - looked, look);
        if (head(slot) != no_record) break;
    }
    return looked;
}

std::size_t ExpiryBuckets::drain(std::uint32_t slot, std::int64_t now, std::int64_t first_span,
                                 std::size_t limit, const Look& look) {
    std::size_t looked = 0;
    for (; looked < limit && head(slot) != no_record; ++looked) {
        const auto record = head(slot);
        remove(record);
        place(record, std::max(to_seconds(look(record)), now + 1), first_span);
    }
    return looked;
}

}  // namespace leasehold
