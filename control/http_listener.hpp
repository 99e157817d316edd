// One HTTP or HTTPS control socket: its port, its accept loop, what it goes by at present.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <string>
#include <vector>

#include "control/accept_loop.hpp"
#include "control/control_channel.hpp"
#include "control/http_connection.hpp"

namespace leasehold {

class HttpListener;
using HttpListeners = std::vector<std::shared_ptr<HttpListener>>;

class HttpListener {
public:
    /// Binds and listens. Connections wait in the kernel until start().
    /// @param going  of this server, which this one may be in the place of: one on the same port, of another
    ///               address that overlaps with this one's, would keep it from being opened
    /// @error why not, and what to do
    static Result<std::shared_ptr<HttpListener>, std::string> open(boost::asio::io_context& loop,
                                                                   std::shared_ptr<ChannelShared> shared,
                                                                   HttpSettingsPtr settings,
                                                                   const HttpListeners& going = {});
    ~HttpListener();
    HttpListener(const HttpListener&) = delete;
    HttpListener& operator=(const HttpListener&) = delete;

    void start();
    /// From now on these. Connections that were made under others end after the answer under way.
    /// @return false: they are no others
    bool use(HttpSettingsPtr settings);
    /// Connections end after the answer under way.
    void close();
    const HttpSettingsPtr& settings() const { return socket_->settings; }
    /// With the port that the system chose.
    std::string url() const;

private:
    using Protocol = boost::asio::ip::tcp;
    HttpListener(boost::asio::io_context& loop, std::shared_ptr<ChannelShared> shared,
                 HttpSettingsPtr settings);
    boost::system::error_code bind(bool beside_others);
    void share_port(bool shares);
    void take(Protocol::socket socket);
    void refuse(Protocol::socket socket);

    std::shared_ptr<ChannelShared> shared_;
    std::shared_ptr<HttpSocket> socket_;
    std::shared_ptr<AcceptLoop<Protocol>> connections_;
    bool started_ = false;
};

}  // namespace leasehold
