// What others wrote, for a terminal: nothing in it can steer that.
#pragma once

#include <string>
#include <string_view>

namespace leasehold {

/// Control characters become '?'. UTF-8 stays.
inline std::string plain_text(std::string_view text) {
    std::string plain{text};
    for (char& c : plain)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return plain;
}

}  // namespace leasehold
