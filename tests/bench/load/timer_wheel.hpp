// Timeouts of clients, by the millisecond: arming and firing cost the same however many there are. A timer
// that is no longer wanted is not taken out; whoever hears of it compares generations.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

#include "tests/bench/load/client.hpp"

namespace leasehold::bench {

class TimerWheel {
public:
    explicit TimerWheel(Instant now) : origin_{now}, slots_(slot_count) {}

    /// @pre due is not before the last expire(); a due time in the past is that of the next tick
    void arm(Instant due, ClientNumber client, std::uint16_t generation) { put({due, client, generation}); }
    /// Calls each(client, generation) for what is due, never early and up to a tick late. It may arm.
    template <class Each>
    void expire(Instant now, const Each& each) {
        const auto last = tick_of(now);
        for (; next_ <= last; ++next_) {
            firing_.swap(slots_[next_ % slot_count]);
            for (const auto& entry : firing_) {
                if (entry.due > now)
                    put(entry);  // further away than the wheel is round
                else
                    each(entry.client, entry.generation);
            }
            firing_.clear();
        }
    }

private:
    struct Entry {
        Instant due;
        ClientNumber client;
        std::uint16_t generation;
    };
    static constexpr std::uint64_t slot_count = 4096;

    std::uint64_t tick_of(Instant at) const {
        return static_cast<std::uint64_t>((at - origin_) / std::chrono::milliseconds{1});
    }
    void put(const Entry& entry) {
        // Never in the slot that is being emptied, nor a whole turn on.
        const auto tick = std::max(tick_of(entry.due) + 1, next_ + 1);
        slots_[std::min(tick, next_ + slot_count - 1) % slot_count].push_back(entry);
    }

    Instant origin_;
    std::uint64_t next_ = 0;  // the tick that was not looked at yet
    std::vector<std::vector<Entry>> slots_;
    std::vector<Entry> firing_;
};

}  // namespace leasehold::bench
