// Follows the kernel's view of the interfaces. An event only says that something changed: a moment later
// everything is read anew, in non-blocking pieces, and compared. That needs no trust in the order, fullness
// or number of events, and turns a burst of them into one call. What the octets mean is rtnetlink.cpp's part.
#include "dhcp/interfaces.hpp"

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <system_error>

#include "dhcp/rtnetlink.hpp"
#include "dhcp/socket_setup.hpp"

namespace leasehold {
namespace {

constexpr std::chrono::milliseconds settle_time{50};   // of a burst; also the shortest time between two reads
constexpr std::chrono::milliseconds retry_time{1000};  // after an error
constexpr std::size_t datagram_size_max = 64 * 1024;   // the kernel's dumps come in pieces of up to 32 KiB
constexpr int datagrams_per_turn_max = 16;             // then the loop does something else
constexpr int first_read_timeout_ms = 5000;
constexpr int first_read_attempts_max = 5;

struct NetlinkSocket {
    Descriptor fd;
    std::uint32_t port = 0;
};

/// Subscribed to link and address events. On failure fd is empty and errno is set.
NetlinkSocket open_netlink() {
    Descriptor fd{socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE)};
    if (!fd) return {};
    union {
        sockaddr generic;
        sockaddr_nl netlink;
    } name{};
    name.netlink.nl_family = AF_NETLINK;
    name.netlink.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    socklen_t size = sizeof name.netlink;
    if (bind(fd.get(), &name.generic, size) != 0) return {};
    if (getsockname(fd.get(), &name.generic, &size) != 0) return {};
    return {.fd = std::move(fd), .port = name.netlink.nl_pid};
}

}  // namespace

bool Interface::has_usable(const Ipv6& address) const {
    if (is_ipv4(address)) return std::ranges::find(addresses, to_ipv4(address)) != addresses.end();
    return std::ranges::any_of(
        addresses6, [&](const auto& own) { return own.address == address && own.is_usable(); });
}

std::optional<Ipv6> Interface::link_local() const {
    for (const auto& own : addresses6)
        if (own.is_usable() && is_link_local(own.address)) return own.address;
    return std::nullopt;
}

std::optional<Ipv6> Interface::global_address() const {
    for (const auto& own : addresses6)
        if (own.is_usable() && !is_link_local(own.address)) return own.address;
    return std::nullopt;
}

struct InterfaceMonitor::Impl : std::enable_shared_from_this<Impl> {
    enum class Reading : std::uint8_t { nothing, links, addresses };
    enum class Received : std::uint8_t { datagram, nothing, broken };

    Impl(boost::asio::io_context& loop, Changed on_change)
        : descriptor{loop}, timer{loop}, changed{std::move(on_change)}, buffer(datagram_size_max) {}

    boost::asio::posix::stream_descriptor descriptor;
    boost::asio::steady_timer timer;
    Changed changed;
    std::vector<std::uint8_t> buffer;
    InterfaceMap current, next;  // next: while it is being read
    DumpId id;
    Reading reading = Reading::nothing;
    bool failed = false;  // the dump under way
    bool stale = false;   // an event came after the dump under way began
    bool timer_armed = false;
    bool closed = false;

    bool open() {
        auto opened = open_netlink();
        if (!opened.fd) return false;
        id = {.port = opened.port, .sequence = 0};
        descriptor.assign(opened.fd.release());
        return true;
    }

    void close() {
        closed = true;
        changed = nullptr;
        timer.cancel();
        boost::system::error_code ignored;
        descriptor.close(ignored);
    }

    /// A socket that makes no sense any more is replaced; the timer goes on trying.
    void reopen() {
        boost::system::error_code ignored;
        descriptor.close(ignored);
        reading = Reading::nothing;
        arm(retry_time);
    }

    void arm(std::chrono::milliseconds delay) {
        if (timer_armed) return;
        timer_armed = true;
        timer.expires_after(delay);
        timer.async_wait([weak = weak_from_this()](boost::system::error_code) {
            const auto self = weak.lock();
            if (!self || self->closed) return;
            self->timer_armed = false;
            self->read_anew();
        });
    }

    void wait() {
        descriptor.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                              [weak = weak_from_this()](boost::system::error_code error) {
                                  const auto self = weak.lock();
                                  if (!self || self->closed || error) return;
                                  self->take_turn();
                              });
    }

    void take_turn() {
        for (int i = 0; i < datagrams_per_turn_max; ++i) {
            const auto received = receive();
            if (closed) return;  // `changed` destroyed the monitor
            if (received == Received::broken) return reopen();
            if (received == Received::nothing) break;
        }
        wait();
    }

    void read_anew() {
        if (!descriptor.is_open()) {
            if (!open()) return arm(retry_time);
            wait();
        }
        if (reading != Reading::nothing) {
            stale = true;
            return;
        }
        next.clear();
        failed = stale = false;
        ask(Reading::links);
    }

    void ask(Reading what) {
        ++id.sequence;
        const auto kind = what == Reading::links ? DumpKind::links : DumpKind::addresses;
        const auto request = dump_request(kind, id);
        const auto sent = send(descriptor.native_handle(), request.data(), request.size(), MSG_DONTWAIT);
        reading = sent < 0 ? Reading::nothing : what;
        if (sent >= 0) return;
        failed = true;
        arm(retry_time);
    }

    Received receive() {
        sockaddr_nl from{};
        iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
        msghdr message{};
        message.msg_name = &from;
        message.msg_namelen = sizeof from;
        message.msg_iov = &part;
        message.msg_iovlen = 1;
        const auto size = recvmsg(descriptor.native_handle(), &message, MSG_DONTWAIT);
        if (size < 0) {
            if (errno == EAGAIN) return Received::nothing;
            if (errno == EINTR) return Received::datagram;
            if (errno != ENOBUFS) return Received::broken;
            note_event();  // the kernel dropped events: that is one
            return Received::datagram;
        }
        if (from.nl_pid != 0) return Received::datagram;  // not the kernel
        if ((message.msg_flags & MSG_TRUNC) != 0) return Received::broken;
        const auto outcome = read_netlink({buffer.data(), static_cast<std::size_t>(size)}, id, next);
        if (outcome.garbled) return Received::broken;
        if (outcome.event) note_event();
        failed = failed || outcome.dump_failed;
        if (outcome.dump_done) finish_dump();
        return Received::datagram;
    }

    void note_event() {
        stale = true;
        if (reading == Reading::nothing) arm(settle_time);
    }

    void finish_dump() {
        if (!failed && reading == Reading::links) return ask(Reading::addresses);
        reading = Reading::nothing;
        if (failed || stale) arm(settle_time);
        if (failed || next == current) return;
        current.swap(next);
        if (!changed) return;
        const auto call = changed;  // it may destroy the monitor, and this member with it
        call();
    }

    /// Waits for the kernel, which answers at once.
    bool read_first() {
        for (int attempt = 0; attempt < first_read_attempts_max; ++attempt) {
            read_anew();
            while (reading != Reading::nothing) {
                pollfd readable{.fd = descriptor.native_handle(), .events = POLLIN, .revents = 0};
                if (poll(&readable, 1, first_read_timeout_ms) == 0) errno = ETIMEDOUT;
                if ((readable.revents & POLLIN) == 0 || receive() == Received::broken) return false;
            }
            if (!failed) return true;
        }
        errno = EBUSY;
        return false;
    }
};

InterfaceMonitor::InterfaceMonitor(boost::asio::io_context& loop, Changed changed)
    : impl_{std::make_shared<Impl>(loop, nullptr)} {
    if (!impl_->open() || !impl_->read_first()) {
        throw std::system_error{errno, std::system_category(), "reading the network interfaces (netlink)"};
    }
    impl_->changed = std::move(changed);
    impl_->wait();
}

InterfaceMonitor::~InterfaceMonitor() {
    impl_->close();
}

const std::map<std::uint32_t, Interface>& InterfaceMonitor::interfaces() const {
    return impl_->current;
}

const Interface* InterfaceMonitor::find(std::string_view name) const {
    const auto has_name = [&](const auto& entry) { return entry.second.name == name; };
    const auto found = std::ranges::find_if(impl_->current, has_name);
    return found == impl_->current.end() ? nullptr : &found->second;
}

bool InterfaceMonitor::is_local(const Ipv6& address) const {
    return std::ranges::any_of(impl_->current,
                               [&](const auto& entry) { return entry.second.has_usable(address); });
}

void InterfaceMonitor::refresh() {
    impl_->read_anew();
}

}  // namespace leasehold
