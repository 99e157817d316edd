// Leases in a SQLite file: write-ahead log, flushed at every commit, one transaction for many decisions.
// The rules for the file are in sqlite_file, the schema in migrations, rows in sqlite_rows.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>

#include "dhcp/backend_config.hpp"
#include "lease_backends/sqlite_file.hpp"
#include "lease_backends/sqlite_handle.hpp"

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
    StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists, Deadline deadline) override;
    /// Moves the log into the table file when it has grown, so that it starts over.
    StoreResult<void> between_commits(bool more_waiting, Deadline deadline) override;
    StoreResult<void> probe(Deadline deadline) override;
    void cancel() noexcept override;
    std::string describe() const override;

    /// Pages of 4 KiB that the log may hold before it is moved: while nobody waits, and at the latest.
    static constexpr int wal_frames_idle = 1000;
    static constexpr int wal_frames_busy = 4000;
    /// last_seen travels in a transaction that is made anyway, so often: no flush is spent on it.
    static constexpr std::chrono::seconds seen_interval{10};

private:
    struct Statements {
        Statement put, erase, find, scan_all, scan_after, begin, commit, rollback, probe;
        Statement owned, seen;  // prepared where this server is registered
        bool all_prepared() const;
    };

    bool in_memory() const { return config_.path == ":memory:"; }
    StoreResult<void> prepare_file(Opened& opened);
    StoreResult<void> open_handle();
    StoreResult<void> set_up();
    StoreResult<void> set_pragma(const std::string& name, const std::string& value,
                                 const std::string& expected);
    StoreResult<void> prove_writable();
    StoreResult<void> register_here(Opened& opened);
    /// In a transaction: nobody took this file over, and it shows that its server is alive.
    StoreResult<void> check_registration();
    void release();
    std::optional<LeaseTime> newest_cltt(Deadline deadline);
    StoreResult<void> begin_call(Deadline deadline);

    StoreResult<std::vector<RowResult>> apply_all(std::span<const ChangeList> lists);
    StoreResult<RowResult> apply(const Put& put);
    StoreResult<RowResult> apply(const Erase& erase);
    /// The row that won, for a change that was not applied.
    StoreResult<RowResult> lost_to(const Prefix& address, bool gone_is_applied);
    StoreError failed(std::string_view doing);
    StoreError failed_commit();
    void roll_back();
    bool may_go_on() const;

    const BackendConfig config_;
    FileDescriptor lock_;
    SqliteHandle handle_;
    Statements statements_;
    Deadline deadline_{};
    int wal_frames_ = 0;
    std::optional<std::uint64_t>
        epoch_;             // under which this process is registered; kept when it is opened again
    bool healthy_ = false;  // nothing failed since the last open
    std::chrono::steady_clock::time_point seen_next_{};  // when last_seen is due
    int checkpoint_above_ = 0;  // raised while a foreign reader keeps the log from starting over

    std::atomic<bool> cancelled_ = false;
    std::mutex interrupt_mutex_;        // cancel() against close()
    sqlite3* interruptible_ = nullptr;  // under interrupt_mutex_
};

}  // namespace leasehold
