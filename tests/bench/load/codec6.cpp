// DHCPv6 messages of the load generator (RFC 8415 18.2), within RELAY-FORW where clients are behind relays.
#include <algorithm>
#include <array>
#include <cassert>

#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "tests/bench/load/codec.hpp"

namespace leasehold::bench {
namespace codec6 {
namespace {

using v6::MessageType;
namespace option = v6::option;

constexpr std::size_t duid_size = 10;  // DUID-LL of Ethernet
constexpr std::uint32_t iaid = 1;
constexpr std::uint32_t enterprise = 0;  // of remote-ids
constexpr std::array<std::uint8_t, 6> wanted_options{0, option::dns_servers, 0, option::domain_search,
                                                     0, option::solmax_rt};

MessageType type_of(Ask ask) {
    switch (ask) {
        case Ask::discover: return MessageType::solicit;
        case Ask::request: return MessageType::request;
        case Ask::renew: return MessageType::renew;
        case Ask::release: return MessageType::release;
    }
    return MessageType::solicit;
}

std::array<std::uint8_t, duid_size> duid_of(std::uint64_t mac) {
    std::array<std::uint8_t, duid_size> duid{0, 3, 0, 1};
    write_mac(&duid[4], mac);
    return duid;
}

/// fe80:: with a modified EUI-64 (RFC 4291 A).
Ipv6 link_local_of(std::uint64_t mac) {
    std::array<std::uint8_t, 6> octets;
    write_mac(octets.data(), mac);
    return {{0xfe, 0x80, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(octets[0] ^ 2), octets[1], octets[2],
             0xff, 0xfe, octets[3], octets[4], octets[5]}};
}

class Codec6 final : public Codec {
public:
    Codec6(const Clients& clients, const Relays& relays) : clients_{clients}, relays_{relays} {}

    OctetSpan write(const Question& question, std::span<std::uint8_t> buffer) const override {
        if (!question.through_relay) return write_message(question, buffer);
        const auto begin = write_relay(question.client, buffer);
        const auto message = write_message(question, buffer.subspan(begin));
        write_u16(&buffer[begin - 2], static_cast<std::uint16_t>(message.size()));
        return buffer.first(begin + message.size());
    }

    std::optional<Answer> read(OctetSpan datagram) const override {
        const auto message = v6::MessageView::parse_reply(datagram);
        if (!message) return std::nullopt;
        Answer answer{
            .xid = message->xid(), .client = client_of_duid(message->duid()), .server = message->server_id()};
        const bool advertise = message->type() == MessageType::advertise;
        if (!advertise && message->type() != MessageType::reply) return answer;
        const bool granted = read_units(*message, answer);
        answer.kind = !granted ? AnswerKind::refusal : advertise ? AnswerKind::offer : AnswerKind::ack;
        return answer;
    }

    bool request_keeps_xid() const override { return false; }
    std::uint32_t xid_mask() const override { return 0xffffff; }
    bool answers_release() const override { return true; }

private:
    OctetSpan write_message(const Question& question, std::span<std::uint8_t> buffer) const {
        v6::MessageWriter writer{buffer, type_of(question.ask), question.xid};
        writer.add(option::client_id, duid_of(mac_of(clients_, question.client)));
        if (!question.server.empty()) writer.add(option::server_id, question.server);
        const auto elapsed = question.elapsed / std::chrono::milliseconds{10};
        writer.add_u16(option::elapsed_time,
                       static_cast<std::uint16_t>(std::clamp<std::int64_t>(elapsed, 0, 0xffff)));
        if (question.ask != Ask::release) writer.add(option::oro, wanted_options);
        if (question.rapid && question.ask == Ask::discover) writer.add(option::rapid_commit, {});
        const auto& units = question.units;
        const bool new_one = question.ask == Ask::discover;
        if (new_one ? clients_.wants_address : units.has_address)
            add_ia(writer, LeaseKind::na, Prefix{units.address, 128}, !new_one);
        if (new_one ? clients_.wants_prefix : units.prefix_length > 0)
            add_ia(writer, LeaseKind::pd, Prefix{units.prefix, units.prefix_length}, !new_one);
        return writer.finish();
    }

    static void add_ia(v6::MessageWriter& writer, LeaseKind kind, const Prefix& unit, bool with_unit) {
        writer.begin_ia(kind, iaid, 0, 0);
        if (with_unit) {
            writer.begin_ia_lease(kind, unit, 0, 0);
            writer.end_option();
        }
        writer.end_option();
    }

    /// Up to the length of the message that is carried. @return where that begins
    std::size_t write_relay(ClientNumber client, std::span<std::uint8_t> buffer) const {
        buffer[0] = static_cast<std::uint8_t>(MessageType::relay_forward);
        buffer[1] = 0;  // hop count
        std::ranges::copy(link_of(client).bytes, &buffer[2]);
        std::ranges::copy(link_local_of(mac_of(clients_, client)).bytes, &buffer[18]);
        std::size_t at = v6::relay_header_size;
        const auto put = [&](std::uint16_t code, const std::string& text, std::size_t before) {
            if (text.empty()) return;
            write_u16(&buffer[at], code);
            if (before > 0) write_u32(&buffer[at + 4], enterprise);
            const auto size =
                before + write_text(buffer.subspan(at + 4 + before, relay_text_size_max), text, client);
            write_u16(&buffer[at + 2], static_cast<std::uint16_t>(size));
            at += 4 + size;
        };
        put(option::interface_id, relays_.circuit_id, 0);
        put(option::remote_id, relays_.remote_id, v6::enterprise_size);
        write_u16(&buffer[at], option::relay_msg);
        return at + 4;
    }

    Ipv6 link_of(ClientNumber client) const {
        assert(relays_.first);
        const auto away = Uint128{client % relays_.count} * relays_.step << 64;
        return to_ipv6(to_uint128(*relays_.first) + away);
    }

    ClientNumber client_of_duid(OctetSpan duid) const {
        constexpr std::array<std::uint8_t, 4> begin{0, 3, 0, 1};
        if (duid.size() != duid_size || !std::ranges::equal(duid.first(4), begin)) return no_client;
        return client_of(clients_, read_mac(&duid[4]));
    }

    /// @return true: no status is an error, and there is a unit, all of which with a lifetime.
    static bool read_units(const v6::MessageView& message, Answer& answer) {
        const auto failed = [](const auto& part) {
            const auto status = part.status();
            return status && status->code != v6::StatusCode::success;
        };
        if (failed(message)) return false;
        std::uint32_t valid_min = 0xffffffff;
        for (const auto& ia : message.ias()) {
            if (failed(ia)) return false;
            for (const auto& lease : ia.leases()) {
                if (lease.valid == 0 || failed(lease)) continue;
                valid_min = std::min(valid_min, lease.valid);
                if (ia.kind == LeaseKind::pd) {
                    answer.units.prefix = lease.unit.address;
                    answer.units.prefix_length = lease.unit.length;
                } else {
                    answer.units.address = lease.unit.address;
                    answer.units.has_address = true;
                }
            }
        }
        answer.valid = std::chrono::seconds{valid_min};
        return !answer.units.empty();
    }

    Clients clients_;
    Relays relays_;
};

}  // namespace
}  // namespace codec6

std::unique_ptr<Codec> make_codec6(const Clients& clients, const Relays& relays) {
    return std::make_unique<codec6::Codec6>(clients, relays);
}

}  // namespace leasehold::bench
