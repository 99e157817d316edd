// The name that a client gives itself (options 81 and 12), cleaned, and the option 81 of the reply. What the
// client is called in the end: ddns_names.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "dhcp/client_name.hpp"
#include "dhcp/ddns_config.hpp"
#include "dhcp/v4/message.hpp"

namespace leasehold::v4 {

/// Option 81 where it is there and usable, else option 12. A label over 63 octets or a name over 253 makes an
/// option unusable.
ClientName read_client_name(const MessageView& message, const DdnsConfig& ddns = default_ddns());

/// The answer's option 81: flags, the two result codes (255, RFC 4702 2.2), the name in the client's
/// encoding.
/// @pre name.from_fqdn
FqdnPayload fqdn_payload(const ClientName& name);

}  // namespace leasehold::v4
