// Which leases are this client's, and what the row of an address means for it. Reads only; what follows from
// it is the business of the decide_* of each family.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>

#include "dhcp/client_name.hpp"
#include "dhcp/client_request.hpp"
#include "dhcp/decision.hpp"
#include "dhcp/expression.hpp"

namespace leasehold {

/// The arguments of one decide() call, in one place, and what the decision has settled so far. Lives as long
/// as the call. Each family derives its own, which knows the message.
struct DecisionContext {
    const ClientRequest& client;
    const ExpressionSource& source;  // the packet, for expressions
    const ServerConfig& config;
    const World& world;
    const Facts& facts;
    LeaseTime now;
    std::uint64_t first_version;
    std::uint64_t seed;

    /// What kind of lease is looked for, and, of v6, for which IA. A v6 decision goes from one IA to the next.
    LeaseKind kind = LeaseKind::v4;
    std::uint32_t iaid = 0;
    /// Chosen already in this decision, for another IA: nobody else gets it.
    boost::container::small_vector<Prefix, 4> given = {};

    // Settled with the address (grant: settle); until then what the packet says.
    ClassSet classes = {};                 // of the request, and those that came with the address
    const SubnetConfig* chosen = nullptr;  // nullptr: the selected one
    const PoolConfig* pool = nullptr;      // nullptr: in none
    const Reservation* host = nullptr;     // whose options are sent
    ClientName name = {};

    /// @pre client.subnet is set; callers have answered packets without a subnet
    const SubnetConfig& subnet() const { return chosen == nullptr ? *client.subnet : *chosen; }
};

/// May this client get an address of the subnet? The selected subnet, or one of its shared network whose
/// guards let the client in. @pre context.client.subnet is set
bool is_on_link(const DecisionContext& context, const SubnetConfig& subnet);
/// The same by id; nullptr: no.
const SubnetConfig* subnet_on_link(const DecisionContext& context, std::uint32_t subnet_id);
/// The subnet on the client's link, selected one first, that has this address, or a pool with this prefix;
/// nullptr: none that lets the client in.
const SubnetConfig* subnet_with(const DecisionContext& context, const Prefix& unit);

/// Same client. v4: client identifiers decide where both sides have one, else the hardware address does. v6:
/// the same DUID, kind and IAID. Nobody owns a declined row.
bool belongs_to(const Lease& row, const DecisionContext& context);

/// The row of an address as the store has it; outer nullopt: not known while the store is loading and must be
/// fetched (Need).
std::optional<std::optional<Lease>> row_of(const DecisionContext& context, const Prefix& unit);

/// leases_of_client() will follow, and a search or a change in the first pool of the selected subnet: what they read is
/// brought into the cache meanwhile, together.
void expect_look_up(const DecisionContext& context);

/// Does leases_of_client() show all that the store has of the client? While it is loading: that there are none but
/// those in the table is known of a client whose identities are in no stored row.
bool knows_leases_of_client(const DecisionContext& context);

/// This client's rows in the subnets on its link, of any state but declined: found by client identifier, or,
/// when there are none, by hardware address; in v6 by DUID, of the IA in question. The one that it most likely uses stands first.
LeaseRows leases_of_client(const DecisionContext& context);

enum class Claim : std::uint8_t {
    own,      // this client's, in this subnet; it may have ended
    free,     // no row
    ended,    // a row that another client, or another subnet, no longer needs
    foreign,  // somebody else's: a live lease, a declined address, or one of a subnet that is gone
};
/// What the row of an address of `subnet` means for this client.
Claim claim_on(const DecisionContext& context, const SubnetConfig& subnet, const std::optional<Lease>& row);

/// Does the client use it by right, going by its row: own, of this subnet, and not given back?
bool is_renewal(const DecisionContext& context, const SubnetConfig& subnet, const std::optional<Lease>& row);

/// Its stored row cannot be read: never given out.
bool is_set_aside(const World& world, const Prefix& unit);

/// Is it live by the server's clock: assigned and not expired?
bool is_live(const Lease& row, LeaseTime now);

}  // namespace leasehold
