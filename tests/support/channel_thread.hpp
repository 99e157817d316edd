// A control channel whose loop runs in a thread of its own, for tests that talk to it as its peers do.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "control/control_channel.hpp"
#include "control/side_thread.hpp"

namespace leasehold::testing_support {

struct ChannelThread : testing::Test {
    boost::asio::io_context loop;
    SideThread side{loop};
    ChannelLimits limits;
    std::unique_ptr<ControlChannel> channel;
    std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work{
        loop.get_executor()};
    std::thread runner;

    void TearDown() override {
        stop();
        channel.reset();
    }

    /// Of a request; nullptr: it names none.
    static const std::string* command_of(const config::Value& request) {
        const auto* const member = request.member("command");
        return member == nullptr ? nullptr : std::get_if<std::string>(&member->data);
    }
    /// Answers with the command's name as text; "big" streams.
    static void echo(const config::Value& request, const Caller&, const Reply& reply) {
        const auto* const name = command_of(request);
        if (name == nullptr) return reply(failure("not a command"));
        if (*name != "big") return reply(success(*name));
        Answer answer;
        answer.pieces = [left = 1000](std::string& out) mutable {
            out.append(5000, 'b');
            return --left != 0;
        };
        reply(std::move(answer));
    }

    void run() {
        runner = std::thread{[this] { loop.run(); }};
    }
    void stop() {
        work.reset();
        loop.stop();
        if (runner.joinable()) runner.join();
    }
    /// On the loop's thread.
    template <class Do>
    auto on_loop(Do what) {
        std::packaged_task<decltype(what())()> task{std::move(what)};
        auto result = task.get_future();
        boost::asio::post(loop, [&task] { task(); });
        return result.get();
    }
    /// Looks on the loop's thread, as often as it takes.
    template <class See>
    void wait_until(See see) {
        while (!on_loop(see)) {
        }
    }
};

}  // namespace leasehold::testing_support
