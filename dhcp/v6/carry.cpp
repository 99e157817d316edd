#include "dhcp/v6/carry.hpp"

#include "dhcp/v6/next_hop.hpp"
#include "dhcp/v6/option_table.hpp"
#include "dhcp/v6/reply.hpp"

namespace leasehold::v6 {

namespace {

/// RFC 7341 6.2: the first of the 24 bits that other messages have their transaction id in.
constexpr std::uint32_t unicast_flag = 0x800000;

CarrierLink link_of(const MessageView& query, const Arrival& arrival) {
    CarrierLink link;
    link.interface = arrival.interface_name;
    link.client = client_address_of(query, arrival.source);
    if (const auto id = interface_id_of(query)) link.interface_id = to_octets(*id);
    if (const auto of_relay = link_address_of(query)) link.relay_link = *of_relay;
    return link;
}

}  // namespace

Result<CarriedMessage, Drop> read_carried(const MessageView& query, const Arrival& arrival) {
    const auto count = query.count(option::dhcpv4_message);
    if (count != 1)
        return std::unexpected(Drop{DropReason::rfc_violation, "DHCPV4-QUERY with " + std::to_string(count) +
                                                                   " DHCPv4 messages instead of one (RFC 7341 8)"});
    const auto bytes = *query.option(option::dhcpv4_message);
    CarriedMessage carried;
    carried.bytes.assign(bytes.begin(), bytes.end());
    carried.interface_index = arrival.interface_index;
    carried.link = link_of(query, arrival);
    carried.unicast = (query.xid() & unicast_flag) != 0;
    carried.received_at = arrival.received_at;
    return carried;
}

Reply make_carrier(const MessageView& query, const Arrival& arrival, std::span<const std::uint8_t> answer) {
    constexpr std::uint32_t no_flags = 0;  // RFC 7341 6.3
    ReplyBuffer buffer;
    MessageWriter out{buffer, MessageType::dhcpv4_response, query, no_flags};
    out.add(option::dhcpv4_message, answer);
    return finish_reply(out, MessageType::dhcpv4_response, query, arrival);
}

}  // namespace leasehold::v6
