// One thing wrong with a configuration, told so that its reader can mend it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leasehold::config {

struct Problem {
    enum class Kind : std::uint8_t { error, warning };
    Kind kind = Kind::error;
    std::string file;
    std::uint32_t line = 0, column = 0;
    std::string pointer;  // RFC 6901: "/Dhcp4/subnet4/0/pools/1/pool"
    std::string what;     // "a lease time cannot be negative: -5"
    std::string allowed;  // "an integer from 0 to 4294967295, in seconds"; may be empty
    std::string hint;     // "did you mean \"valid-lifetime\"?"; may be empty
};

/// "kea.conf:12:7: error: /Dhcp4/...: what (allowed: ...; hint)"
std::string format(const Problem& problem);
/// One per line.
std::string format(const std::vector<Problem>& problems);

}  // namespace leasehold::config
