// Which leases are this client's, and what the row of an address means for it. Reads only; what follows from
// it is the business of decide_discover and decide_request.
#pragma once

#include <cstdint>
#include <optional>

#include "dhcp/lease_table.hpp"
#include "dhcp/v4/client_name.hpp"
#include "dhcp/v4/decide.hpp"

namespace leasehold::v4 {

/// The arguments of one decide() call, in one place. Lives as long as the call.
struct Context {
    const Request& request;
    const ServerConfig& config;
    const World& world;
    const Facts& facts;
    LeaseTime now;
    std::uint64_t first_version;
    std::uint64_t seed;
    ClientName name;  // of options 81 and 12

    /// @pre request.subnet is set; callers have answered packets without a subnet
    const SubnetConfig& subnet() const { return *request.subnet; }
};

/// Same client: client identifiers decide where both sides have one, else the hardware address does. Nobody
/// owns a declined row.
bool belongs_to(const Lease& row, const Request& request);

/// The row of an address as the store has it; outer nullopt: not known while the store is loading and must be
/// fetched (Need).
std::optional<std::optional<Lease>> row_of(const Context& context, const Prefix& unit);

/// This client's rows in the request's subnet, of any state but declined: found by client identifier, or,
/// when there are none, by hardware address. The one that it most likely uses stands first.
LeaseRows leases_of_client(const Context& context);

enum class Claim : std::uint8_t {
    own,      // this client's, in this subnet; it may have ended
    free,     // no row
    ended,    // a row that another client, or another subnet, no longer needs
    foreign,  // somebody else's: a live lease, a declined address, or one of a subnet that is gone
};
Claim claim_on(const Context& context, const std::optional<Lease>& row);

/// The pool of the subnet that has this address; nullptr: none, or compatibility excludes it.
const PoolConfig* pool_of(const ServerConfig& config, const SubnetConfig& subnet, Ipv4 address);

/// Its stored row cannot be read: never given out.
bool is_set_aside(const World& world, const Prefix& unit);

/// Is it live by the server's clock: assigned and not expired?
bool is_live(const Lease& row, LeaseTime now);

}  // namespace leasehold::v4
