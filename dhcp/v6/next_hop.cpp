#include "dhcp/v6/next_hop.hpp"

namespace leasehold::v6 {

std::optional<NextHop> next_hop_of(const MessageView& message, const Ipv6& source, std::string_view device) {
    const bool on_link = message.is_relayed() || is_link_local(source);
    const bool loopback = to_uint128(source) == 1;  // a relay on this machine: what it hears is not behind it
    if (!on_link || loopback || is_unspecified(source) || is_multicast(source) || device.empty())
        return std::nullopt;
    return NextHop{source, std::string{device}};
}

Ipv6 client_address_of(const MessageView& message, const Ipv6& source) {
    return message.is_relayed() ? message.relays().back().peer_address() : source;
}

}  // namespace leasehold::v6
