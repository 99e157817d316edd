// Lease time and its relation to the wall clock (lease-engine 6). Who logs a step and who pauses reuse is the
// server's part; this file only says when.
#include "dhcp/clock.hpp"

#include <time.h>

#include <algorithm>

namespace leasehold {
namespace {

constexpr std::chrono::seconds step_size_min{10};    // a larger difference is a step
constexpr std::chrono::seconds adopted_per_call{1};  // of a difference forwards

bool is_step(std::chrono::system_clock::duration difference) {
    return difference > step_size_min || difference < -step_size_min;
}

}  // namespace

std::chrono::system_clock::time_point SystemTimeSource::wall() const {
    return std::chrono::system_clock::now();
}

std::chrono::system_clock::time_point SystemTimeSource::about_wall() const {
    timespec now{};
    clock_gettime(CLOCK_REALTIME_COARSE, &now);  // of the last tick; cannot fail, as below
    const auto since_1970 = std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
    return std::chrono::system_clock::time_point{
        std::chrono::duration_cast<std::chrono::system_clock::duration>(since_1970)};
}

std::chrono::nanoseconds SystemTimeSource::boot_time() const {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);  // cannot fail: the clock exists since Linux 2.6.39
    return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

LeaseClock::LeaseClock(const TimeSource& source)
    : source_{source}, base_wall_{source.wall()}, base_boot_{source.boot_time()} {}

LeaseTime LeaseClock::now() const {
    return std::chrono::floor<std::chrono::seconds>(now_precise());
}

std::chrono::system_clock::time_point LeaseClock::now_precise() const {
    return base_wall_ +
           std::chrono::duration_cast<std::chrono::system_clock::duration>(source_.boot_time() - base_boot_);
}

void LeaseClock::note_newest_cltt(LeaseTime newest) {
    newest_cltt_ = newest_cltt_ ? std::max(*newest_cltt_, newest) : newest;
}

bool LeaseClock::check() {
    auto difference = source_.wall() - now_precise();
    const auto found = is_step(difference) ? difference : difference.zero();
    // Our own adoption shrinks an open step, which is no news; a jump of the clock in the meantime is.
    const bool jumped = is_step(found - step_);
    if (difference > difference.zero()) {
        const auto adopted = std::min<std::chrono::system_clock::duration>(difference, adopted_per_call);
        base_wall_ += adopted;
        difference -= adopted;
    }
    const bool was_open = step_ != step_.zero();
    step_ = is_step(difference) ? std::chrono::duration_cast<std::chrono::seconds>(difference) : step_.zero();
    const bool is_open = step_ != step_.zero();
    return was_open != is_open || (is_open && jumped);
}

void LeaseClock::accept() {
    base_wall_ = source_.wall();
    base_boot_ = source_.boot_time();
    step_ = step_.zero();
    newest_cltt_.reset();
}

bool LeaseClock::reuse_allowed() const {
    return step_ == step_.zero() && (!newest_cltt_ || *newest_cltt_ <= now());
}

ClockStatus LeaseClock::status() const {
    ClockStatus status{.step = step_, .reuse_paused = !reuse_allowed(), .wait_until = std::nullopt};
    if (newest_cltt_ && *newest_cltt_ > now()) status.wait_until = newest_cltt_;
    return status;
}

}  // namespace leasehold
