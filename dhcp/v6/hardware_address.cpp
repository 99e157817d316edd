// One small function per source; the relay nearest to the client is the one that sees it.
#include "dhcp/v6/hardware_address.hpp"

#include <algorithm>
#include <array>

#include "dhcp/v6/next_hop.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::v6 {

namespace {

using Found = std::optional<HardwareAddress>;

struct SourceBit {
    MacSource source;
    std::uint32_t bit;
};
/// Kea's numbers, and the order in which `any` tries them.
constexpr std::array source_bits{
    SourceBit{MacSource::raw, 0x1},
    SourceBit{MacSource::duid, 0x2},
    SourceBit{MacSource::ipv6_link_local, 0x4},
    SourceBit{MacSource::client_link_addr_option, 0x8},
    SourceBit{MacSource::subscriber_id, 0x20},
    SourceBit{MacSource::remote_id, 0x10},
    SourceBit{MacSource::docsis_cmts, 0x40},
    SourceBit{MacSource::docsis_modem, 0x80},
};

Found ethernet(OctetView octets) {
    if (octets.empty() || octets.size() > hwaddr_size_max) return std::nullopt;
    return HardwareAddress{hwtype_ethernet, to_octets(octets)};
}

/// RFC 6939: type and address.
Found of_client_link_address(const RelayView& relay) {
    const auto payload = relay.option(option::client_linklayer_addr);
    if (!payload || payload->size() < 3) return std::nullopt;
    auto found = ethernet(payload->subspan(2));
    if (found) found->type = read_u16(payload->data());
    return found;
}

/// RFC 4649: an enterprise number, then octets of the relay's choice.
Found of_remote_id(const RelayView& relay) {
    const auto payload = relay.option(option::remote_id);
    return payload && payload->size() > enterprise_size ? ethernet(payload->subspan(enterprise_size))
                                                        : std::nullopt;
}

/// CableLabs' sub-option in option 17 of the message or of the relay.
Found of_cablelabs(Options vendor_options, std::uint16_t code) {
    for (const auto& vendor : vendor_options) {
        if (vendor.payload.size() < enterprise_size || read_u32(vendor.payload.data()) != cablelabs::enterprise) continue;
        if (const auto found = find_option(vendor.payload.subspan(enterprise_size), code)) return ethernet(*found);
    }
    return std::nullopt;
}

Found from(MacSource source, const MessageView& message, const Arrival& arrival) {
    const auto* relay = message.is_relayed() ? &message.relays().back() : nullptr;
    switch (source) {
        case MacSource::duid: return hardware_address_of(message.duid());
        case MacSource::ipv6_link_local:
            return hardware_address_of(client_address_of(message, arrival.source));
        case MacSource::client_link_addr_option:
            return relay == nullptr ? std::nullopt : of_client_link_address(*relay);
        case MacSource::subscriber_id:
            return relay == nullptr
                       ? std::nullopt
                       : ethernet(relay->option(option::subscriber_id).value_or(OctetView{}));
        case MacSource::remote_id: return relay == nullptr ? std::nullopt : of_remote_id(*relay);
        case MacSource::docsis_modem:
            return of_cablelabs(message.options(option::vendor_opts), cablelabs::device_id);
        case MacSource::docsis_cmts:
            return relay == nullptr ? std::nullopt
                                    : of_cablelabs(relay->options(option::vendor_opts), cablelabs::cmts_cm_mac);
        case MacSource::raw:
        case MacSource::any: break;
    }
    return std::nullopt;
}

}  // namespace

std::optional<FoundHardwareAddress> find_hardware_address(const MessageView& message, const Arrival& arrival,
                                                          const std::vector<MacSource>& sources) {
    const auto try_one = [&](const SourceBit& row) -> std::optional<FoundHardwareAddress> {
        auto found = from(row.source, message, arrival);
        if (!found) return std::nullopt;
        return FoundHardwareAddress{std::move(*found), row.bit};
    };
    for (const auto source : sources) {
        for (const auto& row : source_bits) {
            if (source != MacSource::any && source != row.source) continue;
            if (auto found = try_one(row)) return found;
        }
    }
    return std::nullopt;
}

}  // namespace leasehold::v6
