// Configured options and boot fields of one scope, as octets ready to send.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/client_class.hpp"

namespace leasehold {

struct OptionValue {
    std::uint16_t code = 0;
    std::vector<std::uint8_t> bytes;
    bool always_send = false;
    bool never_send = false;
    ClassGuard only_for = {};  // `client-classes` of the option: others look in the next scope
    /// Set: a sub-option of option 125 (v6: 17) for this enterprise number, not an option of the message.
    std::optional<std::uint32_t> vendor = {};
    bool operator==(const OptionValue&) const = default;
};
/// Of one scope (host, pool, subnet, network, class, global), sorted by vendor (none first), then code;
/// several values of one code keep their order.
using OptionSet = std::vector<OptionValue>;

/// The first option of the message itself (no vendor's) with this code, whoever it is for.
const OptionValue* find_option(const OptionSet& options, std::uint16_t code);

/// What a class or a host says of siaddr, sname and file; nullopt: nothing.
struct BootFields {
    std::optional<Ipv4> next_server;
    std::optional<std::string> server_hostname, boot_file_name;
    bool operator==(const BootFields&) const = default;
};

}  // namespace leasehold
