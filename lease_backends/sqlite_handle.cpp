// See the header: error mapping and the few calls that every user of SQLite here makes.
#include "lease_backends/sqlite_handle.hpp"

namespace leasehold {

std::string_view sqlite_cure(int extended_code) {
    switch (extended_code & 0xff) {
        case SQLITE_FULL: return "; free space on its file system, service resumes by itself";
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_CANTOPEN: return "; check owner, mode and mount options of the file and its directory";
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return "; another program holds a lock on it, such as an open sqlite3 shell";
        case SQLITE_IOERR:
            return "; check the disk and the kernel's log, service resumes by itself when it works again";
        case SQLITE_CORRUPT:
            return "; stop the server, keep a copy of the file with its -wal, and restore a backup or save "
                   "what can be "
                   "read with: sqlite3 FILE .recover";
        case SQLITE_NOTADB:
            return "; the configured file is something else, or damaged: name another, or restore a backup";
        default: return "";
    }
}

StoreErrc store_errc_of(int extended_code) {
    switch (extended_code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return StoreErrc::corrupt;
        case SQLITE_CONSTRAINT:
        case SQLITE_TOOBIG:
        case SQLITE_MISMATCH:
        case SQLITE_RANGE: return StoreErrc::rejected;
        default: return StoreErrc::unavailable;  // full, I/O, busy, read-only, interrupted, no memory ...
    }
}

StoreError sqlite_error(int extended_code, const std::string& message, const std::string& file,
                        std::string_view doing) {
    return {store_errc_of(extended_code), file + ": " + std::string{doing} + " failed: " + message +
                                              " (SQLite code " + std::to_string(extended_code) + ")" +
                                              std::string{sqlite_cure(extended_code)}};
}

StoreError sqlite_error(sqlite3* database, const std::string& file, std::string_view doing) {
    return sqlite_error(sqlite3_extended_errcode(database), sqlite3_errmsg(database), file, doing);
}

Statement Statement::prepare(sqlite3* database, std::string_view sql) {
    Statement prepared;
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                       &statement, nullptr);
    prepared.statement_.reset(statement);
    return prepared;
}

int execute(sqlite3* database, const std::string& sql) {
    return sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
}

std::string query_text(sqlite3* database, std::string_view sql, int* code) {
    Statement statement = Statement::prepare(database, sql);
    const int result = statement ? statement.step() : sqlite3_extended_errcode(database);
    if (code != nullptr) *code = result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
    if (result != SQLITE_ROW) return {};
    const auto* text = sqlite3_column_text(statement.get(), 0);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), 0));
    return text == nullptr ? std::string{} : std::string{text, text + size};
}

}  // namespace leasehold
