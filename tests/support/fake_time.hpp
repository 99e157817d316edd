// Time that moves when a test says so.
#pragma once

#include "dhcp/clock.hpp"

namespace leasehold::testing_support {

class FakeTime final : public TimeSource {
public:
    std::chrono::system_clock::time_point wall() const override { return start + elapsed; }
    std::chrono::nanoseconds boot_time() const override { return elapsed; }
    void advance(std::chrono::seconds by) { elapsed += by; }

    std::chrono::system_clock::time_point start{std::chrono::seconds{1'800'000'000}};
    std::chrono::seconds elapsed{0};
};

}  // namespace leasehold::testing_support
