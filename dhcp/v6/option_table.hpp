// The standard DHCPv6 options and the spaces below them: one row each.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dhcp/option_def.hpp"

namespace leasehold::v6 {

namespace option {
inline constexpr std::uint16_t client_id = 1, server_id = 2, ia_na = 3, ia_ta = 4, iaaddr = 5, oro = 6,
                               preference = 7, elapsed_time = 8, relay_msg = 9, auth = 11, unicast = 12,
                               status_code = 13, rapid_commit = 14, user_class = 15, vendor_class = 16,
                               vendor_opts = 17, interface_id = 18, reconf_msg = 19, reconf_accept = 20,
                               dns_servers = 23, domain_search = 24, ia_pd = 25, iaprefix = 26,
                               sntp_servers = 31, information_refresh_time = 32, remote_id = 37,
                               subscriber_id = 38, client_fqdn = 39, ero = 43, relay_id = 53, ntp_server = 56,
                               erp_local_domain_name = 65, rsoo = 66, pd_exclude = 67,
                               client_linklayer_addr = 79, link_address = 80, solmax_rt = 82, inf_max_rt = 83,
                               dhcpv4_message = 87, dhcp4o6_server_addr = 88, relay_source_port = 135,
                               dnr = 144, addr_reg_enable = 148;
/// What a relay is sent back of its own options (RFC 8415 19.3, RFC 8357 4).
inline constexpr std::uint16_t echoed_to_relays[] = {interface_id, relay_source_port};
}
/// CableLabs (enterprise 4491) sub-options of vendor_opts that are read.
namespace cablelabs {
inline constexpr std::uint32_t enterprise = 4491;
inline constexpr std::uint16_t oro = 1, device_id = 36, cmts_cm_mac = 1026;
}  // namespace cablelabs

/// Sorted by code.
std::span<const OptionDef> standard_options();
/// Options of a space, sorted by code: "dhcp6", the spaces that its options encapsulate, "vendor-4491" and
/// "vendor-2495"; empty: unknown, or nothing is predefined there, as in "rsoo-opts".
std::span<const OptionDef> options_of_space(std::string_view space);

const OptionDef* find_option(std::uint16_t code);
const OptionDef* find_option(std::string_view name);

/// Options that the server makes or consumes itself: configuring one is an error that says so.
bool is_server_owned(std::uint16_t code);

}  // namespace leasehold::v6
