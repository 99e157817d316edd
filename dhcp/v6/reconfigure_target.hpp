// Whom a RECONFIGURE is for, and by what key it is known (RFC 8415 20.4). Apart from its making, for those who only
// name clients.
#pragma once

#include <array>
#include <cstdint>

#include "dhcp/client_identity.hpp"
#include "dhcp/lease_context.hpp"
#include "dhcp/v6/message.hpp"

namespace leasehold::v6 {

using ReconfigureKey = std::array<std::uint8_t, 16>;
using ReconfigureDigest = std::array<std::uint8_t, 16>;

/// The keys of all clients, made of one secret and a client's DUID, so that none has to be stored. Thread: any.
class ReconfigureKeys {
public:
    virtual ~ReconfigureKeys() = default;
    virtual ReconfigureKey key_of(OctetView duid) const = 0;
    /// HMAC-MD5, as RFC 8415 20.4 has it.
    virtual ReconfigureDigest sign(const ReconfigureKey& key, OctetView message) const = 0;
};

struct ReconfigureTarget {
    Octets duid;
    ReconfigureNote way;
    MessageType wanted = MessageType::renew;
};

struct ReconfigureStatus {
    std::uint64_t queued = 0, waiting = 0;           // now: not begun, sent and not answered yet
    std::uint64_t sent = 0, answered = 0, unanswered = 0;  // since the start: messages; clients
    std::uint64_t refused = 0;                              // clients, since the queue was full
    bool operator==(const ReconfigureStatus&) const = default;
};

}  // namespace leasehold::v6
