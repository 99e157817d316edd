// One UNIX control socket: its file, its lock, its accept loop.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <memory>
#include <string>

#include "control/accept_loop.hpp"
#include "control/control_channel.hpp"
#include "control/file_lock.hpp"

namespace leasehold {

class UnixListener {
public:
    /// Locks "<path>.lock" (another server on this socket is refused), removes a socket file that a dead
    /// server left, binds (mode 0660) and listens. Connections wait in the kernel until start().
    static Result<std::shared_ptr<UnixListener>, std::string> open(boost::asio::io_context& loop,
                                                                   SideThread& side,
                                                                   std::shared_ptr<ChannelShared> shared,
                                                                   const std::string& path);
    ~UnixListener();
    UnixListener(const UnixListener&) = delete;
    UnixListener& operator=(const UnixListener&) = delete;

    void start();
    /// Removes the socket file. Open connections go on.
    void close();
    const std::string& path() const { return path_; }

private:
    using Protocol = boost::asio::local::stream_protocol;
    UnixListener(boost::asio::io_context& loop, SideThread& side, std::shared_ptr<ChannelShared> shared,
                 std::string path, FileLock lock);
    boost::system::error_code bind();
    void take(Protocol::socket socket);
    void refuse(Protocol::socket socket);

    SideThread& side_;
    std::shared_ptr<ChannelShared> shared_;
    std::string path_;
    FileLock lock_;
    std::shared_ptr<AcceptLoop<Protocol>> connections_;
    bool started_ = false;
};

}  // namespace leasehold
