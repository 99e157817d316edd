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
#include "control/caller.hpp"
#include "control/command.hpp"
#include "control/handshake_gate.hpp"
#include "control/http_access.hpp"
#include "control/http_routes.hpp"
#include "control/side_thread.hpp"

namespace leasehold {

struct ChannelLimits {
    std::size_t request_size_max = 64u << 20;    // octets of one request
    std::size_t requests_size_max = 128u << 20;  // octets of all requests being received or carried out
    std::size_t drain_size_max = 64u << 20;      // octets that a refused peer may still send
    std::size_t connections_max = 64;
    std::size_t parse_on_loop_size_max = 32u << 10;  // longer texts are parsed on the side thread
    std::chrono::milliseconds progress_max{10'000};  // without an octet read or written

    std::size_t http_connections_max = 1000;            // of all HTTP sockets
    std::size_t http_connections_per_socket_max = 200;  // of one
    std::size_t http_header_size_max = 16u << 10;       // octets, the request line among them
    std::size_t http_whole_size_max = 64u << 10;        // octets; longer answers are sent in chunks
    std::chrono::milliseconds http_request_max{10'000};  // for a request to arrive, and a second more for each
    std::size_t http_rate_min = 64u << 10;               // so many octets that have
    std::chrono::milliseconds http_idle_max{30'000};     // between two requests
    HandshakeGate::Limits handshakes;
};

struct ChannelCounters {
    std::uint64_t connections = 0;          // accepted, ever
    std::uint64_t connections_refused = 0;  // over connections_max
    std::uint64_t requests_too_long = 0;    // over either size limit
    std::uint64_t timeouts = 0;
    std::uint64_t http_requests = 0;
    std::uint64_t http_refused = 0;   // answered 400 and above, those below among them
    std::uint64_t unauthorized = 0;   // 401: no user and password that is known
    std::uint64_t forbidden = 0;      // 403: known, but may not do this
    std::uint64_t tls_failed = 0;     // handshakes
    std::uint64_t streams_cut = 0;    // whose peers did not read
    bool operator==(const ChannelCounters&) const = default;
};

/// Runs one request; `reply` is called once, on the loop.
using RunRequest = std::function<void(config::Value request, const Caller& caller, Reply reply)>;

/// What the connections of all sockets share. Loop thread only.
struct ChannelShared {
    ChannelShared(boost::asio::io_context& loop, ChannelLimits limits_)
        : limits{limits_}, handshakes{loop, limits_.handshakes} {}
    ChannelLimits limits;
    ChannelCounters counters;
    std::size_t connections_open = 0;  // of UNIX sockets
    std::size_t http_connections_open = 0;
    std::size_t octets_held = 0;
    RunRequest run;
    HttpRoutes routes;
    HandshakeGate handshakes;
};

class HttpListener;
class UnixListener;

class ControlChannel {
public:
    ControlChannel(boost::asio::io_context& loop, SideThread& side, ChannelLimits limits, RunRequest run);
    ~ControlChannel();

    /// What HTTP sockets answer besides commands; added before the first of them is opened.
    void add_route(HttpRoute route) { shared_->routes.add(std::move(route)); }

    /// Sockets of another configuration, opened beside those in use; the ones with the same path, or the same
    /// address and port, are the same sockets, so that the answer to config-set still arrives. Files with
    /// passwords and certificates are read.
    struct Prepared {
        std::vector<std::shared_ptr<UnixListener>> unix_sockets;
        std::vector<std::pair<std::shared_ptr<HttpListener>, HttpSettingsPtr>> http_sockets;
    };
    Result<Prepared, std::string> prepare(const std::vector<config::ControlSocketConfig>& sockets,
                                          const std::vector<config::HttpSocketConfig>& http_sockets = {});
    void activate(Prepared prepared);

    /// Files with passwords or certificates have changed: they are read again, on the side thread. What cannot
    /// be used changes nothing, and is told in the log.
    void renew_secrets();

    /// No new connections, and no new requests on those that are open; answers under way are sent.
    void close();
    std::size_t connections_open() const {
        return shared_->connections_open + shared_->http_connections_open;
    }
    /// Octets of all requests being received or carried out.
    std::size_t octets_held() const { return shared_->octets_held; }
    const ChannelCounters& counters() const { return shared_->counters; }
    std::vector<std::string> paths() const;
    /// Of the HTTP sockets, with the ports that the system chose.
    std::vector<std::string> urls() const;

private:
    boost::asio::io_context& loop_;
    SideThread& side_;
    std::shared_ptr<ChannelShared> shared_;
    std::vector<std::shared_ptr<UnixListener>> listeners_;
    std::vector<std::shared_ptr<HttpListener>> http_listeners_;
};

}  // namespace leasehold
