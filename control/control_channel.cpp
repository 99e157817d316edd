#include "control/control_channel.hpp"

#include <algorithm>

#include "control/http_commands.hpp"
#include "control/http_listener.hpp"
#include "control/unix_listener.hpp"
#include "dhcp/log.hpp"

namespace leasehold {

ControlChannel::ControlChannel(boost::asio::io_context& loop, SideThread& side, ChannelLimits limits,
                               RunRequest run)
    : loop_{loop}, side_{side}, shared_{std::make_shared<ChannelShared>(loop, limits)} {
    shared_->run = std::move(run);
    shared_->routes.add(command_route(side_, *shared_));
}

ControlChannel::~ControlChannel() {
    close();
}

Result<ControlChannel::Prepared, std::string> ControlChannel::prepare(
    const std::vector<config::ControlSocketConfig>& sockets,
    const std::vector<config::HttpSocketConfig>& http_sockets) {
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
        prepared.unix_sockets.push_back(std::move(listener));
    }
    HttpListeners going;
    for (const auto& running : http_listeners_)
        if (std::ranges::none_of(http_sockets,
                                 [&](const auto& socket) { return running->settings()->config.same_place(socket); }))
            going.push_back(running);
    for (const auto& socket : http_sockets) {
        auto settings = make_http_settings(socket);
        if (!settings) return std::unexpected(settings.error());
        std::shared_ptr<HttpListener> listener;
        for (const auto& running : http_listeners_)
            if (running->settings()->config.same_place(socket)) listener = running;
        if (listener == nullptr) {
            auto opened = HttpListener::open(loop_, shared_, *settings, going);
            if (!opened) return std::unexpected(opened.error());
            listener = *opened;
        }
        prepared.http_sockets.emplace_back(std::move(listener), std::move(*settings));
    }
    return prepared;
}

namespace {

/// Puts `next` in the place of `running`, and closes those that are not in it.
template <class Listener>
void replace_listeners(std::vector<std::shared_ptr<Listener>>& running,
                       std::vector<std::shared_ptr<Listener>> next) {
    running.swap(next);
    for (const auto& old : next)
        if (std::ranges::find(running, old) == running.end()) old->close();
}

}  // namespace

void ControlChannel::activate(Prepared prepared) {
    for (const auto& listener : prepared.unix_sockets) listener->start();
    replace_listeners(listeners_, std::move(prepared.unix_sockets));
    std::vector<std::shared_ptr<HttpListener>> http_listeners;
    for (auto& [listener, settings] : prepared.http_sockets) {
        listener->use(std::move(settings));
        listener->start();
        http_listeners.push_back(listener);
    }
    replace_listeners(http_listeners_, std::move(http_listeners));
}

void ControlChannel::renew_secrets() {
    for (const auto& listener : http_listeners_) {
        auto made = std::make_shared<Result<HttpSettingsPtr, std::string>>();
        const auto before = listener->settings();
        side_.run([before, made] { *made = make_http_settings(before->config); },
                  [listener, before, made] {
                      if (listener->settings() != before) return;  // another configuration came meanwhile
                      if (!*made) return log(MessageId::HTTP_SECRETS_KEPT, {{"reason", made->error()}});
                      if (listener->use(**made))
                          log(MessageId::HTTP_SECRETS_CHANGED, {{"socket", listener->url()}});
                  });
    }
}

void ControlChannel::close() {
    for (const auto& listener : listeners_) listener->close();
    listeners_.clear();
    for (const auto& listener : http_listeners_) listener->close();
    http_listeners_.clear();
}

std::vector<std::string> ControlChannel::paths() const {
    std::vector<std::string> result;
    for (const auto& listener : listeners_) result.push_back(listener->path());
    return result;
}

std::vector<std::string> ControlChannel::urls() const {
    std::vector<std::string> result;
    for (const auto& listener : http_listeners_) result.push_back(listener->url());
    return result;
}

}  // namespace leasehold
