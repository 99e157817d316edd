// The sockets on which commands come: opens them, keeps them over reconfigurations, holds the limits and
// counters that all connections share. Reading and answering one connection is command_connection's part;
// what a command does, the handler's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/dialect.hpp"
#include "config/load.hpp"
#include "control/command.hpp"
#include "control/side_thread.hpp"

namespace leasehold {

struct ChannelLimits {
    std::size_t request_size_max = 64u << 20;    // octets of one request
    std::size_t requests_size_max = 128u << 20;  // octets of all requests being received
    std::size_t drain_size_max = 64u << 20;      // octets that a refused peer may still send
    std::size_t connections_max = 64;
    std::size_t parse_on_loop_size_max = 32u << 10;  // longer texts are parsed on the side thread
    std::chrono::milliseconds progress_max{10'000};  // without an octet read or written
};

struct ChannelCounters {
    std::uint64_t connections = 0;          // accepted, ever
    std::uint64_t connections_refused = 0;  // over connections_max
    std::uint64_t requests_too_long = 0;    // over either size limit
    std::uint64_t timeouts = 0;
};

/// Runs one request; `reply` is called once, on the loop.
using RunRequest = std::function<void(config::Value request, Reply reply)>;

/// What the connections of all sockets share. Loop thread only.
struct ChannelShared {
    ChannelLimits limits;
    ChannelCounters counters;
    std::size_t connections_open = 0;
    std::size_t octets_held = 0;
    RunRequest run;
};

class UnixListener;

class ControlChannel {
public:
    ControlChannel(boost::asio::io_context& loop, SideThread& side, ChannelLimits limits, RunRequest run);
    ~ControlChannel();

    /// Sockets of another configuration, opened beside those in use; the ones with the same path are the
    /// same sockets, so that the answer to config-set still arrives.
    using Prepared = std::vector<std::shared_ptr<UnixListener>>;
    Result<Prepared, std::string> prepare(const std::vector<config::ControlSocketConfig>& sockets);
    void activate(Prepared prepared);

    /// No new connections; those open go on.
    void close();
    std::size_t connections_open() const { return shared_->connections_open; }
    /// Octets of all requests being received.
    std::size_t octets_held() const { return shared_->octets_held; }
    const ChannelCounters& counters() const { return shared_->counters; }
    std::vector<std::string> paths() const;

private:
    boost::asio::io_context& loop_;
    SideThread& side_;
    std::shared_ptr<ChannelShared> shared_;
    std::vector<std::shared_ptr<UnixListener>> listeners_;
};

}  // namespace leasehold
