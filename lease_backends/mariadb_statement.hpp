// A prepared statement of MariaDB, with arrays of parameters and rows in binary form.
#pragma once

#include <mysql.h>

#include <memory>
#include <span>
#include <string_view>

#include "lease_backends/mariadb_connection.hpp"

namespace leasehold {

/// Ends before its connection's object, and of no use once the connection was closed.
class MariadbStatement {
public:
    explicit MariadbStatement(MariadbConnection& connection) : connection_{connection} {}

    SqlResult<void> prepare(std::string_view sql);
    void forget() { statement_.reset(); }
    bool prepared() const { return statement_ != nullptr; }

    /// @param rows  0: `parameters` are single values; else each is an array of so many
    /// @param row  where fetch() puts a row; empty: the statement has no rows
    SqlResult<void> execute(std::span<MYSQL_BIND> parameters, unsigned rows, std::span<MYSQL_BIND> row);
    /// Straight from the network. A value larger than its place is cut, and its length tells.
    /// @return false: there was no further row; errors that come after the rows come here, too
    SqlResult<bool> fetch();
    /// After fetch() gave false, or when no more rows are wanted.
    SqlResult<void> finish();

private:
    struct Close {
        void operator()(MYSQL_STMT* statement) const { mysql_stmt_close(statement); }
    };
    SqlError failed();

    MariadbConnection& connection_;
    std::unique_ptr<MYSQL_STMT, Close> statement_;
};

}  // namespace leasehold
