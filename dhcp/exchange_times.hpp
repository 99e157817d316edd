// How long clients wait for their answers, by what they asked: from a query's arrival at this machine until its answer was
// handed to the socket. One reading of the clock for all answers that leave together. Loop thread only.
#pragma once

#include <array>
#include <chrono>
#include <vector>

#include "dhcp/histogram.hpp"
#include "dhcp/stat_table.hpp"

namespace leasehold {

class ExchangeTimes {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::size_t leaving_max = 256;

    ExchangeTimes();

    /// The answer to a query will leave with the next flush. @param query  what counts its reception
    void answered(Stat query, Time arrived);
    /// Some answer is about to leave.
    bool any_leaving() const { return leaving_count_ != 0; }
    /// All answers so far are with the socket.
    void left(Time now);

    struct Entry {
        Stat query = Stat::pkt4_received;
        Histogram times;  // in nanoseconds
    };
    /// Of the queries that were answered, in the order of the table of statistics.
    std::vector<Entry> entries() const;

private:
    struct Leaving {
        Stat query = Stat::pkt4_received;
        Time arrived{};
    };
    std::array<Leaving, leaving_max> leaving_{};
    std::size_t leaving_count_ = 0;
    std::vector<Histogram> times_;  // by Stat
};

}  // namespace leasehold
