#include "dhcp/listeners.hpp"

#include <algorithm>

#include "dhcp/log.hpp"

namespace leasehold {

namespace {

constexpr std::size_t batch_max = 64;
constexpr int batches_per_turn_max = 4;  // then timers, completions and commands have their turn
constexpr std::chrono::seconds retry_interval{5};

std::string names_of(const InterfacesConfig& config) {
    std::string text;
    for (const auto& choice : config.interfaces) {
        if (!text.empty()) text += ", ";
        text += choice.name;
        if (choice.address) text += "/" + to_string(*choice.address);
    }
    return text.empty() ? "none" : text;
}

}  // namespace

struct Listeners::Listener {
    struct Queued {
        std::vector<std::uint8_t> bytes;
        Ipv4 source, destination;
        std::uint16_t port = 0;
        Octets hwaddr;
    };

    Interface interface;
    std::optional<Ipv4> address;
    std::optional<UdpSocket> udp;
    std::optional<RawSocket> raw;
    // Duplicates of the sockets' descriptors are not needed: Asio only watches, and lets go before they
    // close.
    std::optional<boost::asio::posix::stream_descriptor> watch_udp, watch_raw;
    std::vector<Queued> to_udp, to_raw;
    bool closed = false;

    ~Listener() { release(); }
    void release() {
        closed = true;
        if (watch_udp) watch_udp->release();
        if (watch_raw) watch_raw->release();
        watch_udp.reset();
        watch_raw.reset();
    }
    Ipv4 own_address() const {
        if (address) return *address;
        return interface.addresses.empty() ? Ipv4{} : interface.addresses.front();
    }
    ListenerView view() const { return {interface, own_address(), raw.has_value()}; }
};

Listeners::Listeners(boost::asio::io_context& loop, std::uint16_t port, Events events)
    : loop_{loop}, port_{port}, events_{std::move(events)}, retry_{loop}, monitor_{loop, [this] {
                                                                                       reconcile();
                                                                                   }} {}

Listeners::~Listeners() {
    close();
}

void Listeners::use(const InterfacesConfig& wanted) {
    if (wanted.socket_type != wanted_.socket_type) {
        while (!listeners_.empty()) let_go(listeners_.begin()->first, "dhcp-socket-type changed");
    }
    wanted_ = wanted;
    active_ = true;
    said_none_open_ = false;
    problems_.clear();
    reconcile();
}

void Listeners::close() {
    active_ = false;
    retry_.cancel();
    for (auto& [index, listener] : listeners_) listener->release();
    listeners_.clear();
}

bool Listeners::is_local(Ipv4 address) const {
    const auto has = [&](const auto& entry) {
        return std::ranges::find(entry.second.addresses, address) != entry.second.addresses.end();
    };
    return std::ranges::any_of(monitor_.interfaces(), has);
}

std::optional<ListenerView> Listeners::view(std::uint32_t interface_index) const {
    const auto found = listeners_.find(interface_index);
    if (found == listeners_.end()) return std::nullopt;
    return found->second->view();
}

std::map<std::uint32_t, std::optional<Ipv4>> Listeners::wanted_now() const {
    std::map<std::uint32_t, std::optional<Ipv4>> result;
    for (const auto& [index, interface] : monitor_.interfaces()) {
        if (!interface.up) continue;
        for (const auto& choice : wanted_.interfaces) {
            const bool all = choice.name == "*" && !interface.loopback;
            if (!all && choice.name != interface.name) continue;
            // A named address is waited for; without one the interface is listened to at once.
            const auto& own = interface.addresses;
            const auto address =
                choice.address ? std::optional{to_ipv4(*choice.address)} : std::optional<Ipv4>{};
            if (address && std::ranges::find(own, *address) == own.end()) continue;
            result.try_emplace(index, address);
            if (!all) result[index] = address;
        }
    }
    return result;
}

void Listeners::reconcile() {
    if (!active_) return;
    const auto wanted = wanted_now();
    const auto& present = monitor_.interfaces();
    std::vector<std::pair<std::uint32_t, std::string>> leaving;
    for (auto& [index, listener] : listeners_) {
        const auto now = present.find(index);
        const auto want = wanted.find(index);
        if (now == present.end())
            leaving.emplace_back(index, "the interface is gone");
        else if (want == wanted.end())
            leaving.emplace_back(index, "it is down or no longer configured");
        else if (want->second != listener->address || now->second.name != listener->interface.name)
            leaving.emplace_back(index, "it changed");
        else
            listener->interface = now->second;
    }
    for (const auto& [index, reason] : leaving) let_go(index, reason);
    for (const auto& [index, address] : wanted)
        if (!listeners_.contains(index)) open(present.at(index), address);

    if (listeners_.empty() && !said_none_open_) {
        said_none_open_ = true;
        log(MessageId::DHCP4_NO_SOCKETS_OPEN, {{"interfaces", names_of(wanted_)}});
    }
    if (!problems_.empty()) {
        retry_.expires_after(retry_interval);
        retry_.async_wait([this](boost::system::error_code error) {
            if (!error) reconcile();
        });
    }
}

void Listeners::open(const Interface& interface, std::optional<Ipv4> address) {
    const bool with_raw = wanted_.socket_type == SocketType::raw && !interface.loopback;
    auto udp = UdpSocket::open(
        {.interface = interface.name, .address = address, .port = port_, .relayed_only = with_raw});
    if (!udp) return report_problem(interface.name, udp.error().detail);

    auto listener = std::make_shared<Listener>();
    listener->interface = interface;
    listener->address = address;
    listener->udp = std::move(*udp);
    if (with_raw) {
        RawSocket::Options options;
        options.interface = interface.name;
        options.port = port_;
        options.is_local = [this](Ipv4 local) { return is_local(local); };
        auto raw = RawSocket::open(options);
        if (!raw) return report_problem(interface.name, raw.error().detail);
        listener->raw = std::move(*raw);
        listener->watch_raw.emplace(loop_, listener->raw->fd());
    }
    listener->watch_udp.emplace(loop_, listener->udp->fd());
    problems_.erase(interface.name);
    listeners_.emplace(interface.index, listener);
    log(MessageId::DHCP4_OPEN_SOCKET,
        {{"interface", interface.name}, {"kind", with_raw ? "raw and udp" : "udp"}, {"port", port_}});
    wait(listener);
}

void Listeners::report_problem(const std::string& interface, const std::string& reason) {
    auto& known = problems_[interface];
    if (known == reason) return;  // said already
    known = reason;
    log(MessageId::DHCP4_OPEN_SOCKET_FAIL,
        {{"interface", interface}, {"reason", reason}, {"seconds", retry_interval.count()}});
}

void Listeners::let_go(std::uint32_t interface_index, const std::string& reason) {
    const auto found = listeners_.find(interface_index);
    if (found == listeners_.end()) return;
    log(MessageId::DHCP4_CLOSE_SOCKET, {{"interface", found->second->interface.name}, {"reason", reason}});
    found->second->release();
    listeners_.erase(found);
}

void Listeners::wait(const std::shared_ptr<Listener>& listener) {
    const auto arm = [this, weak = std::weak_ptr{listener}](auto self, bool raw) -> void {
        const auto held = weak.lock();
        if (!held || held->closed) return;
        auto& watch = raw ? held->watch_raw : held->watch_udp;
        if (!watch) return;
        watch->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                          [this, weak, self, raw](boost::system::error_code error) {
                              const auto alive = weak.lock();
                              if (error || !alive || alive->closed) return;
                              receive(*alive);
                              self(self, raw);
                          });
    };
    arm(arm, false);
    arm(arm, true);
}

void Listeners::receive(Listener& listener) {
    const auto each = [&](const Inbound& datagram) { events_.datagram(listener.view(), datagram); };
    for (int turn = 0; turn < batches_per_turn_max && !listener.closed; ++turn) {
        std::size_t taken = 0;
        if (listener.raw) taken = listener.raw->receive(batch_max, each);
        if (listener.udp && !listener.closed) taken = std::max(taken, listener.udp->receive(batch_max, each));
        events_.batch_end();
        if (taken < batch_max) break;
    }
}

void Listeners::send_udp(std::uint32_t interface_index, std::vector<std::uint8_t> bytes,
                         const Outbound& envelope) {
    const auto found = listeners_.find(interface_index);
    if (found == listeners_.end()) return;  // the interface went meanwhile; the client asks again
    found->second->to_udp.push_back(
        {std::move(bytes), envelope.source, envelope.destination, envelope.port, {}});
}

void Listeners::send_raw(std::uint32_t interface_index, std::vector<std::uint8_t> bytes,
                         const Outbound& envelope) {
    const auto found = listeners_.find(interface_index);
    if (found == listeners_.end()) return;
    found->second->to_raw.push_back(
        {std::move(bytes), envelope.source, envelope.destination, envelope.port, to_octets(envelope.hwaddr)});
}

void Listeners::flush() {
    const auto send_all = [](auto& socket, auto& queue, const Listener& listener) {
        if (queue.empty() || !socket) return;
        std::vector<Outbound> out;
        out.reserve(queue.size());
        for (const auto& item : queue)
            out.push_back(
                {item.bytes, item.source, item.destination, item.port, leasehold::view(item.hwaddr)});
        if (socket->send(out) < out.size()) {
            log(MessageId::DHCP4_SEND_FAIL, {{"client", to_string(out.front().destination)},
                                             {"interface", listener.interface.name},
                                             {"reason", socket->last_error()}});
        }
        queue.clear();
    };
    for (auto& [index, listener] : listeners_) {
        send_all(listener->udp, listener->to_udp, *listener);
        send_all(listener->raw, listener->to_raw, *listener);
    }
}

std::vector<std::string> Listeners::listening() const {
    std::vector<std::string> result;
    for (const auto& [index, listener] : listeners_)
        result.push_back(listener->interface.name + (listener->raw ? " (raw and udp)" : " (udp)"));
    return result;
}

std::vector<Listeners::Problem> Listeners::problems() const {
    std::vector<Problem> result;
    for (const auto& [name, reason] : problems_) result.push_back({name, reason});
    return result;
}

void Listeners::redetect() {
    monitor_.refresh();
    reconcile();
}

}  // namespace leasehold
