// Building replies: header, destination and options of OFFER, ACK and NAK. Which options a scope has and the
// client asked for: reply_options. Nothing here looks at leases.
#pragma once

#include <cstdint>

#include "dhcp/v4/client_name.hpp"
#include "dhcp/v4/decide.hpp"
#include "dhcp/v4/reply_options.hpp"

namespace leasehold::v4 {

/// What a client is told about its address.
struct Grant {
    Ipv4 address;
    std::uint32_t lifetime = 0;  // option 51
};

/// An OFFER, or an ACK to a REQUEST. @pre request.subnet is set
Reply lease_reply(const Request& request, const ReplyScopes& scopes, const ClientName& name, MessageType type,
                  const Grant& grant);
/// The ACK to an INFORM: no address, no times (RFC 2131 4.3.5). @pre request.subnet is set
Reply inform_reply(const Request& request, const ReplyScopes& scopes);
Reply nak_reply(const Request& request, const ServerConfig& config);

/// The longest DHCP message to send: option 57 less the IP and UDP headers, between 548 and 1472 octets;
/// without option 57 the most, since most clients that do not say take what an Ethernet frame holds.
std::size_t reply_size_max(const MessageView& message);

}  // namespace leasehold::v4
