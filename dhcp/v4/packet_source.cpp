// Fields and options of a DHCPv4 packet, and walks through the options within options.
#include "dhcp/v4/packet_source.hpp"

#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {
namespace {

constexpr std::uint8_t vivco = 124, vivso = 125;  // RFC 3925: vendor-class, vendor

std::optional<std::uint32_t> first_enterprise_of(OptionBytes payload) {
    if (!payload || payload->size() < 4) return std::nullopt;
    return read_u32(payload->data());
}

/// Sub-options of the first enterprise of option 125: number, length, sub-options.
ExpressionBytes vendor_sub_options(ExpressionBytes payload) {
    Reader reader{payload};
    reader.u32();
    return reader.take(reader.u8());
}

/// RFC 2132 8.4: an encapsulated option may have PAD and END.
std::optional<ExpressionBytes> find_sub_option(ExpressionBytes payload, std::uint16_t code) {
    Reader reader{payload};
    while (reader.left() > 0) {
        const std::uint8_t found = reader.u8();
        if (found == option::pad) continue;
        if (found == option::end) break;
        const auto value = reader.take(reader.u8());
        if (!reader.ok()) break;
        if (found == code) return value;
    }
    return std::nullopt;
}

}  // namespace

ExpressionBytes PacketSource::field(PacketField field, std::span<std::uint8_t> scratch) const {
    const auto number = [&](std::uint32_t value) -> ExpressionBytes {
        write_u32(scratch.data(), value);
        return scratch.first(4);
    };
    switch (field) {
        case PacketField::interface: return as_octets(arrival_.interface_name);
        case PacketField::source: return number(arrival_.source.value);
        case PacketField::destination: return number(arrival_.destination.value);
        case PacketField::length: return number(static_cast<std::uint32_t>(message_.datagram().size()));
        case PacketField::mac: return message_.chaddr();
        case PacketField::hlen: return number(message_.hlen());
        case PacketField::htype: return number(message_.htype());
        case PacketField::ciaddr: return number(message_.ciaddr().value);
        case PacketField::giaddr: return number(message_.giaddr().value);
        case PacketField::yiaddr: return number(message_.yiaddr().value);
        case PacketField::siaddr: return number(message_.siaddr().value);
        case PacketField::message_type: return number(static_cast<std::uint32_t>(message_.type()));
        case PacketField::transaction_id: return number(message_.xid());
    }
    return {};
}

std::optional<ExpressionBytes> PacketSource::option(OptionOrigin origin, std::optional<std::int64_t> which,
                                                    std::uint16_t code) const {
    if (code > 0xff) return std::nullopt;
    const auto octet = static_cast<std::uint8_t>(code);
    switch (origin) {
        case OptionOrigin::packet: return message_.option(octet);
        case OptionOrigin::relay4: return message_.relay_suboption(octet);
        case OptionOrigin::relay6: return std::nullopt;
        case OptionOrigin::vendor: {
            const auto enterprise = vendor_enterprise();
            if (!enterprise || (which && *which != *enterprise)) return std::nullopt;
            return find_sub_option(vendor_sub_options(*message_.option(vivso)), code);
        }
    }
    return std::nullopt;
}

std::optional<ExpressionBytes> PacketSource::sub_option(ExpressionBytes payload, std::uint16_t code) const {
    const auto vendor = message_.option(vivso);
    if (vendor && vendor->data() == payload.data()) payload = vendor_sub_options(payload);
    return find_sub_option(payload, code);
}

std::optional<std::uint32_t> PacketSource::vendor_enterprise() const {
    return first_enterprise_of(message_.option(vivso));
}

std::optional<std::uint32_t> PacketSource::vendor_class_enterprise() const {
    return first_enterprise_of(message_.option(vivco));
}

std::optional<ExpressionBytes> PacketSource::vendor_class_data(std::optional<std::uint32_t> enterprise,
                                                               std::size_t index) const {
    const auto payload = message_.option(vivco);
    const auto first = first_enterprise_of(payload);
    if (!first || (enterprise && *enterprise != *first)) return std::nullopt;
    Reader reader{*payload};
    for (std::size_t place = 0; reader.left() > 0; ++place) {
        reader.u32();
        const auto data = reader.take(reader.u8());
        if (!reader.ok()) break;
        if (place == index) return data;
    }
    return std::nullopt;
}

}  // namespace leasehold::v4
