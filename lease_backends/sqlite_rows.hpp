// A lease as a row of the SQLite table `lease`: the statements' texts, made from the one list of columns,
// and the way in and out of a row.
#pragma once

#include <optional>
#include <string>

#include "lease_backends/lease_columns.hpp"
#include "lease_backends/sqlite_handle.hpp"

namespace leasehold {

/// Binds every column from parameter 1 on. Octets and text must stay until the statement is reset.
void bind_lease(Statement& statement, const Lease& lease);
/// Binds address and length to two parameters.
void bind_key(Statement& statement, int first, const Prefix& key);

/// Reads a row whose columns stand in the order of lease_columns.
/// @error what does not decode, for a person.
Result<Lease, std::string> read_lease(sqlite3_stmt* row);
/// The same of the arguments of an SQL function. Every field of `into` is assigned, unless there is an error.
Result<void, std::string> read_lease(sqlite3_value** columns, Lease& into);
/// The key alone; nullopt: damaged.
std::optional<Prefix> read_key(sqlite3_stmt* row);
std::optional<Prefix> read_key(sqlite3_value** columns);

/// Steps through rows whose columns stand in the order of lease_columns, and hands them on until the sink has
/// enough. A row whose key is damaged is only counted. The statement is not reset.
/// @return nullopt: a step failed; the error is the handle's
std::optional<ScanEnd> scan_rows(Statement& rows, RowSink& sink);

/// Parameters 1 to n are the columns; n + 1: the version expected; n + 2: 1 when the row changes hands;
/// n + 3: its hold_until must then lie before this. No row changed: another writer was first.
std::string put_sql();
inline constexpr int put_expected_version = static_cast<int>(lease_columns.size()) + 1;
inline constexpr int put_takes_over = put_expected_version + 1;
inline constexpr int put_held_before = put_expected_version + 2;

/// A version or a writer, all 64 bits of it, as the signed number that SQLite keeps.
inline std::int64_t as_stored(std::uint64_t number) {
    return static_cast<std::int64_t>(number);
}

}  // namespace leasehold
