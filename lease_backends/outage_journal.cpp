// See the header. The file is small and short-lived: its columns are those of the lease table without types
// or limits, because what is read back was written by this program a moment ago.
#include "lease_backends/outage_journal.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <utility>

#include "lease_backends/sqlite_database.hpp"
#include "lease_backends/sqlite_rows.hpp"

namespace leasehold {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t format_version = 1;
constexpr std::int64_t application_id =
    0x4c486f6a;  // "LHoj", so that another program's file is not taken for ours

std::string schema() {
    const std::string columns = column_list();
    return "BEGIN IMMEDIATE;CREATE TABLE IF NOT EXISTS entry (" + columns +
           ", erased, base_version, sequence, written_at, PRIMARY KEY (address, prefix_length)) WITHOUT "
           "ROWID;"
           "CREATE UNIQUE INDEX IF NOT EXISTS entry_sequence ON entry (sequence);"
           "CREATE TABLE IF NOT EXISTS lease_conflict (" +
           columns + ", side, reason, noticed_at);" +
           "PRAGMA application_id = " + std::to_string(application_id) +
           ";PRAGMA user_version = " + std::to_string(format_version) + ";COMMIT;";
}

constexpr int column_count = static_cast<int>(lease_columns.size());
constexpr int at_erased = column_count + 1, at_base = column_count + 2, at_sequence = column_count + 3,
              at_written = column_count + 4;

std::string parameters(int count) {
    std::string text;
    for (int i = 1; i <= count; ++i) text += (i == 1 ? "?" : ", ?") + std::to_string(i);
    return text;
}

/// base_version stays: it is about the backend's row before the first change.
std::string update_sql() {
    std::string text = "UPDATE entry SET ";
    for (int i = 2; i < column_count; ++i)
        text += std::string{lease_columns[static_cast<std::size_t>(i)].name} + " = ?" +
                std::to_string(i + 1) + ", ";
    return text + "erased = ?" + std::to_string(at_erased) + ", sequence = ?" + std::to_string(at_sequence) +
           " WHERE address = ?1 AND prefix_length = ?2";
}

/// What the columns of an entry hold: of an erased lease the key and the version alone.
Lease row_of(const Change& change) {
    if (const auto* const put = std::get_if<Put>(&change)) return put->lease;
    Lease lease;
    lease.address = address_of(change);
    lease.version = std::get<Erase>(change).version;
    return lease;
}

/// Both sides stand on this: the file, its statements, and what is in it.
class JournalFile {
public:
    JournalFile(std::string path, std::shared_ptr<JournalFill> fill)
        : database_{std::move(path)}, fill_{std::move(fill)} {}

    SqliteDatabase& database() { return database_; }
    JournalFill& fill() { return *fill_; }

    StoreResult<void> open(Deadline deadline) {
        if (auto done = database_.open(false, deadline); !done) return done;
        if (auto done = check_format(); !done) return done;
        sqlite3* const db = database_.get();
        page_count_ = Statement::prepare(db, "PRAGMA page_count");
        free_count_ = Statement::prepare(db, "PRAGMA freelist_count");
        if (!page_count_ || !free_count_) return std::unexpected(database_.failed("preparing statements"));
        return {};
    }
    void close() {
        page_count_ = {};
        free_count_ = {};
        database_.close();
    }

    /// After a transaction that added or took out entries.
    void count(std::int64_t more, std::int64_t now) {
        const auto entries = fill_->entries += static_cast<std::uint64_t>(more);
        if (entries == 0)
            fill_->oldest = 0;
        else if (fill_->oldest == 0)
            fill_->oldest = now;
        measure();
    }
    void measure() {
        constexpr std::int64_t page_size = 4096;
        fill_->octets = static_cast<std::uint64_t>(
            std::max<std::int64_t>(number(page_count_) - number(free_count_), 0) * page_size);
    }
    std::int64_t ask(std::string_view sql) {
        Statement statement = Statement::prepare(database_.get(), sql);
        return statement ? number(statement) : 0;
    }

private:
    StoreResult<void> check_format() {
        const auto version = ask("PRAGMA user_version");
        const auto application = ask("PRAGMA application_id");
        const bool is_new = version == 0 && ask("SELECT count(*) FROM sqlite_master") == 0;
        if (!is_new && (application != application_id || version > format_version))
            return std::unexpected(
                StoreError{StoreErrc::schema,
                           database_.path() +
                               (application == application_id
                                    ? ": this outage journal was written by a newer version of this program; "
                                      "start that one, so that it is drained"
                                    : ": this is no outage journal; name another file in outage-journal")});
        if (execute(database_.get(), schema()) != SQLITE_OK)
            return std::unexpected(database_.failed("making its tables"));
        return {};
    }
    static std::int64_t number(Statement& statement) {
        const ResetAtEnd reset{statement};
        return statement.step() == SQLITE_ROW ? sqlite3_column_int64(statement.get(), 0) : 0;
    }

    SqliteDatabase database_;
    std::shared_ptr<JournalFill> fill_;
    Statement page_count_, free_count_;
};

std::int64_t now_seconds() {
    return static_cast<std::int64_t>(std::time(nullptr));
}

/// The side that takes changes.
class JournalWriter final : public LeaseStore {
public:
    JournalWriter(std::string path, std::shared_ptr<JournalFill> fill)
        : file_{std::move(path), std::move(fill)} {}

    StoreResult<Opened> open(Deadline deadline) override {
        close();
        database().allow_calls();
        Opened opened;
        const auto failure = [&](const auto& result) {
            close();
            return std::unexpected(result.error());
        };
        const FileRules rules{
            .may_create = true, .fix_permissions = false, .allow_network_filesystem = false};
        if (auto done = prepare_directory(database().path(), rules); !done) return failure(done);
        auto lock = lock_database(database().path());
        if (!lock) return failure(lock);
        lock_ = std::move(*lock);
        if (auto done = prepare_database_file(database().path(), rules); !done) return failure(done);
        if (auto done = file_.open(deadline); !done) return failure(done);
        if (auto done = prepare(); !done) return failure(done);
        opened.schema_version = static_cast<std::uint32_t>(format_version);
        database().mark_healthy();
        return opened;
    }

    void close() override {
        insert_ = {};
        update_ = {};
        find_ = {};
        file_.close();
        lock_ = {};
    }

    StoreResult<std::vector<std::optional<Lease>>> find(std::span<const Prefix> addresses,
                                                        Deadline deadline) override {
        if (auto ready = database().begin_call(deadline); !ready) return std::unexpected(ready.error());
        std::vector<std::optional<Lease>> found;
        for (const Prefix& address : addresses) {
            const ResetAtEnd reset{find_};
            bind_key(find_, 1, address);
            const int step = find_.step();
            if (step != SQLITE_ROW && step != SQLITE_DONE)
                return std::unexpected(database().failed("reading the entry of " + to_string(address)));
            auto lease = step == SQLITE_ROW ? read_lease(find_.get()) : Result<Lease, std::string>{};
            if (!lease)
                return std::unexpected(
                    StoreError{StoreErrc::rejected, database().path() + ": " + lease.error()});
            found.push_back(step == SQLITE_ROW ? std::optional{std::move(*lease)} : std::nullopt);
        }
        return found;
    }

    /// There is nothing to load: what is journalled is in memory, or goes through the backend into it.
    StoreResult<ScanEnd> scan(std::optional<Prefix>, RowSink&, Deadline) override { return ScanEnd{}; }

    StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists,
                                               Deadline deadline) override {
        if (auto ready = database().begin_call(deadline); !ready) return std::unexpected(ready.error());
        if (auto begun = database().begin(); !begun) return std::unexpected(begun.error());
        std::vector<RowResult> results;
        std::int64_t added = 0;
        const std::int64_t now = now_seconds();
        for (const ChangeList& list : lists) {
            for (const Change& change : list) {
                const auto written = write(change, now);
                if (!written) {
                    database().roll_back();
                    return std::unexpected(written.error());
                }
                added += *written ? 1 : 0;
                results.emplace_back();
            }
        }
        if (auto committed = database().commit(); !committed) return std::unexpected(committed.error());
        file_.count(added, now);
        return results;
    }

    StoreResult<void> between_commits(bool more_waiting, Deadline deadline) override {
        return database().tidy(more_waiting, deadline);
    }

    StoreResult<void> probe(Deadline deadline) override {
        if (auto ready = database().begin_call(deadline); !ready) return ready;
        file_.measure();
        return {};
    }

    void cancel() noexcept override { database().cancel(); }
    std::string describe() const override { return "outage journal " + path(); }

private:
    SqliteDatabase& database() { return file_.database(); }
    const std::string& path() const { return const_cast<JournalWriter*>(this)->database().path(); }

    StoreResult<void> prepare() {
        sqlite3* const db = database().get();
        insert_ = Statement::prepare(db, "INSERT INTO entry (" + column_list() +
                                             ", erased, base_version, sequence, written_at) VALUES (" +
                                             parameters(at_written) + ") ON CONFLICT DO NOTHING");
        update_ = Statement::prepare(db, update_sql());
        find_ = Statement::prepare(
            db, "SELECT " + column_list() +
                    " FROM entry WHERE address = ?1 AND prefix_length = ?2 AND erased = 0");
        if (!insert_ || !update_ || !find_) return std::unexpected(database().failed("preparing statements"));
        JournalFill& fill = file_.fill();
        fill.entries = static_cast<std::uint64_t>(file_.ask("SELECT count(*) FROM entry"));
        fill.oldest = file_.ask("SELECT coalesce(min(written_at), 0) FROM entry");
        fill.conflicts =
            static_cast<std::uint64_t>(file_.ask("SELECT count(*) FROM lease_conflict WHERE side = 'ours'"));
        // Above every number this file has seen, also when its entries are gone.
        const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now().time_since_epoch());
        sequence_ = std::max(file_.ask("SELECT coalesce(max(sequence), 0) FROM entry"),
                             static_cast<std::int64_t>(microseconds.count()));
        file_.measure();
        return {};
    }

    /// @return was an entry added (and not another one's content replaced)?
    StoreResult<bool> write(const Change& change, std::int64_t now) {
        const Lease lease = row_of(change);
        const bool erased = std::holds_alternative<Erase>(change);
        const std::uint64_t base = erased ? lease.version : lease.version - 1;
        ++sequence_;
        for (Statement* const statement : {&insert_, &update_}) {
            const ResetAtEnd reset{*statement};
            bind_lease(*statement, lease);
            statement->bind(at_erased, erased ? 1 : 0);
            statement->bind(at_sequence, sequence_);
            if (statement == &insert_) {
                statement->bind(at_base, as_stored(base));
                statement->bind(at_written, now);
            }
            if (statement->step() != SQLITE_DONE)
                return std::unexpected(database().failed("writing the entry of " + to_string(lease.address)));
            if (sqlite3_changes64(database().get()) == 1) return statement == &insert_;
        }
        return false;
    }

    JournalFile file_;
    FileDescriptor lock_;
    Statement insert_, update_, find_;
    std::int64_t sequence_ = 0;
};

/// The side that brings entries into the backend.
class JournalReader final : public OutageJournal {
public:
    JournalReader(std::string path, std::shared_ptr<JournalFill> fill)
        : file_{std::move(path), std::move(fill)} {}

    StoreResult<std::vector<JournalEntry>> oldest(std::size_t entries_max, Deadline deadline) override {
        if (auto ready = begin_call(deadline); !ready) return std::unexpected(ready.error());
        const ResetAtEnd reset{oldest_};
        oldest_.bind(1, static_cast<std::int64_t>(entries_max));
        std::vector<JournalEntry> entries;
        for (;;) {
            const int step = oldest_.step();
            if (step == SQLITE_DONE) return entries;
            if (step != SQLITE_ROW) return std::unexpected(database().failed("reading its entries"));
            auto lease = read_lease(oldest_.get());
            if (!lease)
                return std::unexpected(StoreError{
                    StoreErrc::corrupt, database().path() + ": an entry cannot be read: " + lease.error()});
            JournalEntry entry;
            if (sqlite3_column_int64(oldest_.get(), column_count) != 0)
                entry.change = Erase{lease->address, lease->version};
            else
                entry.change = Put{std::move(*lease), false, 0, {}};
            entry.base_version =
                static_cast<std::uint64_t>(sqlite3_column_int64(oldest_.get(), column_count + 1));
            entry.sequence =
                static_cast<std::uint64_t>(sqlite3_column_int64(oldest_.get(), column_count + 2));
            entries.push_back(std::move(entry));
        }
    }

    StoreResult<void> settle(std::span<const JournalEntry> entries,
                             std::span<const JournalConflict> conflicts, Deadline deadline) override {
        if (auto ready = begin_call(deadline); !ready) return ready;
        if (auto begun = database().begin(); !begun) return begun;
        std::int64_t taken = 0;
        const auto fail = [&](const StoreError& error) -> StoreResult<void> {
            database().roll_back();
            return std::unexpected(error);
        };
        for (const JournalEntry& entry : entries) {
            const ResetAtEnd reset{remove_};
            bind_key(remove_, 1, address_of(entry.change));
            remove_.bind(3, as_stored(entry.sequence));
            if (remove_.step() != SQLITE_DONE) return fail(database().failed("taking entries out"));
            taken += sqlite3_changes64(database().get());
        }
        for (const JournalConflict& conflict : conflicts) {
            if (auto done = record("ours", row_of(conflict.ours.change), conflict.reason); !done)
                return fail(done.error());
            if (conflict.theirs)
                if (auto done = record("theirs", *conflict.theirs, conflict.reason); !done)
                    return fail(done.error());
        }
        if (auto committed = database().commit(); !committed) return committed;
        file_.fill().conflicts += conflicts.size();
        file_.count(-taken, now_seconds());
        return {};
    }

    void close() override {
        oldest_ = {};
        remove_ = {};
        record_ = {};
        file_.close();
    }

private:
    SqliteDatabase& database() { return file_.database(); }

    StoreResult<void> begin_call(Deadline deadline) {
        if (database().get() == nullptr) {
            if (auto done = open(deadline); !done) {
                close();
                return done;
            }
        }
        return database().begin_call(deadline);
    }
    StoreResult<void> open(Deadline deadline) {
        if (auto done = file_.open(deadline); !done) return done;
        sqlite3* const db = database().get();
        oldest_ = Statement::prepare(
            db, "SELECT " + column_list() +
                    ", erased, base_version, sequence FROM entry ORDER BY sequence LIMIT ?1");
        remove_ = Statement::prepare(
            db, "DELETE FROM entry WHERE address = ?1 AND prefix_length = ?2 AND sequence = ?3");
        record_ = Statement::prepare(db, "INSERT INTO lease_conflict (" + column_list() +
                                             ", side, reason, noticed_at) VALUES (" +
                                             parameters(column_count + 3) + ")");
        if (!oldest_ || !remove_ || !record_)
            return std::unexpected(database().failed("preparing statements"));
        return {};
    }
    StoreResult<void> record(std::string_view side, const Lease& lease, std::string_view reason) {
        const ResetAtEnd reset{record_};
        bind_lease(record_, lease);
        record_.bind_text(column_count + 1, side);
        record_.bind_text(column_count + 2, reason);
        record_.bind(column_count + 3, now_seconds());
        if (record_.step() != SQLITE_DONE) return std::unexpected(database().failed("recording a conflict"));
        return {};
    }

    JournalFile file_;
    Statement oldest_, remove_, record_;
};

}  // namespace

std::uint64_t journalled_leases(const std::string& file) {
    if (std::error_code unknown; file.empty() || !std::filesystem::exists(file, unknown)) return 0;
    sqlite3* opened = nullptr;
    sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    const SqliteHandle handle{opened};
    Statement count = Statement::prepare(handle.get(), "SELECT count(*) FROM entry");
    if (!count || count.step() != SQLITE_ROW) return 0;
    return static_cast<std::uint64_t>(sqlite3_column_int64(count.get(), 0));
}

JournalSides make_outage_journal(const BackendConfig& config) {
    const auto fill = std::make_shared<JournalFill>();
    const std::string path = config.outage_journal;
    return {std::make_unique<JournalWriter>(path, fill),
            [path, fill] { return std::make_unique<JournalReader>(path, fill); }, fill};
}

}  // namespace leasehold
