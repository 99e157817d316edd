// What differs between a configuration for DHCPv4 and one for DHCPv6 as words, tables and forms of addresses:
// one row each, so that the load_* files are written once. Which keys a family has is the schema's part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dhcp/address.hpp"
#include "dhcp/option_def.hpp"

namespace leasehold::config {

struct FamilyFacts {
    Family family;
    std::string_view protocol;  // "DHCPv4"
    std::string_view root;     // "Dhcp4"
    std::string_view subnets;  // "subnet4"
    std::string_view logger;   // "kea-dhcp4", the root of its loggers
    std::string_view lease_file, lease_database, outage_journal;  // default names

    std::string_view ip;  // "IPv4"
    std::string_view address_example, prefix_example, range_example, interface_example;

    std::string_view space, other_space;  // of the message's options: "dhcp4", and the one of the other family
    std::span<const std::string_view> spaces;  // all that have standard options
    std::span<const OptionDef> (*options_of_space)(std::string_view space);
    bool (*is_server_owned)(std::uint16_t code);  // see v4/option_table.hpp
    bool (*is_last_resort)(std::uint16_t code);
    std::uint16_t code_max;              // of an option
    std::size_t code_size;               // octets of a code, and of a length
    std::size_t sub_option_max;          // octets of its value; longer ones are split, if the family can
    std::uint16_t vendor_option;         // the one that carries sub-options by enterprise number
    std::size_t vendor_sub_option_max;   // octets of such a one's value
    std::uint8_t tuple_length_size;      // see OptionDef
};

/// Valid for ever.
const FamilyFacts& facts_of(Family family);

/// An address of this family and no other; an IPv4 one comes out mapped.
std::optional<Ipv6> parse_address(Family family, std::string_view text);
/// "192.0.2.0/24" or "2001:db8::/32"; host bits are cleared.
std::optional<Prefix> parse_network(Family family, std::string_view text);
/// The highest address in it.
Ipv6 last_address(const Prefix& network);

}  // namespace leasehold::config
