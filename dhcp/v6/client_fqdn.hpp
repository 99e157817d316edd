// The client FQDN option (39, RFC 4704): read into a ClientName, and written into the answer.
#pragma once

#include "dhcp/client_name.hpp"
#include "dhcp/ddns_config.hpp"
#include "dhcp/v6/message.hpp"

namespace leasehold::v6 {

/// What the client calls itself; without a usable option 39 nothing.
ClientName read_client_fqdn(const MessageView& message, const DdnsConfig& ddns);
/// The answer's option 39. @pre name.from_fqdn
FqdnPayload fqdn_answer(const ClientName& name);

}  // namespace leasehold::v6
