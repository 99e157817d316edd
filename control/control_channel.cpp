#include "control/control_channel.hpp"

#include "control/unix_listener.hpp"

namespace leasehold {

ControlChannel::ControlChannel(boost::asio::io_context& loop, SideThread& side, ChannelLimits limits,
                               RunRequest run)
    : loop_{loop}, side_{side}, shared_{std::make_shared<ChannelShared>()} {
    shared_->limits = limits;
    shared_->run = std::move(run);
}

ControlChannel::~ControlChannel() {
    close();
}

Result<ControlChannel::Prepared, std::string> ControlChannel::prepare(
    const std::vector<config::ControlSocketConfig>& sockets) {
    Prepared prepared;
    for (const auto& socket : sockets) {
        std::shared_ptr<UnixListener> listener;
        for (const auto& running : listeners_)
            if (running->path() == socket.path) listener = running;
        if (listener == nullptr) {
            auto opened = UnixListener::open(loop_, side_, shared_, socket.path);
            if (!opened) return std::unexpected(opened.error());
            listener = *opened;
        }
        prepared.push_back(std::move(listener));
    }
    return prepared;
}

void ControlChannel::activate(Prepared prepared) {
    for (const auto& listener : prepared) listener->start();
    listeners_.swap(prepared);
    for (const auto& old : prepared)
        if (std::ranges::find(listeners_, old) == listeners_.end()) old->close();
}

void ControlChannel::close() {
    for (const auto& listener : listeners_) listener->close();
    listeners_.clear();
}

std::vector<std::string> ControlChannel::paths() const {
    std::vector<std::string> result;
    for (const auto& listener : listeners_) result.push_back(listener->path());
    return result;
}

}  // namespace leasehold
