// A SQLite file with the settings that make a COMMIT durable: calls end at a deadline or by cancel(), a
// failed COMMIT says whether anything may have been applied, and the log is kept short. What the tables hold
// is its users' business: SqliteStore, OutageJournalStore.
#pragma once

#include <atomic>
#include <mutex>

#include "lease_backends/sqlite_file.hpp"
#include "lease_backends/sqlite_handle.hpp"

namespace leasehold {

class SqliteDatabase {
public:
    /// Pages of 4 KiB that the log may hold before it is moved: while nobody waits, and at the latest.
    static constexpr int wal_frames_idle = 1000;
    static constexpr int wal_frames_busy = 4000;

    /// @param path  absolute, or ":memory:"
    explicit SqliteDatabase(std::string path) : path_{std::move(path)} {}
    ~SqliteDatabase() { close(); }
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    /// Opens the file, which the rules of sqlite_file have let pass, and reads back that the settings took.
    StoreResult<void> open(bool readonly, Deadline deadline);
    void close();

    const std::string& path() const { return path_; }
    bool in_memory() const { return path_ == ":memory:"; }
    sqlite3* get() const { return handle_.get(); }
    /// Nothing failed since mark_healthy(), which the owner calls when it has finished opening.
    bool healthy() const { return healthy_; }
    void mark_healthy() { healthy_ = true; }
    void mark_unwell() { healthy_ = false; }

    /// Calls end then; @return what it was before.
    Deadline set_deadline(Deadline deadline) { return std::exchange(deadline_, deadline); }
    Deadline deadline() const { return deadline_; }
    /// For the first line of each call.
    StoreResult<void> begin_call(Deadline deadline);

    /// From any thread: the call in flight ends, and so do later ones until allow_calls().
    void cancel() noexcept;
    void allow_calls() { cancelled_ = false; }
    bool cancelled() const { return cancelled_; }

    StoreResult<void> begin();
    /// @error unavailable: nothing was applied. in_doubt: unknown.
    StoreResult<void> commit();
    void roll_back();
    /// Moves the log into the table file when it has grown, so that it starts over.
    StoreResult<void> tidy(bool more_waiting, Deadline deadline);

    /// The last failed call as an error for the operator. Anything but a refused row makes it unhealthy.
    StoreError failed(std::string_view doing);

private:
    StoreResult<void> open_handle(bool readonly);
    StoreResult<void> set_up(bool readonly);
    StoreResult<void> set_pragma(const std::string& name, const std::string& value,
                                 const std::string& expected);
    StoreError failed_commit();
    bool may_go_on() const;

    const std::string path_;
    SqliteHandle handle_;
    Statement begin_, commit_, rollback_;
    Deadline deadline_{};
    bool healthy_ = false;
    int wal_frames_ = 0;
    int checkpoint_above_ = 0;  // raised while a foreign reader keeps the log from starting over

    std::atomic<bool> cancelled_ = false;
    std::mutex interrupt_mutex_;        // cancel() against close()
    sqlite3* interruptible_ = nullptr;  // under interrupt_mutex_
};

}  // namespace leasehold
