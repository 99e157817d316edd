// DHCPv6 as a client, or as a relay with RELAY-FORW around the client's message, speaks it.
#include <algorithm>
#include <array>
#include <ranges>

#include "cli/probe_protocol.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

constexpr std::size_t probe6_size_max = 4096;
constexpr std::array<std::uint16_t, 8> probe6_wishes{21, 22, 23, 24, 31, 39, 56, 82};

/// fe80:: with the modified EUI-64 of a MAC (RFC 4291 A): whom a relay has the message from.
Ipv6 link_local_of(const Octets& mac) {
    Ipv6 address;
    address.bytes = {0xfe, 0x80};
    if (mac.size() != 6) return address;
    const std::array<std::uint8_t, 8> identifier{static_cast<std::uint8_t>(mac[0] ^ 2), mac[1], mac[2], 0xff,
                                                 0xfe,                                  mac[3], mac[4], mac[5]};
    std::ranges::copy(identifier, address.bytes.begin() + 8);
    return address;
}

std::uint32_t iaid_of(const Octets& mac) {
    std::uint32_t iaid = 0;
    for (const std::uint8_t octet : mac) iaid = iaid << 8 | octet;
    return iaid;
}

/// What the status of a message or an IA says, unless it is success.
std::string refusal_in(const std::optional<v6::Status>& status) {
    if (!status || status->code == v6::StatusCode::success) return {};
    std::string text{v6::to_string(status->code)};
    if (!status->text.empty()) text += ": " + probe_text(status->text);
    return text;
}

class Probe6 final : public ProbeProtocol {
public:
    explicit Probe6(const ProbeArguments& arguments) : arguments_{arguments} {}

    ProbeOctets first() override { return make(v6::MessageType::solicit, nullptr); }
    ProbeOctets request(const ProbeAnswer& offer) override { return make(v6::MessageType::request, &offer); }
    ProbeOctets release(const ProbeAnswer& granted) override { return make(v6::MessageType::release, &granted); }

    std::optional<ProbeAnswer> read(std::span<const std::uint8_t> octets) const override {
        const auto view = v6::MessageView::parse_reply(octets);
        if (!view || view->xid() != xid_ || !same_octets(view->duid(), arguments_.duid)) return std::nullopt;
        ProbeAnswer answer{.type = std::string{v6::to_string(view->type())},
                           .server = view->server_id().empty() ? "" : to_hex(view->server_id()),
                           .units = {},
                           .refusal = refusal_in(view->status()),
                           .octets = {octets.begin(), octets.end()}};
        std::string refusal_of_ia;
        for (const auto& ia : view->ias()) {
            for (const auto& lease : ia.leases())
                if (lease.valid > 0)
                    answer.units.push_back(ia.kind == LeaseKind::pd ? network_text(lease.unit) : to_string(lease.unit));
            if (refusal_of_ia.empty()) refusal_of_ia = refusal_in(ia.status());
        }
        if (answer.units.empty() && answer.refusal.empty())
            answer.refusal = refusal_of_ia.empty() ? "the answer has no address" : refusal_of_ia;
        return answer;
    }

    ProbeMessage show(std::span<const std::uint8_t> octets) const override {
        auto view = v6::MessageView::parse(octets);
        if (!view) view = v6::MessageView::parse_reply(octets);
        if (!view) return {.type = "a message that cannot be read", .lines = {{"why", std::string{to_string(view.error().code)}}}};
        ProbeMessage message{.type = std::string{v6::to_string(view->type())}, .lines = {}};
        for (const auto& relay : view->relays()) {
            message.lines.push_back({"relay", "link-address " + to_string(relay.link_address()) + ", peer-address " +
                                                  to_string(relay.peer_address())});
            for (const auto& option : relay.options())
                if (option.code != v6::option::relay_msg)
                    show_probe_option(Family::v6, "dhcp6", option.code, option.payload, 1, message.lines);
        }
        for (const auto& option : view->options())
            show_probe_option(Family::v6, "dhcp6", option.code, option.payload, 0, message.lines);
        return message;
    }

private:
    /// @param answer  what is asked for, or given back; nullptr: whatever the server has
    ProbeOctets make(v6::MessageType type, const ProbeAnswer* answer) {
        xid_ = probe_random() & 0xffffff;
        ProbeOctets octets(probe6_size_max);
        v6::MessageWriter writer{octets, type, xid_};
        writer.add(v6::option::client_id, {arguments_.duid.data(), arguments_.duid.size()});
        writer.add_u16(v6::option::elapsed_time, 0);
        if (answer == nullptr)
            add_empty_ias(writer);
        else
            add_ias_of(writer, *answer);
        if (type != v6::MessageType::release) add_wishes(writer);
        for (const auto& option : arguments_.options) writer.add(option.code, {option.payload.data(), option.payload.size()});
        const auto message = writer.finish();
        if (arguments_.relay) return relayed(message);
        octets.resize(message.size());
        return octets;
    }

    void add_empty_ias(v6::MessageWriter& writer) const {
        writer.begin_ia(LeaseKind::na, iaid_of(arguments_.mac), 0, 0);
        writer.end_option();
        if (!arguments_.prefix) return;
        writer.begin_ia(LeaseKind::pd, iaid_of(arguments_.mac), 0, 0);
        writer.end_option();
    }

    static void add_ias_of(v6::MessageWriter& writer, const ProbeAnswer& answer) {
        const auto view = v6::MessageView::parse_reply(answer.octets);
        writer.add(v6::option::server_id, view->server_id());
        for (const auto& ia : view->ias()) {
            writer.begin_ia(ia.kind, ia.iaid, 0, 0);
            for (const auto& lease : ia.leases()) {
                writer.begin_ia_lease(ia.kind, lease.unit, lease.preferred, lease.valid);
                writer.end_option();
            }
            writer.end_option();
        }
    }

    void add_wishes(v6::MessageWriter& writer) const {
        if (!arguments_.hostname.empty()) {  // RFC 4704: the server is to do both updates; a partial name
            writer.begin_option(v6::option::client_fqdn);
            writer.put_u8(1);
            for (const auto label : std::views::split(arguments_.hostname, '.')) {
                const std::string text{label.begin(), label.end()};
                const auto size = std::min<std::size_t>(text.size(), 63);
                if (size == 0) continue;
                writer.put_u8(static_cast<std::uint8_t>(size));
                writer.put({reinterpret_cast<const std::uint8_t*>(text.data()), size});
            }
            writer.end_option();
        }
        if (std::ranges::find(arguments_.options, v6::option::oro, &ProbeOption::code) != arguments_.options.end()) return;
        writer.begin_option(v6::option::oro);
        for (const std::uint16_t code : probe6_wishes) writer.put_u16(code);
        writer.end_option();
    }

    /// In the form in which a relay on the client's link passes it on (RFC 8415 9.1).
    ProbeOctets relayed(std::span<const std::uint8_t> message) const {
        ProbeOctets octets{static_cast<std::uint8_t>(v6::MessageType::relay_forward), 0};
        const Ipv6 peer = link_local_of(arguments_.mac);
        octets.insert(octets.end(), arguments_.relay->bytes.begin(), arguments_.relay->bytes.end());
        octets.insert(octets.end(), peer.bytes.begin(), peer.bytes.end());
        std::array<std::uint8_t, v6::option_header_size> header{};
        write_u16(header.data(), v6::option::relay_msg);
        write_u16(header.data() + 2, static_cast<std::uint16_t>(message.size()));
        octets.insert(octets.end(), header.begin(), header.end());
        octets.insert(octets.end(), message.begin(), message.end());
        return octets;
    }

    ProbeArguments arguments_;
    std::uint32_t xid_ = 0;
};

}  // namespace

std::unique_ptr<ProbeProtocol> make_probe6(const ProbeArguments& arguments) {
    return std::make_unique<Probe6>(arguments);
}

}  // namespace leasehold
