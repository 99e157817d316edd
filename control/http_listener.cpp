#include "control/http_listener.hpp"

#include <sys/socket.h>

#include "dhcp/log.hpp"

namespace leasehold {
namespace {

std::string cure(const boost::system::error_code& error) {
    namespace asio_error = boost::asio::error;
    if (error == asio_error::address_in_use)
        return "; another program has this port (ss -ltnp shows which): stop it, or choose another "
               "socket-port";
    if (error == boost::system::errc::address_not_available)
        return "; socket-address must be an address of this machine, 0.0.0.0 or ::";
    if (error == asio_error::access_denied)
        return "; ports below 1024 need CAP_NET_BIND_SERVICE: choose another socket-port";
    return {};
}

}  // namespace

Result<std::shared_ptr<HttpListener>, std::string> HttpListener::open(boost::asio::io_context& loop,
                                                                      std::shared_ptr<ChannelShared> shared,
                                                                      HttpSettingsPtr settings,
                                                                      const HttpListeners& going) {
    std::shared_ptr<HttpListener> listener{new HttpListener(loop, std::move(shared), std::move(settings))};
    const auto share_with_going = [&](bool shares) {
        for (const auto& other : going)
            if (other->settings()->config.port == listener->settings()->config.port) other->share_port(shares);
    };
    share_with_going(true);
    const auto error = listener->bind(!going.empty());
    share_with_going(false);
    if (error)
        return std::unexpected("the control socket " + listener->settings()->config.url() +
                               " cannot be opened: " + error.message() + cure(error));
    return listener;
}

HttpListener::HttpListener(boost::asio::io_context& loop, std::shared_ptr<ChannelShared> shared,
                           HttpSettingsPtr settings)
    : shared_{std::move(shared)}, socket_{std::make_shared<HttpSocket>()},
      connections_{std::make_shared<AcceptLoop<Protocol>>(loop)} {
    socket_->settings = std::move(settings);
}

HttpListener::~HttpListener() {
    close();
}

/// Lets two sockets that ask for it have overlapping addresses. Off again at once: another program of this user
/// could join.
void HttpListener::share_port(bool shares) {
    const int value = shares ? 1 : 0;
    // Where it cannot be, bind() fails and tells why.
    (void)setsockopt(connections_->acceptor().native_handle(), SOL_SOCKET, SO_REUSEPORT, &value, sizeof value);
}

boost::system::error_code HttpListener::bind(bool beside_others) {
    const auto& config = socket_->settings->config;
    auto& acceptor = connections_->acceptor();
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(config.address, error);
    const Protocol::endpoint endpoint{address, config.port};
    if (!error) acceptor.open(endpoint.protocol(), error);
    // Else connections of before a restart would keep the port for a minute.
    if (!error) acceptor.set_option(Protocol::acceptor::reuse_address{true}, error);
    if (!error && beside_others) share_port(true);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (!error && beside_others) share_port(false);
    if (error && acceptor.is_open()) {
        boost::system::error_code ignored;  // the first error is the one to tell
        acceptor.close(ignored);
    }
    return error;
}

std::string HttpListener::url() const {
    auto config = socket_->settings->config;
    boost::system::error_code error;
    const auto endpoint = connections_->acceptor().local_endpoint(error);
    if (!error) config.port = endpoint.port();
    return config.url();
}

void HttpListener::start() {
    if (started_) return;
    started_ = true;
    socket_->url = url();
    log(MessageId::COMMAND_SOCKET_OPENED, {{"socket", socket_->url}});
    // close() ends it before this object goes.
    connections_->start([this](Protocol::socket socket) { take(std::move(socket)); });
}

bool HttpListener::use(HttpSettingsPtr settings) {
    const bool same = same_settings(*socket_->settings, *settings);
    socket_->settings = std::move(settings);
    socket_->url = url();
    if (!same) socket_->wind_up_all();
    return !same;
}

void HttpListener::close() {
    if (!connections_->close()) return;
    socket_->wind_up_all();
}

void HttpListener::take(Protocol::socket socket) {
    const auto& limits = shared_->limits;
    if (shared_->http_connections_open >= limits.http_connections_max ||
        socket_->connections.size() >= limits.http_connections_per_socket_max)
        refuse(std::move(socket));
    else
        HttpConnection::start(std::move(socket), shared_, socket_);
}

/// In clear text it can be told why; a TLS handshake for that would be too much.
void HttpListener::refuse(Protocol::socket socket) {
    ++shared_->counters.connections_refused;
    if (socket_->settings->tls != nullptr) return;
    const std::string text = whole_answer(
        http_failure(503, "too many control connections are open (" +
                              std::to_string(shared_->limits.http_connections_per_socket_max) +
                              " to a socket, " + std::to_string(shared_->limits.http_connections_max) +
                              " in all); try again when others have ended"),
        *socket_->settings);
    boost::system::error_code ignored;  // a fresh socket takes so little at once, or its peer is gone
    socket.non_blocking(true, ignored);
    socket.write_some(boost::asio::buffer(text), ignored);
}

}  // namespace leasehold
