#include "control/change_queue.hpp"

#include <utility>

namespace leasehold {

Answer ChangeQueue::not_made(const std::string& name, std::string_view why) {
    return failure(std::string{why} + " '" + name + "' was not begun, and nothing was changed");
}

void ChangeQueue::add(std::string_view name, Begin begin, Done done) {
    Change change{std::string{name}, std::move(begin), std::move(done)};
    if (closed_) return change.done(not_made(change.name, "the server is stopping:"));
    if (commands_waiting_ >= waiting_max_) {
        ++refused_;
        return change.done(not_made(
            change.name, std::to_string(commands_waiting_) +
                             " commands wait already to change the configuration, as many as may (status-get "
                             "shows how many there are): try again when some have been answered, or bring many "
                             "changes at once with config-set;"));
    }
    ++commands_waiting_;
    waiting_.push_back(std::move(change));
    next();
}

void ChangeQueue::add_for_signal(Begin begin) {
    if (closed_ || (!waiting_.empty() && waiting_.back().name.empty())) return;
    waiting_.push_back({{}, std::move(begin), [](const Answer&) {}});  // the log tells how it went
    next();
}

void ChangeQueue::next() {
    if (under_way_ || waiting_.empty()) return;
    under_way_ = true;
    auto change = std::move(waiting_.front());
    waiting_.pop_front();
    if (!change.name.empty()) --commands_waiting_;
    change.begin([this, done = std::move(change.done)](Answer answer) {
        under_way_ = false;
        done(std::move(answer));
        next();
    });
}

void ChangeQueue::close() {
    closed_ = true;
    commands_waiting_ = 0;
    for (const auto& change : std::exchange(waiting_, {}))
        change.done(not_made(change.name, "the server is stopping:"));
}

ChangeStatus ChangeQueue::status() const {
    return {.under_way = under_way_, .waiting = waiting_.size(), .waiting_max = waiting_max_, .refused = refused_};
}

}  // namespace leasehold
