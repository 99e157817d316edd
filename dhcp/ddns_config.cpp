#include "dhcp/ddns_config.hpp"

#include <string_view>

namespace leasehold {

const DdnsConfig& default_ddns() {
    static const DdnsConfig ddns = [] {
        DdnsConfig made;
        made.invalid_characters.set();
        const std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
        for (const char c : allowed) made.invalid_characters.reset(static_cast<std::uint8_t>(c));
        return made;
    }();
    return ddns;
}

}  // namespace leasehold
