// Loops around recvmmsg and sendmmsg.
#include "dhcp/socket_batch.hpp"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <ctime>

namespace leasehold {

std::chrono::nanoseconds time_waited(msghdr& header, std::chrono::system_clock::time_point now) {
    using namespace std::chrono;
    const auto taken = control_value<timespec>(header, SOL_SOCKET, SO_TIMESTAMPNS);
    if (!taken) return nanoseconds{0};
    const auto waited = now.time_since_epoch() - seconds{taken->tv_sec} - nanoseconds{taken->tv_nsec};
    const bool plausible = waited > nanoseconds{0} && waited < hours{1};
    return plausible ? duration_cast<nanoseconds>(waited) : nanoseconds{0};
}

// make_unique_for_overwrite: a buffer that no burst has reached yet takes no memory.
ReceiveBatch::ReceiveBatch() : slots_{std::make_unique_for_overwrite<Slots>()} {}

int ReceiveBatch::receive(int fd, std::size_t max) {
    const auto count = std::min(max, batch_size_max);
    for (std::size_t i = 0; i < count; ++i) {
        slots_->parts[i] = {.iov_base = slots_->buffers[i].data(), .iov_len = receive_size_max};
        slots_->headers[i] = {.msg_hdr = {.msg_name = &slots_->names[i],
                                          .msg_namelen = sizeof(SocketName),
                                          .msg_iov = &slots_->parts[i],
                                          .msg_iovlen = 1,
                                          .msg_control = slots_->controls[i].data(),
                                          .msg_controllen = control_size,
                                          .msg_flags = 0},
                              .msg_len = 0};
    }
    for (;;) {
        const int received =
            recvmmsg(fd, slots_->headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT, nullptr);
        if (received >= 0) return received;
        if (errno == EINTR) continue;
        return errno == EAGAIN ? 0 : -1;
    }
}

ReceiveBatch::Message ReceiveBatch::message(std::size_t i) {
    auto& header = slots_->headers[i];
    return {.bytes = {slots_->buffers[i].data(), std::min<std::size_t>(header.msg_len, receive_size_max)},
            .from = slots_->names[i],
            .header = header.msg_hdr,
            .truncated = (header.msg_hdr.msg_flags & MSG_TRUNC) != 0};
}

SendBatch::SendBatch() : slots_{std::make_unique<Slots>()} {}

SendBatch::Message SendBatch::add() {
    assert(!full());
    const auto i = size_++;
    slots_->names[i] = {};
    slots_->parts[i] = {};
    slots_->headers[i] = {.msg_hdr = {.msg_name = &slots_->names[i],
                                      .msg_namelen = 0,
                                      .msg_iov = slots_->parts[i].data(),
                                      .msg_iovlen = 2,
                                      .msg_control = nullptr,
                                      .msg_controllen = 0,
                                      .msg_flags = 0},
                          .msg_len = 0};
    return {.to = slots_->names[i],
            .header_space = slots_->header_spaces[i],
            .parts = slots_->parts[i],
            .header = slots_->headers[i].msg_hdr};
}

std::size_t SendBatch::send(int fd, const std::function<void(std::size_t, int)>& failed) {
    std::size_t sent = 0;
    for (std::size_t i = 0; i < size_;) {
        // It stops at the first failure and tells its errno only when that is the first message.
        const int accepted =
            sendmmsg(fd, slots_->headers.data() + i, static_cast<unsigned>(size_ - i), MSG_DONTWAIT);
        if (accepted > 0) {
            sent += static_cast<std::size_t>(accepted);
            i += static_cast<std::size_t>(accepted);
        } else if (accepted == 0 || errno != EINTR) {
            failed(i++, errno);
        }
    }
    size_ = 0;
    return sent;
}

}  // namespace leasehold
