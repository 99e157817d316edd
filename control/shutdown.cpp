#include "control/shutdown.hpp"

#include <algorithm>
#include <utility>

namespace leasehold {
namespace {

constexpr std::chrono::seconds store_time_max{5};
constexpr std::chrono::seconds answer_time_max{2};
constexpr std::chrono::milliseconds answer_look{10};

}  // namespace

Shutdown::Shutdown(boost::asio::io_context& loop, Supervision& supervision)
    : loop_{loop}, supervision_{supervision}, timer_{loop} {}

void Shutdown::add(Server& server, ControlChannel& channel, ChangeQueue& changes) {
    parts_.push_back({&server, &channel, &changes});
}

void Shutdown::begin(int exit_status, std::string reason) {
    if (std::exchange(begun_, true)) {
        loop_.stop();
        return;
    }
    exit_status_ = exit_status;
    reason_ = std::move(reason);
    supervision_.stopping(reason_);
    for (const Part& part : parts_) {
        part.channel->close();
        part.changes->close();
    }
    const auto until = std::chrono::steady_clock::now() + store_time_max;
    for (const Part& part : parts_) {
        part.server->stop(until, [this] {
            if (++stopped_ == parts_.size())
                wait_for_answers(std::chrono::steady_clock::now() + answer_time_max);
        });
    }
}

void Shutdown::wait_for_answers(std::chrono::steady_clock::time_point until) {
    const bool answered = std::ranges::all_of(
        parts_, [](const Part& part) { return part.channel->connections_open() == 0; });
    if (answered || std::chrono::steady_clock::now() >= until) {
        loop_.stop();
        return;
    }
    timer_.expires_after(answer_look);
    timer_.async_wait([this, until](const boost::system::error_code& error) {
        if (!error) wait_for_answers(until);
    });
}

}  // namespace leasehold
