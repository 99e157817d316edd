// One HTTP connection: requests in, answers out, one after the other. Memory for a request is limited, memory
// for an answer is one piece, and every wait has an end: a peer that does not read, send or go on holds a
// connection for a while, and nothing else.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "control/control_channel.hpp"
#include "control/http_header.hpp"
#include "control/http_reader.hpp"
#include "control/http_tls.hpp"

namespace leasehold {

class HttpConnection;

/// What the connections of one socket share with it. Loop thread only.
struct HttpSocket {
    HttpSettingsPtr settings;
    std::string url;
    std::set<HttpConnection*> connections;

    /// None of them takes another request.
    void wind_up_all();
};

class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
public:
    /// Owns itself until the connection ends.
    static void start(HttpTransport::Socket socket, std::shared_ptr<ChannelShared> shared,
                      std::shared_ptr<HttpSocket> listener);
    ~HttpConnection();
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    /// Ends it: after the answer, if one is under way.
    void wind_up();

    /// For an answer that stays open.
    bool send_to_stream(std::string_view octets);
    bool has_stream() const { return phase_ == Phase::streaming; }
    std::size_t stream_queued() const { return outgoing_.size() + made_.size(); }
    void end_stream();
    void cut_stream();

private:
    enum class Phase : std::uint8_t {
        fresh,      // before the first octet, or in the TLS handshake
        idle,       // between two requests
        header,     // some octets of a request are here
        body,       // its header is
        running,    // it is with its handler
        answering,  // its answer is on the way
        streaming,  // so is one that stays open
        ending,     // all is sent; the peer is waited for
        closed
    };
    HttpConnection(HttpTransport::Socket socket, std::shared_ptr<ChannelShared> shared,
                   std::shared_ptr<HttpSocket> listener);

    void begin();
    void enter_gate();
    void begin_handshake();
    void handshake_done(const boost::system::error_code& error);

    void receive();
    void received(const boost::system::error_code& error, std::size_t size);
    void read_requests();
    void wait_for_more();
    bool take_header();
    bool hold(std::size_t octets);
    void send_continue();
    void run();

    void refuse(HttpAnswer answer);
    void refuse(unsigned status, std::string_view text);
    void answer(HttpAnswer answer);
    void count(unsigned status, std::string_view text);
    void begin_body(HttpAnswer& answer);
    void make_pieces();
    void add_chunk(std::string_view octets);
    void send();
    void sent(const boost::system::error_code& error, std::size_t size);
    void answered();
    void end();
    void drain(std::size_t octets_left);
    void close();

    void wait_until(std::chrono::steady_clock::time_point deadline);
    void wait_for(std::chrono::milliseconds time);
    void timer_ended();
    void timed_out();
    std::chrono::steady_clock::time_point request_deadline() const;

    std::shared_ptr<ChannelShared> shared_;
    std::shared_ptr<HttpSocket> listener_;
    std::unique_ptr<HttpTransport> transport_;
    boost::asio::steady_timer timer_;
    HttpPeer peer_;
    Phase phase_ = Phase::fresh;
    bool winding_up_ = false;

    HttpReader reader_;
    std::vector<char> chunk_;
    std::string buffer_;  // received, and not yet understood
    std::size_t held_ = 0;
    bool reading_ = false;
    bool whole_request_ = false;  // else its peer may be sending the rest of it
    std::chrono::steady_clock::time_point request_begun_{};
    const HttpRoute* route_ = nullptr;

    HttpAnswer answer_;  // without its body, while its header is not sent
    bool header_sent_ = false;
    bool chunked_ = false;
    bool keep_alive_ = false;
    bool without_body_ = false;  // HEAD
    AnswerPieces pieces_;
    bool pieces_left_ = false;
    std::string made_;  // of the body, not yet in outgoing_
    std::string outgoing_;
    bool sending_ = false;
    bool end_when_sent_ = false;  // of a stream
};

}  // namespace leasehold
