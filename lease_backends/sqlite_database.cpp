// See the header. Measured: synchronous=FULL costs nothing with group commit.
#include "lease_backends/sqlite_database.hpp"

#include <algorithm>
#include <utility>

namespace leasehold {
namespace {

using Clock = std::chrono::steady_clock;

/// After which failures of COMMIT is it certain that nothing was applied? The transaction's last page was not
/// written (full), or nothing was tried. After an I/O error the log may hold it all the same.
bool surely_rolled_back(int extended_code) {
    switch (extended_code & 0xff) {
        case SQLITE_FULL:
        case SQLITE_BUSY:
        case SQLITE_INTERRUPT:
        case SQLITE_READONLY: return true;
        default: return false;
    }
}

}  // namespace

// --- opening

StoreResult<void> SqliteDatabase::open(bool readonly, Deadline deadline) {
    deadline_ = deadline;
    if (auto done = open_handle(readonly); !done) return done;
    if (auto done = set_up(readonly); !done) return done;
    begin_ = Statement::prepare(get(), "BEGIN IMMEDIATE");
    commit_ = Statement::prepare(get(), "COMMIT");
    rollback_ = Statement::prepare(get(), "ROLLBACK");
    if (!begin_ || !commit_ || !rollback_) return std::unexpected(failed("preparing statements"));
    return {};
}

StoreResult<void> SqliteDatabase::open_handle(bool readonly) {
    const int access = readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path_.c_str(), &opened,
                                     access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    handle_.reset(opened);
    if (code != SQLITE_OK) return std::unexpected(failed("opening it"));
    const std::lock_guard lock{interrupt_mutex_};
    interruptible_ = opened;
    return {};
}

/// What SQLite is told is read back: a setting that did not take is no setting.
StoreResult<void> SqliteDatabase::set_pragma(const std::string& name, const std::string& value,
                                             const std::string& expected) {
    int code = execute(get(), "PRAGMA " + name + " = " + value);
    std::string now;
    if (code == SQLITE_OK) now = query_text(get(), "PRAGMA " + name, &code);
    if (code != SQLITE_OK) return std::unexpected(failed("setting " + name));
    if (now == expected) return {};
    return std::unexpected(StoreError{StoreErrc::configuration,
                                      path_ + ": " + name + " stays " + now + " instead of " + expected +
                                          ", without which leases are not safe; is the file "
                                          "system able to share memory between processes?"});
}

StoreResult<void> SqliteDatabase::set_up(bool readonly) {
    sqlite3* db = get();
    sqlite3_busy_handler(
        db,
        [](void* self, int) {
            if (!static_cast<SqliteDatabase*>(self)->may_go_on()) return 0;
            sqlite3_sleep(5);
            return 1;
        },
        this);
    constexpr int steps_between_looks = 10000;
    sqlite3_progress_handler(
        db, steps_between_looks,
        [](void* self) { return static_cast<SqliteDatabase*>(self)->may_go_on() ? 0 : 1; }, this);
    sqlite3_wal_hook(
        db,
        [](void* self, sqlite3*, const char*, int frames) {
            static_cast<SqliteDatabase*>(self)->wal_frames_ = frames;
            return SQLITE_OK;
        },
        this);
    struct Setting {
        const char *name, *value, *expected;
    };
    // wal_autocheckpoint would take the hook's place: not set, the hook above turns it off.
    const Setting settings[] = {
        {"journal_mode", "WAL", in_memory() ? "memory" : "wal"},
        {"synchronous", "FULL", "2"},
        {"trusted_schema", "OFF", "0"},
        {"cell_size_check", "ON", "1"},
        {"cache_size", "-65536", "-65536"},
        {"journal_size_limit", "33554432", "33554432"},
    };
    for (const Setting& setting : settings) {
        if (readonly && setting.name == std::string_view{"journal_mode"}) continue;
        if (auto done = set_pragma(setting.name, setting.value, setting.expected); !done) return done;
    }
    wal_frames_ = 0;
    checkpoint_above_ = 0;
    return {};
}

void SqliteDatabase::close() {
    {
        const std::lock_guard lock{interrupt_mutex_};
        interruptible_ = nullptr;
    }
    healthy_ = false;
    begin_ = {};
    commit_ = {};
    rollback_ = {};
    handle_.reset();  // the last connection moves what the log holds into the table file
}

// --- calls

void SqliteDatabase::cancel() noexcept {
    cancelled_ = true;
    const std::lock_guard lock{interrupt_mutex_};
    if (interruptible_ != nullptr) sqlite3_interrupt(interruptible_);
}

bool SqliteDatabase::may_go_on() const {
    return !cancelled_ && Clock::now() < deadline_;
}

StoreResult<void> SqliteDatabase::begin_call(Deadline deadline) {
    deadline_ = deadline;
    if (!handle_) return std::unexpected(StoreError{StoreErrc::unavailable, path_ + " is not open"});
    if (cancelled_)
        return std::unexpected(StoreError{StoreErrc::unavailable, path_ + ": the call was cancelled"});
    return {};
}

StoreError SqliteDatabase::failed(std::string_view doing) {
    StoreError error = sqlite_error(get(), path_, doing);
    if (error.code != StoreErrc::rejected) healthy_ = false;
    return error;
}

// --- transactions

StoreResult<void> SqliteDatabase::begin() {
    const int begun = begin_.step();
    begin_.reset();
    if (begun != SQLITE_DONE) return std::unexpected(failed("starting a transaction"));
    return {};
}

StoreResult<void> SqliteDatabase::commit() {
    if (commit_.step() != SQLITE_DONE) return std::unexpected(failed_commit());
    commit_.reset();
    return {};
}

StoreError SqliteDatabase::failed_commit() {
    StoreError error = failed("COMMIT");
    const int code = sqlite3_extended_errcode(get());
    commit_.reset();
    roll_back();
    if (error.code == StoreErrc::corrupt) return error;
    const bool nothing_applied = surely_rolled_back(code) && sqlite3_get_autocommit(get()) != 0;
    error.code = nothing_applied ? StoreErrc::unavailable : StoreErrc::in_doubt;
    if (!nothing_applied) error.detail += "; whether the last changes are stored shows when it is open again";
    return error;
}

void SqliteDatabase::roll_back() {
    if (sqlite3_get_autocommit(get()) != 0) return;  // SQLite has done so by itself
    // Not to be interrupted by what made it necessary; its failure leaves the transaction open, and close()
    // ends that.
    sqlite3_progress_handler(get(), 0, nullptr, nullptr);
    rollback_.step();
    rollback_.reset();
}

StoreResult<void> SqliteDatabase::tidy(bool more_waiting, Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return ready;
    const int limit = more_waiting ? wal_frames_busy : wal_frames_idle;
    if (wal_frames_ <= std::max(limit, checkpoint_above_)) return {};
    int in_log = 0, moved = 0;
    const int code = sqlite3_wal_checkpoint_v2(get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        return std::unexpected(failed("moving its log into the table file"));
    // All of it moved: the next commit starts the log over. Else a foreign reader needs it: try again later.
    checkpoint_above_ = code == SQLITE_OK && in_log == moved ? 0 : wal_frames_ + limit;
    if (checkpoint_above_ == 0) wal_frames_ = 0;
    return {};
}

}  // namespace leasehold
