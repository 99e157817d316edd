// A loop turned by hand: functions posted from any thread run when a test asks for them. And a gate at
// which another thread waits until the test lets it pass.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace leasehold::testing_support {

class HandLoop {
public:
    void post(std::move_only_function<void()> function) {
        const std::lock_guard lock{mutex_};
        functions_.push_back(std::move(function));
        wake_.notify_all();
    }
    /// Runs what is posted, and waits for more, until the condition holds after a function ran (or at once).
    void run_until(const std::function<bool()>& condition) {
        while (!condition()) run_one();
    }
    /// Waits for a function and runs it.
    void run_one() {
        std::unique_lock lock{mutex_};
        wake_.wait(lock, [&] { return !functions_.empty(); });
        auto function = std::move(functions_.front());
        functions_.pop_front();
        lock.unlock();
        function();
    }
    /// Runs what is there now and waits for nothing.
    void run_ready() {
        std::deque<std::move_only_function<void()>> ready;
        {
            const std::lock_guard lock{mutex_};
            ready.swap(functions_);
        }
        for (auto& function : ready) function();
    }

private:
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::move_only_function<void()>> functions_;
};

class Gate {
public:
    /// Waits until the gate is open.
    void pass() {
        std::unique_lock lock{mutex_};
        ++arrived_;
        changed_.notify_all();
        changed_.wait(lock, [&] { return open_; });
    }
    void wait_for_arrival(int count = 1) {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return arrived_ >= count; });
    }
    void open() {
        const std::lock_guard lock{mutex_};
        open_ = true;
        changed_.notify_all();
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    int arrived_ = 0;
    bool open_ = false;
};

}  // namespace leasehold::testing_support
