// An empty server: answers at once whatever it is asked, keeps nothing, and works the server's own sockets.
// What it reaches is what the machine and its kernel allow; a server's share of that is its own doing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dhcp/datagram.hpp"
#include "dhcp/result.hpp"
#include "tests/bench/load/settings.hpp"

namespace leasehold::bench {

/// Answers one message. Pure.
class EmptyServer {
public:
    /// @param network  out of which clients get the address that their hardware address says
    /// @param delegate  the same of prefixes of the length 56 (DHCPv6)
    EmptyServer(Family family, const Prefix& network, const Prefix& delegate)
        : family_{family}, network_{network}, delegate_{delegate} {}

    static constexpr std::size_t reply_size_max = 1400;
    /// @param buffer  reply_size_max octets, in which the answer and its hardware address lie
    /// @return nullopt: no answer, as to RELEASE in DHCPv4, or damaged octets
    std::optional<Outbound> answer(const Inbound& inbound, std::span<std::uint8_t> buffer) const;

private:
    std::optional<Outbound> answer4(const Inbound& inbound, std::span<std::uint8_t> buffer) const;
    std::optional<Outbound> answer6(const Inbound& inbound, std::span<std::uint8_t> buffer) const;
    Ipv6 address_of(std::uint64_t mac) const;
    Prefix prefix_of(std::uint64_t mac) const;

    Family family_;
    Prefix network_, delegate_;
};

/// Serves an interface until `stopped`. @return how many answers were sent
Result<std::uint64_t, SocketError> respond(const Settings& settings, const std::function<bool()>& stopped);

}  // namespace leasehold::bench
