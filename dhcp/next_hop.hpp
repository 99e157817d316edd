// Where packets for a delegated prefix have to be sent: to its client's router, or to the relay before it.
#pragma once

#include <cstddef>
#include <string>

#include "dhcp/address.hpp"

namespace leasehold {

inline constexpr std::size_t interface_name_max = 15;  // IFNAMSIZ without the closing NUL

struct NextHop {
    Ipv6 via;
    std::string device;  // an interface of this machine; `via` may be link-local
    bool operator==(const NextHop&) const = default;
};

}  // namespace leasehold
