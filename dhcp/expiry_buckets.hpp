// When to look at which lease: two rings of lazy buckets, one second wide for the next day and a half, 65536
// seconds wide for the 136 years after. A renewal that moves the end later changes nothing: the lease is
// looked at when its old bucket comes, and finds its new one then. Leases that never end lie in the last one.
//
// Nothing is read from the leases here: whoever looks says when to look again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "dhcp/lease_records.hpp"
#include "dhcp/zeroed_array.hpp"

namespace leasehold {

class ExpiryBuckets {
public:
    explicit ExpiryBuckets(LeaseRecords& records);

    /// Sees to it that the record is looked at when `due` has come (or earlier); in the past: with the next
    /// sweep.
    void set(RecordNumber record, LeaseTime due);
    void remove(RecordNumber record);

    /// Calls `look` for records whose bucket has come, at most `limit`; it returns the time for the next
    /// look, which is no earlier than the second after `now`. It must not change the table.
    using Look = std::function<LeaseTime(RecordNumber)>;
    void sweep(LeaseTime now, std::size_t limit, const Look& look);

    std::size_t bytes() const { return seconds_.bytes_kept() + spans_.bytes_kept(); }

private:
    void link(RecordNumber record, std::uint32_t slot);
    /// @param first_span  spans before it are over: a due time there goes to the ring of seconds
    void place(RecordNumber record, std::int64_t due, std::int64_t first_span);
    std::uint32_t slot_for(std::int64_t due, std::int64_t first_span) const;
    std::int64_t begin_of(std::uint32_t slot) const;
    RecordNumber& head(std::uint32_t slot);
    void adopt(std::int64_t now);
    std::size_t sweep_seconds(std::int64_t now, std::size_t limit, const Look& look);
    std::size_t sweep_spans(std::int64_t now, std::size_t limit, const Look& look);
    std::size_t drain(std::uint32_t slot, std::int64_t now, std::int64_t first_span, std::size_t limit,
                      const Look& look);

    LeaseRecords* records_;
    ZeroedArray<RecordNumber> seconds_;  // heads of lists, by second modulo the ring
    ZeroedArray<RecordNumber> spans_;
    std::int64_t next_second_ = 0;  // the first one not swept
    std::int64_t next_span_ = 0;
    std::size_t in_seconds_ = 0;
    std::size_t in_spans_ = 0;
};

}  // namespace leasehold
