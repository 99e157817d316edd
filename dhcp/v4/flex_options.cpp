// Codes of one octet, option 125 for vendors.
#include "dhcp/v4/flex_options.hpp"

#include "dhcp/flex_options.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/packet_source.hpp"

namespace leasehold::v4 {

namespace {

constexpr SubOptionForm sub_option_form{.vendor_code = 125, .number_size = 1};

class Changeable final : public ChangeableOptions {
public:
    explicit Changeable(ReplyOptions& options) : options_{options} {}

    bool is_protected(std::uint16_t code) const override {
        return code == option::pad || code >= option::end || code == option::message_type ||
               code == option::server_identifier || code == option::relay_agent_information;
    }
    std::optional<std::span<const std::uint8_t>> find(std::uint16_t code) const override {
        return options_.find(octet(code));
    }
    void remove(std::uint16_t code) override { options_.remove(octet(code)); }
    void replace(std::uint16_t code, std::vector<std::uint8_t> payload) override {
        options_.replace(octet(code), std::move(payload));
    }
    std::optional<std::vector<std::uint8_t>> vendor_data(std::uint32_t enterprise) const override {
        return options_.vendor_data(enterprise);
    }
    void remove_vendor(std::uint32_t enterprise) override { options_.remove_vendor(enterprise); }
    void replace_vendor(std::uint32_t enterprise, std::span<const std::uint8_t> sub_options) override {
        options_.replace_vendor(enterprise, sub_options);
    }

private:
    /// Codes over 254 are protected, so that none of them comes here.
    static std::uint8_t octet(std::uint16_t code) { return static_cast<std::uint8_t>(code); }

    ReplyOptions& options_;
};

}  // namespace

void apply_flex_options(const Request& request, const ReplyScopes& scopes, ReplyOptions& options) {
    const auto& entries = scopes.config->flex_options;
    if (entries.empty()) return;
    const PacketSource source{*request.message, request.arrival};
    Changeable changeable{options};
    const auto& classes = scopes.classes == nullptr ? request.classes : *scopes.classes;
    leasehold::apply_flex_options(entries, source, classes, sub_option_form, changeable);
}

}  // namespace leasehold::v4
