#include "dhcp/v6/journey.hpp"

#include "dhcp/journey_parts.hpp"
#include "dhcp/v6/carry.hpp"
#include "dhcp/v6/decide.hpp"
#include "dhcp/v6/packet_log.hpp"

namespace leasehold::v6 {

namespace {

/// A query to one of our addresses is answered from it. Else from the link-local one to who is on the link, and from
/// whichever the kernel thinks right (RFC 6724) to a relay that is farther away.
Ipv6 source_of_reply(const Ipv6& asked, const Ipv6& link_local, const Ipv6& receiver) {
    if (!is_multicast(asked) && !is_unspecified(asked)) return asked;
    return is_link_local(receiver) ? link_local : Ipv6{};
}

bool is_answer_to_reconfigure(RequestKind kind) {
    return kind == RequestKind::renew || kind == RequestKind::rebind || kind == RequestKind::information_request ||
           kind == RequestKind::solicit;
}

}  // namespace

Arrival Journey::arrival_of(const Packet& packet) {
    return {packet.interface_index, packet.interface_name, packet.global_address, packet.source,
            packet.source_port,     packet.destination,    packet.received_at};
}

Journey::Journey(JourneyContext context) : leasehold::Journey{packet_words, std::move(context)} {}

void Journey::handle(std::unique_ptr<Packet> packet) {
    const auto message = MessageView::parse(packet->bytes);
    if (!message) return drop_unreadable(*packet, to_string(message.error().code), message.error().offset);
    note(*packet, static_cast<std::uint8_t>(message->type()), message->xid());
    if (put_off(packet)) return;
    const auto arrival = arrival_of(*packet);
    if (message->type() == MessageType::dhcpv4_query) return carry_on(std::move(packet), *message, arrival);
    auto request = read_request(*message, arrival, config());
    if (!request) return drop(*packet, request.error());
    if (is_answer_to_reconfigure(request->kind)) tell_of_client(message->duid());
    if (const auto why = over_limit(*packet, *request)) return drop(*packet, *why);
    if (const auto why = complete_request(*request, config())) return drop(*packet, *why);
    answer(std::move(packet), *request,
           [&](const World& world, const Facts& facts, LeaseTime now, std::uint64_t version, std::uint64_t seed) {
               return decide(*request, config(), world, facts, now, version, seed);
           });
}

void Journey::carry_on(std::unique_ptr<Packet> packet, const MessageView& query, const Arrival& arrival) {
    auto carried = read_carried(query, arrival);
    if (!carried) return drop(*packet, carried.error());
    const std::shared_ptr<Packet> kept{std::move(packet)};
    carried->reply = [this, lives = alive(), kept](OctetView answer) {
        if (!*lives) return;
        const auto again = MessageView::parse(kept->bytes);  // it went well the first time
        auto reply = make_carrier(*again, arrival_of(*kept), answer);
        send(*kept, reply);
        flush();
    };
    if (const auto taken = carry()(std::move(*carried)); !taken)
        drop(*kept, {DropReason::service_disabled, taken.error()});
}

void Journey::send_reply(const Packet& packet, const Reply& reply, std::uint16_t port) {
    const Ipv6& receiver = reply.destination.address;
    const Ipv6 source = is_unspecified(reply.source)
                            ? source_of_reply(packet.destination, packet.interface_address, receiver)
                            : reply.source;
    outlet().send_udp(packet.interface_index, {reply.bytes, source, receiver, port, {}});
}

}  // namespace leasehold::v6
