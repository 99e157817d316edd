// How the messages of `leasehold probe` travel: a packet socket for a DHCPv4 client, which needs no address, UDP for
// everybody else. Blocks; one thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "cli/probe.hpp"
#include "dhcp/interfaces.hpp"
#include "dhcp/raw_socket.hpp"
#include "dhcp/udp_socket.hpp"

namespace leasehold {

struct ProbeFailure {
    int exit_status = 71;
    std::string detail;  // what cannot be, and what to do
};

/// Now: the kernel says so up to a second late after a link came up.
bool probe_has_carrier(const std::string& interface);

class ProbeLink {
public:
    /// Chooses the interface and opens the socket that the arguments ask for.
    /// @param arguments  gets the interface and, where none was given, the MAC
    static Result<ProbeLink, ProbeFailure> open(ProbeArguments& arguments);

    /// As the arguments say, to one server or to all.
    /// @return why it could not be sent; "": it was
    std::string send(std::span<const std::uint8_t> octets);
    /// From a client that has an address by now, to its server; as a relay, or with DHCPv6, as send().
    std::string send_bound(std::span<const std::uint8_t> octets, const std::string& address, const std::string& server);
    /// Hands over what arrives until the time, or until `each` says that it has had enough (true).
    using Each = std::function<bool(std::span<const std::uint8_t> octets, const std::string& from)>;
    void receive_until(std::chrono::steady_clock::time_point until, const Each& each);
    /// "255.255.255.255", "ff02::1:2", or the server's address.
    std::string destination() const { return to_string(target_.destination); }

private:
    using Socket = std::variant<RawSocket, UdpSocket>;
    ProbeLink(Socket socket, Outbound target) : socket_{std::move(socket)}, target_{target} {}

    Socket socket_;
    Outbound target_;
};

}  // namespace leasehold
