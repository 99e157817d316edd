// How a durable change of a lease moves the counters. One place for packets, reclamation and commands.
#pragma once

#include "dhcp/lease_event.hpp"
#include "dhcp/lease_keeper.hpp"
#include "dhcp/statistics.hpp"

namespace leasehold {

void count_event(Statistics& statistics, const LeaseEvent& event);

/// After a (re)configuration: the scopes of its subnets and pools, their capacities, and the counts of the
/// leases that are there.
void recount(Statistics& statistics, const ServerConfig& config, const LeaseKeeper& keeper);

}  // namespace leasehold
