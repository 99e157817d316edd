// The common part of the UDP and the packet socket: a bound descriptor with its batches, counters and last
// error. How a message is read and addressed is theirs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "dhcp/datagram.hpp"
#include "dhcp/socket_batch.hpp"
#include "dhcp/socket_setup.hpp"

namespace leasehold {

class DatagramSocket {
public:
    /// @param where  "interface eth0 (udp)", for errors
    DatagramSocket(Descriptor fd, std::string where) : fd_{std::move(fd)}, where_{std::move(where)} {}

    int fd() const { return fd_.get(); }
    const SocketCounters& counters() const { return counters_; }
    const std::string& last_error() const { return last_error_; }

    /// What a message says, or nullopt after refuse().
    using Read = std::function<std::optional<Inbound>(ReceiveBatch::Message&)>;
    std::size_t receive(std::size_t max, const Read& read, const ReceiveEach& each);
    void refuse(std::string_view why);

    /// Addresses a message; its payload is in place already.
    using Fill = std::function<void(const Outbound&, SendBatch::Message&)>;
    std::size_t send(std::span<const Outbound> datagrams, const Fill& fill);
    SendBatch& outgoing() { return outgoing_; }

private:
    Descriptor fd_;
    std::string where_;
    ReceiveBatch incoming_;
    SendBatch outgoing_;
    SocketCounters counters_;
    std::uint32_t drops_seen_ = 0;  // the kernel's sum, which wraps
    std::string last_error_;
};

}  // namespace leasehold
