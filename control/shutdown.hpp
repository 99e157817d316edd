// The orderly end of the process: what is with the store is answered, answers to commands are sent, then the
// loop ends. Every wait has a limit, and a second demand ends at once: what was acknowledged is durable.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "control/change_queue.hpp"
#include "control/control_channel.hpp"
#include "control/supervision.hpp"
#include "dhcp/server.hpp"

namespace leasehold {

class Shutdown {
public:
    Shutdown(boost::asio::io_context& loop, Supervision& supervision);

    /// One more server that has to end, with its control channel; all outlive the loop's run.
    void add(Server& server, ControlChannel& channel, ChangeQueue& changes);

    void begin(int exit_status, std::string reason);
    bool begun() const { return begun_; }
    int exit_status() const { return exit_status_; }
    const std::string& reason() const { return reason_; }

private:
    struct Part {
        Server* server;
        ControlChannel* channel;
        ChangeQueue* changes;
    };
    void wait_for_answers(std::chrono::steady_clock::time_point until);

    boost::asio::io_context& loop_;
    Supervision& supervision_;
    std::vector<Part> parts_;
    std::size_t stopped_ = 0;
    boost::asio::steady_timer timer_;
    bool begun_ = false;
    int exit_status_ = 0;
    std::string reason_;
};

}  // namespace leasehold
