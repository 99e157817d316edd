// What happened to a lease, told once it is durable: statistics, logs and event streams listen to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dhcp/lease.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

enum class LeaseCause : std::uint8_t {
    granted,  // a new binding, or an ended one given to another client
    renewed,  // the same client, extended
    offered,  // offer-lifetime: stored with an OFFER
    released,
    declined,
    moved,      // the client's other lease, removed because it got this one
    reclaimed,  // expired and cleaned
    probation_over,
    removed,  // affinity over, or by command
    edited,   // by command: whoever has it goes on having it
};
std::string_view to_string(LeaseCause cause);

/// A change on its way to the store, and why.
struct LeaseChange {
    Change change;
    LeaseCause cause = LeaseCause::granted;
};

struct LeaseEvent {
    std::uint64_t sequence = 0;
    LeaseCause cause = LeaseCause::granted;
    std::optional<Lease> before, after;
};

}  // namespace leasehold
