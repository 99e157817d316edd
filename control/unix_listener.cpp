#include "control/unix_listener.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "control/command_connection.hpp"
#include "dhcp/log.hpp"

namespace leasehold {
namespace {

/// umask decides the mode of a socket file; set only around bind(), as threads may make files meanwhile.
class ScopedUmask {
public:
    explicit ScopedUmask(mode_t mask) : previous_{umask(mask)} {}
    ~ScopedUmask() { umask(previous_); }
    ScopedUmask(const ScopedUmask&) = delete;
    ScopedUmask& operator=(const ScopedUmask&) = delete;

private:
    mode_t previous_;
};

std::string refusal(const std::string& path, const FileLock::Error& error) {
    if (error.held_by_other)
        return "another server has the control socket " + path +
               "; stop it, or give this one a different socket-name";
    return "the control socket " + path + " cannot be locked: " + error.reason +
           "; its directory must exist and be writable for this user";
}

}  // namespace

Result<std::shared_ptr<UnixListener>, std::string> UnixListener::open(boost::asio::io_context& loop,
                                                                      SideThread& side,
                                                                      std::shared_ptr<ChannelShared> shared,
                                                                      const std::string& path) {
    if (path.size() >= sizeof(sockaddr_un::sun_path))
        return std::unexpected("the control socket's name is longer than the system allows (" +
                               std::to_string(sizeof(sockaddr_un::sun_path) - 1) + " octets): " + path);
    mkdir(std::filesystem::path{path}.parent_path().c_str(), 0750);  // on a tmpfs it is gone after a boot
    auto lock = FileLock::take(path + ".lock");
    if (!lock) return std::unexpected(refusal(path, lock.error()));
    std::shared_ptr<UnixListener> listener{
        new UnixListener(loop, side, std::move(shared), path, std::move(*lock))};
    if (const auto error = listener->bind())
        return std::unexpected("the control socket " + path + " cannot be opened: " + error.message());
    return listener;
}

UnixListener::UnixListener(boost::asio::io_context& loop, SideThread& side,
                           std::shared_ptr<ChannelShared> shared, std::string path, FileLock lock)
    : side_{side},
      shared_{std::move(shared)},
      path_{std::move(path)},
      lock_{std::move(lock)},
      connections_{std::make_shared<AcceptLoop<Protocol>>(loop)} {}

UnixListener::~UnixListener() {
    close();
}

boost::system::error_code UnixListener::bind() {
    auto& acceptor = connections_->acceptor();
    boost::system::error_code error;
    struct stat status {};
    if (lstat(path_.c_str(), &status) == 0) {
        if (!S_ISSOCK(status.st_mode)) return make_error_code(boost::system::errc::file_exists);
        unlink(path_.c_str());  // whose lock we have: nobody listens there
    }
    acceptor.open(Protocol{}, error);
    if (error) return error;
    {
        const ScopedUmask group_may_connect{0117};
        acceptor.bind(Protocol::endpoint{path_}, error);
    }
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) acceptor.close();
    return error;
}

void UnixListener::start() {
    if (started_) return;
    started_ = true;
    log(MessageId::COMMAND_SOCKET_OPENED, {{"socket", path_}});
    // close() ends it before this object goes.
    connections_->start([this](Protocol::socket socket) { take(std::move(socket)); });
}

void UnixListener::close() {
    if (!connections_->close()) return;
    unlink(path_.c_str());
}

void UnixListener::take(Protocol::socket socket) {
    if (shared_->connections_open >= shared_->limits.connections_max)
        refuse(std::move(socket));
    else
        CommandConnection::start(std::move(socket), side_, shared_);
}

void UnixListener::refuse(Protocol::socket socket) {
    ++shared_->counters.connections_refused;
    std::string text;
    to_pieces(failure("too many control connections are open (" +
                      std::to_string(shared_->limits.connections_max) +
                      "); try again when others have ended"))(text);
    boost::system::error_code ignored;  // a fresh socket takes so little at once, or its peer is gone
    socket.non_blocking(true, ignored);
    socket.write_some(boost::asio::buffer(text), ignored);
}

}  // namespace leasehold
