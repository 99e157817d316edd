// What a server is called where it meets others, by its family: Kea's names, which tools and units know.
#pragma once

#include <string_view>

#include "dhcp/address.hpp"

namespace leasehold {

struct FamilyNames {
    std::string_view process;         // of the program, its pid file and the root of its loggers
    std::string_view service;         // in a command's "service"
    std::string_view protocol;        // "DHCPv4"
    std::string_view ip;              // "IPv4"
    std::string_view configuration;   // the key of its configuration
    std::string_view control_socket;  // usual name of the file
};

constexpr FamilyNames names_of(Family family) {
    if (family == Family::v4)
        return {.process = "kea-dhcp4",
                .service = "dhcp4",
                .protocol = "DHCPv4",
                .ip = "IPv4",
                .configuration = "Dhcp4",
                .control_socket = "kea4-ctrl-socket"};
    return {.process = "kea-dhcp6",
            .service = "dhcp6",
            .protocol = "DHCPv6",
            .ip = "IPv6",
            .configuration = "Dhcp6",
            .control_socket = "kea6-ctrl-socket"};
}

constexpr Family other_family(Family family) {
    return family == Family::v4 ? Family::v6 : Family::v4;
}

}  // namespace leasehold
