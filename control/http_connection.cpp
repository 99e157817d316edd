#include "control/http_connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <charconv>
#include <utility>

#include "dhcp/log.hpp"

namespace leasehold {
namespace {

constexpr std::size_t http_chunk_size = 16384;  // a TLS record
constexpr std::string_view interim_answer = "HTTP/1.1 100 Continue\r\n\r\n";

std::string text_of(const boost::asio::ip::tcp::endpoint& endpoint) {
    const auto address = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" +
           std::to_string(endpoint.port());
}

/// Of routes that are open to everybody: who comes there has shown nothing.
Caller nobody(std::string name) {
    static const auto nothing = std::make_shared<const config::CommandRights>(
        config::CommandRights{.level = config::CommandRights::Level::none, .allowed = {}, .denied = {}});
    return {std::move(name), nothing};
}

class ConnectionStream : public HttpStream {
public:
    explicit ConnectionStream(std::weak_ptr<HttpConnection> connection)
        : connection_{std::move(connection)} {}
    bool send(std::string_view octets) override {
        const auto connection = connection_.lock();
        return connection != nullptr && connection->send_to_stream(octets);
    }
    bool is_open() const override {
        const auto connection = connection_.lock();
        return connection != nullptr && connection->has_stream();
    }
    std::size_t queued() const override {
        const auto connection = connection_.lock();
        return connection == nullptr ? 0 : connection->stream_queued();
    }
    void end() override {
        if (const auto connection = connection_.lock()) connection->end_stream();
    }
    void cut() override {
        if (const auto connection = connection_.lock()) connection->cut_stream();
    }

private:
    std::weak_ptr<HttpConnection> connection_;
};

}  // namespace

void HttpSocket::wind_up_all() {
    std::vector<std::shared_ptr<HttpConnection>> all;  // `connections` changes on the way
    for (HttpConnection* const connection : connections)
        if (auto held = connection->weak_from_this().lock()) all.push_back(std::move(held));
    for (const auto& connection : all) connection->wind_up();
}

void HttpConnection::start(HttpTransport::Socket socket, std::shared_ptr<ChannelShared> shared,
                           std::shared_ptr<HttpSocket> listener) {
    const std::shared_ptr<HttpConnection> connection{
        new HttpConnection(std::move(socket), std::move(shared), std::move(listener))};
    connection->begin();
}

HttpConnection::HttpConnection(HttpTransport::Socket socket, std::shared_ptr<ChannelShared> shared,
                               std::shared_ptr<HttpSocket> listener)
    : shared_{std::move(shared)},
      listener_{std::move(listener)},
      transport_{make_transport(std::move(socket), listener_->settings->tls)},
      timer_{transport_->socket().get_executor()},
      reader_{shared_->limits.http_header_size_max},
      chunk_(http_chunk_size) {
    boost::system::error_code ignored;  // a peer that is gone shows when it is read from
    peer_.address = text_of(transport_->socket().remote_endpoint(ignored));
    transport_->socket().set_option(boost::asio::ip::tcp::no_delay{true}, ignored);
    ++shared_->http_connections_open;
    ++shared_->counters.connections;
    listener_->connections.insert(this);
}

HttpConnection::~HttpConnection() {
    (void)hold(0);
    --shared_->http_connections_open;
    listener_->connections.erase(this);
}

// --- beginning

void HttpConnection::begin() {
    wait_for(shared_->limits.http_request_max);
    if (!transport_->has_tls()) return receive();
    // Who says nothing takes nobody's turn.
    transport_->socket().async_wait(HttpTransport::Socket::wait_read,
                                    [self = shared_from_this()](const boost::system::error_code& error) {
                                        error ? self->close() : self->enter_gate();
                                    });
}

void HttpConnection::enter_gate() {
    if (phase_ == Phase::closed) return;
    shared_->handshakes.enter([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->begin_handshake();
    });
    // The gate is part of what each connection holds, so it holds none itself; the timer does.
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) { (void)self; });
}

void HttpConnection::begin_handshake() {
    if (phase_ == Phase::closed) return;
    transport_->handshake([self = shared_from_this()](const boost::system::error_code& error) {
        self->handshake_done(error);
    });
}

void HttpConnection::handshake_done(const boost::system::error_code& error) {
    if (phase_ == Phase::closed) return;
    if (error) {
        ++shared_->counters.tls_failed;
        log(MessageId::HTTP_TLS_FAILED,
            {{"peer", peer_.address}, {"socket", listener_->url}, {"reason", error.message()}});
        return close();
    }
    peer_.certificate = transport_->certificate_name();
    receive();
}

// --- requests

void HttpConnection::receive() {
    reading_ = true;
    transport_->read_some(boost::asio::buffer(chunk_),
                          [self = shared_from_this()](const boost::system::error_code& error,
                                                      std::size_t size) { self->received(error, size); });
}

void HttpConnection::received(const boost::system::error_code& error, std::size_t size) {
    reading_ = false;
    if (phase_ == Phase::closed) return;
    if (error) {  // in the middle of a request or not: the peer is gone
        if (phase_ != Phase::answering) close();
        return;
    }
    if (phase_ == Phase::streaming) return receive();                   // only its end is of interest
    if (phase_ == Phase::answering || phase_ == Phase::ending) return;  // timed out meanwhile
    buffer_.append(chunk_.data(), size);
    if (phase_ == Phase::fresh || phase_ == Phase::idle) {
        phase_ = Phase::header;
        request_begun_ = std::chrono::steady_clock::now();
    }
    read_requests();
}

/// What has been received, as far as it goes.
void HttpConnection::read_requests() {
    while (true) {
        const auto status = reader_.read(buffer_);
        if (!hold(reader_.body_size() + buffer_.size())) return;
        switch (status) {
            case HttpReader::Status::more: return wait_for_more();
            case HttpReader::Status::bad:
                if (reader_.error_status() != 400) ++shared_->counters.requests_too_long;
                return refuse(reader_.error_status(), reader_.error_text());
            case HttpReader::Status::header:
                if (!take_header()) return;
                break;
            case HttpReader::Status::complete: return run();
        }
    }
}

void HttpConnection::wait_for_more() {
    wait_until(request_deadline());
    receive();
}

/// @return false: there is nothing to read at present
bool HttpConnection::take_header() {
    phase_ = Phase::body;
    HttpRequest& request = reader_.request();
    const auto& settings = *listener_->settings;
    route_ = shared_->routes.find(request.method, request.path);
    if (route_ == nullptr) {
        auto refusal = http_failure(405, "the method " + request.method + " is not for this path");
        refusal.fields.emplace_back("Allow", shared_->routes.methods(request.path));
        refuse(std::move(refusal));
        return false;
    }
    request.caller = nobody(peer_.address);
    if (route_->access != RouteAccess::open) {
        auto caller = authenticate(settings, request.field("authorization"), peer_);
        if (!caller) {
            log(MessageId::HTTP_UNAUTHORIZED, {{"peer", peer_.address}, {"socket", listener_->url}});
            auto refusal = http_failure(caller.error(), reason_phrase(caller.error()));
            if (caller.error() == 401) refusal.fields.emplace_back("WWW-Authenticate", challenge(settings));
            refuse(std::move(refusal));
            return false;
        }
        request.caller = std::move(*caller);
        const auto needed = route_->access == RouteAccess::write ? Access::write : Access::read;
        if (route_->access != RouteAccess::by_command && !request.caller.may(needed)) {
            log(MessageId::COMMAND_FORBIDDEN, {{"caller", request.caller.name}, {"command", request.path}});
            refuse(403, "Forbidden");
            return false;
        }
    }
    if (!reader_.take_body(route_->body_max)) return true;  // it is bad then
    if (!reader_.expects_continue()) return true;
    send_continue();
    return false;
}

/// All octets of this request; they count among those of all.
/// @return false: they are too many, and this request was refused
bool HttpConnection::hold(std::size_t octets) {
    shared_->octets_held += octets;
    shared_->octets_held -= held_;
    held_ = octets;
    if (shared_->octets_held <= shared_->limits.requests_size_max || octets == 0) return true;
    ++shared_->counters.requests_too_long;
    refuse(503, "the commands that are being received or carried out are longer than " +
                    std::to_string(shared_->limits.requests_size_max) + " octets together; try again later");
    return false;
}

void HttpConnection::send_continue() {
    wait_until(request_deadline());
    transport_->write_some(
        boost::asio::buffer(interim_answer),
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
            if (self->phase_ != Phase::body) return;  // timed out meanwhile
            // So little goes in one piece, unless the peer has left much else unread.
            if (error || size != interim_answer.size()) return self->close();
            self->read_requests();
        });
}

void HttpConnection::run() {
    timer_.cancel();
    phase_ = Phase::running;
    whole_request_ = true;
    ++shared_->counters.http_requests;
    const HttpRequest& request = reader_.request();
    without_body_ = request.method == "HEAD";
    keep_alive_ = request.keep_alive;
    route_->handler(request,
                    [self = shared_from_this()](HttpAnswer given) { self->answer(std::move(given)); });
}

// --- answers

void HttpConnection::refuse(unsigned status, std::string_view text) {
    refuse(http_failure(status, text));
}

/// Before the request was whole: where the next one begins is not known.
void HttpConnection::refuse(HttpAnswer refusal) {
    keep_alive_ = false;
    whole_request_ = false;
    without_body_ = reader_.request().method == "HEAD";
    phase_ = Phase::running;
    answer(std::move(refusal));
}

void HttpConnection::count(unsigned status, std::string_view text) {
    if (status < 400) return;
    auto& counters = shared_->counters;
    ++counters.http_refused;
    if (status == 401) ++counters.unauthorized;
    if (status == 403) ++counters.forbidden;
    log(MessageId::HTTP_REFUSED, {{"peer", peer_.address}, {"status", status}, {"reason", text}});
}

void HttpConnection::answer(HttpAnswer given) {
    if (phase_ != Phase::running) return;
    timer_.cancel();
    phase_ = Phase::answering;
    if (given.is_refusal) count(given.status, given.body);
    header_sent_ = false;
    made_.clear();
    buffer_.shrink_to_fit();
    if (given.open) {
        keep_alive_ = false;
        outgoing_ =
            header_text(given, {.length = {}, .chunked = false, .keep_alive = false}, *listener_->settings);
        phase_ = Phase::streaming;
        pieces_left_ = false;
        if (!reading_) receive();
        send();
        return given.open(std::make_shared<ConnectionStream>(weak_from_this()));
    }
    if (given.pieces)
        pieces_ = std::move(given.pieces);
    else
        begin_body(given);
    answer_ = std::move(given);
    make_pieces();
}

/// A body whose size is known.
void HttpConnection::begin_body(HttpAnswer& given) {
    keep_alive_ = keep_alive_ && !winding_up_;
    HttpFraming framing{.length = given.body.size(), .chunked = false, .keep_alive = keep_alive_};
    if (given.status == 304) framing.length.reset();  // it would be that of the body that is not sent (RFC 9110, 8.6)
    outgoing_ = header_text(given, framing, *listener_->settings);
    header_sent_ = true;
    chunked_ = false;
    pieces_ = text_pieces(std::make_shared<const std::string>(std::move(given.body)));
}

/// One piece in a turn of the loop: packets come in between. What is short enough gets its size into the
/// header; what is not goes in chunks, which HTTP/1.0 does not know: there the connection's end is its end.
void HttpConnection::make_pieces() {
    if (phase_ != Phase::answering) return;
    pieces_left_ = make_piece(pieces_, made_);
    if (!pieces_left_) pieces_ = nullptr;
    const auto enough = header_sent_ ? http_chunk_size : shared_->limits.http_whole_size_max;
    if (pieces_left_ && made_.size() < enough) {
        boost::asio::post(timer_.get_executor(), [self = shared_from_this()] { self->make_pieces(); });
        return;
    }
    if (!std::exchange(header_sent_, true)) {
        chunked_ = pieces_left_ && reader_.request().is_1_1;
        keep_alive_ = keep_alive_ && !winding_up_ && (chunked_ || !pieces_left_);
        HttpFraming framing{.length = {}, .chunked = chunked_, .keep_alive = keep_alive_};
        if (!pieces_left_) framing.length = made_.size();
        outgoing_ = header_text(answer_, framing, *listener_->settings);
    }
    if (without_body_) {
        pieces_ = nullptr;
        pieces_left_ = false;
    } else {
        add_chunk(made_);
        if (chunked_ && !pieces_left_) outgoing_ += "0\r\n\r\n";
    }
    made_.clear();
    send();
}

void HttpConnection::add_chunk(std::string_view octets) {
    if (!chunked_) {
        outgoing_ += octets;
        return;
    }
    if (octets.empty()) return;  // would be the last one
    std::array<char, 20> size;
    const auto end = std::to_chars(size.data(), size.data() + size.size(), octets.size(), 16).ptr;
    outgoing_.append(size.data(), end);
    outgoing_ += "\r\n";
    outgoing_ += octets;
    outgoing_ += "\r\n";
}

void HttpConnection::send() {
    sending_ = true;
    wait_for(shared_->limits.progress_max);
    const auto size =
        std::min(outgoing_.size(), 4 * answer_piece_size);  // so that a long answer shows progress
    transport_->write_some(boost::asio::buffer(outgoing_.data(), size),
                           [self = shared_from_this()](const boost::system::error_code& error,
                                                       std::size_t written) { self->sent(error, written); });
}

void HttpConnection::sent(const boost::system::error_code& error, std::size_t size) {
    sending_ = false;
    if (phase_ == Phase::closed) return;
    if (error) return close();  // the peer is gone, or was too slow
    outgoing_.erase(0, size);
    if (!outgoing_.empty()) return send();
    timer_.cancel();
    if (phase_ == Phase::streaming) {
        outgoing_.swap(made_);
        if (!outgoing_.empty()) return send();
        if (end_when_sent_) end();
        return;
    }
    if (pieces_left_) return make_pieces();
    answered();
}

void HttpConnection::answered() {
    (void)hold(0);
    if (!keep_alive_ || winding_up_) return end();
    reader_.restart();
    route_ = nullptr;
    answer_ = {};
    phase_ = Phase::idle;
    wait_for(shared_->limits.http_idle_max);
    if (buffer_.empty()) return receive();
    phase_ = Phase::header;  // the next request came with this one
    request_begun_ = std::chrono::steady_clock::now();
    boost::asio::post(timer_.get_executor(), [self = shared_from_this()] {
        if (self->phase_ == Phase::header) self->read_requests();
    });
}

bool HttpConnection::send_to_stream(std::string_view octets) {
    if (phase_ != Phase::streaming || end_when_sent_) return false;
    if (stream_queued() + octets.size() > HttpStream::queue_max) {
        cut_stream();
        return false;
    }
    if (!sending_) {
        outgoing_ += octets;
        if (!outgoing_.empty()) send();
        return true;
    }
    // What is being sent may not move.
    made_ += octets;
    return true;
}

void HttpConnection::cut_stream() {
    if (phase_ != Phase::streaming) return;
    ++shared_->counters.streams_cut;
    close();
}

void HttpConnection::end_stream() {
    if (phase_ != Phase::streaming) return;
    end_when_sent_ = true;
    if (!sending_) end();
}

// --- the end

void HttpConnection::wind_up() {
    winding_up_ = true;
    if (phase_ == Phase::running || phase_ == Phase::answering || phase_ == Phase::ending) return;
    close();
}

/// A socket closed with unread octets resets the connection, and a peer that is still sending then hears of
/// the reset instead of its answer. So what it sends is taken and forgotten until it ends, within limits.
void HttpConnection::end() {
    phase_ = Phase::ending;
    (void)hold(0);
    if (reading_) return close();            // it had stopped sending; a stream's peer knows
    wait_for(shared_->limits.progress_max);  // once: all of the draining together
    transport_->end_sending([self = shared_from_this()] {
        if (self->phase_ != Phase::ending) return;
        boost::system::error_code ignored;
        self->transport_->socket().non_blocking(true, ignored);
        self->drain(self->shared_->limits.drain_size_max);
    });
}

/// @param octets_left  that may still be drained
void HttpConnection::drain(std::size_t octets_left) {
    if (phase_ != Phase::ending) return;
    boost::system::error_code error;
    std::array<char, http_chunk_size> forgotten;
    auto& socket = transport_->socket();
    const auto size = socket.read_some(boost::asio::buffer(forgotten), error);
    const bool empty = error == boost::asio::error::would_block;
    if ((error && !empty) || (empty && whole_request_) || size >= octets_left) return close();
    const auto again = [self = shared_from_this(),
                        octets_left = octets_left - size](const boost::system::error_code& closed = {}) {
        if (!closed) self->drain(octets_left);
    };
    if (empty)
        socket.async_wait(HttpTransport::Socket::wait_read, again);
    else  // one chunk in a turn of the loop: packets come in between
        boost::asio::post(socket.get_executor(), again);
}

void HttpConnection::close() {
    if (phase_ == Phase::closed) return;
    phase_ = Phase::closed;
    timer_.cancel();
    pieces_ = nullptr;
    transport_->close();
}

// --- time

/// The least that a peer has to do, so that one octet now and then does not hold a connection for hours.
std::chrono::steady_clock::time_point HttpConnection::request_deadline() const {
    const auto& limits = shared_->limits;
    return request_begun_ + limits.http_request_max +
           std::chrono::seconds{reader_.body_size() / limits.http_rate_min};
}

void HttpConnection::wait_for(std::chrono::milliseconds time) {
    wait_until(std::chrono::steady_clock::now() + time);
}

void HttpConnection::wait_until(std::chrono::steady_clock::time_point deadline) {
    timer_.expires_at(deadline);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        if (const auto self = weak.lock()) self->timer_ended();
    });
}

void HttpConnection::timer_ended() {
    if (timer_.expiry() > std::chrono::steady_clock::now()) return;  // progress came just in time
    if (phase_ == Phase::idle) return close();                       // nothing is wrong
    if (phase_ == Phase::running || phase_ == Phase::closed) return;
    timed_out();
}

void HttpConnection::timed_out() {
    ++shared_->counters.timeouts;
    log(MessageId::COMMAND_TIMEOUT, {{"seconds", shared_->limits.http_request_max.count() / 1000}});
    if (phase_ == Phase::header || phase_ == Phase::body) return refuse(408, "Request Timeout");
    if (phase_ == Phase::fresh && transport_->has_tls()) ++shared_->counters.tls_failed;
    close();  // it does not read, or says nothing: nothing can be told
}

}  // namespace leasehold
