// The bookkeeping statements (schema, registration) on a SQLite handle that somebody else has opened. Leases
// do not travel this way: sqlite_rows.
#pragma once

#include "lease_backends/sql_connection.hpp"
#include "lease_backends/sqlite_handle.hpp"

namespace leasehold {

/// The handle stays its owner's, who also ends calls that last too long (busy and progress handlers):
/// set_deadline does nothing here.
class SqliteConnection : public SqlConnection {
public:
    SqliteConnection(sqlite3* database, std::string file) : database_{database}, file_{std::move(file)} {}

    SqlDialect dialect() const override { return SqlDialect::sqlite; }
    std::string where() const override { return file_; }
    void set_deadline(Deadline) override {}
    /// Values are bound as text; the columns' affinity makes numbers of them.
    SqlResult<SqlRows> query(std::string_view sql, std::span<const SqlValue> values = {}) override;
    SqlResult<void> script(std::string_view sql) override;

private:
    SqlError failed() const;

    sqlite3* database_;
    std::string file_;
};

/// A result code of SQLite as what it means for the bookkeeping. A table, tested as one.
/// @param message  sqlite3_errmsg: SQLite has one code for "no such table" and for a misspelt statement
SqlFault sql_fault_of(int extended_code, std::string_view message);

}  // namespace leasehold
