// Leases in a SQLite file: write-ahead log, flushed at every commit, one transaction for many decisions.
// The rules for the file are in sqlite_file, transactions in sqlite_database, the schema in migrations, rows
// in sqlite_rows.
#pragma once

#include <chrono>

#include "dhcp/backend_config.hpp"
#include "lease_backends/sqlite_database.hpp"
#include "lease_backends/sqlite_scan.hpp"

namespace leasehold {

class SqliteStore final : public LeaseStore {
public:
    explicit SqliteStore(BackendConfig config);
    ~SqliteStore() override;

    StoreResult<Opened> open(Deadline deadline) override;
    void close() override;
    StoreResult<std::vector<std::optional<Lease>>> find(std::span<const Prefix> addresses,
                                                        Deadline deadline) override;
    StoreResult<ScanEnd> scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) override;
    StoreResult<std::optional<IdentitiesPage>> scan_identities(std::optional<Prefix> after, std::size_t rows_max,
                                                               Deadline deadline) override;
    StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists, Deadline deadline) override;
    /// Moves the log into the table file when it has grown, so that it starts over.
    StoreResult<void> between_commits(bool more_waiting, Deadline deadline) override;
    StoreResult<void> probe(Deadline deadline) override;
    void cancel() noexcept override;
    std::string describe() const override;

    /// last_seen travels in a transaction that is made anyway, so often: no flush is spent on it.
    static constexpr std::chrono::seconds seen_interval{10};

private:
    struct Statements {
        Statement put, erase, find, probe;
        Statement owned, seen;  // prepared where this server is registered
        bool all_prepared() const;
    };

    StoreResult<void> prepare_file(Opened& opened);
    StoreResult<void> prove_writable();
    StoreResult<void> register_here(Opened& opened);
    /// In a transaction: nobody took this file over, and it shows that its server is alive.
    StoreResult<void> check_registration();
    void release();
    std::optional<LeaseTime> newest_cltt(Deadline deadline);

    StoreResult<std::vector<RowResult>> apply_all(std::span<const ChangeList> lists);
    StoreResult<RowResult> apply(const Put& put);
    StoreResult<RowResult> apply(const Erase& erase);
    /// The row that won, for a change that was not applied.
    StoreResult<RowResult> lost_to(const Prefix& address, bool gone_is_applied);

    const BackendConfig config_;
    FileDescriptor lock_;
    SqliteDatabase database_;
    Statements statements_;
    SqliteScan scan_;
    std::optional<std::uint64_t>
        epoch_;  // under which this process is registered; kept when it is opened again
    std::chrono::steady_clock::time_point seen_next_{};  // when last_seen is due
};

}  // namespace leasehold
