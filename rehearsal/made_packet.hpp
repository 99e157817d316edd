// A client's message made from words: who it is, where it is, what it says. For explanations without a packet at hand.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rehearsal/memory_server.hpp"

namespace leasehold::rehearsal {

struct ClientWords {
    Octets mac;        // v6: where there is no DUID, it is made from this (DUID-LL)
    Octets client_id;  // v4, option 61
    Octets duid;       // v6
    std::string message;           // of message_words(); "": the first one
    std::optional<Ipv6> address;   // v4: that it asks for or has; nullopt: what it would be offered
    std::optional<Ipv6> relay;     // v4: giaddr; v6: link address
    std::string hostname;          // v4: option 12; v6: option 39
    std::vector<std::pair<std::uint16_t, std::vector<std::uint8_t>>> options = {};  // further ones
    std::vector<std::uint16_t> asks = {};                                           // options; empty: the usual ones
};

/// "discover", "request", "reboot", "renew" ...; v6: "solicit", "request" ...
std::span<const std::string_view> message_words(Family family);

/// A message other than the first of an exchange speaks of what came before it: then that is decided on this server
/// first, and its answer's leases are spoken of: what the client has already, else what it would be offered.
/// @error what is missing or cannot be: a sentence
Result<Packet, std::string> make_packet(const ClientWords& words, MemoryServer& server, const Place& place);

/// Addresses around octets that come without them: a relay's, the client's own where it has one, else those of a client
/// that has none.
Packet envelop(std::vector<std::uint8_t> octets, Family family, const Place& place);

}  // namespace leasehold::rehearsal
