// How many TLS handshakes begin in a second. Each costs the loop a private-key operation, in which no packet is
// answered: who opens connections in a flood waits, and packets do not.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>

namespace leasehold {

/// Loop thread only.
class HandshakeGate {
public:
    struct Limits {
        std::int64_t per_second = 100;
        std::int64_t burst = 10;  // after a quiet time
    };
    HandshakeGate(boost::asio::io_context& loop, Limits limits) : limits_{limits}, timer_{loop} {}

    /// Calls `begin` when it is its turn: now, or later. How many wait is bounded by the limit on connections.
    void enter(std::function<void()> begin);
    std::size_t waiting() const { return waiting_.size(); }

private:
    void admit();

    Limits limits_;
    boost::asio::steady_timer timer_;
    std::deque<std::function<void()>> waiting_;
    std::chrono::steady_clock::time_point next_{};  // when the next one is due at an even pace
    bool pausing_ = false;
};

}  // namespace leasehold
