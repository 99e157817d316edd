// DHCPv4 as a client, or as a relay with giaddr, speaks it.
#include <algorithm>
#include <array>

#include "cli/probe_protocol.hpp"
#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"

namespace leasehold {
namespace {

constexpr std::size_t probe4_size_max = 1472;  // what fits an Ethernet frame

// What a usual client asks for, and what else people want to see.
constexpr std::array<std::uint8_t, 18> probe4_wishes{1,  3,  6,  12, 15, 26, 28, 42, 43,
                                                     51, 54, 58, 59, 66, 67, 119, 121, 150};

class Probe4 final : public ProbeProtocol {
public:
    explicit Probe4(const ProbeArguments& arguments) : arguments_{arguments}, xid_{probe_random()} {}

    ProbeOctets first() override { return make(v4::MessageType::discover, {}, {}, {}); }

    ProbeOctets request(const ProbeAnswer& offer) override {
        const auto view = v4::MessageView::parse_reply(offer.octets);
        return make(v4::MessageType::request, view->yiaddr(), view->option_ipv4(v4::option::server_identifier), {});
    }

    ProbeOctets release(const ProbeAnswer& granted) override {
        const auto view = v4::MessageView::parse_reply(granted.octets);
        xid_ = probe_random();
        return make(v4::MessageType::release, {}, view->option_ipv4(v4::option::server_identifier), view->yiaddr());
    }

    std::optional<ProbeAnswer> read(std::span<const std::uint8_t> octets) const override {
        const auto view = v4::MessageView::parse_reply(octets);
        if (!view || view->xid() != xid_ || !same_octets(view->chaddr(), arguments_.mac)) return std::nullopt;
        ProbeAnswer answer{.type = std::string{v4::to_string(view->type())},
                           .server = {},
                           .units = {},
                           .refusal = {},
                           .octets = {octets.begin(), octets.end()}};
        if (const auto server = view->option_ipv4(v4::option::server_identifier)) answer.server = to_string(*server);
        if (view->type() == v4::MessageType::nak) {
            answer.refusal = "the server refuses (DHCPNAK)";
            if (const auto said = view->option(v4::option::message))
                answer.refusal += ": " + probe_text({reinterpret_cast<const char*>(said->data()), said->size()});
        } else if (view->yiaddr().is_zero()) {
            answer.refusal = "the answer has no address (yiaddr 0.0.0.0)";
        } else {
            answer.units.push_back(to_string(view->yiaddr()));
        }
        return answer;
    }

    ProbeMessage show(std::span<const std::uint8_t> octets) const override {
        const bool is_reply = !octets.empty() && octets[0] == v4::op_reply;
        const auto view = is_reply ? v4::MessageView::parse_reply(octets) : v4::MessageView::parse(octets);
        if (!view) return {.type = "a message that cannot be read", .lines = {{"why", std::string{to_string(view.error().code)}}}};
        ProbeMessage message{.type = std::string{v4::to_string(view->type())}, .lines = {}};
        const auto field = [&message](const char* name, std::string text) {
            if (!text.empty()) message.lines.push_back({name, std::move(text)});
        };
        const auto address = [&field](const char* name, Ipv4 value) { field(name, value.is_zero() ? "" : to_string(value)); };
        field("chaddr", to_hex(view->chaddr()));
        address("ciaddr", view->ciaddr());
        address("yiaddr", view->yiaddr());
        address("siaddr", view->siaddr());
        address("giaddr", view->giaddr());
        field("sname", probe_text(view->sname()));
        field("file", probe_text(view->file()));
        for (unsigned code = 1; code < v4::option::end; ++code)
            if (const auto payload = view->option(static_cast<std::uint8_t>(code));
                payload && code != v4::option::message_type && code != v4::option::overload)
                show_probe_option(Family::v4, "dhcp4", static_cast<std::uint16_t>(code), *payload, 0, message.lines);
        return message;
    }

private:
    ProbeOctets make(v4::MessageType type, Ipv4 requested, std::optional<Ipv4> server, Ipv4 ciaddr) const {
        v4::ReplyHeader header;
        header.xid = xid_;
        header.ciaddr = ciaddr;
        // What is broadcast is heard whatever hardware address the client claims to have.
        if (!arguments_.relay && type != v4::MessageType::release) header.flags = v4::broadcast_flag;
        if (arguments_.relay) {
            header.giaddr = to_ipv4(*arguments_.relay);
            header.hops = 1;
        }
        header.hlen = static_cast<std::uint8_t>(std::min(arguments_.mac.size(), header.chaddr.size()));
        std::copy_n(arguments_.mac.begin(), header.hlen, header.chaddr.begin());
        ProbeOctets octets(probe4_size_max);
        v4::MessageWriter writer{octets, header, type};
        if (!arguments_.client_id.empty()) writer.add(v4::option::client_identifier, view_of(arguments_.client_id));
        if (!requested.is_zero()) writer.add_ipv4(v4::option::requested_address, requested);
        if (server) writer.add_ipv4(v4::option::server_identifier, *server);
        if (type != v4::MessageType::release) {
            if (!arguments_.hostname.empty()) writer.add_text(v4::option::host_name, arguments_.hostname);
            writer.add_u16(v4::option::max_message_size, probe4_size_max);
            if (!gives(v4::option::parameter_request_list)) writer.add(v4::option::parameter_request_list, probe4_wishes);
        }
        for (const auto& option : arguments_.options)
            writer.add(static_cast<std::uint8_t>(option.code), view_of(option.payload));
        octets.resize(writer.finish());
        octets[0] = v4::op_request;  // the writer is a server's
        return octets;
    }

    static OctetView view_of(const Octets& octets) { return {octets.data(), octets.size()}; }
    bool gives(std::uint16_t code) const {
        return std::ranges::find(arguments_.options, code, &ProbeOption::code) != arguments_.options.end();
    }

    ProbeArguments arguments_;
    std::uint32_t xid_;
};

}  // namespace

std::unique_ptr<ProbeProtocol> make_probe4(const ProbeArguments& arguments) {
    return std::make_unique<Probe4>(arguments);
}

}  // namespace leasehold
