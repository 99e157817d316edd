// Where each option of a reply comes from. The scopes and their order are dhcp/reply_scopes'; this only looks up, for
// what was sent, which of them has it.
#pragma once

#include <string>
#include <vector>

#include "dhcp/client_request.hpp"
#include "dhcp/reply_scopes.hpp"
#include "rehearsal/observation.hpp"
#include "rehearsal/option_words.hpp"

namespace leasehold::rehearsal {

/// What the reply's options were gathered from. Points into the configuration and `settled`.
struct Scopes {
    ReplyScopes of_reply;
    ClassSet classes;
};
/// @param request  for a reply that settled nothing (NAK, no subnet)
Scopes scopes_of(const ServerConfig& config, const std::vector<Settled>& settled, const ClientRequest& request);

/// "global", "class printers", "shared network floor-1", "subnet 1", "pool 192.0.2.10-192.0.2.99", "host ...", or the
/// server itself and why: "server: the lease".
std::string origin_of(const MessageOption& option, const ServerConfig& config, const Scopes& scopes);

/// Configured for this client, and not in the reply.
struct UnsentOption {
    std::uint16_t code = 0;
    std::string from, why;
};
std::vector<UnsentOption> unsent_options(const std::vector<MessageOption>& sent, const ServerConfig& config,
                                         const Scopes& scopes);

/// Words for parts of a configuration: "192.0.2.10-192.0.2.99", "2001:db8:8000::/40, delegated /56".
std::string pool_text(const PoolConfig& pool);
/// "hw-address 02:00:5e:10:00:01"
std::string host_text(const Reservation& host);
std::string_view identifier_name(HostIdentifierType type);

}  // namespace leasehold::rehearsal
