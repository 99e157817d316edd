// The name that a client gives itself (options 81 and 12), cleaned, and the option 81 of the reply. What the
// client is called in the end: ddns_names.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "dhcp/ddns_config.hpp"
#include "dhcp/v4/message.hpp"

namespace leasehold::v4 {

/// RFC 4702 2.1
namespace fqdn_flag {
inline constexpr std::uint8_t s = 1, o = 2, e = 4, n = 8;
}

struct ClientName {
    /// Lower case, without the characters that hostname-char-set forbids; what the lease keeps. Empty: none.
    /// A name of option 81 ends with a dot.
    std::string text;
    bool from_fqdn = false;  // option 81, which then is answered; else option 12
    std::uint8_t sent_fqdn_flags = 0;
    std::uint8_t fqdn_flags = 0;  // of the answer; before resolve_name: of a server that makes no updates
    bool is_partial = false;      // option 81 without its root: the server may complete it
    bool fqdn_fwd = false;        // the server would add its A record
    bool fqdn_rev = false;        // the server would add its PTR record
};

/// Labels of 63 octets, 253 in all, none empty.
bool is_usable_name(std::string_view name);
/// A name in dots: lower case, forbidden characters replaced, empty labels gone. Octets that are no printable
/// ASCII never survive, since names go into logs and lease files. "": nothing usable was left.
std::string clean_name(std::span<const std::uint8_t> text, const DdnsConfig& ddns);

/// Option 81 where it is there and usable, else option 12. A label over 63 octets or a name over 253 makes an
/// option unusable.
ClientName read_client_name(const MessageView& message, const DdnsConfig& ddns = default_ddns());

/// Flags S, O, N, E of the answer to a client's option 81 (RFC 4702 2.1, 4).
/// @pre not both N and S are set  @param updates  the server would update the DNS for this client
std::uint8_t answered_fqdn_flags(std::uint8_t sent, bool updates, const DdnsConfig& ddns);

using FqdnPayload = boost::container::small_vector<std::uint8_t, 64>;
/// The answer's option 81: flags, the two result codes (255, RFC 4702 2.2), the name in the client's
/// encoding.
/// @pre name.from_fqdn
FqdnPayload fqdn_payload(const ClientName& name);

}  // namespace leasehold::v4
