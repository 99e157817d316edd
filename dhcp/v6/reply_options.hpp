// Which configured options a reply carries, in the order of their codes (RFC 8415 18.3, 21.7).
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <vector>

#include "dhcp/flex_options.hpp"
#include "dhcp/reply_scopes.hpp"
#include "dhcp/v6/message.hpp"

namespace leasehold::v6 {

struct ReplyOption {
    std::uint16_t code = 0;
    std::span<const std::uint8_t> payload;
};

/// Payloads are borrowed from the configuration and the message; what is composed of sub-options is kept here,
/// so an object stays where it is made.
class ReplyOptions final : public ChangeableOptions {
public:
    ReplyOptions() = default;
    ReplyOptions(const ReplyOptions&) = delete;
    ReplyOptions& operator=(const ReplyOptions&) = delete;

    /// Adds what the scopes have of: the option request option, what the scopes send always, and the preference
    /// where the answer is an ADVERTISE; less never-send of any scope. An option that is tagged for other
    /// classes is as if it were not there. The first scope that has a code gives it; of 16 and 17 one instance
    /// per vendor. Sub-options of 17 go to the vendors that the client named or that the reply has anyway.
    /// @pre scopes.config is set
    void add_configured(const MessageView& message, const ReplyScopes& scopes, MessageType answer);
    /// RFC 6422 5: options that the relay nearest to the client supplies, those of `allowed` that the server has
    /// none of itself.
    void add_relay_supplied(const MessageView& message, std::span<const std::uint16_t> allowed);

    bool is_protected(std::uint16_t code) const override;
    std::optional<std::span<const std::uint8_t>> find(std::uint16_t code) const override;
    void remove(std::uint16_t code) override;
    void replace(std::uint16_t code, std::vector<std::uint8_t> payload) override;
    std::optional<std::vector<std::uint8_t>> vendor_data(std::uint32_t enterprise) const override;
    void remove_vendor(std::uint32_t enterprise) override;
    void replace_vendor(std::uint32_t enterprise, std::span<const std::uint8_t> sub_options) override;

    std::span<const ReplyOption> all() const { return {options_.data(), options_.size()}; }

private:
    void add(std::uint16_t code, std::span<const std::uint8_t> payload);
    bool has_vendor(std::uint16_t code, std::uint32_t enterprise) const;
    void add_scope(const OptionSet& scope, const ClassSet& classes);
    void add_vendor_options(const MessageView& message, std::span<const OptionSet* const> sets,
                            const ClassSet& classes);
    void add_vendor_data(std::uint32_t enterprise, std::span<const OptionValue* const> sub_options);

    boost::container::small_vector<std::uint16_t, 32> requested_, never_;
    boost::container::small_vector<ReplyOption, 16> options_;
    std::forward_list<std::vector<std::uint8_t>> composed_;
};

}  // namespace leasehold::v6
