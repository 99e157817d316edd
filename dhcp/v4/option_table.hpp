// The standard DHCPv4 options and the spaces below them: one row each.
#pragma once

#include <span>
#include <string_view>

#include "dhcp/option_def.hpp"

namespace leasehold::v4 {

namespace option {
inline constexpr std::uint8_t pad = 0, subnet_mask = 1, routers = 3, domain_name_servers = 6, host_name = 12,
                              domain_name = 15, vendor_encapsulated_options = 43, requested_address = 50,
                              lease_time = 51, overload = 52, message_type = 53, server_identifier = 54,
                              parameter_request_list = 55, message = 56, max_message_size = 57,
                              renewal_time = 58, rebinding_time = 59, vendor_class = 60,
                              client_identifier = 61, user_class = 77, rapid_commit = 80, fqdn = 81,
                              relay_agent_information = 82, v6_only_preferred = 108, subnet_selection = 118,
                              end = 255;
}
namespace rai {
inline constexpr std::uint8_t circuit_id = 1, remote_id = 2, link_selection = 5, subscriber_id = 6, server_id_override = 11,
                              relay_id = 12, relay_port = 19;
}

/// Sorted by code; the last-resort definition of 43 is among them (is_last_resort).
std::span<const OptionDef> standard_options();
/// Options of a space, sorted by code: "dhcp4", and the sub-options of "dhcp-agent-options-space",
/// "cablelabs-client-conf", "vendor-4491"; empty: unknown, or nothing is predefined there.
std::span<const OptionDef> options_of_space(std::string_view space);

const OptionDef* find_option(std::uint8_t code);
const OptionDef* find_option(std::string_view name);

/// A definition that the configuration may replace by its own: 43 belongs to each vendor (RFC 2132 8.4).
bool is_last_resort(std::uint8_t code);

/// Options that the server makes or consumes itself: configuring one is an error that says so.
bool is_server_owned(std::uint8_t code);

}  // namespace leasehold::v4
