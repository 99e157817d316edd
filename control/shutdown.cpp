#include "control/shutdown.hpp"

#include <utility>

namespace leasehold {
namespace {

constexpr std::chrono::seconds store_time_max{5};
constexpr std::chrono::seconds answer_time_max{2};
constexpr std::chrono::milliseconds answer_look{10};

}  // namespace

Shutdown::Shutdown(boost::asio::io_context& loop, Server& server, ControlChannel& channel,
                   Supervision& supervision)
    : loop_{loop}, server_{server}, channel_{channel}, supervision_{supervision}, timer_{loop} {}

void Shutdown::begin(int exit_status, std::string reason) {
    if (std::exchange(begun_, true)) {
        loop_.stop();
        return;
    }
    exit_status_ = exit_status;
    reason_ = std::move(reason);
    supervision_.stopping(reason_);
    channel_.close();
    const auto now = std::chrono::steady_clock::now();
    server_.stop(now + store_time_max,
                 [this] { wait_for_answers(std::chrono::steady_clock::now() + answer_time_max); });
}

void Shutdown::wait_for_answers(std::chrono::steady_clock::time_point until) {
    if (channel_.connections_open() == 0 || std::chrono::steady_clock::now() >= until) {
        loop_.stop();
        return;
    }
    timer_.expires_after(answer_look);
    timer_.async_wait([this, until](const boost::system::error_code& error) {
        if (!error) wait_for_answers(until);
    });
}

}  // namespace leasehold
