// What PostgreSQL's and libpq's failures mean for the caller, and what the operator can do about the common
// ones. Pure text: a table test walks it (tests/lease_backends/postgres_errors_test.cpp).
#pragma once

#include <string>
#include <string_view>

#include "lease_backends/sql_connection.hpp"

namespace leasehold {

/// Whose failure it is: the same code means different things.
enum class PostgresCall : std::uint8_t {
    connect,
    leases,      // a unique violation is a refused row
    statements,  // the same is the trace of somebody who made the thing at the same time
};

/// @param sqlstate  five characters; "": libpq gave none, the connection itself failed
/// @param words  in English, as libpq and PgBouncer write them: where there is no code of its own, they
/// decide
SqlFault postgres_fault(PostgresCall call, std::string_view sqlstate, std::string_view words);

/// "; what to do about it", "" where the words say enough.
std::string_view postgres_advice(PostgresCall call, std::string_view sqlstate, std::string_view words);

/// The text of a failed connect, taken apart: libpq 15 gives no fields there, but with PQERRORS_VERBOSE the
/// code stands in the text.
struct ConnectFailure {
    std::string sqlstate;  // of the first error in it
    std::string words;     // one line, without severity, code and source file
};
ConnectFailure read_connect_failure(std::string_view text);

/// Whole: fault, code, words and advice.
SqlError postgres_error(PostgresCall call, std::string sqlstate, std::string words);

}  // namespace leasehold
