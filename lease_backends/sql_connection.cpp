// What all dialects share.
#include "lease_backends/sql_connection.hpp"

#include <thread>

namespace leasehold {
namespace {

StoreErrc code_of(const SqlError& error) {
    switch (error.fault) {
        case SqlFault::lost:
        case SqlFault::conflict:
        case SqlFault::read_only:
        case SqlFault::full: return error.may_be_applied ? StoreErrc::in_doubt : StoreErrc::unavailable;
        case SqlFault::fenced: return StoreErrc::fenced;
        case SqlFault::missing: return StoreErrc::schema;
        case SqlFault::credentials: return StoreErrc::credentials;
        case SqlFault::no_database: return StoreErrc::no_database;
        case SqlFault::permission: return StoreErrc::permissions;
        case SqlFault::configuration: return StoreErrc::configuration;
        case SqlFault::corrupt: return StoreErrc::corrupt;
        case SqlFault::data:
        case SqlFault::exists:
        case SqlFault::statement: return StoreErrc::rejected;
    }
    return StoreErrc::rejected;
}

}  // namespace

SqlResult<std::string> query_one(SqlConnection& connection, std::string_view sql,
                                 std::span<const SqlValue> values) {
    auto answer = connection.query(sql, values);
    if (!answer) return std::unexpected(std::move(answer.error()));
    if (answer->rows.empty() || answer->rows[0].empty()) return std::string{};
    return answer->rows[0][0].value_or("");
}

SqlResult<SqlRows> query_again(SqlConnection& connection, std::string_view sql,
                               std::span<const SqlValue> values) {
    constexpr int tries_max = 8;
    constexpr std::chrono::milliseconds wait{50};
    for (int tries = 1;; ++tries) {
        auto done = connection.query(sql, values);
        const bool collided = !done && done.error().fault == SqlFault::conflict;
        if (!collided || connection.dialect() != SqlDialect::mariadb || tries == tries_max) return done;
        std::this_thread::sleep_for(wait * tries);
    }
}

std::string_view now_expression(SqlDialect dialect) {
    switch (dialect) {
        case SqlDialect::sqlite: return "unixepoch()";
        case SqlDialect::postgresql: return "extract(epoch FROM statement_timestamp())::bigint";
        case SqlDialect::mariadb: return "UNIX_TIMESTAMP()";
    }
    return "";
}

StoreError to_store_error(const SqlError& error, const std::string& where, std::string_view doing) {
    std::string text = where + ": " + std::string{doing} + " failed: " + error.detail;
    if (!error.code.empty()) text += " (" + error.code + ")";
    return {code_of(error), std::move(text)};
}

}  // namespace leasehold
