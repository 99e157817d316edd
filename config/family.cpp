// The two rows, and addresses by family.
#include "config/family.hpp"

#include <array>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::config {
namespace {

constexpr std::array<std::string_view, 4> v4_spaces{"dhcp4", "dhcp-agent-options-space",
                                                    "cablelabs-client-conf", "vendor-4491"};
constexpr std::array<std::string_view, 9> v6_spaces{
    "dhcp6",
    "v6-ntp-server-suboptions",
    "s46-cont-mape-options",
    "s46-cont-mapt-options",
    "s46-cont-lw-options",
    "s46-rule-options",
    "s46-v4v6bind-options",
    "vendor-4491",
    "vendor-2495",
};

constexpr FamilyFacts v4_facts{
    .family = Family::v4,
    .protocol = "DHCPv4",
    .root = "Dhcp4",
    .subnets = "subnet4",
    .logger = "kea-dhcp4",
    .lease_file = "kea-leases4.csv",
    .lease_database = "leases4.db",
    .outage_journal = "outage4.db",
    .ip = "IPv4",
    .address_example = "an address such as 192.0.2.1",
    .prefix_example = "a prefix such as 192.0.2.0/24",
    .range_example = "\"192.0.2.10 - 192.0.2.99\" or \"192.0.2.64/26\"",
    .interface_example = "such as \"eth0/192.0.2.1\"",
    .space = "dhcp4",
    .other_space = "dhcp6",
    .spaces = v4_spaces,
    .options_of_space = v4::options_of_space,
    .is_server_owned =
        [](std::uint16_t code) { return code <= 254 && v4::is_server_owned(static_cast<std::uint8_t>(code)); },
    .is_last_resort =
        [](std::uint16_t code) { return code <= 254 && v4::is_last_resort(static_cast<std::uint8_t>(code)); },
    .code_max = 254,
    .code_size = 1,
    .sub_option_max = 255,
    .vendor_option = 125,
    .vendor_sub_option_max = 253,  // a vendor's part of 125 has 255 octets (RFC 3925 4)
    .tuple_length_size = 1,
};

constexpr FamilyFacts v6_facts{
    .family = Family::v6,
    .protocol = "DHCPv6",
    .root = "Dhcp6",
    .subnets = "subnet6",
    .logger = "kea-dhcp6",
    .lease_file = "kea-leases6.csv",
    .lease_database = "leases6.db",
    .outage_journal = "outage6.db",
    .ip = "IPv6",
    .address_example = "an address such as 2001:db8::1",
    .prefix_example = "a prefix such as 2001:db8:1::/64",
    .range_example = "\"2001:db8:1::10 - 2001:db8:1::ff\" or \"2001:db8:1::/80\"",
    .interface_example = "such as \"eth0/2001:db8::1\"",
    .space = "dhcp6",
    .other_space = "dhcp4",
    .spaces = v6_spaces,
    .options_of_space = v6::options_of_space,
    .is_server_owned = v6::is_server_owned,
    .is_last_resort = [](std::uint16_t) { return false; },
    .code_max = 65535,
    .code_size = 2,
    .sub_option_max = 65535,
    .vendor_option = v6::option::vendor_opts,
    .vendor_sub_option_max = 65535 - 8,  // behind the enterprise number, a code and a length (RFC 8415 21.17)
    .tuple_length_size = 2,
};

}  // namespace

const FamilyFacts& facts_of(Family family) {
    return family == Family::v4 ? v4_facts : v6_facts;
}

std::optional<Ipv6> parse_address(Family family, std::string_view text) {
    if (family == Family::v4) {
        const auto address = parse_ipv4(text);
        return address ? std::optional{to_ipv6(*address)} : std::nullopt;
    }
    const auto address = parse_ipv6(text);
    return address && !is_ipv4(*address) ? address : std::nullopt;
}

std::optional<Prefix> parse_network(Family family, std::string_view text) {
    if (family == Family::v4) {
        const auto network = parse_ipv4_network(text);
        return network ? std::optional{to_prefix(*network)} : std::nullopt;
    }
    const auto network = parse_ipv6_prefix(text);
    // What is mapped would be taken for IPv4.
    return network && !is_ipv4(network->address) ? network : std::nullopt;
}

Ipv6 last_address(const Prefix& network) {
    if (network.length == 0) return to_ipv6(~Uint128{0});
    const Uint128 host_bits = network.length >= 128 ? Uint128{0} : ~Uint128{0} >> network.length;
    return to_ipv6(to_uint128(network.address) | host_bits);
}

}  // namespace leasehold::config
