// Receives and sends batches for either kind of socket, and counts.
#include "dhcp/datagram_socket.hpp"

#include <algorithm>
#include <system_error>

namespace leasehold {
namespace {

/// An iovec has no const; sendmmsg only reads.
void* without_const(const std::uint8_t* bytes) {
    return const_cast<std::uint8_t*>(bytes);
}

}  // namespace

std::size_t DatagramSocket::receive(std::size_t max, const Read& read, const ReceiveEach& each) {
    std::size_t taken = 0;
    while (taken < max) {
        const auto wanted = std::min(max - taken, batch_size_max);
        const int count = incoming_.receive(fd(), wanted);
        if (count < 0) {
            ++counters_.receive_failed;
            last_error_ = last_socket_error("receiving on " + where_, "").detail;
            break;
        }
        const auto received = static_cast<std::size_t>(count);
        const auto now = std::chrono::steady_clock::now();
        const auto now_by_wall = std::chrono::system_clock::now();
        for (std::size_t i = 0; i < received; ++i) {
            auto message = incoming_.message(i);
            if (const auto drops = control_value<std::uint32_t>(message.header, SOL_SOCKET, SO_RXQ_OVFL)) {
                counters_.kernel_dropped += static_cast<std::uint32_t>(*drops - drops_seen_);
                drops_seen_ = *drops;
            }
            if (message.truncated) {
                refuse("a datagram of more than " + std::to_string(receive_size_max) + " octets");
            } else if (auto inbound = read(message)) {
                inbound->received_at = now;
                inbound->waited = time_waited(message.header, now_by_wall);
                inbound->backlog = received == wanted;
                ++counters_.received;
                each(*inbound);
            }
        }
        taken += received;
        if (received < wanted) break;
    }
    return taken;
}

void DatagramSocket::refuse(std::string_view why) {
    ++counters_.refused;
    last_error_ = where_ + " refused " + std::string{why};
}

std::size_t DatagramSocket::send(std::span<const Outbound> datagrams, const Fill& fill) {
    std::size_t sent = 0;
    while (!datagrams.empty()) {
        const auto group = datagrams.first(std::min(datagrams.size(), batch_size_max));
        for (const auto& datagram : group) {
            auto message = outgoing_.add();
            message.parts[1] = {.iov_base = without_const(datagram.bytes.data()),
                                .iov_len = datagram.bytes.size()};
            fill(datagram, message);
        }
        sent += outgoing_.send(fd(), [&](std::size_t i, int number) {
            ++counters_.send_failed;
            last_error_ = "sending to " + to_string(group[i].destination) + " port " +
                          std::to_string(group[i].port) + " on " + where_ + ": " +
                          std::system_category().message(number);
        });
        datagrams = datagrams.subspan(group.size());
    }
    counters_.sent += sent;
    return sent;
}

}  // namespace leasehold
