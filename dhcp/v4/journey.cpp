#include "dhcp/v4/journey.hpp"

#include "dhcp/journey_parts.hpp"
#include "dhcp/v4/decide.hpp"
#include "dhcp/v4/packet_log.hpp"
#include "dhcp/v4/stashed_relay.hpp"

namespace leasehold::v4 {

namespace {

constexpr Ipv4 everybody{0xffffffff};

}  // namespace

/// One that was carried in DHCPv6 is taken as broadcast unless the client says otherwise, and comes from no IPv4
/// address.
Arrival Journey::arrival_of(const Packet& packet) {
    const auto* const carrier = packet.carrier.get();
    const Ipv4 destination = carrier == nullptr  ? to_ipv4(packet.destination)
                             : carrier->unicast ? Ipv4{}
                                                : everybody;
    return {packet.interface_index,
            packet.interface_name,
            to_ipv4(packet.interface_address),
            carrier == nullptr ? to_ipv4(packet.source) : Ipv4{},
            packet.source_port,
            destination,
            packet.raw,
            packet.received_at,
            carrier == nullptr ? nullptr : &carrier->link};
}

Journey::Journey(JourneyContext context) : leasehold::Journey{packet_words, std::move(context)} {}

void Journey::handle(std::unique_ptr<Packet> packet) {
    auto message = MessageView::parse(packet->bytes);
    if (!message) return drop_unreadable(*packet, to_string(message.error().code), message.error().offset);
    note(*packet, static_cast<std::uint8_t>(message->type()), message->xid());
    if (put_off(packet)) return;
    const auto arrival = arrival_of(*packet);
    const bool stashed = config().stash_agent_options &&
                         restore_relay_information(*message, config(), keeper().table(), clock().now());
    auto request = read_request(*message, arrival, config(), *this);
    if (!request) return drop(*packet, request.error());
    if (const auto why = over_limit(*packet, *request)) return drop(*packet, *why);
    if (const auto why = complete_request(*request, config())) return drop(*packet, *why);
    request->relay_information_is_stashed = stashed;
    const bool on_link = message->giaddr().is_zero() && packet->carrier == nullptr;
    packet->probe_link = on_link ? packet->interface_index : 0;
    answer(std::move(packet), *request,
           [&](const World& world, const Facts& facts, LeaseTime now, std::uint64_t version, std::uint64_t seed) {
               return decide(*request, config(), world, facts, now, version, seed);
           });
}

void Journey::send_reply(const Packet& packet, const Reply& reply, std::uint16_t port) {
    if (packet.carrier) return packet.carrier->reply(reply.bytes);
    const Destination& to = reply.destination;
    const bool link_layer = to.route == Route::link_unicast || to.route == Route::broadcast;
    const bool to_all = to.route == Route::broadcast || (link_layer && !packet.raw);
    const Outbound datagram{reply.bytes, reply.source, to_all ? to_ipv6(everybody) : to.address, port, view(to.hwaddr)};
    if (link_layer && packet.raw)
        outlet().send_raw(packet.interface_index, datagram);
    else
        outlet().send_udp(packet.interface_index, datagram);
}

}  // namespace leasehold::v4
