// Datagrams in batches of up to 64 (recvmmsg, sendmmsg): one system call for many costs a quarter less CPU.
// Buffers are allocated once. What the octets mean is the sockets' part.
#pragma once

#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>

namespace leasehold {

inline constexpr std::size_t batch_size_max = 64;
/// Room for one received datagram with its headers. A DHCP message over Ethernet has at most 1472 octets, or
/// what the client announced (option 57); a larger datagram than this is refused and counted.
inline constexpr std::size_t receive_size_max = 4096;
inline constexpr std::size_t control_size = 128;

/// Where a message comes from or goes to, in the form of the socket's family.
union SocketName {
    sockaddr generic;
    sockaddr_in inet;
    sockaddr_in6 inet6;
    sockaddr_ll link;
};

/// A value that the kernel put beside a message (cmsg(3)); nullopt when it did not.
template <class T>
std::optional<T> control_value(msghdr& header, int level, int type) {
    for (auto* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
        if (c->cmsg_level != level || c->cmsg_type != type || c->cmsg_len < CMSG_LEN(sizeof(T))) continue;
        T value;
        std::memcpy(&value, CMSG_DATA(c), sizeof value);
        return value;
    }
    return std::nullopt;
}

/// How long a message has waited since the kernel took it (report_arrival_times). 0 when the kernel did not
/// say, and when the clock was set meanwhile: an hour in a queue is none.
std::chrono::nanoseconds time_waited(msghdr& header, std::chrono::system_clock::time_point now);

class ReceiveBatch {
public:
    struct Message {
        std::span<const std::uint8_t> bytes;
        const SocketName& from;
        msghdr& header;  // for control_value
        bool truncated;  // longer than receive_size_max
    };

    ReceiveBatch();
    /// Takes up to min(max, batch_size_max) waiting messages, without blocking. @return how many, 0 for none
    /// waiting, or -1 with errno.
    int receive(int fd, std::size_t max);
    /// Valid until the next receive().
    Message message(std::size_t i);

private:
    struct Slots {
        std::array<std::array<std::uint8_t, receive_size_max>, batch_size_max> buffers;
        alignas(cmsghdr) std::array<std::array<std::uint8_t, control_size>, batch_size_max> controls;
        std::array<SocketName, batch_size_max> names;
        std::array<iovec, batch_size_max> parts;
        std::array<mmsghdr, batch_size_max> headers;
    };
    std::unique_ptr<Slots> slots_;
};

class SendBatch {
public:
    /// A message to fill in: part 0 is the headers (may stay empty), part 1 the payload.
    struct Message {
        SocketName& to;
        std::span<std::uint8_t, 32> header_space;
        std::array<iovec, 2>& parts;
        msghdr& header;
    };

    SendBatch();
    bool full() const { return size_ == batch_size_max; }
    std::size_t size() const { return size_; }
    /// @pre !full(). Everything is zero, no name, no control data.
    Message add();
    /// Puts a control value beside the message that was added last.
    template <class T>
    void add_control(int level, int type, const T& value) {
        static_assert(CMSG_SPACE(sizeof(T)) <= control_size);
        auto& header = slots_->headers[size_ - 1].msg_hdr;
        header.msg_control = slots_->controls[size_ - 1].data();
        header.msg_controllen = CMSG_SPACE(sizeof value);
        auto* c = CMSG_FIRSTHDR(&header);
        c->cmsg_level = level;
        c->cmsg_type = type;
        c->cmsg_len = CMSG_LEN(sizeof value);
        std::memcpy(CMSG_DATA(c), &value, sizeof value);
    }

    /// Sends all and empties the batch. One that fails is skipped after `failed(its place, errno)`.
    /// @return how many were sent.
    std::size_t send(int fd, const std::function<void(std::size_t, int)>& failed);

private:
    struct Slots {
        std::array<std::array<std::uint8_t, 32>, batch_size_max> header_spaces;
        alignas(cmsghdr) std::array<std::array<std::uint8_t, control_size>, batch_size_max> controls;
        std::array<SocketName, batch_size_max> names;
        std::array<std::array<iovec, 2>, batch_size_max> parts;
        std::array<mmsghdr, batch_size_max> headers;
    };
    std::unique_ptr<Slots> slots_;
    std::size_t size_ = 0;
};

}  // namespace leasehold
