// PostgreSQL as a LeaseSession. Each call is one round trip, one transaction, and only statements without a
// name: nothing stays on the server connection, so PgBouncer may hand another one to the next call. What is
// set for a statement is set for its transaction alone.
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <limits>

#include "lease_backends/lease_columns.hpp"
#include "lease_backends/lease_session.hpp"
#include "lease_backends/postgres_connection.hpp"
#include "lease_backends/postgres_parameters.hpp"
#include "lease_backends/postgres_rows.hpp"

namespace leasehold {
namespace {

/// The oldest version that gets corrections from its makers.
constexpr int server_version_min = 120000;
constexpr std::chrono::milliseconds newest_cltt_time_max{1000};

/// The settings that decide whether a commit is kept, and whether it can be made at all.
constexpr const char* traits_sql =
    "SELECT current_setting('server_version_num'), current_setting('server_version'), "
    "pg_is_in_recovery()::text, "
    "current_setting('default_transaction_read_only'), current_setting('default_transaction_isolation'), "
    "current_setting('synchronous_commit'), current_setting('synchronous_standby_names'), "
    "current_setting('fsync'), current_setting('full_page_writes')";
struct ServerSettings {
    int version_number = 0;
    std::string version, in_recovery, read_only, isolation, synchronous_commit, standbys, fsync,
        full_page_writes;
};

SqlError failure(SqlFault fault, std::string words) {
    SqlError error;
    error.fault = fault;
    error.detail = std::move(words);
    return error;
}

std::vector<std::string> durability_notices(const ServerSettings& settings, const std::string& where) {
    std::vector<std::string> notices;
    const auto note = [&](const std::string& text) { notices.push_back(where + ": " + text); };
    if (settings.synchronous_commit == "off")
        note(
            "synchronous_commit is off: leases that clients were told of may be missing after a crash of the "
            "database; ALTER ROLE of this server's user SET synchronous_commit = on");
    if (settings.synchronous_commit == "local" && !settings.standbys.empty())
        note(
            "synchronous_commit is local: leases that clients were told of may be missing after a failover "
            "to "
            "a standby; ALTER ROLE of this server's user SET synchronous_commit = on");
    if (settings.fsync == "off")
        note(
            "fsync is off: a power failure may destroy the whole database; set fsync = on in "
            "postgresql.conf");
    if (settings.full_page_writes == "off")
        note(
            "full_page_writes is off: a power failure may leave torn pages, unless the file system rules "
            "them "
            "out; set full_page_writes = on in postgresql.conf");
    return notices;
}

/// `?` become $1, $2 ...
std::string with_numbered_parameters(std::string_view sql) {
    std::string text;
    int number = 0;
    for (const char one : sql) {
        if (one == '?')
            text += "$" + std::to_string(++number);
        else
            text += one;
    }
    return text;
}

std::string first_word(std::string_view sql) {
    std::string word;
    for (const char one : sql.substr(std::min(sql.find_first_not_of(" \n\t("), sql.size()))) {
        if (std::isalpha(static_cast<unsigned char>(one)) == 0) break;
        word += static_cast<char>(std::toupper(static_cast<unsigned char>(one)));
    }
    return word;
}

/// Whether this statement, if its answer never comes, may have changed the database for good.
bool may_commit(std::string_view sql, bool in_transaction) {
    const std::string word = first_word(sql);
    if (in_transaction) return word == "COMMIT" || word == "END";
    return word != "SELECT" && word != "SHOW" && word != "BEGIN" && word != "START" && word != "ROLLBACK";
}

const Prefix& key_of(const Put* put) {
    return put->lease.address;
}
const Prefix& key_of(const Erase* erase) {
    return erase->address;
}
template <class Changes>
void mark(const Changes& changes, const Prefix& key, std::vector<bool>& applied) {
    const auto found =
        std::ranges::lower_bound(changes, key, {}, [](const auto* one) { return key_of(one); });
    if (found != changes.end() && key_of(*found) == key)
        applied[static_cast<std::size_t>(found - changes.begin())] = true;
}

/// The addresses of a family; IPv4's are one block in the middle of the others.
struct AddressRange {
    Ipv6 first, last;
};
std::vector<AddressRange> ranges_of(Family family) {
    const Uint128 v4_first = to_uint128(to_prefix(Ipv4{0}).address);
    const Uint128 v4_last = to_uint128(to_prefix(Ipv4{0xffffffff}).address);
    if (family == Family::v4) return {{to_ipv6(v4_first), to_ipv6(v4_last)}};
    return {{Ipv6{}, to_ipv6(v4_first - 1)}, {to_ipv6(v4_last + 1), to_ipv6(~Uint128{0})}};
}

/// Where a page of the range begins; nullopt: all of it lies before.
std::optional<PageStart> start_in(const AddressRange& range, const std::optional<Prefix>& after) {
    if (!after || after->address < range.first) return PageStart{range.first};
    if (after->address > range.last) return std::nullopt;
    return PageStart{after->address, static_cast<std::int16_t>(after->length)};
}

class PostgresSession final : public LeaseSession {
public:
    explicit PostgresSession(const BackendConfig& config) : server_{config.server} {
        if (!server_.hosts.empty()) host_ = server_.hosts.front();
    }

    SqlDialect dialect() const override { return SqlDialect::postgresql; }
    std::string where() const override {
        const std::string host = host_.name.empty() ? "localhost" : host_.name;
        return "postgresql://" + (host.find(':') == host.npos ? host : "[" + host + "]") + ":" +
               std::to_string(host_.port == 0 ? 5432 : host_.port) + "/" + server_.name;
    }
    void set_deadline(Deadline deadline) override { connection_.set_deadline(deadline); }
    bool connected() const override { return connection_.connected(); }
    void disconnect() noexcept override { connection_.disconnect(); }
    void cancel() noexcept override { connection_.cancel(); }

    SqlResult<ServerTraits> connect(const DatabaseHost& host, const Credentials& credentials,
                                    Deadline deadline) override;
    SqlResult<SqlRows> query(std::string_view sql, std::span<const SqlValue> values) override;
    SqlResult<void> script(std::string_view sql) override;
    SqlResult<std::vector<std::vector<bool>>> apply(std::span<const ChangeGroup> groups, const Fence& fence,
                                                    Finish finish) override;
    SqlResult<std::vector<StoredLease>> find(std::span<const Prefix> keys) override;
    SqlResult<std::vector<StoredLease>> page(Family family, const std::optional<Prefix>& after, std::size_t rows_max,
                                             std::vector<StoredLease> used) override;
    SqlResult<std::optional<IdentitiesPage>> identities(Family family, const std::optional<Prefix>& after,
                                                        std::size_t rows_max) override;
    SqlResult<std::optional<LeaseTime>> newest_cltt(Family family) override;

private:
    SqlResult<void> connect_as(SslMode mode, const Credentials& credentials, Deadline deadline);
    SqlResult<std::string> check_encryption();
    SqlResult<ServerSettings> read_settings();
    SqlError settled(SqlError error);
    SqlError settled_read(SqlError error);
    PostgresStatement time_limit(std::chrono::milliseconds limit) const;
    PostgresStatement fence_statement(const Fence& fence) const;
    std::chrono::milliseconds time_left() const;
    SqlResult<void> read_rows(const PostgresStatement& statement, StoredLeases& rows);

    const DatabaseServerConfig server_;
    DatabaseHost host_;
    PostgresConnection connection_;
    std::vector<std::string> notices_;
    bool begins_explicitly_ = false;  // the default isolation is not READ COMMITTED
};

// --- connecting

SqlResult<ServerTraits> PostgresSession::connect(const DatabaseHost& host, const Credentials& credentials,
                                                 Deadline deadline) {
    host_ = host;
    notices_.clear();
    const TlsConfig& tls = server_.tls;
    const SslMode mode = ssl_mode_of(tls);
    auto done = connect_as(mode, credentials, deadline);
    if (!done && !tls.required && mode != SslMode::disable &&
        done.error().detail.find("does not support SSL") != std::string::npos)
        done = connect_as(SslMode::disable, credentials, deadline);
    if (!done) return std::unexpected(std::move(done.error()));

    const auto refuse = [&](SqlError error) {
        disconnect();
        return std::unexpected(std::move(error));
    };
    auto encryption = check_encryption();
    if (!encryption) return refuse(std::move(encryption.error()));
    auto settings = read_settings();
    if (!settings) return refuse(std::move(settings.error()));
    ServerTraits traits;
    traits.version = "PostgreSQL " + settings->version.substr(0, settings->version.find(' '));
    traits.encryption = std::move(*encryption);
    if (settings->version_number < server_version_min)
        return refuse(failure(SqlFault::configuration,
                              traits.version + " is too old; version 12 and newer can be used"));
    if (settings->in_recovery == "true")
        return refuse(
            failure(SqlFault::read_only, "this is a standby and read-only; name the primary in \"host\""));
    if (settings->read_only == "on")
        return refuse(failure(SqlFault::read_only,
                              "this server is read-only (default_transaction_read_only is on); name a "
                              "primary in \"host\", or reset it for "
                              "this database and user"));
    begins_explicitly_ = settings->isolation != "read committed";
    traits.notices = std::move(notices_);
    const auto durability = durability_notices(*settings, where());
    traits.notices.insert(traits.notices.end(), durability.begin(), durability.end());
    return traits;
}

SqlResult<void> PostgresSession::connect_as(SslMode mode, const Credentials& credentials, Deadline deadline) {
    CertificateBundle bundle;
    const auto parameters = connect_parameters(host_, server_, credentials, mode, bundle);
    if (!parameters) return std::unexpected(parameters.error());
    return connection_.connect(*parameters, deadline);
}

/// What libpq does not do by itself: it leaves local sockets in clear text whatever was asked for.
/// @return "" in clear text
SqlResult<std::string> PostgresSession::check_encryption() {
    const TlsConfig& tls = server_.tls;
    if (!tls.cipher_list.empty())
        notices_.push_back(where() +
                           ": cipher-list has no effect, libpq has no such setting; limit the ciphers with "
                           "ssl_ciphers at the server");
    std::string encryption = connection_.encryption();
    if (!encryption.empty() || !tls.wanted() || ssl_mode_of(tls) == SslMode::disable) return encryption;
    if (connection_.is_local_socket()) {
        notices_.push_back(
            where() +
            ": not encrypted, PostgreSQL has no TLS on a local socket; the socket's folder decides "
            "who can use it");
        return encryption;
    }
    if (tls.required)
        return std::unexpected(failure(
            SqlFault::configuration,
            "the connection is not encrypted, though TLS is configured; set ssl = on at the server, or "
            "\"ssl-mode\": \"disable\" to go without encryption"));
    notices_.push_back(
        where() +
        ": not encrypted, though TLS is configured: passwords and leases can be read on the way; "
        "set ssl = on at the server");
    return encryption;
}

SqlResult<ServerSettings> PostgresSession::read_settings() {
    auto answer = query(traits_sql, {});
    if (!answer) return std::unexpected(std::move(answer.error()));
    ServerSettings settings;
    std::vector<std::string> values;
    for (const auto& row : answer->rows)
        for (const SqlValue& value : row) values.push_back(value.value_or(""));
    if (values.size() != 9)
        return std::unexpected(failure(SqlFault::configuration, "the server does not tell its settings"));
    settings.version_number = std::atoi(values[0].c_str());
    std::string* const texts[]{&settings.version,   &settings.in_recovery,        &settings.read_only,
                               &settings.isolation, &settings.synchronous_commit, &settings.standbys,
                               &settings.fsync,     &settings.full_page_writes};
    for (std::size_t i = 0; i < std::size(texts); ++i) *texts[i] = std::move(values[i + 1]);
    return settings;
}

// --- bookkeeping statements

SqlResult<SqlRows> PostgresSession::query(std::string_view sql, std::span<const SqlValue> values) {
    const bool commits = may_commit(sql, connection_.in_transaction());
    PostgresStatement statement;
    statement.sql = with_numbered_parameters(sql);
    statement.values.assign(values.begin(), values.end());
    SqlRows rows;
    const auto take = [&](std::size_t, const PGresult& result) {
        rows.affected = std::strtoull(PQcmdTuples(const_cast<PGresult*>(&result)), nullptr, 10);
        for (int row = 0; row < PQntuples(&result); ++row) {
            auto& cells = rows.rows.emplace_back();
            for (int column = 0; column < PQnfields(&result); ++column) {
                if (PQgetisnull(&result, row, column) == 1)
                    cells.emplace_back(std::nullopt);
                else
                    cells.emplace_back(std::in_place, PQgetvalue(&result, row, column),
                                       static_cast<std::size_t>(PQgetlength(&result, row, column)));
            }
        }
    };
    auto done = connection_.run(statement, PostgresCall::statements, take);
    if (done) return rows;
    done.error().may_be_applied &= commits;
    return std::unexpected(settled(std::move(done.error())));
}

SqlResult<void> PostgresSession::script(std::string_view sql) {
    auto done = connection_.run_script(std::string{sql});
    if (!done) return std::unexpected(settled(std::move(done.error())));
    return {};
}

// --- leases

SqlResult<std::vector<std::vector<bool>>> PostgresSession::apply(std::span<const ChangeGroup> groups,
                                                                 const Fence& fence, Finish finish) {
    const bool explicitly = begins_explicitly_ || finish == Finish::roll_back;
    std::vector<PostgresStatement> statements;
    statements.reserve(groups.size() + 3);
    if (explicitly) statements.emplace_back().sql = "BEGIN ISOLATION LEVEL READ COMMITTED";
    statements.push_back(fence_statement(fence));
    const std::size_t fence_at = statements.size() - 1;
    for (const ChangeGroup& group : groups)
        statements.push_back(group.sort == ChangeGroup::Sort::erase ? erase_statement(group, fence)
                                                                    : put_statement(group, fence));
    if (explicitly) statements.emplace_back().sql = finish == Finish::commit ? "COMMIT" : "ROLLBACK";

    std::vector<std::vector<bool>> applied;
    for (const ChangeGroup& group : groups) applied.emplace_back(group.at.size(), false);
    int registered = 0;
    const auto take = [&](std::size_t statement, const PGresult& result) {
        if (statement == fence_at) {
            registered += PQntuples(&result);
            return;
        }
        if (statement < fence_at || statement - fence_at > groups.size()) return;  // BEGIN, COMMIT
        const std::size_t at = statement - fence_at - 1;
        const ChangeGroup& group = groups[at];
        for (int row = 0; row < PQntuples(&result); ++row) {
            const auto key = read_returned_key(result, row);
            if (!key) continue;
            if (group.sort == ChangeGroup::Sort::erase)
                mark(group.erases, *key, applied[at]);
            else
                mark(group.puts, *key, applied[at]);
        }
    };
    auto done = connection_.run_together(statements, PostgresCall::leases, take);
    if (!done) {
        done.error().may_be_applied &= finish == Finish::commit;
        return std::unexpected(settled(std::move(done.error())));
    }
    if (fence.epoch != 0 && registered == 0)
        return std::unexpected(
            failure(SqlFault::fenced,
                    "another server has taken this database over, nothing was written; see "
                    "server_registry for its name"));
    return applied;
}

SqlResult<std::vector<StoredLease>> PostgresSession::find(std::span<const Prefix> keys) {
    StoredLeases rows{{}};
    if (keys.empty()) return rows.take();
    if (auto done = read_rows(find_statement(keys), rows); !done)
        return std::unexpected(std::move(done.error()));
    return rows.take();
}

SqlResult<std::vector<StoredLease>> PostgresSession::page(Family family, const std::optional<Prefix>& after,
                                                          std::size_t rows_max, std::vector<StoredLease> used) {
    StoredLeases rows{std::move(used)};
    for (const AddressRange& range : ranges_of(family)) {
        if (rows.size() == rows_max) break;
        const auto start = start_in(range, after);
        if (!start) continue;
        const auto statement = page_statement(*start, range.last, rows_max - rows.size());
        if (auto done = read_rows(statement, rows); !done) return std::unexpected(std::move(done.error()));
    }
    return rows.take();
}

SqlResult<std::optional<IdentitiesPage>> PostgresSession::identities(Family family,
                                                                     const std::optional<Prefix>& after,
                                                                     std::size_t rows_max) {
    IdentitiesPage page;
    for (const AddressRange& range : ranges_of(family)) {
        if (page.rows == rows_max) break;
        const auto start = start_in(range, after);
        if (!start) continue;
        const auto statement = identities_statement(family, *start, range.last, rows_max - page.rows);
        const auto take = [&](std::size_t, const PGresult& result) { read_identities(result, page); };
        if (auto done = connection_.run(statement, PostgresCall::leases, take); !done)
            return std::unexpected(settled_read(std::move(done.error())));
    }
    page.complete = page.rows < rows_max;
    return page;
}

SqlResult<void> PostgresSession::read_rows(const PostgresStatement& statement, StoredLeases& rows) {
    const auto take = [&](std::size_t, const PGresult& result) { read_stored_leases(result, rows); };
    auto done = connection_.run(statement, PostgresCall::leases, take);
    if (!done) return std::unexpected(settled_read(std::move(done.error())));
    return {};
}

SqlResult<std::optional<LeaseTime>> PostgresSession::newest_cltt(Family family) {
    PostgresStatement newest;
    newest.sql = "SELECT max(cltt) FROM lease WHERE address ";
    newest.sql += family == Family::v4 ? "BETWEEN " : "NOT BETWEEN ";
    newest.sql += R"('\x00000000000000000000ffff00000000' AND '\x00000000000000000000ffffffffffff')";
    std::optional<LeaseTime> found;
    const auto take = [&](std::size_t statement, const PGresult& result) {
        if (statement == 1 && PQntuples(&result) == 1 && PQgetisnull(&result, 0, 0) == 0)
            found = LeaseTime{std::chrono::seconds{std::strtoll(PQgetvalue(&result, 0, 0), nullptr, 10)}};
    };
    const auto limit = std::min(newest_cltt_time_max, time_left());
    auto done = connection_.run_together({time_limit(limit), newest}, PostgresCall::leases, take);
    if (done) return found;
    if (done.error().code == "57014" && connected()) return std::nullopt;  // the table is too large to look
    return std::unexpected(settled_read(std::move(done.error())));
}

// --- what they share

/// The fence's row and the transaction's time limit in one statement. Without a row nothing is limited, and
/// nothing is written either.
PostgresStatement PostgresSession::fence_statement(const Fence& fence) const {
    PostgresStatement statement = time_limit(time_left());
    if (fence.epoch == 0) return statement;
    statement.sql += " FROM server_registry WHERE family = $2::int2 AND epoch = $3::int8";
    statement.values.emplace_back(fence.family == Family::v4 ? "4" : "6");
    statement.values.emplace_back(std::to_string(static_cast<std::int64_t>(fence.epoch)));
    return statement;
}

/// Ends the statements of its transaction when we have stopped waiting for them, so that one that waits for a
/// lock does not write long after its caller gave up.
PostgresStatement PostgresSession::time_limit(std::chrono::milliseconds limit) const {
    PostgresStatement statement;
    statement.sql = "SELECT set_config('statement_timeout', $1, true)";
    statement.values.emplace_back(std::to_string(limit.count()));
    return statement;
}

std::chrono::milliseconds PostgresSession::time_left() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(connection_.deadline() -
                                                                   std::chrono::steady_clock::now());
    constexpr std::chrono::milliseconds longest{std::numeric_limits<std::int32_t>::max()};
    return std::clamp(left, std::chrono::milliseconds{1}, longest);
}

/// The promise of SqlFault::lost: nothing works until it is connected again.
SqlError PostgresSession::settled(SqlError error) {
    if (error.fault == SqlFault::lost) disconnect();
    return error;
}
SqlError PostgresSession::settled_read(SqlError error) {
    error.may_be_applied = false;
    return settled(std::move(error));
}

}  // namespace

std::unique_ptr<LeaseSession> make_postgres_session(const BackendConfig& config) {
    return std::make_unique<PostgresSession>(config);
}

}  // namespace leasehold
