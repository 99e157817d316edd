// See the header.
#include "lease_backends/sqlite_import.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "lease_backends/kea_csv.hpp"
#include "lease_backends/migrations.hpp"
#include "lease_backends/sqlite_connection.hpp"
#include "lease_backends/sqlite_file.hpp"
#include "lease_backends/sqlite_rows.hpp"

namespace leasehold {
namespace {

/// The half-made database. What is left of it when it is not finished is removed.
class TemporaryDatabase {
public:
    explicit TemporaryDatabase(const std::string& final_name) : final_name_{final_name} {}
    ~TemporaryDatabase() {
        close();
        remove();
    }
    TemporaryDatabase(const TemporaryDatabase&) = delete;
    TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;

    StoreResult<void> make() {
        remove();  // of an import that was interrupted
        if (auto created = prepare_database_file(name_, {}); !created)
            return std::unexpected(created.error());
        sqlite3* handle = nullptr;
        const int opened =
            sqlite3_open_v2(name_.c_str(), &handle,
                            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
        database_.reset(handle);
        // No journal: a failure throws the whole file away.
        if (opened != SQLITE_OK ||
            execute(handle, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF") != SQLITE_OK)
            return failed("opening it");
        SqliteConnection bookkeeping{handle, name_};
        if (auto schema = prepare_schema(bookkeeping, AutoMigrate::always); !schema)
            return std::unexpected(schema.error());
        if (execute(handle, "BEGIN IMMEDIATE") != SQLITE_OK) return failed("starting the import");
        forget_ = Statement::prepare(handle, "DELETE FROM lease WHERE address = ?1");
        put_ = Statement::prepare(handle, put_sql());
        if (!forget_ || !put_) return failed("preparing the import");
        return {};
    }

    /// The journal's next word on an address: Kea's key is the address alone, so is what it replaces.
    StoreResult<void> take(KeaCsvRow&& row) {
        const ResetAtEnd forgotten{forget_}, stored{put_};
        forget_.bind_octets(1, row.lease.address.address.bytes);
        if (forget_.step() != SQLITE_DONE) return failed("replacing a lease");
        if (row.erases) return {};
        row.lease.version = version_;
        bind_lease(put_, row.lease);
        if (put_.step() != SQLITE_DONE) return failed("storing the lease of " + to_string(row.lease.address));
        return {};
    }

    StoreResult<std::string> count() {
        int code = SQLITE_OK;
        auto leases = query_text(database_.get(), "SELECT count(*) FROM lease", &code);
        if (code != SQLITE_OK)
            return std::unexpected(sqlite_error(database_.get(), name_, "counting the leases"));
        return leases;
    }

    StoreResult<void> finish() {
        if (execute(database_.get(), "COMMIT") != SQLITE_OK) return failed("finishing the import");
        close();
        const FileDescriptor file{::open(name_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
        if (!file.is_open() || ::fsync(file.get()) != 0)
            return std::unexpected(system_error(name_, "cannot be flushed to disk", errno));
        if (std::rename(name_.c_str(), final_name_.c_str()) != 0)
            return std::unexpected(system_error(name_, "cannot be renamed to " + final_name_, errno));
        return sync_directory_of(final_name_);
    }

private:
    std::unexpected<StoreError> failed(const std::string& doing) const {
        StoreError error = sqlite_error(database_.get(), name_, doing);
        if (error.code == StoreErrc::rejected) error.code = StoreErrc::configuration;
        return std::unexpected{std::move(error)};
    }
    void close() {
        forget_ = {};
        put_ = {};
        database_.reset();
    }
    void remove() const {
        std::error_code ignored;
        std::filesystem::remove(name_, ignored);
    }

    const std::string final_name_;
    const std::string name_ = final_name_ + ".importing";
    const std::uint64_t version_ = first_version(std::chrono::system_clock::now(), 0);
    SqliteHandle database_;
    Statement forget_, put_;
};

bool is_there(const std::string& file) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(file, failed);
    // An empty file is what a start leaves that ended before its first table was made.
    return failed ? std::filesystem::exists(std::filesystem::symlink_status(file, failed)) : size > 0;
}

}  // namespace

StoreResult<std::vector<std::string>> import_kea_leases(const BackendConfig& config) {
    if (config.import_csv.empty() || config.readonly || is_there(config.path))
        return std::vector<std::string>{};
    if (kea_lease_files(config.import_csv).empty()) return std::vector<std::string>{};

    TemporaryDatabase database{config.path};
    if (auto made = database.make(); !made) return std::unexpected(made.error());
    auto report = read_kea_lease_files(config.import_csv, config.family, config.max_row_errors,
                                       [&](KeaCsvRow&& row) { return database.take(std::move(row)); });
    if (!report) return std::unexpected(report.error());
    const auto leases = database.count();
    if (!leases) return std::unexpected(leases.error());
    if (auto finished = database.finish(); !finished) return std::unexpected(finished.error());

    std::string files;
    for (const std::string& file : report->files) files += (files.empty() ? "" : ", ") + file;
    std::vector<std::string> notices{*leases + " lease(s) were imported from Kea's " + files + " (" +
                                     std::to_string(report->rows) + " rows, " +
                                     std::to_string(report->bad_rows) +
                                     " unreadable); the files are not used any more and stay as they are"};
    notices.insert(notices.end(), report->notices.begin(), report->notices.end());
    return notices;
}

}  // namespace leasehold
