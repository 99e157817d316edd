// See the header. Connecting, reading and bookkeeping; how batches are written is in mariadb_apply.cpp.
#include "lease_backends/mariadb_session.hpp"

#include <algorithm>

#include "lease_backends/mariadb_checks.hpp"

namespace leasehold {
namespace {

/// What every session must have whatever the server's defaults are. sql_mode decides in which order the
/// assignments of a put are made, and whether a value that does not fit is refused or cut.
constexpr std::string_view session_settings =
    "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
    "time_zone = '+00:00', autocommit = 1, innodb_lock_wait_timeout = 2, lock_wait_timeout = 10";
/// A server that ends with rows locked is noticed; long lists of keys stay ranges of the primary key.
constexpr std::string_view mariadb_settings =
    "SET SESSION idle_transaction_timeout = 30, in_predicate_conversion_threshold = 0";
constexpr std::string_view isolation = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

constexpr unsigned long mariadb_with_returning = 100500;

/// IPv4 addresses are ::ffff:0.0.0.0/96.
constexpr std::string_view v4_first = "x'00000000000000000000ffff00000000'";
constexpr std::string_view v4_last = "x'00000000000000000000ffffffffffff'";

std::string of_family(Family family) {
    if (family == Family::v4)
        return "address BETWEEN " + std::string{v4_first} + " AND " + std::string{v4_last};
    return "(address < " + std::string{v4_first} + " OR address > " + std::string{v4_last} + ")";
}

/// Of the statements of prepare_page().
struct PageParameters {
    PageParameters(const std::optional<Prefix>& after, std::size_t rows_max)
        : limit{static_cast<std::int64_t>(rows_max)} {
        if (!after) return;
        address = after->address;
        length = after->length;
    }
    PageParameters(const PageParameters&) = delete;
    PageParameters& operator=(const PageParameters&) = delete;

    Ipv6 address;
    std::int64_t length = -1;
    std::int64_t limit;
    unsigned long address_size = address.bytes.size();
    std::array<MYSQL_BIND, 4> binds{bind_octets(address.bytes.data(), address.bytes.size(), address_size),
                                    bind_octets(address.bytes.data(), address.bytes.size(), address_size),
                                    bind_number(length), bind_number(limit)};
};

bool is_time_limit(const SqlError& error) {
    return error.code == "1969" || error.code == "3024";
}

}  // namespace

MariadbSession::MariadbSession(const BackendConfig& config, MariadbForm form)
    : config_{config}, wanted_form_{form} {
    // Two sessions never write the same token: what a row has tells whose it is.
    std::random_device device;
    next_write_id_ = (std::uint64_t{device()} << 32) | device();
    where_ = describe(config);
}
MariadbSession::~MariadbSession() {
    disconnect();
}

void MariadbSession::disconnect() noexcept {
    connection_.close();
}

SqlResult<ServerTraits> MariadbSession::connect(const DatabaseHost& host, const Credentials& credentials,
                                                Deadline deadline) {
    disconnect();
    BackendConfig one_host = config_;
    one_host.server.hosts = {host};
    where_ = describe(one_host);
    auto encryption_notice = connection_.connect(config_.server, host, credentials, deadline);
    if (!encryption_notice) return std::unexpected(std::move(encryption_notice.error()));
    auto traits = set_up();
    if (!traits) {
        disconnect();
        return traits;
    }
    if (!encryption_notice->empty()) traits->notices.push_back(std::move(*encryption_notice));
    return traits;
}

SqlResult<ServerTraits> MariadbSession::set_up() {
    fence_checked_.reset();
    reads_wait_ = galera_ = false;
    for (MariadbStatement* const statement :
         {&put_, &take_over_, &page_v4_, &page_v6_, &identities_v4_, &identities_v6_})
        statement->forget();
    is_mariadb_ = connection_.is_mariadb();

    ServerSettings settings;
    for (const auto& show :
         {"SHOW VARIABLES WHERE Variable_name IN (" + std::string{judged_variables()} + ")",
          "SHOW STATUS WHERE Variable_name IN (" + std::string{judged_states()} + ")"}) {
        auto rows = connection_.query(show);
        if (!rows) return std::unexpected(std::move(rows.error()));
        settings.add(*rows);
    }
    auto traits = judge(settings, connection_.server_version(), is_mariadb_, config_.readonly);
    if (!traits) return traits;
    traits->encryption = connection_.encryption();
    galera_ = is_galera(settings);
    statement_size_max_ = std::max<std::size_t>(settings.number("max_allowed_packet") / 2, 65536);

    const bool returning = is_mariadb_ && connection_.server_version_number() >= mariadb_with_returning;
    // With arrays, inside an explicit transaction too, two Galera nodes that collided won the same rows in 2
    // of 6 runs of mariadb_galera_test.cpp (10.11.19, galera 26.4.23); with literals in none of 15.
    arrays_ = wanted_form_ == MariadbForm::best && returning && !galera_ && connection_.takes_bulk();
    for (const std::string_view sql : {session_settings, isolation})
        if (auto done = run(sql); !done) return std::unexpected(std::move(done.error()));
    if (returning)
        if (auto done = run(mariadb_settings); !done) return std::unexpected(std::move(done.error()));
    if (galera_) {
        // Its own second try of a statement runs after our rows were read, and gives others.
        if (auto done = run("SET SESSION wsrep_retry_autocommit = 0"); !done)
            return std::unexpected(std::move(done.error()));
        if (auto done = read_what_peers_wrote(true); !done) return std::unexpected(std::move(done.error()));
    }
    return traits;
}

SqlResult<void> MariadbSession::run(std::string_view sql) {
    auto done = connection_.query(sql);
    if (!done) return std::unexpected(std::move(done.error()));
    return {};
}

/// On Galera a node answers reads before it has what its peers committed, unless told to wait. Batches need
/// not: certification finds what they have not seen.
SqlResult<void> MariadbSession::read_what_peers_wrote(bool wanted) {
    if (!galera_ || reads_wait_ == wanted) return {};
    auto done = run(wanted ? "SET SESSION wsrep_sync_wait = 1" : "SET SESSION wsrep_sync_wait = 0");
    if (done) reads_wait_ = wanted;
    return done;
}

SqlResult<SqlRows> MariadbSession::query(std::string_view sql, std::span<const SqlValue> values) {
    if (!connected()) return std::unexpected(connection_.gave_up());
    if (auto done = read_what_peers_wrote(true); !done) return std::unexpected(std::move(done.error()));
    std::string text;
    text.reserve(sql.size());
    for (const char c : sql) {
        if (c != '?') {
            text += c;
            continue;
        }
        text += values.front() ? connection_.quoted(*values.front()) : "NULL";
        values = values.subspan(1);
    }
    return connection_.query(text);
}

SqlResult<void> MariadbSession::script(std::string_view sql) {
    if (auto done = read_what_peers_wrote(true); !done) return done;
    return connection_.script(sql);
}

/// Runs the statement, and calls `take` with each of its rows in `places`.
SqlResult<void> MariadbSession::read_rows(MariadbStatement& statement, std::span<MYSQL_BIND> parameters,
                                          std::span<MYSQL_BIND> places, const std::function<void()>& take) {
    if (auto done = statement.execute(parameters, 0, places); !done) return done;
    for (;;) {
        auto more = statement.fetch();
        if (!more) return std::unexpected(std::move(more.error()));
        if (!*more) return statement.finish();
        take();
    }
}

SqlResult<std::vector<StoredLease>> MariadbSession::read_leases(MariadbStatement& statement,
                                                                std::span<MYSQL_BIND> parameters,
                                                                std::vector<StoredLease> used) {
    StoredLeases leases{std::move(used)};
    const auto take = [&] { row_.read(leases.next()); };
    if (auto done = read_rows(statement, parameters, row_.binds(), take); !done)
        return std::unexpected(std::move(done.error()));
    return leases.take();
}

SqlResult<std::vector<StoredLease>> MariadbSession::find(std::span<const Prefix> keys) {
    if (keys.empty()) return std::vector<StoredLease>{};
    if (auto done = read_what_peers_wrote(true); !done) return std::unexpected(std::move(done.error()));
    std::string sql = "SELECT " + column_list() + " FROM lease WHERE ";
    append_keys(sql, keys);
    MariadbStatement statement{connection_};
    if (auto done = statement.prepare(sql); !done) return std::unexpected(std::move(done.error()));
    return read_leases(statement, {}, {});
}

SqlResult<std::vector<StoredLease>> MariadbSession::page(Family family, const std::optional<Prefix>& after,
                                                         std::size_t rows_max, std::vector<StoredLease> used) {
    PageParameters parameters{after, rows_max};
    MariadbStatement& statement = family == Family::v4 ? page_v4_ : page_v6_;
    if (auto done = prepare_page(statement, column_list(), family); !done)
        return std::unexpected(std::move(done.error()));
    return read_leases(statement, parameters.binds, std::move(used));
}

SqlResult<std::optional<IdentitiesPage>> MariadbSession::identities(Family family, const std::optional<Prefix>& after,
                                                                    std::size_t rows_max) {
    PageParameters parameters{after, rows_max};
    const bool v4 = family == Family::v4;
    MariadbStatement& statement = v4 ? identities_v4_ : identities_v6_;
    if (auto done = prepare_page(statement, identity_column_list(family), family); !done)
        return std::unexpected(std::move(done.error()));
    IdentitiesRow row{v4 ? 2u : 1u};
    IdentitiesPage page;
    if (auto done = read_rows(statement, parameters.binds, row.binds, [&] { row.add_to(page); }); !done)
        return std::unexpected(std::move(done.error()));
    page.complete = page.rows < rows_max;
    return page;
}

/// Ready to be run with PageParameters.
SqlResult<void> MariadbSession::prepare_page(MariadbStatement& statement, const std::string& columns, Family family) {
    if (auto done = read_what_peers_wrote(true); !done || statement.prepared()) return done;
    return statement.prepare("SELECT " + columns + " FROM lease WHERE " + of_family(family) +
                             " AND (address > ? OR (address = ? AND prefix_length > ?)) "
                             "ORDER BY address, prefix_length LIMIT ?");
}

SqlResult<std::optional<LeaseTime>> MariadbSession::newest_cltt(Family family) {
    if (auto done = read_what_peers_wrote(true); !done) return std::unexpected(std::move(done.error()));
    const std::string from = "MAX(cltt) FROM lease WHERE " + of_family(family);
    const std::string sql = is_mariadb_ ? "SET STATEMENT max_statement_time = 1 FOR SELECT " + from
                                        : "SELECT /*+ MAX_EXECUTION_TIME(1000) */ " + from;
    auto rows = connection_.query(sql);
    if (!rows && is_time_limit(rows.error())) return std::nullopt;
    if (!rows) return std::unexpected(std::move(rows.error()));
    if (rows->rows.empty() || !rows->rows[0][0]) return std::nullopt;
    return LeaseTime{std::chrono::seconds{std::strtoll(rows->rows[0][0]->c_str(), nullptr, 10)}};
}

std::unique_ptr<LeaseSession> make_mariadb_session(const BackendConfig& config) {
    return std::make_unique<MariadbSession>(config);
}

}  // namespace leasehold
