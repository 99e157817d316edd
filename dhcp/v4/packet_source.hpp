// PLACEHOLDER of branch h3: H1's version replaces this file.
#pragma once

#include "dhcp/expression.hpp"
#include "dhcp/v4/request.hpp"

namespace leasehold::v4 {

class PacketSource final : public ExpressionSource {
public:
    PacketSource(const MessageView& message, const Arrival& arrival);
    ExpressionBytes field(PacketField field, std::span<std::uint8_t> scratch) const override;
    std::optional<ExpressionBytes> option(OptionOrigin origin, std::optional<std::int64_t> which,
                                          std::uint16_t code) const override;
    std::optional<ExpressionBytes> sub_option(ExpressionBytes payload, std::uint16_t code) const override;
    std::optional<std::uint32_t> vendor_enterprise() const override;
    std::optional<std::uint32_t> vendor_class_enterprise() const override;
    std::optional<ExpressionBytes> vendor_class_data(std::optional<std::uint32_t> enterprise,
                                                     std::size_t index) const override;
    ExpressionBytes relay6_address(std::int64_t level, bool peer) const override;

private:
    const MessageView& message_;
};

}  // namespace leasehold::v4
