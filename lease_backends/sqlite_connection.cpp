// See the header.
#include "lease_backends/sqlite_connection.hpp"

namespace leasehold {

SqlFault sql_fault_of(int extended_code, std::string_view message) {
    switch (extended_code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return SqlFault::conflict;
        case SQLITE_CONSTRAINT:
        case SQLITE_TOOBIG:
        case SQLITE_MISMATCH:
        case SQLITE_RANGE: return SqlFault::data;
        case SQLITE_READONLY: return SqlFault::read_only;
        case SQLITE_PERM:
        case SQLITE_AUTH: return SqlFault::permission;
        case SQLITE_FULL:
        case SQLITE_NOMEM: return SqlFault::full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return SqlFault::corrupt;
        case SQLITE_ERROR:
            if (message.starts_with("no such ")) return SqlFault::missing;
            return message.ends_with(" already exists") ? SqlFault::exists : SqlFault::statement;
        default: return SqlFault::lost;  // I/O, interrupted, cannot open ...: open it again
    }
}

SqlError SqliteConnection::failed() const {
    const int code = sqlite3_extended_errcode(database_);
    const std::string message = sqlite3_errmsg(database_);
    return {sql_fault_of(code, message), "SQLite code " + std::to_string(code),
            message + std::string{sqlite_cure(code)}};
}

SqlResult<SqlRows> SqliteConnection::query(std::string_view sql, std::span<const SqlValue> values) {
    Statement statement = Statement::prepare(database_, sql);
    if (!statement) return std::unexpected(failed());
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i]) statement.bind_text(static_cast<int>(i) + 1, *values[i]);

    SqlRows answer;
    const int changed_before = sqlite3_total_changes(database_);
    int step = SQLITE_OK;
    while ((step = statement.step()) == SQLITE_ROW) {
        auto& row = answer.rows.emplace_back();
        for (int i = 0; i < sqlite3_column_count(statement.get()); ++i) {
            const auto* text = sqlite3_column_text(statement.get(), i);
            const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), i));
            row.push_back(text == nullptr ? SqlValue{} : SqlValue{std::in_place, text, text + size});
        }
    }
    if (step != SQLITE_DONE) return std::unexpected(failed());
    answer.affected = static_cast<std::uint64_t>(sqlite3_total_changes(database_) - changed_before);
    return answer;
}

SqlResult<void> SqliteConnection::script(std::string_view sql) {
    if (execute(database_, std::string{sql}) != SQLITE_OK) return std::unexpected(failed());
    return {};
}

}  // namespace leasehold
