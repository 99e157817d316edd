// Brings leases into a database: batches, versions, and what happens where there is a lease already.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "control/progress.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

/// Rows that were left out: all are counted, the first ten are named.
struct Refusals {
    static constexpr std::size_t named_max = 10;

    std::uint64_t count = 0;
    std::vector<std::string> named;

    void add(std::string text) {
        if (++count <= named_max) named.push_back(std::move(text));
    }
};

struct TransferCounts {
    std::uint64_t added = 0;     // there was no lease with this key
    std::uint64_t replaced = 0;  // there was an older one: its client's last transaction was earlier
    std::uint64_t kept = 0;      // there is one as new or newer, which stays
    std::uint64_t done() const { return added + replaced + kept; }
};

struct TransferOptions {
    bool writes = true;              // false: only counts what would be
    std::uint64_t writer = 0;        // last_writer of what is written; 0: as each lease says
    std::uint64_t refusals_max = 0;  // more end the transfer
};

/// Takes leases and writes them in transactions of `batch_max`. Doing the same again changes nothing more.
class LeaseTransfer final : public RowSink {
public:
    static constexpr std::size_t batch_max = 1000;
    static constexpr std::chrono::seconds batch_time_max{60};

    /// @param target  open; nullptr: a database that is not there yet, where only what would be is counted
    LeaseTransfer(LeaseStore* target, TransferOptions options, Progress& progress);

    /// @return false: it ended early; finish() says why
    bool row(Lease&& lease) override;
    bool unreadable(UnreadableRow&& row) override;
    /// Writes the last batch.
    StoreResult<void> finish();
    /// From a signal handler's flag, between two batches: ends as if by an error.
    void interrupt_when(const std::atomic<bool>& flag) { interrupted_ = &flag; }

    const TransferCounts& counts() const { return counts_; }
    const Refusals& refusals() const { return refusals_; }

private:
    using Stored = std::vector<std::optional<Lease>>;

    StoreResult<void> write_batch();
    StoreResult<Stored> find_stored();
    StoreResult<void> commit(std::vector<ChangeList>&& lists, const std::vector<bool>& replaces);
    void refuse(std::string text);

    LeaseStore* const target_;
    const TransferOptions options_;
    Progress& progress_;
    std::vector<Lease> batch_;
    TransferCounts counts_;
    Refusals refusals_;
    StoreResult<void> outcome_;
    const std::atomic<bool>* interrupted_ = nullptr;
};

}  // namespace leasehold
