#include "control/handshake_gate.hpp"

#include <algorithm>
#include <utility>

namespace leasehold {

void HandshakeGate::enter(std::function<void()> begin) {
    waiting_.push_back(std::move(begin));
    admit();
}

void HandshakeGate::leave() {
    --running_;
    admit();
}

void HandshakeGate::admit() {
    const auto interval = std::chrono::nanoseconds{std::chrono::seconds{1}} / limits_.per_second;
    while (!pausing_ && running_ < limits_.at_once && !waiting_.empty()) {
        const auto now = std::chrono::steady_clock::now();
        const auto earliest = next_ - interval * limits_.burst;
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
        ++running_;
        auto begin = std::move(waiting_.front());
        waiting_.pop_front();
        begin();  // may leave, and so come here again
    }
}

}  // namespace leasehold
