// How far a long work has come: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

namespace leasehold {

/// Where progress is shown. Never where a tool's data goes: that is standard output, this standard error.
struct ProgressDisplay {
    std::ostream* out = nullptr;  // nullptr: nowhere
    bool terminal = false;        // one line, painted over; else lines below each other
    std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;

    /// Standard error, and whether that is a terminal.
    static ProgressDisplay standard();
};

/// One stretch of work, counted in `unit`. Shows nothing of what is done within the first second.
class Progress {
public:
    static constexpr std::chrono::milliseconds bar_interval{200};
    static constexpr std::chrono::seconds line_interval{10};

    Progress(const ProgressDisplay& display, std::string doing, std::string unit,
             std::optional<std::uint64_t> total = std::nullopt);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    /// Takes the bar off the terminal.
    ~Progress();

    /// Cheap enough for every row.
    void advance() {
        ++done_;
        if (--until_look_ == 0) look();
    }
    /// For larger steps.
    void set(std::uint64_t done) {
        done_ = done;
        look();
    }
    void set_total(std::uint64_t total) { total_ = total; }
    std::uint64_t done() const { return done_; }

private:
    static constexpr unsigned rows_between_looks = 256;

    void look();
    std::string line(std::chrono::steady_clock::time_point now) const;

    const ProgressDisplay display_;
    const std::string doing_, unit_;
    std::optional<std::uint64_t> total_;
    std::uint64_t done_ = 0;
    unsigned until_look_ = rows_between_looks;
    std::chrono::steady_clock::time_point start_, next_;
    bool painted_ = false;
};

/// "3:07", "2:00:00"
std::string clock_text(std::chrono::seconds duration);

}  // namespace leasehold
