// Options of a socket that is about to be bound.
#include "dhcp/socket_setup.hpp"

#include <linux/sock_diag.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace leasehold {
namespace {

/// The kernel doubles the value for its own bookkeeping.
void set_buffer(int fd, int forced, int within_limits, int bytes) {
    if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof bytes) == 0) return;
    setsockopt(fd, SOL_SOCKET, within_limits, &bytes, sizeof bytes);  // clipped, never refused
}

}  // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) close(number_);
}

SocketError last_socket_error(std::string_view what_failed, std::string_view cure) {
    const int number = errno;
    std::string detail{what_failed};
    detail += ": " + std::system_category().message(number);
    if (!cure.empty()) detail += "; " + std::string{cure};
    return {.number = number, .detail = std::move(detail)};
}

Result<std::uint32_t, SocketError> interface_index(const std::string& name) {
    const auto index = if_nametoindex(name.c_str());
    if (index == 0) {
        return std::unexpected(last_socket_error(
            "interface " + name, "'ip link' lists the interfaces; one that appears later is picked up then"));
    }
    return index;
}

void set_receive_buffer(int fd, int bytes) {
    set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, bytes);
}
void set_send_buffer(int fd, int bytes) {
    set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, bytes);
}

SocketResult set_option(int fd, int level, int name, int value, std::string_view what,
                        std::string_view cure) {
    if (setsockopt(fd, level, name, &value, sizeof value) == 0) return {};
    return std::unexpected(last_socket_error(what, cure));
}

SocketResult attach_filter(int fd, const SocketFilter& filter, std::string_view on_what) {
    auto instructions = filter;  // sock_fprog wants to write
    const sock_fprog program{.len = static_cast<unsigned short>(instructions.size()),
                             .filter = instructions.data()};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0) return {};
    return std::unexpected(last_socket_error("attaching the packet filter on " + std::string{on_what},
                                             "net.core.optmem_max may be too small"));
}

SocketResult report_drops(int fd, std::string_view on_what) {
    return set_option(fd, SOL_SOCKET, SO_RXQ_OVFL, 1, "SO_RXQ_OVFL on " + std::string{on_what}, "");
}

SocketResult report_arrival_times(int fd, std::string_view on_what) {
    return set_option(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1, "SO_TIMESTAMPNS on " + std::string{on_what}, "");
}

std::uint64_t octets_queued(int fd) {
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    socklen_t size = sizeof memory;
    const bool said = getsockopt(fd, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) == 0;
    return said ? memory[SK_MEMINFO_RMEM_ALLOC] : 0;
}

}  // namespace leasehold
