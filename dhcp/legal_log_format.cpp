#include "dhcp/legal_log_format.hpp"

#include <optional>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/packet_source.hpp"
#include "dhcp/v6/hardware_address.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/packet_source.hpp"

namespace leasehold {
namespace {

using FormatResult = Result<void, std::string_view>;

FormatResult append_format(const std::optional<Expression>& format, const ExpressionSource& source,
                           std::string& out) {
    if (!format) return {};
    Expression::Output octets;
    if (const auto done = format->evaluate(source, ClassSet{}, octets); !done) return done;
    out.append(octets.begin(), octets.end());
    return {};
}

/// A DHCPv6 message as if it were about one lease alone.
class OneLeaseSource final : public ExpressionSource {
public:
    OneLeaseSource(const v6::PacketSource& packet, const v6::MessageView& message, const Lease& lease)
        : packet_{packet}, lease_{lease}, ia_{ia_of(message, lease)} {}

    ExpressionBytes field(PacketField field, std::span<std::uint8_t> scratch) const override {
        return packet_.field(field, scratch);
    }
    std::optional<ExpressionBytes> option(OptionOrigin origin, std::optional<std::int64_t> which,
                                          std::uint16_t code) const override {
        if (origin == OptionOrigin::packet && v6::is_ia(code))
            return ia_ && ia_->code == code ? std::optional{ia_->payload} : std::nullopt;
        return packet_.option(origin, which, code);
    }
    std::optional<ExpressionBytes> sub_option(ExpressionBytes payload, std::uint16_t code) const override {
        if (!ia_ || payload.data() != ia_->payload.data()) return packet_.sub_option(payload, code);
        for (const auto& option : v6::read_ia(*ia_).options()) {
            if (option.code != code) continue;
            const bool is_lease = code == v6::ia_lease_code(lease_.kind);
            if (!is_lease || v6::read_ia_lease(option).unit == lease_.address) return option.payload;
        }
        return std::nullopt;
    }
    std::optional<std::uint32_t> vendor_enterprise() const override { return packet_.vendor_enterprise(); }
    std::optional<std::uint32_t> vendor_class_enterprise() const override {
        return packet_.vendor_class_enterprise();
    }
    std::optional<ExpressionBytes> vendor_class_data(std::optional<std::uint32_t> enterprise,
                                                     std::size_t index) const override {
        return packet_.vendor_class_data(enterprise, index);
    }
    ExpressionBytes relay6_address(std::int64_t level, bool peer) const override {
        return packet_.relay6_address(level, peer);
    }

private:
    /// The one that holds the lease, else the one of its IAID: a client may ask for another address than it
    /// gets.
    static std::optional<v6::Option> ia_of(const v6::MessageView& message, const Lease& lease) {
        std::optional<v6::Option> of_number;
        for (const auto& option : message.options(v6::ia_code(lease.kind))) {
            const auto ia = v6::read_ia(option);
            for (const auto& held : ia.leases())
                if (held.unit == lease.address) return option;
            if (ia.iaid == lease.iaid) of_number = option;
        }
        return of_number;
    }

    const v6::PacketSource& packet_;
    const Lease& lease_;
    std::optional<v6::Option> ia_;
};

/// A message that came within a DHCPv6 one has no IPv4 addresses.
Ipv4 ipv4_or_none(const Ipv6& address) {
    return is_ipv4(address) ? to_ipv4(address) : Ipv4{};
}

FormatResult format4(const LegalLogConfig& legal, const QueryContext& query, std::string& out) {
    const v4::Arrival arrival{.interface_index = query.interface_index,
                              .interface_name = query.interface_name,
                              .interface_address = {},
                              .source = ipv4_or_none(query.remote),
                              .source_port = query.remote_port,
                              .destination = ipv4_or_none(query.local)};
    if (const auto request = v4::MessageView::parse(query.packet))
        if (const auto done = append_format(legal.request_format, v4::PacketSource{*request, arrival}, out);
            !done)
            return done;
    if (query.reply.empty()) return {};
    v4::Arrival back = arrival;
    std::swap(back.source, back.destination);
    if (const auto response = v4::MessageView::parse_reply(query.reply))
        return append_format(legal.response_format, v4::PacketSource{*response, back}, out);
    return {};
}

FormatResult format6(const ServerConfig& config, const Lease& lease, const QueryContext& query,
                     std::string& out) {
    const LegalLogConfig& legal = *config.legal_log;
    const auto request = v6::MessageView::parse(query.packet);
    if (!request) return {};  // it was read before it changed anything
    const v6::Arrival arrival{.interface_index = query.interface_index,
                              .interface_name = query.interface_name,
                              .interface_address = {},
                              .source = query.remote,
                              .source_port = query.remote_port,
                              .destination = query.local};
    const auto found = v6::find_hardware_address(*request, arrival, config.mac_sources);
    const Octets hwaddr = found ? found->hardware.octets : Octets{};
    const v6::PacketSource of_request{*request, arrival, hwaddr};
    if (const auto done =
            append_format(legal.request_format, OneLeaseSource{of_request, *request, lease}, out);
        !done)
        return done;
    if (query.reply.empty()) return {};
    v6::Arrival back = arrival;
    std::swap(back.source, back.destination);
    const auto response = v6::MessageView::parse_reply(query.reply);
    if (!response) return {};
    const v6::PacketSource of_response{*response, back, hwaddr};
    return append_format(legal.response_format, OneLeaseSource{of_response, *response, lease}, out);
}

}  // namespace

Result<std::string, std::string_view> legal_log_text(const Lease& lease, const QueryContext& query,
                                                     const ServerConfig& config) {
    std::string text;
    const auto done = config.family == Family::v4 ? format4(*config.legal_log, query, text)
                                                  : format6(config, lease, query, text);
    if (!done) return std::unexpected(done.error());
    return text;
}

}  // namespace leasehold
