// Choosing a lease for a client that has none, or that asks anew (RFC 2131 4.3.1, RFC 8415 18.3): the one
// reserved for it, its own, the one offered to it, the one it wishes, else the allocator's; in the selected
// subnet and the others of its shared network. Reads only.
#pragma once

#include <boost/container/small_vector.hpp>
#include <optional>

#include "dhcp/binding.hpp"

namespace leasehold {

struct Candidate {
    Prefix unit;
    const SubnetConfig* subnet = nullptr;
    const PoolConfig* pool = nullptr;  // nullptr: reserved for the client, outside of the pools
    std::optional<Lease> row;          // the client's own, or an ended one
    bool own = false;
    bool allocated = false;  // by the allocator: its cursor moves when the decision is applied
};

/// Reserved for the client, and somebody else has it.
struct ReservationConflict {
    Prefix unit;
    std::uint32_t subnet_id = 0;
};
using ReservationConflicts = boost::container::small_vector<ReservationConflict, 1>;

struct Choice {
    std::optional<Candidate> candidate;  // none: nothing can be given
    std::optional<Prefix> wait_for;      // a lease that must be known first is with the store
    ReservationConflicts conflicts;
    bool limited = false;  // a limit on leases took a subnet out of the choice
};

/// What the client says it would like.
struct Wish {
    std::optional<Prefix> unit;            // this one
    std::optional<std::uint8_t> length;    // v6: a delegated prefix of about this length
    const ClientKey& holder;               // under which its offers are kept: one per client or IA
};

/// Is enough known to choose a lease for the client? While the store is loading: it surely has none that is not in the
/// table yet, and no limit is to be kept on a number of leases that is not known yet.
bool may_choose(const DecisionContext& context);
/// While the store is loading, what is chosen is free as far as is known. @return what comes first: its row must be
/// read, or, when it needs more than a read, the load must end; nullopt: the store has been asked, and nobody has it
std::optional<Decision> look_up_first(const DecisionContext& context, const std::optional<Candidate>& chosen);

/// @pre may_choose(); what is chosen then goes through look_up_first()
Choice choose_lease(const DecisionContext& context, const Wish& wish);
/// The later steps of it alone: a lease that the client does not have and that is not reserved for it.
Choice choose_new_lease(const DecisionContext& context, const Wish& wish);

/// This unit for the client, if it may have it and nobody needs it. A row that is not in the table is taken to be
/// free: while the store is loading, the caller has read it.
std::optional<Candidate> choose_named(const DecisionContext& context, const Prefix& unit);

/// Somebody was found at the address before it was offered (ping).
bool answered_a_ping(const DecisionContext& context, const Prefix& unit);

/// May this client have a unit of the subnet, but for what its row says: in a pool that lets it in, or
/// reserved for it; and reserved for nobody else. @param pool  of the unit, nullptr: none
bool may_have(const DecisionContext& context, const SubnetConfig& subnet, const PoolConfig* pool,
              const Prefix& unit);

/// What is reserved for the client, in the first subnet on its link that has something which it could have
/// now, and that was not given yet. Units that somebody else has are noted.
struct ReservedChoice {
    std::optional<Candidate> candidate;
    std::optional<Prefix> wait_for;
};
ReservedChoice reserved_for(const DecisionContext& context, ReservationConflicts& conflicts);

/// Would a new lease in this subnet, for this client, be one too many (address-limit of the subnet or of one
/// of its classes)? Replacing its own lease there is never too many.
bool is_over_limit(const DecisionContext& context, const SubnetConfig& subnet);

/// The counters that a failed choice moves.
void count_failure(const DecisionContext& context, const Choice& choice, Done& done);
void count_conflicts(const ReservationConflicts& conflicts, Done& done);

}  // namespace leasehold
