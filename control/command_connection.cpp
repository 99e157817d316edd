#include "control/command_connection.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "control/parse_request.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

constexpr std::size_t chunk_size = 32768;
/// Some clients take a short read for the end of the answer: all writes but the last are whole blocks.
constexpr std::size_t block_size = 4096;

}  // namespace

void CommandConnection::start(Socket socket, SideThread& side, std::shared_ptr<ChannelShared> shared) {
    std::shared_ptr<CommandConnection> connection{
        new CommandConnection(std::move(socket), side, std::move(shared))};
    connection->receive();
}

CommandConnection::CommandConnection(Socket socket, SideThread& side, std::shared_ptr<ChannelShared> shared)
    : socket_{std::move(socket)},
      side_{side},
      shared_{std::move(shared)},
      timer_{socket_.get_executor()},
      framer_{shared_->limits.request_size_max},
      chunk_(chunk_size) {
    ++shared_->connections_open;
    ++shared_->counters.connections;
}

CommandConnection::~CommandConnection() {
    release_request();
    --shared_->connections_open;
}

void CommandConnection::release_request() {
    shared_->octets_held -= std::exchange(octets_held_, 0);
    request_ = {};
}

void CommandConnection::receive() {
    restart_timer();
    socket_.async_read_some(boost::asio::buffer(chunk_),
                            [self = shared_from_this()](const boost::system::error_code& error,
                                                        std::size_t size) { self->received(error, size); });
}

void CommandConnection::received(const boost::system::error_code& error, std::size_t size) {
    if (answering_) return;  // timed out meanwhile
    using Status = config::Framer::Status;
    // A peer that ends in the middle of a command gets no answer: it is gone.
    const auto status = error ? framer_.finish() : framer_.feed({chunk_.data(), size});
    if (!error && !keep({chunk_.data(), size})) return;
    switch (status) {
        case Status::more:
            if (!error)
                receive();
            else
                timer_.cancel();
            return;
        case Status::bad:
            if (error) return;
            return answer(failure("Error during command processing: invalid first character " +
                                  std::string(1, framer_.bad_character()) + " of a JSON value"));
        case Status::too_long:
            ++shared_->counters.requests_too_long;
            return answer(failure("the command is longer than " +
                                  std::to_string(shared_->limits.request_size_max) + " octets"));
        case Status::complete: return parse();
    }
}

/// @return false: the octets of all requests together are too many, and this one was refused
bool CommandConnection::keep(std::string_view octets) {
    if (shared_->octets_held + octets.size() > shared_->limits.requests_size_max) {
        ++shared_->counters.requests_too_long;
        answer(failure("the commands that are being received or carried out are longer than " +
                       std::to_string(shared_->limits.requests_size_max) +
                       " octets together; try again later"));
        return false;
    }
    request_ += octets;
    shared_->octets_held += octets.size();
    octets_held_ += octets.size();
    return true;
}

void CommandConnection::parse() {
    timer_.cancel();
    whole_request_ = true;
    chunk_ = {};
    const auto self = shared_from_this();
    parse_request(side_, shared_->limits.parse_on_loop_size_max, self,
                  std::string_view{request_}.substr(0, framer_.size()),
                  [self](Result<config::Value, std::string> value) {
                      self->request_ = {};  // what was made of it still counts
                      value ? self->run(std::move(*value)) : self->answer(failure(value.error()));
                  });
}

void CommandConnection::run(config::Value request) {
    shared_->run(std::move(request), Caller{},
                 [self = shared_from_this()](Answer result) { self->answer(std::move(result)); });
}

void CommandConnection::answer(Answer result) {
    if (std::exchange(answering_, true)) return;
    timer_.cancel();
    release_request();
    pieces_ = to_pieces(std::move(result));
    pieces_left_ = true;
    make_pieces();
}

/// One piece in a turn of the loop: packets come in between.
void CommandConnection::make_pieces() {
    pieces_left_ = make_piece(pieces_, outgoing_);
    if (!pieces_left_) pieces_ = nullptr;
    if (!pieces_left_ || outgoing_.size() >= block_size) return send();
    boost::asio::post(socket_.get_executor(), [self = shared_from_this()] { self->make_pieces(); });
}

void CommandConnection::send() {
    restart_timer();
    auto size = pieces_left_ ? outgoing_.size() / block_size * block_size : outgoing_.size();
    size = std::min(size, 4 * answer_piece_size);  // so that a long answer shows progress
    socket_.async_write_some(
        boost::asio::buffer(outgoing_.data(), size),
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t written) {
            self->sent(error, written);
        });
}

void CommandConnection::sent(const boost::system::error_code& error, std::size_t size) {
    if (error || !socket_.is_open()) {
        pieces_ = nullptr;
        timer_.cancel();
        return;  // the peer is gone, or was too slow
    }
    outgoing_.erase(0, size);
    if (outgoing_.size() >= block_size || (!pieces_left_ && !outgoing_.empty())) return send();
    if (pieces_left_) return make_pieces();
    finish();
}

/// A socket closed with unread octets resets the connection, and a peer that is still sending then hears of
/// the reset instead of its answer. So what it sends is taken and forgotten until it ends, within limits.
void CommandConnection::finish() {
    boost::system::error_code ignored;  // a peer that is gone shows when it is read from
    socket_.shutdown(Socket::shutdown_send, ignored);
    socket_.non_blocking(true, ignored);
    restart_timer();  // once: all of the draining together
    drain(shared_->limits.drain_size_max);
}

/// @param octets_left  that may still be drained
void CommandConnection::drain(std::size_t octets_left) {
    boost::system::error_code error;
    std::array<char, chunk_size> forgotten;
    const auto size = socket_.read_some(boost::asio::buffer(forgotten), error);
    const bool empty = error == boost::asio::error::would_block;
    // Behind a whole request only what is there already matters: a line end, as a rule.
    if ((error && !empty) || (empty && whole_request_) || size >= octets_left) {
        timer_.cancel();
        socket_.close(error);
        return;
    }
    const auto again = [self = shared_from_this(),
                        octets_left = octets_left - size](const boost::system::error_code& closed = {}) {
        if (!closed) self->drain(octets_left);
    };
    if (empty)
        socket_.async_wait(Socket::wait_read, again);
    else  // one chunk in a turn of the loop: packets come in between
        boost::asio::post(socket_.get_executor(), again);
}

void CommandConnection::restart_timer() {
    timer_.expires_after(shared_->limits.progress_max);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& cancelled) {
        if (cancelled) return;
        if (const auto self = weak.lock()) self->timed_out();
    });
}

void CommandConnection::timed_out() {
    if (timer_.expiry() > boost::asio::steady_timer::clock_type::now()) return;  // progress came just in time
    ++shared_->counters.timeouts;
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(shared_->limits.progress_max).count();
    log(MessageId::COMMAND_TIMEOUT, {{"seconds", seconds}});
    boost::system::error_code ignored;
    if (answering_) {  // it does not read: nothing can be told
        socket_.close(ignored);
        return;
    }
    std::string text = "Connection over control channel timed out";
    if (!request_.empty())
        text += ", discarded partial command of " + std::to_string(request_.size()) + " bytes";
    answer(failure(std::move(text)));
    socket_.shutdown(Socket::shutdown_receive, ignored);  // ends the pending read
}

}  // namespace leasehold
