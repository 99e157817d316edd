// The name that a client gives itself (options 81 and 12): cleaned for the lease, and what the reply says
// about it. Nothing updates the DNS here; option 81 is answered as a server does that makes no updates (RFC
// 4702 4).
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>

#include "dhcp/v4/message.hpp"

namespace leasehold::v4 {

struct ClientName {
    /// Lower case, only letters, digits, '-' and '.'; what the lease keeps. Empty: none. A name of option 81
    /// ends with a dot.
    std::string text;
    bool from_fqdn = false;       // option 81, which then is answered; else option 12
    std::uint8_t fqdn_flags = 0;  // of the answer
};

/// Option 81 where it is there and usable, else option 12. A label over 63 octets or a name over 253 makes an
/// option unusable.
ClientName read_client_name(const MessageView& message);

using FqdnPayload = boost::container::small_vector<std::uint8_t, 64>;
/// The answer's option 81: flags, the two result codes (255, RFC 4702 2.2), the name in the client's
/// encoding.
/// @pre name.from_fqdn
FqdnPayload fqdn_payload(const ClientName& name);

}  // namespace leasehold::v4
