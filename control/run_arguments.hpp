// What a person decides when a server is started, or its configuration checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dhcp/address.hpp"

namespace leasehold {

struct RunArguments {
    std::string file;
    bool verbose = false;
    bool allow_unsupported = false;
    bool relax_security = false;
    std::uint16_t server_port = 0;  // 0: the usual one
    std::uint16_t client_port = 0;
    std::optional<Family> family = {};  // nullopt: what the configuration has, one or both
};
/// -t, -T
struct CheckArguments {
    std::string file;
    bool opens_database = false;  // -T
    bool allow_unsupported = false;
    bool relax_security = false;
    std::optional<Family> family = {};  // nullopt: what the configuration has
};

}  // namespace leasehold
