#include "control/handshake_gate.hpp"

#include <algorithm>
#include <utility>

namespace leasehold {

void HandshakeGate::enter(std::function<void()> begin) {
    waiting_.push_back(std::move(begin));
    admit();
}

void HandshakeGate::admit() {
    const std::chrono::nanoseconds interval{std::nano::den / limits_.per_second};
    const std::chrono::nanoseconds burst{std::nano::den / limits_.per_second * limits_.burst};
    while (!pausing_ && !waiting_.empty()) {
        const auto now = std::chrono::steady_clock::now();
        const auto earliest = next_ - burst;
        if (earliest > now) {
            pausing_ = true;
            timer_.expires_at(earliest);
            timer_.async_wait([this](const boost::system::error_code& cancelled) {
                if (cancelled) return;
                pausing_ = false;
                admit();
            });
            return;
        }
        next_ = std::max(next_, now) + interval;
        const auto begin = std::move(waiting_.front());
        waiting_.pop_front();
        begin();
    }
}

}  // namespace leasehold
