// How an entry of the outage journal goes into the backend. Pure.
#pragma once

#include <optional>

#include "dhcp/outage_journal.hpp"

namespace leasehold {

struct DrainStep {
    ChangeList changes;  // in one transaction; empty: the backend has it already, or keeps what it has
    std::optional<Lease> result;  // what the backend has for the address afterwards
    std::string conflict;         // not empty: somebody else's row stands, and why
};

/// The server had its database to itself, so what it journalled is newer than what is stored, whatever became
/// of commits that were under way when the database was lost. The exception is a row that was not there then,
/// of another writer, for another client who still needs it: that one stands (recovery 3.4).
///
/// @param stored     the backend's row now
/// @param server_id  what this server writes as last_writer
DrainStep plan_drain(const JournalEntry& entry, const std::optional<Lease>& stored, std::uint64_t server_id,
                     LeaseTime now);

}  // namespace leasehold
