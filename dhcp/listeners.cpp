#include "dhcp/listeners.hpp"

#include <algorithm>

#include "dhcp/socket_setup.hpp"

namespace leasehold {

namespace {

constexpr std::size_t batch_max = 64;
constexpr int batches_per_turn_max = 16;  // then timers, completions and commands have their turn
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

/// Why no IPv6 socket can be opened there now; "": it can. It answers clients from the link-local address, so it
/// waits until that is found to be free (RFC 4862 5.4). Loopback has none and serves relays.
std::string missing_for_v6(const Interface& interface) {
    if (interface.link_local() || (interface.loopback && interface.global_address())) return {};
    const auto is_own = [](const InterfaceAddress6& own) { return is_link_local(own.address); };
    const auto own = std::ranges::find_if(interface.addresses6, is_own);
    if (own == interface.addresses6.end())
        return "it has no link-local IPv6 address to answer clients from; 'ip -6 address' lists what it has, and "
               "net.ipv6.conf." +
               interface.name + ".disable_ipv6 has to be 0";
    const auto address = "its link-local address " + to_string(own->address);
    return own->duplicate ? address + " is in use by another machine on the link (dadfailed)"
                          : address + " is still being looked for on the link (tentative)";
}

std::string lacks(const Ipv6& address) {
    return "it does not have the address " + to_string(address);
}

/// Datagrams that leave together. Its room is kept for the next ones.
class OutgoingQueue {
public:
    void add(const Outbound& datagram) {
        auto& kept = kept_.emplace_back();
        kept.bytes.assign(datagram.bytes.begin(), datagram.bytes.end());
        kept.hwaddr = to_octets(datagram.hwaddr);
        datagrams_.push_back(datagram);
    }
    bool empty() const { return kept_.empty(); }
    /// Valid until the next change.
    std::span<const Outbound> datagrams() {
        for (std::size_t i = 0; i < kept_.size(); ++i) {
            datagrams_[i].bytes = kept_[i].bytes;
            datagrams_[i].hwaddr = view(kept_[i].hwaddr);
        }
        return datagrams_;
    }
    void clear() {
        kept_.clear();
        datagrams_.clear();
    }

private:
    /// What a datagram only points at.
    struct Kept {
        MessageBytes bytes;
        Octets hwaddr;
    };
    std::vector<Kept> kept_;
    std::vector<Outbound> datagrams_;
};

}  // namespace

struct Listeners::Listener {
    Interface interface;
    Family family = Family::v4;
    std::optional<Ipv6> address;
    std::optional<UdpSocket> udp;
    std::optional<RawSocket> raw;
    // Duplicates of the sockets' descriptors are not needed: Asio only watches, and lets go before they
    // close.
    std::optional<boost::asio::posix::stream_descriptor> watch_udp, watch_raw;
    OutgoingQueue to_udp, to_raw;
    bool closed = false;

    ~Listener() { release(); }
    void release() {
        closed = true;
        if (watch_udp) watch_udp->release();
        if (watch_raw) watch_raw->release();
        watch_udp.reset();
        watch_raw.reset();
    }
    Ipv6 own_address() const {
        if (family == Family::v6)
            return interface.link_local().value_or(interface.global_address().value_or(Ipv6{}));
        if (address) return *address;
        return to_ipv6(interface.first_ipv4());
    }
    ListenerView view() const { return {interface, own_address(), raw.has_value()}; }
    SocketLoad load() const {
        SocketLoad all;
        const auto add = [&all](const auto& socket) {
            if (!socket) return;
            all.octets_queued += octets_queued(socket->fd());
            all.dropped += socket->counters().kernel_dropped;
        };
        add(udp);
        add(raw);
        return all;
    }
};

Listeners::Listeners(boost::asio::io_context& loop, Family family, std::uint16_t port, Events events)
    : loop_{loop},
      family_{family},
      port_{port},
      events_{std::move(events)},
      retry_{loop},
      monitor_{loop, [this] {
                   reconcile();
                   if (events_.interfaces) events_.interfaces();
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
    waiting_.clear();
    reconcile();
}

void Listeners::close() {
    active_ = false;
    retry_.cancel();
    for (auto& [index, listener] : listeners_) listener->release();
    listeners_.clear();
}

std::optional<ListenerView> Listeners::view(std::uint32_t interface_index) const {
    const auto found = listeners_.find(interface_index);
    if (found == listeners_.end()) return std::nullopt;
    return found->second->view();
}

/// A named IPv4 address is waited for, and is all that the socket hears; without one the interface is listened to at
/// once. An IPv6 socket hears all of its interface, a named address or not: see what it is named for is there.
Listeners::Wanted Listeners::wanted_now() const {
    Wanted result;
    for (const auto& [index, interface] : monitor_.interfaces()) {
        if (!interface.up) continue;
        for (const auto& choice : wanted_.interfaces) {
            const bool all = choice.name == "*" && !interface.loopback;
            if (!all && choice.name != interface.name) continue;
            const bool lacks_address = choice.address && !interface.has_usable(*choice.address);
            if (lacks_address) result.waiting[interface.name] = lacks(*choice.address);
            if (family_ == Family::v6) {
                const auto missing = missing_for_v6(interface);
                if (missing.empty())
                    result.open.try_emplace(index);
                else
                    result.waiting[interface.name] = missing;
            } else if (!lacks_address) {
                result.open.try_emplace(index, choice.address);
                if (!all) result.open[index] = choice.address;
            }
        }
    }
    return result;
}

void Listeners::reconcile() {
    if (!active_) return;
    auto wanted = wanted_now();
    const auto& present = monitor_.interfaces();
    std::vector<std::pair<std::uint32_t, std::string>> leaving;
    for (auto& [index, listener] : listeners_) {
        const auto now = present.find(index);
        const auto want = wanted.open.find(index);
        if (now == present.end())
            leaving.emplace_back(index, "the interface is gone");
        else if (want == wanted.open.end())
            leaving.emplace_back(index, "it is down, has lost its address or is no longer configured");
        else if (want->second != listener->address || now->second.name != listener->interface.name)
            leaving.emplace_back(index, "it changed");
        else
            listener->interface = now->second;
    }
    for (const auto& [index, reason] : leaving) let_go(index, reason);
    for (const auto& [index, address] : wanted.open)
        if (!listeners_.contains(index)) open(present.at(index), address);
    report_waiting(std::move(wanted.waiting));

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

std::string Listeners::open_sockets(Listener& listener) const {
    const auto& interface = listener.interface;
    const bool with_raw =
        family_ == Family::v4 && wanted_.socket_type == SocketType::raw && !interface.loopback;
    auto udp = UdpSocket::open({.interface = interface.name,
                                .family = family_,
                                .address = listener.address,
                                .port = port_,
                                .relayed_only = with_raw});
    if (!udp) return udp.error().detail;
    listener.udp = std::move(*udp);
    if (!with_raw) return {};
    RawSocket::Options options;
    options.interface = interface.name;
    options.port = port_;
    options.is_local = [this](Ipv4 local) { return is_local(to_ipv6(local)); };
    auto raw = RawSocket::open(options);
    if (!raw) return raw.error().detail;
    listener.raw = std::move(*raw);
    return {};
}

void Listeners::open(const Interface& interface, std::optional<Ipv6> address) {
    auto listener = std::make_shared<Listener>();
    listener->interface = interface;
    listener->family = family_;
    listener->address = address;
    if (const auto why = open_sockets(*listener); !why.empty()) return report_problem(interface.name, why);
    if (listener->raw) listener->watch_raw.emplace(loop_, listener->raw->fd());
    listener->watch_udp.emplace(loop_, listener->udp->fd());
    problems_.erase(interface.name);
    listeners_.emplace(interface.index, listener);
    log(MessageId::DHCP4_OPEN_SOCKET,
        {{"interface", interface.name}, {"kind", listener->raw ? "raw and udp" : "udp"}, {"port", port_}});
    wait(listener);
}

void Listeners::report_problem(const std::string& interface, const std::string& reason) {
    auto& known = problems_[interface];
    if (known == reason) return;  // said already
    known = reason;
    log(MessageId::DHCP4_OPEN_SOCKET_FAIL,
        {{"interface", interface}, {"reason", reason}, {"seconds", retry_interval.count()}});
}

void Listeners::report_waiting(std::map<std::string, std::string> waiting) {
    for (const auto& [interface, reason] : waiting) {
        const auto known = waiting_.find(interface);
        if (known != waiting_.end() && known->second == reason) continue;  // said already
        log(MessageId::DHCP4_SOCKET_WAITS, {{"interface", interface}, {"reason", reason}});
    }
    waiting_ = std::move(waiting);
}

void Listeners::log(MessageId v4, std::initializer_list<LogField> fields) const {
    leasehold::log(in_family(v4, family_), fields);
}

void Listeners::let_go(std::uint32_t interface_index, const std::string& reason) {
    const auto found = listeners_.find(interface_index);
    if (found == listeners_.end()) return;
    log(MessageId::DHCP4_CLOSE_SOCKET, {{"interface", found->second->interface.name}, {"reason", reason}});
    dropped_before_ += found->second->load().dropped;
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
    bool backlog = true;
    for (int turn = 0; turn < batches_per_turn_max && !listener.closed; ++turn) {
        std::size_t taken = 0;
        if (listener.raw) taken = listener.raw->receive(batch_max, each);
        if (listener.udp && !listener.closed) taken = std::max(taken, listener.udp->receive(batch_max, each));
        events_.batch_end();
        backlog = taken >= batch_max;
        if (!backlog) break;
    }
    if (events_.turn_end) events_.turn_end(backlog);
}

void Listeners::send_udp(std::uint32_t interface_index, const Outbound& datagram) {
    const auto found = listeners_.find(interface_index);
    if (found == listeners_.end()) return;  // the interface went meanwhile; the client asks again
    found->second->to_udp.add(datagram);
}

void Listeners::send_raw(std::uint32_t interface_index, const Outbound& datagram) {
    const auto found = listeners_.find(interface_index);
    if (found == listeners_.end()) return;
    found->second->to_raw.add(datagram);
}

void Listeners::flush() {
    const auto send_all = [this](auto& socket, auto& queue, const Listener& listener) {
        if (queue.empty() || !socket) return;
        const auto out = queue.datagrams();
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
    for (const auto& [name, reason] : waiting_)
        if (!problems_.contains(name)) result.push_back({name, reason});
    return result;
}

SocketLoad Listeners::load() const {
    SocketLoad all{.octets_queued = 0, .dropped = dropped_before_};
    for (const auto& [index, listener] : listeners_) {
        const SocketLoad one = listener->load();
        all.octets_queued += one.octets_queued;
        all.dropped += one.dropped;
    }
    return all;
}

void Listeners::redetect() {
    monitor_.refresh();
    reconcile();
}

}  // namespace leasehold
