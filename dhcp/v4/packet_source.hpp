// What expressions ask of a DHCPv4 packet. Views of the datagram; allocates nothing.
#pragma once

#include "dhcp/expression.hpp"
#include "dhcp/v4/request.hpp"

namespace leasehold::v4 {

/// Valid while both arguments live. Thread: any.
class PacketSource final : public ExpressionSource {
public:
    PacketSource(const MessageView& message, const Arrival& arrival) : message_{message}, arrival_{arrival} {}

    /// Numbers have 4 octets, pkt4.hlen and pkt4.htype too, as with Kea. pkt4.mac is chaddr's first hlen
    /// octets.
    ExpressionBytes field(PacketField field, std::span<std::uint8_t> scratch) const override;
    std::optional<ExpressionBytes> option(OptionOrigin origin, std::optional<std::int64_t> which,
                                          std::uint16_t code) const override;
    /// In option 125's payload the sub-options of its first enterprise. A damaged sub-option and what follows
    /// it are not there.
    std::optional<ExpressionBytes> sub_option(ExpressionBytes payload, std::uint16_t code) const override;
    /// Of option 125 (RFC 3925 4), the first enterprise only, as with Kea.
    std::optional<std::uint32_t> vendor_enterprise() const override;
    /// Of option 124 (RFC 3925 3), likewise.
    std::optional<std::uint32_t> vendor_class_enterprise() const override;
    /// The index counts the data of all enterprises in option 124, as with Kea.
    std::optional<ExpressionBytes> vendor_class_data(std::optional<std::uint32_t> enterprise,
                                                     std::size_t index) const override;
    ExpressionBytes relay6_address(std::int64_t, bool) const override { return {}; }

private:
    const MessageView& message_;
    const Arrival& arrival_;
};

}  // namespace leasehold::v4
