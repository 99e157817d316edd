// The name that a client gives itself, cleaned: what the families share of options 12 and 81 (v4) and 39 (v6).
// Reading those options: v4/client_name, v6/client_fqdn. What the client is called in the end: ddns_names.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/ddns_config.hpp"

namespace leasehold {

/// As in DHCPv4 (RFC 4702 2.1). DHCPv6 (RFC 4704 4.1) has N in another place and no E: v6/client_fqdn turns
/// one into the other.
namespace fqdn_flag {
inline constexpr std::uint8_t s = 1, o = 2, e = 4, n = 8;
}

struct ClientName {
    /// Lower case, without the characters that hostname-char-set forbids; what the lease keeps. Empty: none.
    /// A name of option 81 or 39 ends with a dot.
    std::string text;
    bool from_fqdn = false;  // option 81 or 39, which then is answered; else option 12
    std::uint8_t sent_fqdn_flags = 0;
    std::uint8_t fqdn_flags = 0;  // of the answer; before resolve_name: of a server that makes no updates
    bool is_partial = false;      // a name without its root: the server may complete it
    bool fqdn_fwd = false;        // the server would add its A or AAAA record
    bool fqdn_rev = false;        // the server would add its PTR record
};

/// Labels of 63 octets, 253 in all, none empty.
bool is_usable_name(std::string_view name);

/// A name in dots: lower case, forbidden characters replaced, empty labels gone. Octets that are no printable
/// ASCII never survive, since names go into logs and lease files. "": nothing usable was left.
std::string clean_name(std::span<const std::uint8_t> text, const DdnsConfig& ddns);
/// The same of RFC 1035 3.1 labels, no compression; a missing root label is a partial name, which is allowed.
/// @param has_root  set when the root label is there
std::string clean_labels(std::span<const std::uint8_t> bytes, const DdnsConfig& ddns, bool& has_root);
/// What a client says of its name in an option with flags: a whole ClientName whose text ends with a dot.
/// @return nullopt: N and S together must be ignored (RFC 4702 2.1, 4704 4.1), or there is no usable name
std::optional<ClientName> fqdn_of(std::string text, std::uint8_t flags, bool has_root, const DdnsConfig& ddns);

/// Flags S, O, N, E of the answer to a client's name option (RFC 4702 2.1, 4; RFC 4704 4.1, 6).
/// @pre not both N and S are set  @param updates  the server would update the DNS for this client
std::uint8_t answered_fqdn_flags(std::uint8_t sent, bool updates, const DdnsConfig& ddns);

using FqdnPayload = boost::container::small_vector<std::uint8_t, 64>;
/// A name in dots as labels with its root.
void append_labels(FqdnPayload& out, std::string_view name);

}  // namespace leasehold
