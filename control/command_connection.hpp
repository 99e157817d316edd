// One control connection: receives one command, has it run, sends the answer, closes. Memory for a request is
// limited, memory for an answer is one piece: a peer that does not read stops the making of the next piece.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <vector>

#include "config/framer.hpp"
#include "control/control_channel.hpp"

namespace leasehold {

class CommandConnection : public std::enable_shared_from_this<CommandConnection> {
public:
    using Socket = boost::asio::local::stream_protocol::socket;

    /// Owns itself until the connection ends.
    static void start(Socket socket, SideThread& side, std::shared_ptr<ChannelShared> shared);
    ~CommandConnection();
    CommandConnection(const CommandConnection&) = delete;
    CommandConnection& operator=(const CommandConnection&) = delete;

private:
    CommandConnection(Socket socket, SideThread& side, std::shared_ptr<ChannelShared> shared);

    void receive();
    void received(const boost::system::error_code& error, std::size_t size);
    bool keep(std::string_view octets);
    void release_request();
    void parse();
    void run(config::Value request);

    void answer(Answer answer);
    void make_pieces();
    void send();
    void sent(const boost::system::error_code& error, std::size_t size);
    void finish();
    void drain(std::size_t octets_left);

    void restart_timer();
    void timed_out();

    Socket socket_;
    SideThread& side_;
    std::shared_ptr<ChannelShared> shared_;
    boost::asio::steady_timer timer_;
    config::Framer framer_;
    std::vector<char> chunk_;
    std::string request_;
    std::size_t octets_held_ = 0;  // of it, until it is answered: what waits its turn takes room too
    bool whole_request_ = false;  // else its peer may be sending the rest of it
    AnswerPieces pieces_;
    bool pieces_left_ = false;
    std::string outgoing_;
    bool answering_ = false;
};

}  // namespace leasehold
