// See the header.
#include "lease_backends/sqlite_snapshot.hpp"

#include <filesystem>

#include "lease_backends/migrations.hpp"
#include "lease_backends/new_file.hpp"
#include "lease_backends/sqlite_file.hpp"
#include "lease_backends/sqlite_rows.hpp"

namespace leasehold {
namespace {

constexpr int busy_wait_ms = 5000;
constexpr int pages_per_step = 512;

StoreResult<SqliteHandle> open_file(const std::string& file, int access) {
    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(file.c_str(), &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    SqliteHandle handle{opened};
    if (code != SQLITE_OK) return std::unexpected(sqlite_error(opened, file, "opening it"));
    sqlite3_busy_timeout(opened, busy_wait_ms);
    return handle;
}

/// SQLite copies in steps; finishing releases what a copy holds, whatever became of it.
struct FinishBackup {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

StoreResult<void> copy_pages(sqlite3* from, sqlite3* to, const std::string& file,
                             const CopyProgress& progress) {
    const std::unique_ptr<sqlite3_backup, FinishBackup> backup{sqlite3_backup_init(to, "main", from, "main")};
    if (!backup) return std::unexpected(sqlite_error(to, file, "beginning the copy"));
    for (int step = SQLITE_OK; step != SQLITE_DONE;) {
        step = sqlite3_backup_step(backup.get(), pages_per_step);
        if (step != SQLITE_OK && step != SQLITE_DONE)
            return std::unexpected(sqlite_error(step, sqlite3_errstr(step), file, "copying the database"));
        const auto total = static_cast<std::uint64_t>(sqlite3_backup_pagecount(backup.get()));
        const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(backup.get()));
        if (!progress(total - left, total))
            return std::unexpected(StoreError{StoreErrc::unavailable, file + ": the copy was interrupted"});
    }
    return {};
}

/// One plain file, without the log beside it that the original has; and every page of it is looked at.
StoreResult<void> complete_copy(sqlite3* copy, const std::string& file) {
    int code = SQLITE_OK;
    const std::string mode = query_text(copy, "PRAGMA journal_mode = DELETE", &code);
    if (code != SQLITE_OK || mode != "delete")
        return std::unexpected(sqlite_error(copy, file, "completing the copy"));
    const std::string verdict = query_text(copy, "PRAGMA integrity_check", &code);
    if (code != SQLITE_OK) return std::unexpected(sqlite_error(copy, file, "checking the copy"));
    if (verdict == "ok") return {};
    return std::unexpected(StoreError{
        StoreErrc::corrupt, file +
                                ": the copy is damaged and was not kept, and so is the database: " + verdict +
                                "; take an earlier backup, or read what can be read with "
                                "leasehold leases dump"});
}

}  // namespace

StoreResult<SqliteSnapshot> SqliteSnapshot::open(const BackendConfig& config) {
    FileRules rules;
    rules.may_create = false;
    std::error_code ignored;
    if (!std::filesystem::exists(config.path, ignored) && !ignored)
        return std::unexpected(StoreError{StoreErrc::no_database, config.path + " does not exist"});
    if (auto checked = prepare_database_file(config.path, rules); !checked)
        return std::unexpected(checked.error());
    auto handle = open_file(config.path, SQLITE_OPEN_READONLY);
    if (!handle) return std::unexpected(handle.error());

    sqlite3* const database = handle->get();
    int code = execute(database, "BEGIN");
    std::string application;
    if (code == SQLITE_OK) application = query_text(database, "PRAGMA application_id", &code);
    if (code != SQLITE_OK) return std::unexpected(sqlite_error(database, config.path, "reading it"));
    if (application != std::to_string(sqlite_application_id))
        return std::unexpected(
            StoreError{StoreErrc::schema, config.path + " is not a lease database of this program"});
    // This read begins the transaction that all later reads belong to.
    query_text(database, "SELECT version FROM lease LIMIT 1", &code);
    if (code != SQLITE_OK) return std::unexpected(sqlite_error(database, config.path, "reading its leases"));
    return SqliteSnapshot{std::move(*handle), config.path};
}

StoreResult<ScanEnd> SqliteSnapshot::scan(RowSink& sink) {
    auto rows = Statement::prepare(handle_.get(),
                                   "SELECT " + column_list() + " FROM lease ORDER BY address, prefix_length");
    if (!rows) return std::unexpected(sqlite_error(handle_.get(), path_, "reading its leases"));
    const auto end = scan_rows(rows, sink);
    if (!end) return std::unexpected(sqlite_error(handle_.get(), path_, "reading its leases"));
    return *end;
}

StoreResult<std::uint64_t> SqliteSnapshot::copy_to(const std::string& file, const CopyProgress& progress) {
    auto made = NewFile::make(file);
    if (!made) return std::unexpected(made.error());
    auto copy = open_file(made->temporary_name(), SQLITE_OPEN_READWRITE);
    if (!copy) return std::unexpected(copy.error());
    // Flushed once, at the end.
    if (execute(copy->get(), "PRAGMA synchronous = OFF") != SQLITE_OK)
        return std::unexpected(sqlite_error(copy->get(), file, "preparing the copy"));
    if (auto done = copy_pages(handle_.get(), copy->get(), file, progress); !done)
        return std::unexpected(done.error());
    if (auto done = complete_copy(copy->get(), file); !done) return std::unexpected(done.error());
    copy->reset();
    if (auto done = made->finish(); !done) return std::unexpected(done.error());
    std::error_code ignored;
    return std::filesystem::file_size(file, ignored);
}

}  // namespace leasehold
