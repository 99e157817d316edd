// Making a client's lease: what comes with its address (host, classes), the row to be stored, and the change
// that stores it. Not here: which address (allocate, decide_*), the client's name and the reply.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dhcp/binding.hpp"
#include "dhcp/lease_context.hpp"

namespace leasehold {

/// The client will have this unit: what follows from it is settled in the context. In a shared network that is
/// the first time the subnet, and so the subnet's host and its classes, are certain. Then the additional
/// classes of pool, subnet and network are evaluated (evaluate-additional-classes), before options and
/// lifetimes. The name is settled by the family, after this.
void settle(DecisionContext& context, const SubnetConfig& subnet, const PoolConfig* pool);

/// What a class of the client says first; nullopt: none of them says anything.
template <class Value>
std::optional<Value> of_classes(const DecisionContext& context, std::optional<Value> ClientClassConfig::*member) {
    for (const auto* of : context.config.defined(context.classes))
        if (of->*member) return of->*member;
    return std::nullopt;
}

/// The valid lifetimes that the client may have: of the first of its classes that has one, else the subnet's.
LifetimeRange valid_range(const DecisionContext& context);
/// Has the subnet given out so much of its pools that new leases are short (adaptive-lease-time-threshold)?
bool is_nearly_full(const DecisionContext& context);

/// What a lease is made with besides the client and the subnet.
struct LeaseTerms {
    std::uint32_t valid = 0;      // seconds
    std::uint32_t preferred = 0;  // seconds, v6
};

/// What relays said of themselves and the client, where it is to be kept (store-extended-info).
struct RelayWords {
    OctetView information;          // v4: payload of option 82
    std::vector<RelayNote> relays;  // v6
};

/// The row that makes the unit this client's from now on. @pre settled
///
/// @param row  what the unit has now: the client's own (whose running promise and notes are kept), an ended
///             one of somebody else (nothing of which is kept but its version), or none
/// @param relay  nullopt: nothing is said or to be kept. A client that renews straight with the server has no
///               relay at that moment: what the last one said stands (as with Kea, and stash-agent-options
///               lives on it).
Lease bound_lease(const DecisionContext& context, const Prefix& unit, const std::optional<Lease>& row,
                  const LeaseTerms& terms, const std::optional<RelayWords>& relay);

/// The row that keeps the address from everybody: somebody unknown uses it (RFC 2131 4.3.3, RFC 8415 18.3.8).
Lease declined_lease(const DecisionContext& context, const Prefix& unit, std::uint32_t subnet_id,
                     std::uint32_t pool_id, const std::optional<Lease>& row);
/// The client gave it back: no promise stands.
Lease released_lease(const DecisionContext& context, Lease row);
/// RELEASE: the row stays for the client's return (affinity) or goes. An infinite lease has no end that affinity
/// could wait for: Kea deletes it too.
Change release_change(const DecisionContext& context, Lease row);

/// The change that stores `lease` over `row`. It takes over when the row was not the client's own.
Change put_change(const DecisionContext& context, Lease lease, const std::optional<Lease>& row, LeaseCause cause);
Change erase_change(const Lease& row, LeaseCause cause);

/// May the client be answered from its row without a write? The row is live, young, and says everything that
/// a new one would say (cache-threshold).
bool is_cached(const DecisionContext& context, const Lease& row, const Lease& renewed);

}  // namespace leasehold
