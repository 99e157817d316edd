// What is counted and said about DHCPv6 packets: their types, their clients, and what was decided.
#pragma once

#include "dhcp/packet_log.hpp"

namespace leasehold::v6 {

extern const PacketWords packet_words;

}  // namespace leasehold::v6
