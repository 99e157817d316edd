// See the header.
#include "lease_backends/socket_wait.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace leasehold {
namespace {

/// Rounded up, so that a wait never ends just before its deadline.
int milliseconds_until(Deadline deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
}

void set_number(int socket, int level, int option, int value) {
    // A local socket knows none of them, and needs none.
    [[maybe_unused]] const int done = setsockopt(socket, level, option, &value, sizeof value);
}

}  // namespace

Canceller::Canceller() : descriptor_{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    assert(descriptor_ >= 0);
}
Canceller::~Canceller() {
    ::close(descriptor_);
}
void Canceller::cancel() noexcept {
    [[maybe_unused]] const int written = eventfd_write(descriptor_, 1);
}
void Canceller::renew() noexcept {
    eventfd_t count = 0;
    [[maybe_unused]] const int read = eventfd_read(descriptor_, &count);
}
bool Canceller::cancelled() const noexcept {
    pollfd one{descriptor_, POLLIN, 0};
    return ::poll(&one, 1, 0) > 0;
}

WaitEnd wait_for_socket(int socket, Wanted wanted, Deadline deadline, const Canceller& canceller) {
    const auto events = static_cast<short>((wanted.read ? POLLIN : 0) | (wanted.write ? POLLOUT : 0));
    for (;;) {
        pollfd both[2]{{canceller.descriptor(), POLLIN, 0}, {socket, events, 0}};
        const int count = ::poll(both, 2, milliseconds_until(deadline));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return {};
        if (both[0].revents != 0) return {Waited::cancelled, {}};
        if (count == 0) return {Waited::deadline, {}};
        const bool broken = (both[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
        return {Waited::ready,
                {broken || (both[1].revents & POLLIN) != 0, broken || (both[1].revents & POLLOUT) != 0}};
    }
}

void notice_dead_peer(int socket, std::chrono::milliseconds user_timeout) {
    // Probes run while nothing is outstanding, the user timeout while something is: both are needed.
    const auto seconds = static_cast<int>(std::max<std::int64_t>(user_timeout.count() / 1000, 3));
    set_number(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_number(socket, IPPROTO_TCP, TCP_KEEPIDLE, std::max(1, seconds / 3));
    set_number(socket, IPPROTO_TCP, TCP_KEEPINTVL, std::max(1, seconds / 4));
    set_number(socket, IPPROTO_TCP, TCP_KEEPCNT, 3);
    set_number(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(user_timeout.count()));
}

}  // namespace leasehold
