// Looking for somebody at an address before it is offered (RFC 2131 2.2). The packets' journey asks; ping.hpp
// looks.
#pragma once

#include <cstdint>
#include <functional>

#include "dhcp/server_config.hpp"

namespace leasehold {

class AddressProbe {
public:
    virtual ~AddressProbe() = default;
    /// @param interface_index  the link to look on; 0: wherever the route leads
    /// @param done  called later, on the loop, with whether somebody answered; never called when this is
    /// destroyed first
    /// @return false: it cannot be looked for now, and `done` will not be called.
    virtual bool look(std::uint32_t interface_index, Ipv4 address, const PingConfig& how,
                      std::function<void(bool answered)> done) = 0;
};

}  // namespace leasehold
