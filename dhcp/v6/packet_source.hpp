// What expressions ask of a DHCPv6 packet. Views of the datagram; allocates nothing.
#pragma once

#include "dhcp/client_identity.hpp"
#include "dhcp/expression.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::v6 {

/// Valid while all arguments live. Thread: any.
class PacketSource final : public ExpressionSource {
public:
    /// @param hwaddr  as found out from the packet (find_hardware_address): pkt.mac
    PacketSource(const MessageView& message, const Arrival& arrival, const Octets& hwaddr)
        : message_{message}, arrival_{arrival}, hwaddr_{hwaddr} {}

    /// Numbers have 4 octets, as with Kea. What only DHCPv4 packets have is empty.
    ExpressionBytes field(PacketField field, std::span<std::uint8_t> scratch) const override;
    std::optional<ExpressionBytes> option(OptionOrigin origin, std::optional<std::int64_t> which,
                                          std::uint16_t code) const override;
    /// In a vendor option's payload the sub-options behind the enterprise number, and in an IA or what it
    /// holds the options behind its fields.
    std::optional<ExpressionBytes> sub_option(ExpressionBytes payload, std::uint16_t code) const override;
    /// Of the first option 17.
    std::optional<std::uint32_t> vendor_enterprise() const override;
    /// Of the first option 16.
    std::optional<std::uint32_t> vendor_class_enterprise() const override;
    /// Of the first option 16 with this enterprise number, or the first at all.
    std::optional<ExpressionBytes> vendor_class_data(std::optional<std::uint32_t> enterprise,
                                                     std::size_t index) const override;
    ExpressionBytes relay6_address(std::int64_t level, bool peer) const override;

private:
    const MessageView& message_;
    const Arrival& arrival_;
    const Octets& hwaddr_;
};

}  // namespace leasehold::v6
