// RECONFIGURE (RFC 8415 18.3.11): by it a server makes a client renew at once. The client knows that the message is its
// server's by a key that it got in a REPLY (20.4). Pure. When it is sent, and again: reconfigurer.
#pragma once

#include <cstdint>
#include <optional>

#include "dhcp/decision.hpp"
#include "dhcp/lease_context.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/reconfigure_target.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::v6 {

/// The values by which messages of a server are told from older ones (RFC 8415 20.3): microseconds since 1970.
constexpr std::uint64_t replay_value(std::chrono::system_clock::time_point now) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count());
}

/// May this client be told to come? It says that it takes RECONFIGURE, asks for leases, and the configuration has keys.
/// With flex-id in place of the DUID nobody is: leases do not keep the DUID that it would have to be called by.
bool accepts_reconfigure(const Request& request, const ServerConfig& config);

/// How it is reached later, for its leases. @pre accepts_reconfigure()
ReconfigureNote reconfigure_note(const Request& request);

/// Reconfigure Accept, and in a REPLY the key. @param replay  of RFC 8415 20.3; less than in any RECONFIGURE after it
/// @pre accepts_reconfigure()
void write_reconfigure_key(MessageWriter& out, const Request& request, const ReconfigureKeys& keys, MessageType type,
                           std::uint64_t replay);

struct Reconfigure {
    OctetView client, server;                  // DUIDs
    MessageType wanted = MessageType::renew;   // or rebind, information_request
    std::uint64_t replay = 0;                  // more than in what it was sent before
};

/// Signed, and wrapped for the relays that the client was behind.
Reply make_reconfigure(const Reconfigure& message, const ReconfigureNote& way, const ReconfigureKeys& keys);

}  // namespace leasehold::v6
