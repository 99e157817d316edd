// Lease time: wall time at start plus CLOCK_BOOTTIME since, so that a step of the wall clock changes
// neither expiry nor reuse until it is accepted (lease-engine 6).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "dhcp/lease.hpp"

namespace leasehold {

/// What the clock reads from the machine; a test gives its own.
class TimeSource {
public:
    virtual ~TimeSource() = default;
    virtual std::chrono::system_clock::time_point wall() const = 0;
    /// The same to some milliseconds, for what is noted with every packet: a fraction of the price.
    virtual std::chrono::system_clock::time_point about_wall() const { return wall(); }
    virtual std::chrono::nanoseconds boot_time() const = 0;  // CLOCK_BOOTTIME, runs on in suspend
};
class SystemTimeSource final : public TimeSource {
public:
    std::chrono::system_clock::time_point wall() const override;
    std::chrono::system_clock::time_point about_wall() const override;
    std::chrono::nanoseconds boot_time() const override;
};

struct ClockStatus {
    std::chrono::seconds step{0};  // wall time minus lease time, when over 10 s; else 0
    bool reuse_paused = false;     // expiry and reuse wait: a step is open, or leases lie in the future
    std::optional<LeaseTime> wait_until;  // newest stored cltt, while it is in the future
};

/// Loop thread only.
class LeaseClock {
public:
    explicit LeaseClock(const TimeSource& source);

    LeaseTime now() const;
    std::chrono::system_clock::time_point now_precise() const;

    /// Called after a load: while now() is before it no address changes hands.
    void note_newest_cltt(LeaseTime newest);

    /// Compares with the wall clock; called about once a second. A step over 10 s is reported once by the
    /// return value (true: a step was newly noticed, another one came while it was open, or it was settled).
    /// Forward differences are adopted in small steps of at most one second a call, silently when they are no
    /// step; backward ones only by accept().
    bool check();

    /// The operator's clock-accept: adopts the wall clock as it is, both ways, and ends a wait.
    void accept();

    /// May expired leases be reclaimed and addresses change hands?
    bool reuse_allowed() const;
    ClockStatus status() const;

private:
    const TimeSource& source_;
    std::chrono::system_clock::time_point base_wall_;
    std::chrono::nanoseconds base_boot_;
    std::chrono::seconds step_{0};
    std::optional<LeaseTime> newest_cltt_;
};

}  // namespace leasehold
