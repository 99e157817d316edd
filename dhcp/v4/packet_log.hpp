// What is counted and said about DHCPv4 packets: their types, their clients, and what was decided.
#pragma once

#include "dhcp/packet_log.hpp"

namespace leasehold::v4 {

extern const PacketWords packet_words;

}  // namespace leasehold::v4
