// SQLite's C interface with owners and errors that say what a caller can do. What is stored where is not
// known here.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dhcp/lease_store.hpp"

namespace leasehold {

struct CloseSqlite {
    /// Statements that are still open are finalised later: the handle lives as long as they do.
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using SqliteHandle = std::unique_ptr<sqlite3, CloseSqlite>;

/// The SQLite result code of a failed call as what the caller can do about it. A table, tested as one.
StoreErrc store_errc_of(int extended_code);

/// What an operator can do about a result code, as the end of a sentence; "" where the cause says enough.
std::string_view sqlite_cure(int extended_code);

/// Of the last failed call on `database`: code, and a sentence that names file, cause and cure.
StoreError sqlite_error(sqlite3* database, const std::string& file, std::string_view doing);
StoreError sqlite_error(int extended_code, const std::string& message, const std::string& file,
                        std::string_view doing);

/// A prepared statement, bound by position from 1.
class Statement {
public:
    Statement() = default;
    /// An empty statement when it could not be prepared: the error is the handle's.
    static Statement prepare(sqlite3* database, std::string_view sql);
    explicit operator bool() const { return statement_ != nullptr; }
    sqlite3_stmt* get() const { return statement_.get(); }

    void bind(int index, std::int64_t value) { sqlite3_bind_int64(get(), index, value); }
    /// The octets must stay where they are until reset().
    void bind_octets(int index, OctetView octets) {
        static constexpr std::uint8_t none = 0;  // SQLite takes a null pointer for NULL
        sqlite3_bind_blob64(get(), index, octets.empty() ? &none : octets.data(), octets.size(),
                            SQLITE_STATIC);
    }
    void bind_text(int index, std::string_view text) {
        sqlite3_bind_text64(get(), index, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                            SQLITE_UTF8);
    }

    /// @return SQLITE_ROW, SQLITE_DONE or an extended error code.
    int step() { return sqlite3_step(get()); }
    /// Ready for the next use; @return the code of the last step's error, SQLITE_OK without one.
    int reset() { return sqlite3_reset(get()); }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Resets a statement when a function is left, so that no read transaction stays open.
class ResetAtEnd {
public:
    explicit ResetAtEnd(Statement& statement) : statement_{statement} {}
    ~ResetAtEnd() { statement_.reset(); }
    ResetAtEnd(const ResetAtEnd&) = delete;
    ResetAtEnd& operator=(const ResetAtEnd&) = delete;

private:
    Statement& statement_;
};

/// Runs statements that answer nothing. @return an extended code, SQLITE_OK when all ran.
int execute(sqlite3* database, const std::string& sql);

/// The first column of the first row of a query; empty text when there is none (or it failed: `code`).
std::string query_text(sqlite3* database, std::string_view sql, int* code = nullptr);

}  // namespace leasehold
