// What a server is called where it meets others, by its family: Kea's names, which tools and units know.
#pragma once

#include <string>
#include <string_view>

#include "config/family.hpp"

namespace leasehold {

struct FamilyNames {
    std::string_view process;         // of the program, its pid file and the root of its loggers
    std::string_view service;         // in a command's "service"
    std::string_view protocol;        // "DHCPv4"
    std::string_view ip;              // "IPv4"
    std::string_view configuration;   // the key of its configuration
    std::string_view control_socket;  // usual name of the file
};

/// Valid for ever.
inline FamilyNames names_of(Family family) {
    const auto& facts = config::facts_of(family);
    const bool v4 = family == Family::v4;
    return {.process = facts.logger,
            .service = facts.space,
            .protocol = v4 ? "DHCPv4" : "DHCPv6",
            .ip = facts.ip,
            .configuration = facts.root,
            .control_socket = v4 ? "kea4-ctrl-socket" : "kea6-ctrl-socket"};
}

/// "subnet4" or "subnet6": the key of subnets, in configurations and commands.
inline std::string subnets_key(Family family) {
    return std::string{config::facts_of(family).subnets};
}

/// The family's name of a command. @param of_v4  "lease4-get"
inline std::string command_name(Family family, std::string_view of_v4) {
    std::string name{of_v4};
    if (family == Family::v6) name.replace(name.find('4'), 1, "6");
    return name;
}

}  // namespace leasehold
