// Which options a reply carries, in the order of their codes, and which of them stay out when it gets too
// long.
#pragma once

#include <array>
#include <bitset>
#include <boost/container/small_vector.hpp>
#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dhcp/reply_scopes.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v4/message.hpp"

namespace leasehold::v4 {

struct ReplyOption {
    std::uint8_t code = 0;
    std::span<const std::uint8_t> payload;
};

/// siaddr, sname and file: the subnet's, else of the first class that says it, and a host's above all.
struct BootChoice {
    Ipv4 next_server;
    std::string_view server_hostname, boot_file_name;
};
/// Views of the configuration. @pre scopes.config and scopes.subnet are set
BootChoice boot_fields(const ReplyScopes& scopes);

/// The options of one reply, without 53 and 82. Payloads are borrowed from the configuration and the request;
/// numbers and what is composed of sub-options are kept here, so an object stays where it is made.
class ReplyOptions {
public:
    explicit ReplyOptions(const MessageView& message);
    ReplyOptions(const ReplyOptions&) = delete;
    ReplyOptions& operator=(const ReplyOptions&) = delete;

    /// Options that the server makes win over configured ones.
    void add(std::uint8_t code, std::span<const std::uint8_t> payload);
    void add_u32(std::uint8_t code, std::uint32_t value);

    /// Was it added? (Not merely owned by the server.)
    bool has(std::uint8_t code) const;
    /// The payload of the first with this code; nullopt: none.
    std::optional<std::span<const std::uint8_t>> find(std::uint8_t code) const;
    void remove(std::uint8_t code);
    /// Puts one in the place of all of this code.
    void replace(std::uint8_t code, std::vector<std::uint8_t> payload);
    /// The sub-options of a vendor in option 125, of all its blocks; nullopt: the reply has none of it.
    std::optional<std::vector<std::uint8_t>> vendor_data(std::uint32_t enterprise) const;
    void remove_vendor(std::uint32_t enterprise);
    /// @param sub_options  code and length octets before each
    void replace_vendor(std::uint32_t enterprise, std::span<const std::uint8_t> sub_options);
    bool is_requested(std::uint8_t code) const { return requested_[code]; }
    bool sent_parameter_list() const { return !parameter_list_.empty(); }
    /// Treat a code as requested, whatever the client's list says.
    void request(std::uint8_t code) { requested_.set(code); }

    /// Adds what the scopes have of: the parameter request list, the basic options 3, 6, 15, and always-send
    /// of any scope; less never-send of any scope, and less 3 and 33 where the client gets 121 (RFC 3442).
    /// An option that is tagged for other classes is as if it were not there. The first scope that has a code
    /// gives it, in the order host, pool, subnet, network, classes as they were assigned, global; of 124 and
    /// 125 one instance per vendor. Sub-options of 125 (RFC 3925) go to the vendors that the client named or
    /// that the reply has anyway. @pre scopes.config is set
    void add_configured(const MessageView& message, const ReplyScopes& scopes);

    /// Leaves out the least important options until the rest fits `size_max` octets.
    void fit(std::size_t size_max);
    /// In ascending codes.
    std::span<const ReplyOption> all() const { return {options_.data(), options_.size()}; }

private:
    void add_scope(const OptionSet& scope, const ClassSet& classes);
    void add_vendor_instance(const OptionValue& option);
    void add_vendor_sub_options(const MessageView& message, std::span<const OptionSet* const> sets,
                                const ClassSet& classes);
    void add_vendor_data(std::uint32_t enterprise, std::span<const OptionValue* const> sub_options);
    void drop_overruled_routes();
    std::size_t importance(std::uint8_t code) const;

    std::span<const std::uint8_t> parameter_list_;
    std::bitset<256> requested_, never_, given_;
    boost::container::small_vector<ReplyOption, 32> options_;
    boost::container::static_vector<std::array<std::uint8_t, 4>, 8> numbers_;
    std::forward_list<std::vector<std::uint8_t>> composed_;  // stays where it is; empty in the plain case
};

}  // namespace leasehold::v4
