// A socket with a peer on it, in clear text or under TLS: what an HTTP connection reads from and writes to.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "config/control_sockets.hpp"
#include "dhcp/result.hpp"

namespace boost::asio::ssl {
class context;
}

namespace leasehold {

/// One read and one write may be under way at once. A handler is called later, never from within the call.
class HttpTransport {
public:
    using Socket = boost::asio::ip::tcp::socket;
    using Done = std::function<void(const boost::system::error_code& error, std::size_t size)>;

    virtual ~HttpTransport() = default;
    virtual Socket& socket() = 0;
    virtual bool has_tls() const = 0;
    /// @pre has_tls()
    virtual void handshake(std::function<void(const boost::system::error_code& error)> done) = 0;
    /// The common name of the peer's certificate, which was verified; "": none.
    virtual std::string certificate_name() const = 0;
    virtual void read_some(boost::asio::mutable_buffer buffer, Done done) = 0;
    virtual void write_some(boost::asio::const_buffer buffer, Done done) = 0;
    /// Says that nothing more comes. Under TLS the peer is waited for.
    virtual void end_sending(std::function<void()> done) = 0;
    /// Ends what is under way; the handlers are called with an error.
    void close();
};

std::unique_ptr<HttpTransport> make_transport(HttpTransport::Socket socket,
                                              std::shared_ptr<boost::asio::ssl::context> tls);

/// TLS 1.2 or later, with the server's certificate.
/// @param asks  a certificate is asked for even when none is required
/// @error which file cannot be used, and why
Result<std::shared_ptr<boost::asio::ssl::context>, std::string> make_tls_context(
    const config::HttpTlsConfig& config, bool asks);

}  // namespace leasehold
