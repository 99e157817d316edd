#include "dhcp/v6/reconfigure.hpp"

#include <algorithm>

#include "dhcp/v6/option_table.hpp"
#include "dhcp/v6/reply.hpp"

namespace leasehold::v6 {

namespace {

/// RFC 8415 20.4: the fields of the authentication option, and what its information is.
constexpr std::uint8_t reconfigure_key_protocol = 3, hmac_md5 = 1, monotonic_counter = 0;
enum class AuthInformation : std::uint8_t { key = 1, digest = 2 };

void write_auth(MessageWriter& out, std::uint64_t replay, AuthInformation kind, OctetView information) {
    out.begin_option(option::auth);
    for (const auto field : {reconfigure_key_protocol, hmac_md5, monotonic_counter}) out.put_u8(field);
    out.put_u32(static_cast<std::uint32_t>(replay >> 32));
    out.put_u32(static_cast<std::uint32_t>(replay));
    out.put_u8(static_cast<std::uint8_t>(kind));
    out.put(information);
    out.end_option();
}

/// What of a relay's options goes back to it.
std::vector<std::uint8_t> options_for_return(const RelayView& relay) {
    std::vector<std::uint8_t> octets;
    for (const auto code : option::echoed_to_relays) {
        const auto payload = relay.option(code);
        if (!payload) continue;
        const auto at = octets.size();
        octets.resize(at + option_header_size);
        write_u16(&octets[at], code);
        write_u16(&octets[at + 2], static_cast<std::uint16_t>(payload->size()));
        octets.insert(octets.end(), payload->begin(), payload->end());
    }
    return octets;
}

/// A message that came through these relays: what an answer is written to.
std::vector<std::uint8_t> query_through(const std::vector<RelayNote>& relays) {
    std::vector<std::uint8_t> message{static_cast<std::uint8_t>(MessageType::information_request), 0, 0, 0};
    for (auto relay = relays.rbegin(); relay != relays.rend(); ++relay) {
        std::vector<std::uint8_t> outer{static_cast<std::uint8_t>(MessageType::relay_forward), relay->hop_count};
        for (const auto* address : {&relay->link_address, &relay->peer_address})
            outer.insert(outer.end(), address->bytes.begin(), address->bytes.end());
        outer.insert(outer.end(), relay->options.begin(), relay->options.end());
        const auto at = outer.size();
        outer.resize(at + option_header_size);
        write_u16(&outer[at], option::relay_msg);
        write_u16(&outer[at + 2], static_cast<std::uint16_t>(message.size()));
        outer.insert(outer.end(), message.begin(), message.end());
        message = std::move(outer);
    }
    return message;
}

}  // namespace

bool accepts_reconfigure(const Request& request, const ServerConfig& config) {
    if (config.reconfigure_keys == nullptr || config.flex_id_replaces_client_id) return false;
    switch (request.kind) {
        case RequestKind::solicit:
        case RequestKind::request:
        case RequestKind::renew:
        case RequestKind::rebind: return request.message->has(option::reconf_accept);
        default: return false;
    }
}

ReconfigureNote reconfigure_note(const Request& request) {
    const auto& arrival = request.arrival;
    ReconfigureNote note;
    note.way = {arrival.source, std::string{arrival.interface_name}};
    for (const auto& relay : request.message->relays())
        note.relays.push_back(
            {relay.hop_count(), relay.link_address(), relay.peer_address(), options_for_return(relay)});
    const bool own_port = !note.relays.empty() && request.message->relays().front().has(option::relay_source_port);
    if (own_port) note.port = arrival.source_port;
    return note;
}

void write_reconfigure_key(MessageWriter& out, const Request& request, const ReconfigureKeys& keys, MessageType type,
                           std::uint64_t replay) {
    out.add(option::reconf_accept, {});
    if (type == MessageType::reply)
        write_auth(out, replay, AuthInformation::key, keys.key_of(request.message->duid()));
}

Reply make_reconfigure(const Reconfigure& message, const ReconfigureNote& way, const ReconfigureKeys& keys) {
    const auto query_octets = query_through(way.relays);
    const auto query = MessageView::parse(query_octets);
    if (!query) return {};  // a note that somebody has written by hand
    ReplyBuffer buffer;
    constexpr std::uint32_t no_transaction = 0;  // RFC 8415 18.3.11
    MessageWriter out{buffer, MessageType::reconfigure, *query, no_transaction};
    out.add(option::client_id, message.client);
    out.add(option::server_id, message.server);
    out.add_u8(option::reconf_msg, static_cast<std::uint8_t>(message.wanted));
    write_auth(out, message.replay, AuthInformation::digest, ReconfigureDigest{});
    const Arrival arrival{0, {}, {}, way.way.via, way.port, {}, {}};
    auto reply = finish_reply(out, MessageType::reconfigure, *query, arrival);
    // The digest covers the client's message with the digest as zeros, and stands at its end (RFC 8415 20.4.2).
    if (reply.bytes.size() < relay_overhead(*query)) return {};
    const OctetView signed_part = OctetView{reply.bytes}.subspan(relay_overhead(*query));
    const auto digest = keys.sign(keys.key_of(message.client), signed_part);
    std::ranges::copy(digest, reply.bytes.end() - digest.size());
    return reply;
}

}  // namespace leasehold::v6
