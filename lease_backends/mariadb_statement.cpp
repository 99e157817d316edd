// See the header.
#include "lease_backends/mariadb_statement.hpp"

namespace leasehold {

SqlError MariadbStatement::failed() {
    // An error that comes among the rows is noted at the connection alone.
    if (const unsigned number = mysql_stmt_errno(statement_.get()); number != 0)
        return connection_.failed(number, mysql_stmt_error(statement_.get()));
    return connection_.failed(mysql_errno(connection_.handle()), mysql_error(connection_.handle()));
}

SqlResult<void> MariadbStatement::prepare(std::string_view sql) {
    if (!connection_.connected()) return std::unexpected(connection_.gave_up());
    statement_.reset(mysql_stmt_init(connection_.handle()));
    if (!statement_) return std::unexpected(SqlError{SqlFault::full, "", "no memory for a statement", false});
    MYSQL_STMT* const statement = statement_.get();
    int refused = 0;
    const bool ended = connection_.drive(
        refused,
        [&](int* result) { return mysql_stmt_prepare_start(result, statement, sql.data(), sql.size()); },
        [&](int* result, int ready) { return mysql_stmt_prepare_cont(result, statement, ready); });
    if (ended && refused == 0) return {};
    SqlError error = ended ? failed() : connection_.gave_up();
    statement_.reset();
    return std::unexpected(std::move(error));
}

SqlResult<void> MariadbStatement::execute(std::span<MYSQL_BIND> parameters, unsigned rows,
                                          std::span<MYSQL_BIND> row) {
    if (!connection_.connected()) return std::unexpected(connection_.gave_up());
    MYSQL_STMT* const statement = statement_.get();
    mysql_stmt_attr_set(statement, STMT_ATTR_ARRAY_SIZE, &rows);
    if (mysql_stmt_bind_param(statement, parameters.data()) != 0) return std::unexpected(failed());
    int refused = 0;
    const bool ended = connection_.drive(
        refused, [&](int* result) { return mysql_stmt_execute_start(result, statement); },
        [&](int* result, int ready) { return mysql_stmt_execute_cont(result, statement, ready); });
    if (!ended) return std::unexpected(connection_.gave_up());
    if (refused != 0) return std::unexpected(failed());
    if (!row.empty() && mysql_stmt_bind_result(statement, row.data()) != 0) return std::unexpected(failed());
    return {};
}

SqlResult<bool> MariadbStatement::fetch() {
    MYSQL_STMT* const statement = statement_.get();
    int outcome = 0;
    const bool ended = connection_.drive(
        outcome, [&](int* result) { return mysql_stmt_fetch_start(result, statement); },
        [&](int* result, int ready) { return mysql_stmt_fetch_cont(result, statement, ready); });
    if (!ended) return std::unexpected(connection_.gave_up());
    if (outcome == 0 || outcome == MYSQL_DATA_TRUNCATED) return true;
    if (outcome == MYSQL_NO_DATA) return false;
    return std::unexpected(failed());
}

SqlResult<void> MariadbStatement::finish() {
    MYSQL_STMT* const statement = statement_.get();
    my_bool refused = 0;
    const bool ended = connection_.drive(
        refused, [&](my_bool* result) { return mysql_stmt_free_result_start(result, statement); },
        [&](my_bool* result, int ready) { return mysql_stmt_free_result_cont(result, statement, ready); });
    if (!ended) return std::unexpected(connection_.gave_up());
    if (refused != 0) return std::unexpected(failed());
    return {};
}

}  // namespace leasehold
