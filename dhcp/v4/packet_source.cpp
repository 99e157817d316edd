// PLACEHOLDER of branch h3: H1's version replaces this file.
#include "dhcp/v4/packet_source.hpp"

namespace leasehold::v4 {

PacketSource::PacketSource(const MessageView& message, const Arrival&) : message_{message} {}
ExpressionBytes PacketSource::field(PacketField, std::span<std::uint8_t>) const { return {}; }
std::optional<ExpressionBytes> PacketSource::option(OptionOrigin, std::optional<std::int64_t>, std::uint16_t code) const {
    return message_.option(static_cast<std::uint8_t>(code));
}
std::optional<ExpressionBytes> PacketSource::sub_option(ExpressionBytes, std::uint16_t) const { return std::nullopt; }
std::optional<std::uint32_t> PacketSource::vendor_enterprise() const { return std::nullopt; }
std::optional<std::uint32_t> PacketSource::vendor_class_enterprise() const { return std::nullopt; }
std::optional<ExpressionBytes> PacketSource::vendor_class_data(std::optional<std::uint32_t>, std::size_t) const { return std::nullopt; }
ExpressionBytes PacketSource::relay6_address(std::int64_t, bool) const { return {}; }

}  // namespace leasehold::v4
