// What a server is called where it meets others, by its family: Kea's names, which tools and units know.
#pragma once

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

}  // namespace leasehold
