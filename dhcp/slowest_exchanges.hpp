// Which clients waited longest for their answers lately: the exchanges behind the long end of exchange_times. A compare
// for each answer, more only for one that is among the slowest. Loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/address.hpp"

namespace leasehold {

/// What most of an exchange's time went to, as far as that shows.
enum class WaitedFor : std::uint8_t {
    unknown,        // the server itself, or an earlier packet of the same client
    kernel_queue,   // the server was busy with those before it
    ping_check,     // somebody might have used the address
    stored_leases,  // read from the database, since not all are in memory yet
    commit,         // the change became durable
};
std::string_view to_string(WaitedFor what);

struct SlowExchange {
    std::chrono::system_clock::time_point at{};  // when it was answered
    std::chrono::nanoseconds took{0};            // from the arrival in the kernel until the answer was ready
    std::string_view message;                    // the query's type
    std::string client;                          // as the log names it
    std::optional<Prefix> lease;                 // that it is about, where it is about one
    std::uint32_t subnet_id = 0;                 // 0: none
    WaitedFor waited_for = WaitedFor::unknown;
};

/// Keeps the slowest ones of this period and of the one before, so that of the last five minutes none is
/// missing, and what is told is not older than ten.
class SlowestExchanges {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr std::size_t kept_max = 16;
    static constexpr std::chrono::minutes period{5};

    SlowestExchanges();

    /// Is one that took so long among the slowest? Asked for each answer.
    bool takes(std::chrono::nanoseconds took, Time now) const {
        return took > threshold_ || now >= period_end_;
    }
    /// One that takes() wants; where the period is over, the next one begins with it.
    void add(SlowExchange&& exchange, Time now);

    /// The slowest first, kept_max at most.
    std::vector<SlowExchange> entries(Time now) const;

private:
    std::vector<SlowExchange> current_, previous_;  // kept_max at most, in no order
    std::chrono::nanoseconds threshold_{-1};        // of the quickest one in current_; -1: there is room
    Time period_end_{};
};

}  // namespace leasehold
