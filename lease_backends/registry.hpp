// Who has the database to itself: the row of this family in server_registry. One server at a time; a second
// one is refused, and whoever was taken over from finds another epoch there and closes its service.
#pragma once

#include "lease_backends/sql_connection.hpp"

namespace leasehold {

struct Registration {
    std::uint64_t server_id = 0;
    std::string name;                        // of identity_of: host and process, for people
    std::uint64_t epoch = 0;                 // one more at each registration and take-over
    bool released = false;                   // its server ended in order: the next may come
    LeaseTime registered_at{}, last_seen{};  // the database's clock
    LeaseTime now{};                         // the same clock, when it was read
};
struct ServerIdentity {
    std::uint64_t server_id = 0;
    std::string name;
};
/// server-id; host, process and when it began: no other server has this name, nor a later one of the same
/// machine.
ServerIdentity identity_of(std::uint64_t server_id);

StoreResult<std::optional<Registration>> read_registration(SqlConnection& connection, Family family);

/// Registers this server, under a new epoch.
/// @param held  the epoch under which this process registered before: then it is only checked, and kept
/// @param exclusive  false: whoever stands there is replaced (an embedded store proves exclusiveness by a
/// lock)
/// @return the epoch
/// @error busy: another server is registered and has not released it; the message names it and both cures.
///        configuration: this process is, through another store.
///        fenced: `held` is not the epoch any more.
StoreResult<std::uint64_t> register_server(SqlConnection& connection, Family family,
                                           const ServerIdentity& self, std::optional<std::uint64_t> held,
                                           bool exclusive = true);
/// Says that this server is alive. At most every ten seconds is enough.
StoreResult<void> refresh_registration(SqlConnection& connection, Family family, std::uint64_t epoch);
/// At an orderly end. Best effort: without it the next server needs `leasehold db takeover`.
StoreResult<void> release_registration(SqlConnection& connection, Family family, std::uint64_t epoch);
/// Takes the database away from whoever is registered.
/// @return who was, if anybody
StoreResult<std::optional<Registration>> take_over(SqlConnection& connection, Family family,
                                                   const ServerIdentity& self);

/// The error of a server whose epoch is not the registered one any more: who is registered, and what to do.
StoreError taken_over(SqlConnection& connection, Family family);

/// "server 17 on host dhcp1, seen 12 s ago"
std::string describe(const Registration& registration);

}  // namespace leasehold
