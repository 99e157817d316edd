// Fields and options of a DHCPv6 packet and of the relays that it came through.
#include "dhcp/v6/packet_source.hpp"

#include <algorithm>
#include <array>

#include "dhcp/v6/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v6 {
namespace {

/// How many octets of fields stand before the options within one.
struct FixedPart {
    std::uint16_t code;
    std::size_t size;
};
constexpr std::array fixed_parts{FixedPart{option::ia_na, 12}, FixedPart{option::ia_ta, 4},
                                 FixedPart{option::ia_pd, 12}, FixedPart{option::iaaddr, 24},
                                 FixedPart{option::iaprefix, 25}, FixedPart{option::vendor_opts, enterprise_size}};

bool is_of(std::uint32_t enterprise, const Option& vendor) {
    return vendor.payload.size() >= enterprise_size && read_u32(vendor.payload.data()) == enterprise;
}

std::optional<std::uint32_t> leading_enterprise(OptionBytes payload) {
    if (!payload || payload->size() < enterprise_size) return std::nullopt;
    return read_u32(payload->data());
}

}  // namespace

ExpressionBytes PacketSource::field(PacketField field, std::span<std::uint8_t> scratch) const {
    const auto number = [&](std::uint32_t value) -> ExpressionBytes {
        write_u32(scratch.data(), value);
        return scratch.first(4);
    };
    switch (field) {
        case PacketField::interface: return as_octets(arrival_.interface_name);
        case PacketField::source: return arrival_.source.bytes;
        case PacketField::destination: return arrival_.destination.bytes;
        case PacketField::length: return number(static_cast<std::uint32_t>(message_.datagram().size()));
        case PacketField::mac: return view(hwaddr_);
        case PacketField::message_type: return number(static_cast<std::uint32_t>(message_.type()));
        case PacketField::transaction_id: return number(message_.xid());
        case PacketField::hlen:
        case PacketField::htype:
        case PacketField::ciaddr:
        case PacketField::giaddr:
        case PacketField::yiaddr:
        case PacketField::siaddr: break;
    }
    return {};
}

std::optional<ExpressionBytes> PacketSource::option(OptionOrigin origin, std::optional<std::int64_t> which,
                                                    std::uint16_t code) const {
    switch (origin) {
        case OptionOrigin::packet: return message_.option(code);
        case OptionOrigin::relay4: return std::nullopt;
        case OptionOrigin::relay6: {
            const auto* relay = message_.relay_at(which.value_or(0));
            return relay == nullptr ? std::nullopt : relay->option(code);
        }
        case OptionOrigin::vendor:
            for (const auto& vendor : message_.options(option::vendor_opts)) {
                if (which && !is_of(static_cast<std::uint32_t>(*which), vendor)) continue;
                if (vendor.payload.size() < enterprise_size) continue;
                if (const auto found = find_option(vendor.payload.subspan(enterprise_size), code)) return found;
            }
            return std::nullopt;
    }
    return std::nullopt;
}

std::optional<ExpressionBytes> PacketSource::sub_option(ExpressionBytes payload, std::uint16_t code) const {
    for (const auto& part : fixed_parts) {
        const auto whole = message_.option(part.code);
        if (whole && whole->data() == payload.data())
            payload = payload.subspan(std::min(part.size, payload.size()));
    }
    return find_option(payload, code);
}

std::optional<std::uint32_t> PacketSource::vendor_enterprise() const {
    return leading_enterprise(message_.option(option::vendor_opts));
}

std::optional<std::uint32_t> PacketSource::vendor_class_enterprise() const {
    return leading_enterprise(message_.option(option::vendor_class));
}

std::optional<ExpressionBytes> PacketSource::vendor_class_data(std::optional<std::uint32_t> enterprise,
                                                               std::size_t index) const {
    for (const auto& vendor : message_.options(option::vendor_class)) {
        if (enterprise && !is_of(*enterprise, vendor)) continue;
        Reader reader{vendor.payload};
        reader.take(enterprise_size);
        for (std::size_t place = 0; reader.left() > 0; ++place) {
            const auto data = reader.take(reader.u16());
            if (!reader.ok()) break;
            if (place == index) return data;
        }
        return std::nullopt;
    }
    return std::nullopt;
}

ExpressionBytes PacketSource::relay6_address(std::int64_t level, bool peer) const {
    const auto* relay = message_.relay_at(level);
    return relay == nullptr ? ExpressionBytes{} : peer ? relay->peer_octets() : relay->link_octets();
}

}  // namespace leasehold::v6
