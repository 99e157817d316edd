#include "control/legal_log_writer.hpp"

#include <algorithm>
#include <utility>

#include "control/legal_log_entry.hpp"
#include "control/local_time.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

/// The lines of an entry. Kea marks those after the first one, so that each line of a file tells what it is.
std::vector<std::string> lines_of(const std::string& text, bool mark_continuation) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const bool marked = mark_continuation && !lines.empty();
        lines.push_back((marked ? "- " : "") + text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

}  // namespace

bool LegalLogWriter::add(LegalLogItem item) {
    const Lock lock{mutex_};
    if (queue_.size() >= limits_.waiting_max) return false;
    queue_.push_back(std::move(item));
    changed_.notify_one();
    return true;
}

void LegalLogWriter::count_lost(std::uint64_t decisions) {
    const Lock lock{mutex_};
    status_.lost += decisions;
}

void LegalLogWriter::set_target(std::optional<LegalLogTarget> target) {
    const Lock lock{mutex_};
    if (target_ == target) return;
    target_ = std::move(target);
    target_changed_ = true;
    changed_.notify_one();
}

void LegalLogWriter::stop() {
    const Lock lock{mutex_};
    stopping_ = true;
    changed_.notify_one();
}

bool LegalLogWriter::wait_for_end(std::chrono::milliseconds limit) {
    Lock lock{mutex_};
    return ended_.wait_for(lock, limit, [this] { return has_ended_; });
}

LegalLogStatus LegalLogWriter::status() const {
    const Lock lock{mutex_};
    auto status = status_;
    status.waiting += queue_.size();
    return status;
}

void LegalLogWriter::run() {
    while (true) {
        take_batch();
        follow_target();
        const bool written = write_batch();
        Lock lock{mutex_};
        status_.waiting = batch_.size();
        if (written && !stopping_) continue;
        if (stopping_ && (!written || queue_.empty())) {
            status_.waiting = batch_.size() + unflushed_;  // and what is in the queue
            break;
        }
        if (!written) changed_.wait_for(lock, limits_.retry, [this] { return stopping_ || target_changed_; });
    }
    output_.reset();
    const Lock lock{mutex_};
    has_ended_ = true;
    ended_.notify_all();
}

/// Waits for something to do, unless something is left to be done.
void LegalLogWriter::take_batch() {
    if (!batch_.empty() || unflushed_ != 0) return;
    Lock lock{mutex_};
    changed_.wait(lock, [this] { return has_work(); });
    const auto count = std::min(batch_max, queue_.size());
    std::move(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count),
              std::back_inserter(batch_));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    status_.waiting = batch_.size();
}

/// The one that is left writes what it can; the other gets the rest. Nothing goes where nothing is kept any
/// more.
void LegalLogWriter::follow_target() {
    std::optional<LegalLogTarget> target;
    {
        const Lock lock{mutex_};
        if (!target_changed_) return;
        if (!target_ && output_ && status_.problem.empty() && (!queue_.empty() || !batch_.empty())) return;
        target_changed_ = false;
        target = target_;
    }
    if (output_ && !output_->flush()) rest_ += output_->take_rest();
    output_ = target ? make_legal_log_output(*target, tell_) : nullptr;
    if (output_ && !rest_.empty()) output_->add_rest(std::exchange(rest_, {}));
    const Lock lock{mutex_};
    status_.where = output_ ? output_->where() : "";
    if (output_) return;
    status_.problem.clear();
    status_.lost += std::exchange(unflushed_, 0);
    rest_.clear();
}

bool LegalLogWriter::write_batch() {
    if (!output_) return lose_batch(), true;
    while (!batch_.empty()) {
        if (!write(batch_.front())) return false;
        batch_.pop_front();
    }
    const auto done = output_->flush();
    note(done, done ? std::exchange(unflushed_, 0) : 0);
    return done.has_value();
}

void LegalLogWriter::lose_batch() {
    const Lock lock{mutex_};
    status_.lost += batch_.size();
    batch_.clear();
}

bool LegalLogWriter::write(const LegalLogItem& item) {
    const LegalLogConfig& legal = *item.config->legal_log;
    const LegalLogEntries entries = legal_log_entries(*item.events, *item.config);
    if (!entries.problem.empty()) {
        if (told_problem_ != entries.problem)
            log(MessageId::LEGAL_LOG_FORMAT_FAILED, {{"reason", entries.problem}});
        told_problem_ = entries.problem;
        const Lock lock{mutex_};
        ++status_.unformatted;
    }
    std::vector<std::string> lines;
    for (const std::string& text : entries.texts)
        std::ranges::move(lines_of(text, legal.mark_continuation_lines), std::back_inserter(lines));
    if (lines.empty()) return true;
    const auto taken = output_->add(item.at, timestamp(legal, item.at), lines);
    if (taken)
        unflushed_ += entries.texts.size();
    else
        note(taken, 0);
    return taken.has_value();
}

/// A failure is told of when it begins and when it is over.
void LegalLogWriter::note(const Result<void, std::string>& done, std::size_t entries) {
    std::string before;
    const std::string where = output_->where();
    {
        const Lock lock{mutex_};
        before = std::exchange(status_.problem, done ? std::string{} : done.error());
        status_.written += entries;
        status_.where = where;
    }
    if (!done && before.empty()) log(MessageId::LEGAL_LOG_FAILED, {{"reason", done.error()}});
    if (done && !before.empty()) log(MessageId::LEGAL_LOG_WRITTEN_AGAIN, {{"where", where}});
}

const std::string& LegalLogWriter::timestamp(const LegalLogConfig& legal, LogTime at) {
    if (timestamp_.at != at || timestamp_.format != legal.timestamp_format)
        timestamp_ = {legal.timestamp_format, format_time(legal.timestamp_format, at, TimeZone::local), at};
    return timestamp_.text;
}

}  // namespace leasehold
