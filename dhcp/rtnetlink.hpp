// What the kernel says about interfaces and their addresses (rtnetlink(7)), as values. Pure: the socket that
// the octets came from is interfaces.cpp's. The kernel's octets are in host byte order.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "dhcp/interfaces.hpp"

namespace leasehold {

using InterfaceMap = std::map<std::uint32_t, Interface>;

enum class DumpKind : std::uint8_t { links, addresses };

/// Marks the replies to one dump: they carry the port of the socket that asked, and the number it chose.
struct DumpId {
    std::uint32_t port = 0;
    std::uint32_t sequence = 0;
};

/// The octets that ask for all links, or for all addresses.
std::vector<std::uint8_t> dump_request(DumpKind kind, DumpId id);

struct NetlinkOutcome {
    bool event = false;        // something changed: what was read before is out of date
    bool dump_done = false;    // the last reply to the dump
    bool dump_failed = false;  // it was refused or mixes two states: ask again once it is done
    bool garbled = false;      // lengths that make no sense: the rest was not read
};

/// Puts the replies to the dump `id` into `interfaces`, and tells whether there was an event.
NetlinkOutcome read_netlink(std::span<const std::uint8_t> datagram, DumpId id, InterfaceMap& interfaces);

}  // namespace leasehold
