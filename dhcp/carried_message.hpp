// DHCPv4 over DHCPv6 (RFC 7341): a client on a link without IPv4 puts its DHCPv4 message into a DHCPv6 one. The DHCPv6
// server of the process takes it out and hands it to the DHCPv4 server, whose answer goes back the same way. The two
// share a thread, so what Kea's two daemons send each other over UDP is a call here.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// What the DHCPv6 message around it says of the client's link: 4o6-interface-id, 4o6-subnet and 4o6-interface of a
/// subnet are compared with these.
struct CarrierLink {
    Octets interface_id;  // of the relay nearest to the client that sends one; empty: none
    Ipv6 relay_link;      // the link address nearest to the client that is neither :: nor link-local; ::, none
    Ipv6 client;          // where the client sent it from
    std::string interface;
};

struct CarriedMessage {
    std::vector<std::uint8_t> bytes;  // DHCPv4
    std::uint32_t interface_index = 0;
    CarrierLink link;
    bool unicast = false;  // the client would have sent it to the server alone (RFC 7341 6.2)
    std::chrono::steady_clock::time_point received_at{};
    /// Sends the answer; at most once, on the loop. Whoever it went through may be gone: then nothing is sent.
    std::function<void(OctetView answer)> reply;
};

/// Takes a message to where it is answered.
/// @error why nobody answers it: the end of a sentence
using Carry = std::function<Result<void, std::string>(CarriedMessage&&)>;

}  // namespace leasehold
