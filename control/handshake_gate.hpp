// How many TLS handshakes go on at once, and how many begin in a second. Each costs the loop a private-key
// operation, in which no packet is answered: who opens connections in a flood waits, and packets do not.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>

namespace leasehold {

/// Loop thread only.
class HandshakeGate {
public:
    struct Limits {
        std::size_t at_once = 4;
        std::size_t per_second = 100;
        std::size_t burst = 10;  // after a quiet time
    };
    HandshakeGate(boost::asio::io_context& loop, Limits limits) : limits_{limits}, timer_{loop} {}

    /// Calls `begin` when it is its turn: now, or later. Whoever was called calls leave() once. How many wait is
    /// bounded by the limit on connections.
    void enter(std::function<void()> begin);
    void leave();

private:
    void admit();

    Limits limits_;
    boost::asio::steady_timer timer_;
    std::deque<std::function<void()>> waiting_;
    std::size_t running_ = 0;
    std::chrono::steady_clock::time_point next_{};  // when the next one is due at an even pace
    bool pausing_ = false;
};

}  // namespace leasehold
