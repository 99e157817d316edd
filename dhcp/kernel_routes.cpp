#include "dhcp/kernel_routes.hpp"

#include <linux/netlink.h>
#include <sys/socket.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <vector>

#include "dhcp/socket_setup.hpp"

#ifndef NETLINK_GET_STRICT_CHK
#define NETLINK_GET_STRICT_CHK 12
#endif

namespace leasehold {

namespace {

constexpr std::size_t answer_size_max = 64 * 1024;  // the kernel's dumps come in pieces of up to 32 KiB
constexpr int answers_per_turn_max = 4;             // then the loop does something else

/// Without these the kernel repeats requests, explains nothing and filters nothing; all of it can be lived with.
void ask_for_extras(int fd) {
    for (const int extra : {NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK}) {
        const int on = 1;
        static_cast<void>(setsockopt(fd, SOL_NETLINK, extra, &on, sizeof on));
    }
}

class KernelRoutes final : public RouteKernel, public std::enable_shared_from_this<KernelRoutes> {
public:
    KernelRoutes(boost::asio::io_context& loop, Events events)
        : socket_{loop}, events_{std::move(events)}, buffer_(answer_size_max) {}

    int tell(const RouteOrder& order, std::uint32_t sequence) override {
        return send_octets(order.set ? set_route_request(order.route, sequence)
                                     : remove_route_request(order.route, sequence));
    }
    int look(const RouteOwner& owner, std::uint32_t sequence) override {
        return send_octets(routes_request(owner.table, owner.protocol, sequence));
    }
    void close() {
        events_ = {};
        let_go();
    }

private:
    int open() {
        Descriptor fd{::socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE)};
        if (!fd) return errno;
        sockaddr_nl kernel{};
        kernel.nl_family = AF_NETLINK;
        if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) != 0) return errno;
        ask_for_extras(fd.get());
        socket_.assign(fd.release());
        wait();
        return 0;
    }

    int send_octets(const std::vector<std::uint8_t>& octets) {
        if (!socket_.is_open())
            if (const int error = open(); error != 0) return error;
        const auto sent = ::send(socket_.native_handle(), octets.data(), octets.size(), MSG_DONTWAIT);
        return sent < 0 ? errno : 0;
    }

    void wait() {
        socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [weak = weak_from_this()](boost::system::error_code error) {
                               const auto self = weak.lock();
                               if (self && !error && self->socket_.is_open()) self->take_turn();
                           });
    }

    void take_turn() {
        const auto self = shared_from_this();  // an event may end the owner
        for (int i = 0; i < answers_per_turn_max; ++i) {
            const auto size = ::recv(socket_.native_handle(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
            if (size < 0 && errno == EINTR) continue;
            if (size < 0 && errno == EAGAIN) break;
            if (size < 0) return fail(errno);
            if (!read_route_answers({buffer_.data(), static_cast<std::size_t>(size)}, events_.answers))
                return fail(EBADMSG);
            if (!socket_.is_open()) return;
        }
        wait();
    }

    void fail(int error) {
        let_go();
        if (events_.broken) events_.broken(error);
    }
    void let_go() {
        boost::system::error_code ignored;
        socket_.close(ignored);
    }

    boost::asio::posix::stream_descriptor socket_;
    Events events_;
    std::vector<std::uint8_t> buffer_;
};

/// Callbacks that are still on their way find a closed one.
class KernelRoutesHandle final : public RouteKernel {
public:
    KernelRoutesHandle(boost::asio::io_context& loop, Events events)
        : routes_{std::make_shared<KernelRoutes>(loop, std::move(events))} {}
    ~KernelRoutesHandle() override { routes_->close(); }
    KernelRoutesHandle(const KernelRoutesHandle&) = delete;
    KernelRoutesHandle& operator=(const KernelRoutesHandle&) = delete;
    int tell(const RouteOrder& order, std::uint32_t sequence) override { return routes_->tell(order, sequence); }
    int look(const RouteOwner& owner, std::uint32_t sequence) override { return routes_->look(owner, sequence); }

private:
    std::shared_ptr<KernelRoutes> routes_;
};

}  // namespace

std::unique_ptr<RouteKernel> make_kernel_routes(boost::asio::io_context& loop, RouteKernel::Events events) {
    return std::make_unique<KernelRoutesHandle>(loop, std::move(events));
}

}  // namespace leasehold
