// What the loop counts of its lease database: commits, losses and attempts to open it, credentials. Counts on when another
// database takes its place. Loop thread only.
#pragma once

#include "dhcp/histogram.hpp"
#include "dhcp/store_worker.hpp"

namespace leasehold {

struct StoreCounters {
    Histogram batch_leases{batch_bounds};  // changes of a commit
    Histogram commit_times{time_bounds};   // in nanoseconds
    std::uint64_t applied = 0, lost = 0, rejected = 0;  // changes
    std::uint64_t opened = 0, open_failed = 0;          // attempts, the first ones among them
    std::uint64_t losses = 0;                           // it served, and went away
    std::uint64_t credentials_taken = 0, credentials_refused = 0;
};

class StoreStatistics {
public:
    void committed(const CommitReport& report);
    /// Told of each state, in order.
    void heard(const BackendStatus& status);
    /// Another one than was heard of before, in this state already.
    void follow(const BackendStatus& status);
    void renewed(bool taken) { ++(taken ? counters_.credentials_taken : counters_.credentials_refused); }

    const StoreCounters& counters() const { return counters_; }

private:
    StoreCounters counters_;
    bool opening_ = false, served_ = false;
};

}  // namespace leasehold
