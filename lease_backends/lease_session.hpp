// One connection to a database server, with the statements that carry leases. PostgreSQL and MariaDB each
// have one; everything that they need not differ in (hosts, schema, registration, batches, retries) is
// ServerStore's.
#pragma once

#include <functional>
#include <memory>

#include "dhcp/backend_config.hpp"
#include "lease_backends/commit_plan.hpp"
#include "lease_backends/credentials.hpp"
#include "lease_backends/sql_connection.hpp"

namespace leasehold {

/// What was found when the connection stood.
struct ServerTraits {
    std::string version;     // "PostgreSQL 15.18", "MariaDB 10.11.19, Galera cluster of 2"
    std::string encryption;  // "TLSv1.3, TLS_AES_256_GCM_SHA384"; "": clear text
    std::vector<std::string>
        notices;  // settings that are not as they should be: what, the consequence, the cure
    std::size_t batch_changes_max = 1024;  // a larger transaction costs more than it brings here
};

/// A transaction of this server's epoch; it fails as SqlFault::fenced once another stands in server_registry.
struct Fence {
    Family family = Family::v4;
    std::uint64_t epoch = 0;  // 0: not registered (read-only, tools): nothing is compared
};

enum class Finish : std::uint8_t { commit, roll_back };

/// A row as it stands in the database, or why it cannot be one of ours.
using StoredLease = Result<Lease, UnreadableRow>;

/// Puts rows in the places of earlier ones: what those had allocated is used again, which of a million rows is a
/// good part of what reading one costs.
class StoredLeases {
public:
    explicit StoredLeases(std::vector<StoredLease> used) : rows_{std::move(used)} {}
    /// What is there is to be replaced, and holds a lease.
    StoredLease& next() {
        if (count_ == rows_.size()) return ++count_, rows_.emplace_back();
        StoredLease& place = rows_[count_++];
        if (!place) place = Lease{};
        return place;
    }
    std::size_t size() const { return count_; }
    std::vector<StoredLease> take() {
        rows_.resize(count_);
        return std::move(rows_);
    }

private:
    std::vector<StoredLease> rows_;
    std::size_t count_ = 0;
};

class LeaseSession : public SqlConnection {
public:
    /// Connects to one host, and prepares and verifies the session: isolation, durability, encryption, writes
    /// accepted, quorum. What is merely not ideal is a notice.
    /// @error lost (with why), credentials, no_database, permission, configuration, read_only, full
    virtual SqlResult<ServerTraits> connect(const DatabaseHost& host, const Credentials& credentials,
                                            Deadline deadline) = 0;
    virtual void disconnect() noexcept = 0;
    virtual bool connected() const = 0;

    /// Applies the groups in their order, as one transaction. Result: for each group, for each of its
    /// changes, whether it was applied (an Erase of a row that is not there was not).
    /// @param finish  roll_back: only to learn which row is refused
    /// @error data: one of the rows is refused, nothing was applied
    virtual SqlResult<std::vector<std::vector<bool>>> apply(std::span<const ChangeGroup> groups,
                                                            const Fence& fence, Finish finish) = 0;
    /// The rows of these keys, in any order; keys without a row are left out.
    virtual SqlResult<std::vector<StoredLease>> find(std::span<const Prefix> keys) = 0;
    /// Up to `rows_max` rows of the family behind `after`, in the order of keys. A row whose key is damaged
    /// has UnreadableRow::address at its default (::/128 is no lease's key).
    /// @param used  a page that is needed no more: its memory is used again
    virtual SqlResult<std::vector<StoredLease>> page(Family family, const std::optional<Prefix>& after,
                                                     std::size_t rows_max, std::vector<StoredLease> used = {}) = 0;
    /// Whose leases the same rows are: see LeaseStore::scan_identities.
    virtual SqlResult<std::optional<IdentitiesPage>> identities([[maybe_unused]] Family family,
                                                                [[maybe_unused]] const std::optional<Prefix>& after,
                                                                [[maybe_unused]] std::size_t rows_max) {
        return std::nullopt;
    }
    /// The newest `cltt` of the family; nullopt: no rows, or not found within a second.
    virtual SqlResult<std::optional<LeaseTime>> newest_cltt(Family family) = 0;
    /// From any thread: the call in flight ends as lost, and so do later ones until the next connect().
    virtual void cancel() noexcept = 0;
};

std::unique_ptr<LeaseSession> make_postgres_session(const BackendConfig& config);
std::unique_ptr<LeaseSession> make_mariadb_session(const BackendConfig& config);

}  // namespace leasehold
