// The thread of the forensic log: a bounded queue of decisions, texts made of them, and the place they are
// written to. legal_log fills the queue.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "control/legal_log.hpp"

namespace leasehold {

/// A decision, the configuration that was in use, and when it was.
struct LegalLogItem {
    std::shared_ptr<const LeaseEvents> events;
    std::shared_ptr<const ServerConfig> config;
    LogTime at;
};

/// Made and called by one thread, the loop's, except run().
class LegalLogWriter {
public:
    /// @param tell  called on the writer's thread
    LegalLogWriter(LegalLogLimits limits, TellProgram tell) : limits_{limits}, tell_{std::move(tell)} {}

    /// False: the queue is full.
    bool add(LegalLogItem item);
    void count_lost(std::uint64_t decisions);
    /// Where to from now on; nullopt: what waits is written, then nothing is open.
    void set_target(std::optional<LegalLogTarget> target);
    /// The thread ends when what waits is written, or cannot be.
    void stop();
    /// False: it has not ended by then.
    bool wait_for_end(std::chrono::milliseconds limit);
    LegalLogStatus status() const;

    /// The thread.
    void run();

private:
    using Lock = std::unique_lock<std::mutex>;

    bool has_work() const { return stopping_ || target_changed_ || !queue_.empty(); }
    void take_batch();
    void follow_target();
    bool write_batch();
    void lose_batch();
    bool write(const LegalLogItem& item);
    void note(const Result<void, std::string>& done, std::size_t entries);
    const std::string& timestamp(const LegalLogConfig& legal, LogTime at);

    static constexpr std::size_t batch_max = 256;

    const LegalLogLimits limits_;
    const TellProgram tell_;

    mutable std::mutex mutex_;  // guards the next ones
    std::condition_variable changed_, ended_;
    std::deque<LegalLogItem> queue_;
    std::optional<LegalLogTarget> target_;
    bool target_changed_ = false, stopping_ = false, has_ended_ = false;
    LegalLogStatus status_;

    // of the thread
    std::deque<LegalLogItem> batch_;
    std::unique_ptr<LegalLogOutput> output_;
    std::string rest_;               // lines of an output that could not write them
    std::size_t unflushed_ = 0;      // entries that the output has
    std::string_view told_problem_;  // of a format
    struct {
        std::string format, text;
        LogTime at;
    } timestamp_;
};

}  // namespace leasehold
