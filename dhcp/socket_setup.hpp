// What every DHCP socket needs before it is bound: an owner for the descriptor, buffer size, filter and
// interface, and errors that name the cure. Receiving and sending are in socket_batch.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "dhcp/datagram.hpp"
#include "dhcp/result.hpp"
#include "dhcp/socket_filter.hpp"

namespace leasehold {

using SocketResult = Result<void, SocketError>;

/// Owns a file descriptor.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_{number} {}
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor();
    int get() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }
    /// Gives the descriptor away; the caller closes it.
    int release() { return std::exchange(number_, -1); }

private:
    int number_ = -1;
};

/// The error of a call that has just failed (reads errno). `cure` says what the reader can do, and may be
/// empty.
SocketError last_socket_error(std::string_view what_failed, std::string_view cure);

/// The number of an interface in this network namespace.
Result<std::uint32_t, SocketError> interface_index(const std::string& name);

/// Asks for `bytes` of queue for what has arrived. Beyond net.core.rmem_max that takes CAP_NET_ADMIN; without
/// it the socket gets what it may have, since a smaller queue only drops earlier under load.
void set_receive_buffer(int fd, int bytes);
/// The same of what is to leave (net.core.wmem_max). What goes to an address that nobody answers for waits in the
/// socket for seconds, until ARP or neighbour discovery gives up; the others' answers need room beside it.
void set_send_buffer(int fd, int bytes);

/// @pre nothing can arrive yet: an unbound socket, or one with protocol 0. What is queued before a filter is
/// attached passes it.
SocketResult attach_filter(int fd, const SocketFilter& filter, std::string_view on_what);

/// Counts what the kernel dropped because the queue was full; each message then carries the sum so far.
SocketResult report_drops(int fd, std::string_view on_what);

/// Each message then carries the time at which the kernel took it.
SocketResult report_arrival_times(int fd, std::string_view on_what);

/// What waits in a socket's receive queue, in octets of the kernel's memory; 0 where it does not say.
std::uint64_t octets_queued(int fd);

/// setsockopt with an int.
SocketResult set_option(int fd, int level, int name, int value, std::string_view what, std::string_view cure);

}  // namespace leasehold
