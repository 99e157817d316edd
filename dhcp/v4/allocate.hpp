// Choosing an address for a client that has none, or that asks anew (RFC 2131 4.3.1): its own, the one
// offered to it, the one it wishes, else the allocator's. Reads only.
#pragma once

#include <optional>

#include "dhcp/v4/binding.hpp"

namespace leasehold::v4 {

struct Candidate {
    Ipv4 address;
    const PoolConfig* pool = nullptr;
    std::optional<Lease> row;  // the client's own, or an ended one
    bool own = false;
    bool allocated = false;  // by the allocator: its cursor moves when the decision is applied
};

struct Choice {
    std::optional<Candidate> candidate;  // none: nothing can be given
    std::optional<Prefix> wait_for;      // the client's own lease is with the store
};

/// @pre the table is complete: this needs absence
Choice choose_address(const Context& context);

/// The counters that a failed choice moves.
void count_failure(const Context& context, Done& done);

}  // namespace leasehold::v4
