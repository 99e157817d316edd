#include "control/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace leasehold {
namespace {

constexpr std::string_view erase_line = "\r\x1b[K";

std::string bar(double share) {
    constexpr std::size_t width = 24;
    const auto filled = static_cast<std::size_t>(share * width);
    return "[" + std::string(filled, '#') + std::string(width - filled, '.') + "]";
}

std::string two_digits(std::int64_t number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

}  // namespace

std::string clock_text(std::chrono::seconds duration) {
    const auto seconds = duration.count();
    const auto tail = two_digits(seconds % 60);
    if (seconds < 3600) return std::to_string(seconds / 60) + ":" + tail;
    return std::to_string(seconds / 3600) + ":" + two_digits(seconds / 60 % 60) + ":" + tail;
}

ProgressDisplay ProgressDisplay::standard() {
    return {.out = &std::cerr, .terminal = ::isatty(STDERR_FILENO) == 1};
}

Progress::Progress(const ProgressDisplay& display, std::string doing, std::string unit,
                   std::optional<std::uint64_t> total)
    : display_{display}, doing_{std::move(doing)}, unit_{std::move(unit)}, total_{total} {
    start_ = display_.now();
    next_ = start_ + (display_.terminal ? std::chrono::seconds{1} : line_interval);
}

Progress::~Progress() {
    if (painted_) *display_.out << erase_line << std::flush;
}

void Progress::look() {
    until_look_ = rows_between_looks;
    if (display_.out == nullptr) return;
    const auto now = display_.now();
    if (now < next_) return;
    if (display_.terminal) {
        *display_.out << erase_line << line(now) << std::flush;
        painted_ = true;
        next_ = now + bar_interval;
    } else {
        *display_.out << line(now) << std::endl;
        next_ = now + line_interval;
    }
}

std::string Progress::line(std::chrono::steady_clock::time_point now) const {
    const std::chrono::duration<double> spent = now - start_;
    const double rate = static_cast<double>(done_) / std::max(spent.count(), 0.001);
    std::string text = doing_ + ": ";
    const bool has_end = total_ && *total_ > 0;
    const double share =
        has_end ? std::min(static_cast<double>(done_) / static_cast<double>(*total_), 1.0) : 0;
    if (has_end && display_.terminal) text += bar(share) + " ";
    if (has_end) text += std::to_string(static_cast<int>(share * 100)) + " %, ";
    text += std::to_string(done_);
    if (has_end) text += " of " + std::to_string(*total_);
    text += " " + unit_ + ", " + std::to_string(static_cast<std::uint64_t>(rate)) + "/s";
    if (has_end && rate > 0) {
        const double left = static_cast<double>(*total_ - std::min(done_, *total_)) / rate;
        text += ", " + clock_text(std::chrono::seconds{static_cast<std::int64_t>(left)}) + " left";
    }
    return text;
}

}  // namespace leasehold
