// What the engine asks of a place where leases survive a restart. Few verbs over values: queries,
// statistics, reclamation and paging are answered from memory and written once for all backends.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "dhcp/backend_config.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/recycling_allocator.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// Monotonic. A backend also sets it as its server-side time-out where it has one.
using Deadline = std::chrono::steady_clock::time_point;

/// Why a lease changes, for those who hear of it (lease_event); stores do not look at it.
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

/// Writes `lease`, whose version is one above the stored row's, or a first_version() where no row is
/// expected. Applied when the stored row has version - 1, or when there is no row at all: nobody holds it.
struct Put {
    Lease lease;
    bool takes_over = false;          // another client held it before: the stored row must also be past its
                                      // hold_until, or released, declined-and-over or reclaimed
    std::uint32_t grace_seconds = 0;  // takes_over: hold_until + grace must be before `now`
    LeaseTime now{};                  // takes_over: the server's lease clock (a shared store uses its own)
    LeaseCause cause = LeaseCause::granted;
};
/// Removes the row if it still has this version. A row already gone counts as applied.
struct Erase {
    Prefix address;
    std::uint64_t version = 0;
    LeaseCause cause = LeaseCause::removed;
};
using Change = std::variant<Put, Erase>;

/// One decision's changes: applied in one transaction, never split over two batches. Nearly always one, whose place
/// is used again.
using ChangeList = std::vector<Change, RecyclingAllocator<Change>>;

const Prefix& address_of(const Change& change);
LeaseCause cause_of(const Change& change);

enum class Outcome : std::uint8_t {
    applied,
    lost,      // another writer came first; `current` is the row that won (none: it is gone)
    rejected,  // the database refuses this row's content; the others of the batch are unaffected
};
struct RowResult {
    Outcome outcome = Outcome::applied;
    std::optional<Lease> current;
    std::string detail;  // rejected: why, in the database's words
};

/// Named for the caller's next move, not for the library that failed.
enum class StoreErrc : std::uint8_t {
    unavailable,  // nothing was applied: reopen, then submit again
    in_doubt,     // lost during COMMIT: re-read before submitting again
    rejected,     // the database refuses this statement: again cannot help
    corrupt,      // the store cannot be read at all: stop serving from it
    fenced,       // another server took this database over: close service
    // refusals of open(), each with an exit code of its own
    schema,  // the schema is not one that this version can use
    credentials,
    no_database,
    permissions,    // file owner, mode or directory
    configuration,  // such as a network file system
    busy,           // another process has this store to itself
};
struct StoreError {
    StoreErrc code = StoreErrc::unavailable;
    std::string detail;  // a sentence for the operator: what, where (file or database), what to do
};
template <class T>
using StoreResult = Result<T, StoreError>;

struct Opened {
    std::uint32_t schema_version = 0;
    bool read_only = false;
    bool lacks_encryption = false;         // it was asked for, and the configuration goes on without
    std::optional<LeaseTime> newest_cltt;  // the clock rule of lease-engine 6 needs it
    std::vector<std::string> notices;      // for the log: imported leases, the server's version ...
    std::vector<std::string> warnings;     // what is not as it should be: the consequence and the cure
};

/// A stored row that does not decode: set aside, its address never given out, left as it is in the store.
struct UnreadableRow {
    Prefix address;
    std::string detail;
};

/// Receives a scan. Returning false ends it early.
class RowSink {
public:
    virtual ~RowSink() = default;
    virtual bool row(Lease&& lease) = 0;
    virtual bool unreadable(UnreadableRow&& row) = 0;
};

struct ScanEnd {
    std::uint64_t rows = 0;
    std::uint64_t unreadable = 0;
};

/// Whose leases some rows are: of v4 client identifiers and hardware addresses, of v6 DUIDs.
struct IdentitiesPage {
    std::vector<std::uint8_t> identities;  // before each an octet with its length; those of no length are left out
    std::size_t rows = 0;
    std::optional<Prefix> last;  // the address of the last row; nullopt: none was read
    bool complete = false;       // no row comes after these

    /// @pre it is no longer than an octet tells (client_id_size_max)
    void add(OctetView identity) {
        if (identity.empty()) return;
        identities.push_back(static_cast<std::uint8_t>(identity.size()));
        identities.insert(identities.end(), identity.begin(), identity.end());
    }
    template <class Visit>
    void for_each(const Visit& visit) const {
        for (std::size_t at = 0; at < identities.size(); at += 1u + identities[at])
            visit(OctetView{identities}.subspan(at + 1, identities[at]));
    }
};

/// Where leases survive a restart. Called from one thread only (cancel from any); calls block, with a
/// deadline. A backend is one class in one file; tests/lease_backends/contract_test.cpp holds what it must
/// do.
class LeaseStore {
public:
    virtual ~LeaseStore() = default;

    /// Opens or opens again; checks schema and rights. After an error of any call: close and open again.
    virtual StoreResult<Opened> open(Deadline deadline) = 0;
    virtual void close() = 0;

    /// The rows as stored now, in the order asked for.
    /// @error rejected: a row asked for does not decode; `detail` names it, the others can be asked for.
    virtual StoreResult<std::vector<std::optional<Lease>>> find(std::span<const Prefix> addresses,
                                                                Deadline deadline) = 0;
    /// Streams the rows of addresses after `after` (nullopt: all) in address order. A row whose key itself is
    /// damaged blocks no address: it is counted in `unreadable` and not shown.
    virtual StoreResult<ScanEnd> scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) = 0;

    /// The identities of up to `rows_max` rows of addresses after `after`, in address order, at a fraction of what
    /// scan() costs. Whatever else in a row does not decode, its identities are among them.
    /// @return nullopt: this store has no quicker way than scan()
    virtual StoreResult<std::optional<IdentitiesPage>> scan_identities([[maybe_unused]] std::optional<Prefix> after,
                                                                       [[maybe_unused]] std::size_t rows_max,
                                                                       [[maybe_unused]] Deadline deadline) {
        return std::nullopt;
    }

    /// Applies each change whose version condition holds; all in one transaction. A data error is narrowed
    /// down until the bad row stands alone as `rejected`.
    ///
    /// @return a result per change, list by list, in the order given.
    /// @error unavailable: nothing was applied. in_doubt: unknown. corrupt, fenced: stop.
    /// RFC 2131 3.1 (4): a DHCPACK leaves only after its change was applied.
    virtual StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists,
                                                       Deadline deadline) = 0;

    /// Housekeeping after a commit, once its results were handed on: what it costs delays no reply of that
    /// commit. `more_waiting`: changes are queued already, do only what must not grow any further.
    /// @error as commit, with nothing in doubt.
    virtual StoreResult<void> between_commits([[maybe_unused]] bool more_waiting,
                                              [[maybe_unused]] Deadline deadline) {
        return {};
    }

    /// Touches a table, so that a server that answers but cannot read is noticed.
    virtual StoreResult<void> probe(Deadline deadline) = 0;

    /// The same database with other credentials, encryption, limits or order of hosts: a later open() uses
    /// them. A store that is open connects with them now, and lets go of the old connection only when the new
    /// one works. Called between two commits; with a database server it takes a connection's time.
    /// @error why the new values do not work; the old connection goes on serving, and calling again tries
    ///        again.
    virtual StoreResult<void> renew([[maybe_unused]] const BackendConfig& config,
                                    [[maybe_unused]] Deadline deadline) {
        return {};
    }

    /// From any thread; the call in flight ends as unavailable or in_doubt, and so do later ones until the
    /// next open().
    virtual void cancel() noexcept = 0;

    /// Where it is, for people: "sqlite:/var/lib/leasehold/leases4.db".
    virtual std::string describe() const = 0;
};

}  // namespace leasehold
