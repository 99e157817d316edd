// The hardware address of a DHCPv6 client, which the protocol does not carry as such: found out from what the
// message and its relays say, in the order that `mac-sources` gives.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dhcp/server_config.hpp"
#include "dhcp/v6/duid.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::v6 {

struct FoundHardwareAddress {
    HardwareAddress hardware;
    std::uint32_t source = 0;  // as Kea stores it with the lease: a bit per source
};

/// The first of the sources that gives one; nullopt: none does. No frame is at hand for `raw`, which gives none.
std::optional<FoundHardwareAddress> find_hardware_address(const MessageView& message, const Arrival& arrival,
                                                          const std::vector<MacSource>& sources);

}  // namespace leasehold::v6
