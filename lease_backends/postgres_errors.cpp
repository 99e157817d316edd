// See the header. The codes are those of PostgreSQL's manual, appendix A; what they look like in a failure
// was measured (docs/backends.md).
#include "lease_backends/postgres_errors.hpp"

#include <algorithm>
#include <array>

namespace leasehold {
namespace {

struct CodeMeaning {
    std::string_view prefix;  // a whole SQLSTATE, or the two characters of a class
    SqlFault fault;
};
/// The first that fits counts: codes before their class.
constexpr std::array code_meanings{
    CodeMeaning{"08", SqlFault::lost},
    CodeMeaning{"21", SqlFault::statement},
    CodeMeaning{"22", SqlFault::data},
    CodeMeaning{"23", SqlFault::data},
    CodeMeaning{"25006", SqlFault::read_only},
    CodeMeaning{"25P03", SqlFault::lost},  // idle in a transaction for too long
    CodeMeaning{"26000", SqlFault::lost},  // the names of another client's statements: a pooler's connection
    CodeMeaning{"28", SqlFault::credentials},
    CodeMeaning{"3D000", SqlFault::no_database},
    CodeMeaning{"3F000", SqlFault::missing},
    CodeMeaning{"40003", SqlFault::lost},  // statement completion unknown
    CodeMeaning{"40", SqlFault::conflict},
    CodeMeaning{"42501", SqlFault::permission},
    CodeMeaning{"42P01", SqlFault::missing},
    CodeMeaning{"42703", SqlFault::missing},
    CodeMeaning{"42P05", SqlFault::lost},  // as 26000
    CodeMeaning{"42P06", SqlFault::exists},
    CodeMeaning{"42P07", SqlFault::exists},
    CodeMeaning{"42701", SqlFault::exists},
    CodeMeaning{"42710", SqlFault::exists},
    CodeMeaning{"42723", SqlFault::exists},
    CodeMeaning{"42704", SqlFault::missing},
    CodeMeaning{"53", SqlFault::full},
    CodeMeaning{"55P03", SqlFault::conflict},  // lock_timeout
    CodeMeaning{"57014", SqlFault::lost},      // statement_timeout, or cancelled
    CodeMeaning{"57P04", SqlFault::no_database},
    CodeMeaning{"57P", SqlFault::lost},
    CodeMeaning{"58030", SqlFault::full},  // I/O error
};

struct WordsMeaning {
    std::string_view part;
    SqlFault fault;
};
/// Where the code says nothing: libpq's own failures have none, and PgBouncer 1.18 calls all of its own
/// 08P01.
constexpr std::array connect_meanings{
    WordsMeaning{"unexpected eof", SqlFault::lost},  // the server went away within the TLS handshake
    WordsMeaning{"no password supplied", SqlFault::credentials},
    WordsMeaning{"password authentication failed", SqlFault::credentials},
    WordsMeaning{"SASL authentication failed", SqlFault::credentials},
    WordsMeaning{"auth failed", SqlFault::credentials},
    WordsMeaning{"no such user", SqlFault::credentials},
    WordsMeaning{"no such database", SqlFault::no_database},
    WordsMeaning{"no more connections allowed", SqlFault::full},
    WordsMeaning{"unsupported startup parameter", SqlFault::configuration},
    WordsMeaning{"SSL required", SqlFault::configuration},
    WordsMeaning{"does not support SSL", SqlFault::configuration},
    WordsMeaning{"SSL error", SqlFault::configuration},
    WordsMeaning{"certificate", SqlFault::configuration},
    WordsMeaning{"private key", SqlFault::configuration},
    WordsMeaning{"does not match host name", SqlFault::configuration},
    WordsMeaning{"does not exist", SqlFault::no_database},  // database "x", in the words of PgBouncer
};

struct Advice {
    std::string_view code_or_part;
    std::string_view words;
};
constexpr std::array connect_advice{
    Advice{
        "28P01",
        "; set the user's password in the configuration (password, password-file or credentials-file) to the "
        "one that the database has"},
    Advice{"password authentication failed", "; check user and password, also in PgBouncer's auth_file"},
    Advice{"no password supplied", "; set password or password-file"},
    Advice{"28000",
           "; the server's pg_hba.conf must allow this user, database and address, and may ask for TLS or a "
           "certificate"},
    Advice{"3D000", "; create it with: createdb --owner USER NAME, or correct \"name\""},
    Advice{"no such database", "; add it to PgBouncer's [databases], or correct \"name\""},
    Advice{
        "53300",
        "; raise the server's max_connections or the limit of the user or database, or lower max-connections "
        "of those who use it"},
    Advice{"no more connections allowed", "; raise PgBouncer's max_client_conn"},
    Advice{"42501", "; GRANT CONNECT on the database to this user"},
    Advice{"55000", "; the database does not accept connections: see datallowconn in pg_database"},
    Advice{"57P03", "; it starts, recovers or stops: this is tried again"},
    Advice{"unsupported startup parameter", "; add it to PgBouncer's ignore_startup_parameters"},
    Advice{"SSL required", "; PgBouncer wants TLS: set trust-anchor or ssl-mode"},
    Advice{"does not support SSL",
           "; set ssl = on at the server (PgBouncer: client_tls_sslmode), or \"ssl-mode\": \"disable\" to go "
           "without encryption"},
    Advice{"certificate verify failed",
           "; trust-anchor must hold the certificate of the authority that signed the server's"},
    Advice{"does not match host name",
           "; connect by a name that is in the server's certificate, or set \"ssl-mode\": \"verify-ca\" to "
           "accept "
           "any name"},
    Advice{"could not load private key", "; key-file must belong to cert-file and have no passphrase"},
    Advice{"could not translate host name", "; check the name and this machine's resolver"},
};
constexpr std::array call_advice{
    Advice{"25006", "; this is a standby or set to read-only: name the primary in \"host\""},
    Advice{"42501", "; GRANT what is missing to this user, or let it own the tables"},
    Advice{"53100", "; free space on the database server's disk"},
    Advice{"57014", "; the database was too slow, or a lock was held: see pg_stat_activity"},
};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != text.npos;
}

bool is_code(std::string_view text) {
    return text.size() == 5 && std::ranges::all_of(text, [](char one) {
               return (one >= '0' && one <= '9') || (one >= 'A' && one <= 'Z');
           });
}

/// Cuts "FATAL:  28P01: " (in any language) out of a line.
/// @return the code, "" when there is none
std::string take_code(std::string& line) {
    for (std::size_t at = line.find(":  "); at != line.npos; at = line.find(":  ", at + 1)) {
        const std::string code = line.substr(at + 3, 5);
        if (!is_code(code) || line.compare(at + 8, 2, ": ") != 0) continue;
        const std::size_t severity = line.find_last_of(' ', at);
        const std::size_t begin = severity == line.npos ? 0 : severity + 1;
        line.erase(begin, at + 10 - begin);
        return code;
    }
    return {};
}

}  // namespace

SqlFault postgres_fault(PostgresCall call, std::string_view sqlstate, std::string_view words) {
    if (call == PostgresCall::connect && (sqlstate.empty() || sqlstate == "08P01")) {
        for (const auto& [part, fault] : connect_meanings)
            if (contains(words, part)) return fault;
    }
    if (sqlstate.empty()) return SqlFault::lost;
    if (call == PostgresCall::connect && sqlstate == "55000") return SqlFault::no_database;
    if (call == PostgresCall::statements && sqlstate == "23505") return SqlFault::exists;
    for (const auto& [prefix, fault] : code_meanings)
        if (sqlstate.starts_with(prefix)) return fault;
    return SqlFault::statement;
}

std::string_view postgres_advice(PostgresCall call, std::string_view sqlstate, std::string_view words) {
    const std::span<const Advice> table =
        call == PostgresCall::connect ? std::span<const Advice>{connect_advice} : call_advice;
    for (const auto& [code_or_part, advice] : table)
        if (sqlstate == code_or_part || contains(words, code_or_part)) return advice;
    return {};
}

ConnectFailure read_connect_failure(std::string_view text) {
    ConnectFailure failure;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string line{text.substr(0, end)};
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t indented = line.find_first_not_of(" \t");
        if (indented == line.npos || line.starts_with("LOCATION:")) continue;
        line.erase(0, indented);
        const std::string code = take_code(line);
        if (failure.sqlstate.empty()) failure.sqlstate = code;
        failure.words += (failure.words.empty() ? "" : "; ") + line;
    }
    return failure;
}

SqlError postgres_error(PostgresCall call, std::string sqlstate, std::string words) {
    SqlError error;
    error.fault = postgres_fault(call, sqlstate, words);
    words += postgres_advice(call, sqlstate, words);
    error.code = std::move(sqlstate);
    error.detail = std::move(words);
    return error;
}

}  // namespace leasehold
