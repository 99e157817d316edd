// What the parts that look after the schema and the registration need of a database: statements with values
// as text. Leases do not travel this way (lease_session.hpp), so these few statements are written once for
// SQLite, PostgreSQL and MariaDB.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/lease_store.hpp"

namespace leasehold {

enum class SqlDialect : std::uint8_t { sqlite, postgresql, mariadb };

/// What a failure of any database means for the caller; each backend sorts its own codes into these.
enum class SqlFault : std::uint8_t {
    lost,         // the connection is gone, the deadline passed or the call was cancelled: disconnect
    conflict,     // serialisation, deadlock, certification: rolled back whole, may be tried again at once
    data,         // this row's content is refused: others may pass
    exists,       // what is to be made is there already, or what is to go is gone
    missing,      // a table, column or view that the statement names is not there
    read_only,    // this server takes no writes, or has no quorum: try another
    fenced,       // the registration shows another epoch: another server took over
    credentials,  // refused password, user or certificate
    no_database,
    permission,     // this user may not do that
    full,           // disk, memory or connections are used up: wait
    corrupt,        // what is stored is damaged
    configuration,  // such as encryption that was asked for and cannot be had
    statement,      // anything else: again cannot help
};

struct SqlError {
    SqlFault fault = SqlFault::statement;
    std::string code;             // SQLSTATE or error number, as the database's manual has it; "": none
    std::string detail;           // the database's words; never holds a password
    bool may_be_applied = false;  // the transaction was on its way to COMMIT when this came
};
template <class T>
using SqlResult = Result<T, SqlError>;

/// nullopt: NULL.
using SqlValue = std::optional<std::string>;
struct SqlRows {
    std::vector<std::vector<SqlValue>> rows;
    std::uint64_t affected = 0;  // rows inserted, changed (or matched) or deleted
};

/// One connection, one thread (only the backend's own cancel comes from others). After SqlFault::lost nothing
/// works until it is connected again.
class SqlConnection {
public:
    virtual ~SqlConnection() = default;

    virtual SqlDialect dialect() const = 0;
    /// Where it is connected, for people: "postgresql://db1:5432/dhcp".
    virtual std::string where() const = 0;
    /// For all that follows; std::chrono::steady_clock.
    virtual void set_deadline(Deadline deadline) = 0;

    /// Runs one statement. `?` in it stand for `values`, in order (none may stand in a literal). Outside of
    /// BEGIN ... COMMIT it is a transaction of its own.
    /// Safe behind a pooler in transaction mode: nothing of it stays on the connection.
    virtual SqlResult<SqlRows> query(std::string_view sql, std::span<const SqlValue> values = {}) = 0;
    /// Runs a text of several statements without values, as one simple query; rows are not returned.
    virtual SqlResult<void> script(std::string_view sql) = 0;
};

/// For queries that give one value: its text, "" when there is no row or it is NULL.
SqlResult<std::string> query_one(SqlConnection& connection, std::string_view sql,
                                 std::span<const SqlValue> values = {});

/// As query(), for a statement outside of a transaction: on MariaDB again while it collides. In a Galera
/// cluster a change of a table on any node rolls back what others do with it, even if they only read.
SqlResult<SqlRows> query_again(SqlConnection& connection, std::string_view sql,
                               std::span<const SqlValue> values = {});

/// The database's clock in whole seconds since 1970, as an expression of the dialect.
std::string_view now_expression(SqlDialect dialect);

/// A failure in the words and codes of LeaseStore; `doing` as in "reading the leases".
StoreError to_store_error(const SqlError& error, const std::string& where, std::string_view doing);

}  // namespace leasehold
