// See the header. Measured: synchronous=FULL costs nothing with group commit, every secondary index costs a
// third of the rate, rows sorted by key dirty fewer pages.
#include "lease_backends/sqlite_store.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "lease_backends/migrations.hpp"
#include "lease_backends/registry.hpp"
#include "lease_backends/sqlite_connection.hpp"
#include "lease_backends/sqlite_import.hpp"
#include "lease_backends/sqlite_rows.hpp"

namespace leasehold {
namespace {

using Clock = std::chrono::steady_clock;

/// A change and where its result belongs.
struct ChangeAt {
    const Change* change;
    std::size_t at;
};

/// In the order of keys: neighbours share pages. Changes of one key keep their order.
std::vector<ChangeAt> sorted_by_key(std::span<const ChangeList> lists) {
    std::vector<ChangeAt> changes;
    for (const ChangeList& list : lists)
        for (const Change& change : list) changes.push_back({&change, changes.size()});
    std::ranges::stable_sort(changes, {}, [](const ChangeAt& one) { return address_of(*one.change); });
    return changes;
}

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

bool SqliteStore::Statements::all_prepared() const {
    return put && erase && find && scan_all && scan_after && begin && commit && rollback && probe;
}

SqliteStore::SqliteStore(BackendConfig config) : config_{std::move(config)} {}

SqliteStore::~SqliteStore() {
    close();
}

std::string SqliteStore::describe() const {
    return leasehold::describe(config_);
}

// --- opening

StoreResult<Opened> SqliteStore::open(Deadline deadline) {
    close();
    cancelled_ = false;
    deadline_ = deadline;
    Opened opened;
    opened.read_only = config_.readonly;
    const auto failure = [&](const auto& result) {
        close();
        return std::unexpected(result.error());
    };
    if (auto done = prepare_file(opened); !done) return failure(done);
    if (auto done = open_handle(); !done) return failure(done);
    if (auto done = set_up(); !done) return failure(done);
    SqliteConnection bookkeeping{handle_.get(), config_.path};
    auto schema =
        prepare_schema(bookkeeping, config_.readonly ? AutoMigrate::never
                                                     : config_.auto_migrate.value_or(AutoMigrate::always));
    if (!schema) return failure(schema);
    opened.schema_version = schema->version;
    opened.notices.insert(opened.notices.end(), schema->notices.begin(), schema->notices.end());

    sqlite3* db = handle_.get();
    const std::string select = "SELECT " + column_list() + " FROM lease ";
    const std::string key = "address = ?1 AND prefix_length = ?2";
    statements_.put = Statement::prepare(db, put_sql());
    statements_.erase = Statement::prepare(db, "DELETE FROM lease WHERE " + key + " AND version = ?3");
    statements_.find = Statement::prepare(db, select + "WHERE " + key);
    statements_.scan_all = Statement::prepare(db, select + "ORDER BY address, prefix_length");
    statements_.scan_after = Statement::prepare(
        db, select + "WHERE (address, prefix_length) > (?1, ?2) ORDER BY address, prefix_length");
    statements_.begin = Statement::prepare(db, "BEGIN IMMEDIATE");
    statements_.commit = Statement::prepare(db, "COMMIT");
    statements_.rollback = Statement::prepare(db, "ROLLBACK");
    statements_.probe = Statement::prepare(db, "SELECT version FROM lease LIMIT 1");
    if (!statements_.all_prepared())
        return failure(StoreResult<void>{std::unexpected(failed("preparing statements"))});

    if (auto done = prove_writable(); !done) return failure(done);
    if (auto done = register_here(opened); !done) return failure(done);
    healthy_ = true;
    opened.newest_cltt = newest_cltt(deadline);
    return opened;
}

StoreResult<void> SqliteStore::prepare_file(Opened& opened) {
    if (in_memory()) return {};
    const FileRules rules{!config_.readonly, config_.fix_permissions, config_.allow_network_filesystem};
    const auto note = [&](const std::vector<std::string>& notices) {
        opened.notices.insert(opened.notices.end(), notices.begin(), notices.end());
    };
    const auto directory = prepare_directory(config_.path, rules);
    if (!directory) return std::unexpected(directory.error());
    note(*directory);
    auto lock = lock_database(config_.path);
    if (!lock) return std::unexpected(lock.error());
    lock_ = std::move(*lock);
    const auto imported = import_kea_leases(config_);
    if (!imported) return std::unexpected(imported.error());
    note(*imported);
    const auto file = prepare_database_file(config_.path, rules);
    if (!file) return std::unexpected(file.error());
    note(*file);
    return {};
}

StoreResult<void> SqliteStore::open_handle() {
    const int access = config_.readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(config_.path.c_str(), &opened,
                                     access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    handle_.reset(opened);
    if (code != SQLITE_OK) return std::unexpected(failed("opening it"));
    const std::lock_guard lock{interrupt_mutex_};
    interruptible_ = opened;
    return {};
}

/// What SQLite is told is read back: a setting that did not take is no setting.
StoreResult<void> SqliteStore::set_pragma(const std::string& name, const std::string& value,
                                          const std::string& expected) {
    int code = execute(handle_.get(), "PRAGMA " + name + " = " + value);
    std::string now;
    if (code == SQLITE_OK) now = query_text(handle_.get(), "PRAGMA " + name, &code);
    if (code != SQLITE_OK) return std::unexpected(failed("setting " + name));
    if (now == expected) return {};
    return std::unexpected(StoreError{
        StoreErrc::configuration, config_.path + ": " + name + " stays " + now + " instead of " + expected +
                                      ", without which leases are not safe; is the file "
                                      "system able to share memory between processes?"});
}

StoreResult<void> SqliteStore::set_up() {
    sqlite3* db = handle_.get();
    sqlite3_busy_handler(
        db,
        [](void* store, int) {
            if (!static_cast<SqliteStore*>(store)->may_go_on()) return 0;
            sqlite3_sleep(5);
            return 1;
        },
        this);
    constexpr int steps_between_looks = 10000;
    sqlite3_progress_handler(
        db, steps_between_looks,
        [](void* store) { return static_cast<SqliteStore*>(store)->may_go_on() ? 0 : 1; }, this);
    sqlite3_wal_hook(
        db,
        [](void* store, sqlite3*, const char*, int frames) {
            static_cast<SqliteStore*>(store)->wal_frames_ = frames;
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
        if (config_.readonly && setting.name == std::string_view{"journal_mode"}) continue;
        if (auto done = set_pragma(setting.name, setting.value, setting.expected); !done) return done;
    }
    wal_frames_ = 0;
    checkpoint_above_ = 0;
    return {};
}

/// A start on a full disk or a read-only mount is found out here and not by the first client.
StoreResult<void> SqliteStore::prove_writable() {
    if (config_.readonly) return {};
    if (execute(handle_.get(), "UPDATE schema_info SET opened_at = unixepoch()") != SQLITE_OK)
        return std::unexpected(failed("writing to it"));
    return {};
}

/// Its lock is what keeps a second server out; the registration says whose the leases were, and shows when
/// another server had the file while this one had let go of it.
StoreResult<void> SqliteStore::register_here(Opened& opened) {
    if (config_.readonly || config_.server_id == 0 || in_memory()) return {};
    SqliteConnection bookkeeping{handle_.get(), config_.path};
    const auto last = read_registration(bookkeeping, config_.family);
    if (!last) return std::unexpected(last.error());
    const auto epoch =
        register_server(bookkeeping, config_.family, identity_of(config_.server_id), epoch_, false);
    if (!epoch) return std::unexpected(epoch.error());
    epoch_ = *epoch;
    if (*last && (*last)->server_id != config_.server_id)
        opened.notices.push_back("its leases belonged to " + leasehold::describe(**last) +
                                 "; now they are server " + std::to_string(config_.server_id) + "'s");
    const std::string mine = " WHERE family = ?1 AND epoch = ?2";
    statements_.owned = Statement::prepare(handle_.get(), "SELECT 1 FROM server_registry" + mine);
    statements_.seen =
        Statement::prepare(handle_.get(), "UPDATE server_registry SET last_seen = unixepoch()" + mine);
    if (!statements_.owned || !statements_.seen) return std::unexpected(failed("preparing statements"));
    seen_next_ = Clock::now() + seen_interval;
    return {};
}

StoreResult<void> SqliteStore::check_registration() {
    if (!statements_.owned) return {};
    const bool due = Clock::now() >= seen_next_;
    Statement& statement = due ? statements_.seen : statements_.owned;
    const ResetAtEnd reset{statement};
    statement.bind(1, config_.family == Family::v4 ? 4 : 6);
    statement.bind(2, as_stored(*epoch_));
    const int step = statement.step();
    if (step != SQLITE_DONE && step != SQLITE_ROW)
        return std::unexpected(failed("reading which server is registered"));
    if (due) seen_next_ = Clock::now() + seen_interval;
    if (due ? sqlite3_changes64(handle_.get()) == 1 : step == SQLITE_ROW) return {};
    healthy_ = false;
    SqliteConnection bookkeeping{handle_.get(), config_.path};
    return std::unexpected(taken_over(bookkeeping, config_.family));
}

/// Only a store that is well can still say good-bye: after a failure the registration stays for the next
/// open.
void SqliteStore::release() {
    if (!healthy_ || !epoch_ || cancelled_) return;
    deadline_ = Clock::now() + std::chrono::seconds{2};
    SqliteConnection bookkeeping{handle_.get(), config_.path};
    // Best effort: the lock file decides who may use the leases.
    [[maybe_unused]] const auto released = release_registration(bookkeeping, config_.family, *epoch_);
    epoch_.reset();
}

/// Reads every row: given up after a second, because the rows come past again with the load.
std::optional<LeaseTime> SqliteStore::newest_cltt(Deadline deadline) {
    const Deadline outer =
        std::exchange(deadline_, std::min(deadline, Clock::now() + std::chrono::seconds{1}));
    int code = SQLITE_OK;
    const std::string newest = query_text(handle_.get(), "SELECT max(cltt) FROM lease", &code);
    deadline_ = outer;
    if (code != SQLITE_OK || newest.empty()) return std::nullopt;
    return LeaseTime{std::chrono::seconds{std::strtoll(newest.c_str(), nullptr, 10)}};
}

void SqliteStore::close() {
    {
        const std::lock_guard lock{interrupt_mutex_};
        interruptible_ = nullptr;
    }
    release();
    healthy_ = false;
    statements_ = {};
    handle_.reset();  // the last connection moves what the log holds into the table file
    lock_ = {};
}

void SqliteStore::cancel() noexcept {
    cancelled_ = true;
    const std::lock_guard lock{interrupt_mutex_};
    if (interruptible_ != nullptr) sqlite3_interrupt(interruptible_);
}

bool SqliteStore::may_go_on() const {
    return !cancelled_ && Clock::now() < deadline_;
}

StoreResult<void> SqliteStore::begin_call(Deadline deadline) {
    deadline_ = deadline;
    if (!handle_) return std::unexpected(StoreError{StoreErrc::unavailable, config_.path + " is not open"});
    if (cancelled_)
        return std::unexpected(StoreError{StoreErrc::unavailable, config_.path + ": the call was cancelled"});
    return {};
}

StoreError SqliteStore::failed(std::string_view doing) {
    StoreError error = sqlite_error(handle_.get(), config_.path, doing);
    if (error.code != StoreErrc::rejected) healthy_ = false;
    return error;
}

// --- reading

StoreResult<std::vector<std::optional<Lease>>> SqliteStore::find(std::span<const Prefix> addresses,
                                                                 Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return std::unexpected(ready.error());
    std::vector<std::optional<Lease>> found;
    found.reserve(addresses.size());
    for (const Prefix& address : addresses) {
        const ResetAtEnd reset{statements_.find};
        bind_key(statements_.find, 1, address);
        switch (statements_.find.step()) {
            case SQLITE_DONE: found.emplace_back(std::nullopt); break;
            case SQLITE_ROW: {
                auto lease = read_lease(statements_.find.get());
                if (!lease)
                    return std::unexpected(StoreError{
                        StoreErrc::rejected, config_.path + ": the stored lease of " + to_string(address) +
                                                 " cannot be read: " + lease.error()});
                found.emplace_back(std::move(*lease));
                break;
            }
            default: return std::unexpected(failed("reading the lease of " + to_string(address)));
        }
    }
    return found;
}

StoreResult<ScanEnd> SqliteStore::scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return std::unexpected(ready.error());
    Statement& rows = after ? statements_.scan_after : statements_.scan_all;
    const ResetAtEnd reset{rows};
    if (after) bind_key(rows, 1, *after);
    const auto end = scan_rows(rows, sink);
    if (!end) return std::unexpected(failed("reading the leases"));
    return *end;
}

StoreResult<void> SqliteStore::probe(Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return ready;
    const ResetAtEnd reset{statements_.probe};
    const int step = statements_.probe.step();
    if (step != SQLITE_ROW && step != SQLITE_DONE) return std::unexpected(failed("reading from it"));
    return {};
}

// --- writing

StoreResult<std::vector<RowResult>> SqliteStore::commit(std::span<const ChangeList> lists,
                                                        Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return std::unexpected(ready.error());
    const int begun = statements_.begin.step();
    statements_.begin.reset();
    if (begun != SQLITE_DONE) return std::unexpected(failed("starting a transaction"));
    if (auto owned = check_registration(); !owned) {
        roll_back();
        return std::unexpected(owned.error());
    }
    auto results = apply_all(lists);
    if (!results) {
        roll_back();
        return results;
    }
    const int committed = statements_.commit.step();
    if (committed != SQLITE_DONE) return std::unexpected(failed_commit());
    statements_.commit.reset();
    return results;
}

StoreResult<std::vector<RowResult>> SqliteStore::apply_all(std::span<const ChangeList> lists) {
    const auto changes = sorted_by_key(lists);
    std::vector<RowResult> results(changes.size());
    for (const auto& [change, at] : changes) {
        auto result = std::visit([&](const auto& one) { return apply(one); }, *change);
        if (!result) return std::unexpected(result.error());
        results[at] = std::move(*result);
    }
    return results;
}

StoreResult<RowResult> SqliteStore::apply(const Put& put) {
    const ResetAtEnd reset{statements_.put};
    bind_lease(statements_.put, put.lease);
    const LeaseTime held_before = put.now - std::chrono::seconds{put.grace_seconds};
    statements_.put.bind(put_expected_version, as_stored(put.lease.version - 1));
    statements_.put.bind(put_takes_over, put.takes_over ? 1 : 0);
    statements_.put.bind(put_held_before, held_before.time_since_epoch().count());
    if (statements_.put.step() != SQLITE_DONE) {
        const StoreError error = failed("storing the lease of " + to_string(put.lease.address));
        // A constraint undoes this row alone; the transaction goes on with the others.
        if (error.code != StoreErrc::rejected) return std::unexpected(error);
        return RowResult{Outcome::rejected, std::nullopt, error.detail};
    }
    if (sqlite3_changes64(handle_.get()) == 1) return RowResult{};
    return lost_to(put.lease.address, false);
}

StoreResult<RowResult> SqliteStore::apply(const Erase& erase) {
    const ResetAtEnd reset{statements_.erase};
    bind_key(statements_.erase, 1, erase.address);
    statements_.erase.bind(3, as_stored(erase.version));
    if (statements_.erase.step() != SQLITE_DONE)
        return std::unexpected(failed("removing the lease of " + to_string(erase.address)));
    if (sqlite3_changes64(handle_.get()) == 1) return RowResult{};
    return lost_to(erase.address, true);
}

StoreResult<RowResult> SqliteStore::lost_to(const Prefix& address, bool gone_is_applied) {
    auto winner = find({&address, 1}, deadline_);
    if (!winner && winner.error().code == StoreErrc::rejected)  // the stored row does not decode: set aside
        return RowResult{Outcome::rejected, std::nullopt, winner.error().detail};
    if (!winner) return std::unexpected(winner.error());
    if (gone_is_applied && !winner->front()) return RowResult{};
    return RowResult{Outcome::lost, std::move(winner->front()), {}};
}

StoreError SqliteStore::failed_commit() {
    StoreError error = failed("COMMIT");
    const int code = sqlite3_extended_errcode(handle_.get());
    statements_.commit.reset();
    roll_back();
    if (error.code == StoreErrc::corrupt) return error;
    const bool nothing_applied = surely_rolled_back(code) && sqlite3_get_autocommit(handle_.get()) != 0;
    error.code = nothing_applied ? StoreErrc::unavailable : StoreErrc::in_doubt;
    if (!nothing_applied) error.detail += "; whether the last changes are stored shows when it is open again";
    return error;
}

void SqliteStore::roll_back() {
    if (sqlite3_get_autocommit(handle_.get()) != 0) return;  // SQLite has done so by itself
    // Not to be interrupted by what made it necessary; its failure leaves the transaction open, and close()
    // ends that.
    sqlite3_progress_handler(handle_.get(), 0, nullptr, nullptr);
    statements_.rollback.step();
    statements_.rollback.reset();
}

StoreResult<void> SqliteStore::between_commits(bool more_waiting, Deadline deadline) {
    if (auto ready = begin_call(deadline); !ready) return ready;
    const int limit = more_waiting ? wal_frames_busy : wal_frames_idle;
    if (wal_frames_ <= std::max(limit, checkpoint_above_)) return {};
    int in_log = 0, moved = 0;
    const int code =
        sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
    if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY)
        return std::unexpected(failed("moving its log into the table file"));
    // All of it moved: the next commit starts the log over. Else a foreign reader needs it: try again later.
    checkpoint_above_ = code == SQLITE_OK && in_log == moved ? 0 : wal_frames_ + limit;
    if (checkpoint_above_ == 0) wal_frames_ = 0;
    return {};
}

}  // namespace leasehold
