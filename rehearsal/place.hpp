// Where a packet comes in, when a person explains one: the interface that is named, or the one that the configuration
// leaves no choice about. Reads this machine's interfaces; the configuration may be meant for another machine.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rehearsal/memory_server.hpp"

namespace leasehold::rehearsal {

/// An interface of a machine as a place.
struct MachineInterface {
    std::string name;
    Ipv4 address4;  // the first one; 0.0.0.0: none
    Ipv6 address6;  // the first global one; ::, none
    bool loopback = false;
};
/// Of this machine, now.
std::vector<MachineInterface> machine_interfaces();

struct ChosenPlace {
    Place place;
    bool is_assumed = false;  // no interface of this machine: the address is made up for the subnet
};

/// @param named  "eth0", "eth0/192.0.2.1"; "": the only one that the configuration can mean
/// @param relay  the packet comes by this relay: the interface matters little, any will do
/// @error several would do: a sentence that lists them
Result<ChosenPlace, std::string> choose_place(const ServerConfig& config, const std::string& named,
                                              std::optional<Ipv6> relay, const std::vector<MachineInterface>& machine);

}  // namespace leasehold::rehearsal
