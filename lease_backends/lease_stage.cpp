// See the header. The table is that of a SQLite lease database, so rows are written and read as there.
#include "lease_backends/lease_stage.hpp"

#include <cstdlib>

#include "lease_backends/migrations.hpp"
#include "lease_backends/sqlite_connection.hpp"
#include "lease_backends/sqlite_rows.hpp"

namespace leasehold {
namespace {

constexpr const char* stage_name = "the temporary file for leases on their way";

/// Without a condition: the latest row wins.
std::string replace_sql() {
    std::string values;
    for (std::size_t i = 1; i <= lease_columns.size(); ++i)
        values += (i == 1 ? "?" : ", ?") + std::to_string(i);
    return "INSERT OR REPLACE INTO lease (" + column_list() + ") VALUES (" + values + ")";
}

}  // namespace

StoreResult<LeaseStage> LeaseStage::make() {
    LeaseStage stage;
    sqlite3* handle = nullptr;
    constexpr int access =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int opened = sqlite3_open_v2("", &handle, access, nullptr);
    stage.database_.reset(handle);
    // A failure throws the whole file away: no journal, no flush. 32 MiB of it are kept in memory.
    if (opened != SQLITE_OK ||
        execute(handle, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768") !=
            SQLITE_OK)
        return stage.failed("opening it");
    SqliteConnection bookkeeping{handle, stage_name};
    if (auto schema = prepare_schema(bookkeeping, AutoMigrate::always); !schema)
        return std::unexpected(schema.error());
    if (execute(handle, "BEGIN IMMEDIATE") != SQLITE_OK) return stage.failed("beginning");
    stage.put_ = Statement::prepare(handle, replace_sql());
    stage.erase_ = Statement::prepare(handle, "DELETE FROM lease WHERE address = ?1");
    if (!stage.put_ || !stage.erase_) return stage.failed("preparing it");
    return stage;
}

StoreResult<void> LeaseStage::put(const Lease& lease) {
    const ResetAtEnd reset{put_};
    bind_lease(put_, lease);
    if (put_.step() != SQLITE_DONE) return failed("storing the lease of " + to_string(lease.address));
    return {};
}

StoreResult<void> LeaseStage::erase(const Ipv6& address) {
    const ResetAtEnd reset{erase_};
    erase_.bind_octets(1, address.bytes);
    if (erase_.step() != SQLITE_DONE) return failed("removing a lease");
    return {};
}

StoreResult<void> LeaseStage::complete() {
    put_ = {};
    erase_ = {};
    if (execute(database_.get(), "COMMIT") != SQLITE_OK) return failed("completing it");
    return {};
}

StoreResult<std::uint64_t> LeaseStage::count() {
    int code = SQLITE_OK;
    const auto rows = query_text(database_.get(), "SELECT count(*) FROM lease", &code);
    if (code != SQLITE_OK) return failed("counting the leases");
    return std::strtoull(rows.c_str(), nullptr, 10);
}

StoreResult<ScanEnd> LeaseStage::scan(RowSink& sink) {
    auto rows = Statement::prepare(database_.get(),
                                   "SELECT " + column_list() + " FROM lease ORDER BY address, prefix_length");
    if (!rows) return failed("reading it");
    const auto end = scan_rows(rows, sink);
    if (!end) return failed("reading it");
    return *end;
}

std::unexpected<StoreError> LeaseStage::failed(std::string_view doing) const {
    StoreError error = sqlite_error(database_.get(), stage_name, doing);
    error.detail += "; the environment variable TMPDIR names another folder for temporary files";
    return std::unexpected{std::move(error)};
}

}  // namespace leasehold
