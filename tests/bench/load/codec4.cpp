// DHCPv4 messages of the load generator (RFC 2131 4.4).
#include <algorithm>
#include <array>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "tests/bench/load/codec.hpp"

namespace leasehold::bench {
namespace codec4 {
namespace {

using v4::MessageType;
namespace option = v4::option;

constexpr std::array<std::uint8_t, 8> wanted_options{
    option::subnet_mask, option::routers,      option::domain_name_servers, option::domain_name,
    option::lease_time,  option::renewal_time, option::rebinding_time,      42};

MessageType type_of(Ask ask) {
    switch (ask) {
        case Ask::discover: return MessageType::discover;
        case Ask::request:
        case Ask::renew: return MessageType::request;
        case Ask::release: return MessageType::release;
    }
    return MessageType::none;
}

AnswerKind kind_of(const v4::MessageView& message) {
    switch (message.type()) {
        case MessageType::offer: return AnswerKind::offer;
        case MessageType::ack: return AnswerKind::ack;
        case MessageType::nak: return AnswerKind::refusal;
        default: return AnswerKind::other;
    }
}

class Codec4 final : public Codec {
public:
    Codec4(const Clients& clients, const Relays& relays) : clients_{clients}, relays_{relays} {}

    OctetSpan write(const Question& question, std::span<std::uint8_t> buffer) const override {
        v4::MessageWriter writer{buffer, header_of(question), type_of(question.ask)};
        buffer[0] = v4::op_request;  // the writer's messages are replies
        if (clients_.client_id) {
            std::array<std::uint8_t, 7> identifier{1};
            write_mac(&identifier[1], mac_of(clients_, question.client));
            writer.add(option::client_identifier, identifier);
        }
        if (question.ask == Ask::request)
            writer.add_ipv4(option::requested_address, to_ipv4(question.units.address));
        if (question.ask == Ask::request || question.ask == Ask::release)
            writer.add(option::server_identifier, question.server);
        if (question.ask != Ask::release) writer.add(option::parameter_request_list, wanted_options);
        if (question.rapid && question.ask == Ask::discover) writer.add(option::rapid_commit, {});
        if (question.through_relay) add_relay_information(writer, question.client);
        return {buffer.data(), writer.finish()};
    }

    std::optional<Answer> read(OctetSpan datagram) const override {
        const auto message = v4::MessageView::parse_reply(datagram);
        if (!message) return std::nullopt;
        Answer answer{.kind = kind_of(*message), .xid = message->xid(), .client = no_client};
        if (message->hlen() == 6) answer.client = client_of(clients_, read_mac(message->chaddr().data()));
        answer.units.has_address = !message->yiaddr().is_zero();
        if (answer.units.has_address) answer.units.address = to_ipv6(message->yiaddr());
        answer.valid = std::chrono::seconds{message->option_u32(option::lease_time).value_or(0)};
        // Not of a copy that option() might have made: the identifier has four octets, in one piece.
        if (const auto server = message->option(option::server_identifier)) answer.server = *server;
        return answer;
    }

    bool request_keeps_xid() const override { return true; }
    std::uint32_t xid_mask() const override { return 0xffffffff; }
    bool answers_release() const override { return false; }

private:
    v4::ReplyHeader header_of(const Question& question) const {
        const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(question.elapsed).count();
        v4::ReplyHeader header;
        header.hops = question.through_relay;
        header.xid = question.xid;
        header.secs = static_cast<std::uint16_t>(std::clamp<std::int64_t>(elapsed, 0, 0xffff));
        if (clients_.broadcast_flag) header.flags = v4::broadcast_flag;
        header.hlen = 6;
        if (question.ask == Ask::renew || question.ask == Ask::release)
            header.ciaddr = to_ipv4(question.units.address);
        if (question.through_relay && relays_.first)
            header.giaddr = {to_ipv4(*relays_.first).value + question.client % relays_.count * relays_.step};
        write_mac(header.chaddr.data(), mac_of(clients_, question.client));
        return header;
    }

    /// Last of all options (RFC 3046 2.1).
    void add_relay_information(v4::MessageWriter& writer, ClientNumber client) const {
        std::array<std::uint8_t, 2 * (2 + relay_text_size_max)> payload;
        std::size_t used = 0;
        const auto put = [&](std::uint8_t code, const std::string& text) {
            if (text.empty()) return;
            const auto room = std::span{payload}.subspan(used + 2);
            const auto size =
                write_text(room.first(std::min(room.size(), relay_text_size_max)), text, client);
            payload[used] = code;
            payload[used + 1] = static_cast<std::uint8_t>(size);
            used += 2 + size;
        };
        put(v4::rai::circuit_id, relays_.circuit_id);
        put(v4::rai::remote_id, relays_.remote_id);
        if (used > 0) writer.add(option::relay_agent_information, std::span{payload}.first(used));
    }

    Clients clients_;
    Relays relays_;
};

}  // namespace
}  // namespace codec4

std::unique_ptr<Codec> make_codec4(const Clients& clients, const Relays& relays) {
    return std::make_unique<codec4::Codec4>(clients, relays);
}

}  // namespace leasehold::bench
