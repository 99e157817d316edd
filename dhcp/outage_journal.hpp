// The outage journal as its reader sees it: what became durable here while the backend was away, on its way
// into the backend. It is written as a LeaseStore is, by a StoreWorker of its own.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dhcp/lease_store.hpp"

namespace leasehold {

/// The newest change of one lease.
struct JournalEntry {
    Change change;  // Put: the lease as this server knows it; Erase: it has none
    std::uint64_t base_version =
        0;                       // what the backend's row had, as far as this server knew, before the first
    std::uint64_t sequence = 0;  // of the newest change: newer ones have higher numbers
};

/// An entry that the backend does not get: it is kept on record for people.
struct JournalConflict {
    JournalEntry ours;
    std::optional<Lease>
        theirs;  // the row that somebody else wrote meanwhile for another client, and that stands
    std::string reason;
};

/// Reads what is journalled and takes out what has arrived. Its file is opened by the first call and may be
/// written by another thread at the same time. Called from one thread.
class OutageJournal {
public:
    virtual ~OutageJournal() = default;

    /// The oldest entries, at most `entries_max`.
    virtual StoreResult<std::vector<JournalEntry>> oldest(std::size_t entries_max, Deadline deadline) = 0;
    /// The backend has these now: they are taken out, except where a newer change took their place; the
    /// conflicts are put on record. All of it in one transaction.
    virtual StoreResult<void> settle(std::span<const JournalEntry> entries,
                                     std::span<const JournalConflict> conflicts, Deadline deadline) = 0;
    /// After an error; the next call opens it again.
    virtual void close() = 0;
};

/// What is in a journal, written by its threads and read by any.
struct JournalFill {
    std::atomic<std::uint64_t> entries = 0;
    std::atomic<std::uint64_t> octets = 0;
    std::atomic<std::int64_t> oldest = 0;      // seconds since 1970 of the first entry; 0: none
    std::atomic<std::uint64_t> conflicts = 0;  // on record
};

/// Makes the two sides of one journal: lease_backends provides it, so that the engine knows no file.
struct JournalSides {
    std::unique_ptr<LeaseStore> writer;
    std::function<std::unique_ptr<OutageJournal>()> reader;  // a new one each time
    std::shared_ptr<const JournalFill> fill;
};
using OpenJournal = std::function<JournalSides(const BackendConfig&)>;

}  // namespace leasehold
