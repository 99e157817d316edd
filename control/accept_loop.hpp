// Takes connections off a listening socket, one after the other; rests a while when the system has no more
// descriptors. Which of them may stay is the listener's to say.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace leasehold {

/// Loop thread only. @param Protocol  Asio's, such as boost::asio::ip::tcp
template <class Protocol>
class AcceptLoop : public std::enable_shared_from_this<AcceptLoop<Protocol>> {
public:
    using Socket = typename Protocol::socket;
    using Take = std::function<void(Socket)>;

    explicit AcceptLoop(boost::asio::io_context& loop) : acceptor_{loop}, pause_{loop} {}

    /// For opening, binding and listening.
    typename Protocol::acceptor& acceptor() { return acceptor_; }
    const typename Protocol::acceptor& acceptor() const { return acceptor_; }

    /// @param take  called for each connection, until close()
    void start(Take take) {
        take_ = std::move(take);
        accept();
    }
    /// @return false: it was closed, or never opened
    bool close() {
        if (!acceptor_.is_open()) return false;
        boost::system::error_code ignored;  // closing cannot be helped
        acceptor_.close(ignored);
        pause_.cancel();
        return true;
    }

private:
    static constexpr std::chrono::seconds pause_time{1};

    void accept() {
        acceptor_.async_accept([self = this->shared_from_this()](const boost::system::error_code& error, Socket socket) {
            self->accepted(error, std::move(socket));
        });
    }
    void accepted(const boost::system::error_code& error, Socket socket) {
        if (!acceptor_.is_open()) return;
        if (error) return rest();  // out of descriptors, most likely: not in a tight loop
        take_(std::move(socket));
        accept();
    }
    void rest() {
        pause_.expires_after(pause_time);
        pause_.async_wait([self = this->shared_from_this()](const boost::system::error_code& cancelled) {
            if (!cancelled && self->acceptor_.is_open()) self->accept();
        });
    }

    typename Protocol::acceptor acceptor_;
    boost::asio::steady_timer pause_;
    Take take_;
};

}  // namespace leasehold
