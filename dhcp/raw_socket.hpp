// The packet socket of one interface: clients without an address can be heard (whatever destination they
// used) and answered at their hardware address. A BPF filter passes UDP to the server port with giaddr 0.
#pragma once

#include "dhcp/udp_socket.hpp"

namespace leasehold {

class RawSocket {
public:
    struct Options {
        std::string interface;
        std::uint16_t port = 67;         // the server's; the source port of replies too
        int receive_buffer_bytes = 4 << 20;
    };
    static Result<RawSocket, SocketError> open(const Options& options);
    RawSocket(RawSocket&&) noexcept;
    RawSocket& operator=(RawSocket&&) noexcept;
    ~RawSocket();

    int fd() const;
    std::size_t receive(std::size_t max, const ReceiveEach& each);
    /// @pre source is set. Writes the Ethernet, IPv4 and UDP headers itself.
    std::size_t send(std::span<const Outbound> datagrams);
    const SocketCounters& counters() const;
    const std::string& last_error() const;

private:
    struct Impl;
    explicit RawSocket(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
