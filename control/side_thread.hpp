// A thread for work that would hold the loop for too long: parsing a large text, loading a configuration,
// writing and syncing a file, freeing what is large. One job after the other.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <utility>

namespace leasehold {

class SideThread {
public:
    explicit SideThread(boost::asio::io_context& loop) : loop_{loop} {}
    ~SideThread() { finish(); }

    /// Waits for the job under way; those behind it, and later ones, are dropped.
    void finish() {
        pool_.stop();
        pool_.join();
    }

    boost::asio::io_context& loop() { return loop_; }

    /// Runs `work` on the thread, then `then` on the loop. The callers bound how many jobs there are: one
    /// per control connection, one configuration at a time.
    void run(std::function<void()> work, std::function<void()> then) {
        boost::asio::post(pool_, [this, work = std::move(work), then = std::move(then)]() mutable {
            work();
            work = nullptr;  // what it held goes here, not on the loop
            boost::asio::post(loop_, std::move(then));
        });
    }

    /// Destroys `value` on the thread.
    template <class T>
    void dispose(T value) {
        boost::asio::post(pool_, [value = std::move(value)]() mutable { value = T{}; });
    }

private:
    boost::asio::io_context& loop_;
    boost::asio::thread_pool pool_{1};
};

}  // namespace leasehold
