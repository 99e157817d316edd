// See the header. Connector/C's calls run non-blocking: they hand out what they wait for, and are taken up
// again when it is there.
#include "lease_backends/mariadb_connection.hpp"

#include <mysql.h>

#include <algorithm>
#include <cassert>
#include <memory>
#include <mutex>

#include "lease_backends/mariadb_errors.hpp"
#include "lease_backends/mariadb_tls.hpp"

namespace leasehold {
namespace {

constexpr unsigned usual_port = 3306;
constexpr unsigned no_tls_number = 2026;
constexpr std::chrono::seconds usual_user_timeout{8};

struct FreeResult {
    void operator()(MYSQL_RES* result) const { mysql_free_result(result); }  // read whole: no wait in it
};
using StoredResult = std::unique_ptr<MYSQL_RES, FreeResult>;

bool is_local(const DatabaseHost& host) {
    return host.name.empty() || host.name == "localhost" || host.name.starts_with('/');
}

/// The library takes much in a host name for more than a name: lists, plugins, options.
bool is_plain_name(const std::string& name) {
    return std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{".-_:%"}.find(c) != std::string_view::npos;
    });
}

void set_seconds(MYSQL* handle, mysql_option option, std::chrono::seconds value) {
    const auto number = static_cast<unsigned>(value.count());
    if (number != 0) mysql_options(handle, option, &number);
}

void set_options(MYSQL* handle, const DatabaseServerConfig& config, bool local, Deadline deadline) {
    // MYSQL_READ_DEFAULT_FILE and _GROUP are never set: my.cnf would override the configuration.
    mysql_options(handle, MYSQL_OPT_NONBLOCK, nullptr);
    const unsigned protocol = local ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
    mysql_options(handle, MYSQL_OPT_PROTOCOL, &protocol);
    const unsigned no_files = 0;  // the server may not ask for files of this host
    mysql_options(handle, MYSQL_OPT_LOCAL_INFILE, &no_files);
    mysql_options(handle, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    my_bool no = 0;
    mysql_options(handle, MYSQL_OPT_RECONNECT, &no);
    my_bool yes = 1;
    mysql_options(handle, MYSQL_REPORT_DATA_TRUNCATION, &yes);

    // The TLS handshake does not hand its waiting out: this is its only limit.
    const auto left = std::chrono::ceil<std::chrono::seconds>(deadline - std::chrono::steady_clock::now());
    const auto limit = std::min(config.connect_timeout, left);
    set_seconds(handle, MYSQL_OPT_CONNECT_TIMEOUT, std::max(limit, std::chrono::seconds{1}));
    set_seconds(handle, MYSQL_OPT_READ_TIMEOUT, config.read_timeout);
    set_seconds(handle, MYSQL_OPT_WRITE_TIMEOUT, config.write_timeout);
}

}  // namespace

SqlResult<std::string> MariadbConnection::connect(const DatabaseServerConfig& config,
                                                  const DatabaseHost& host, const Credentials& credentials,
                                                  Deadline deadline) {
    static std::once_flag once;
    std::call_once(once, [] { mysql_library_init(0, nullptr, nullptr); });
    static_assert(timed_out == MYSQL_WAIT_TIMEOUT);

    close();
    canceller_.renew();
    cancelled_ = false;
    deadline_ = std::min(deadline, std::chrono::steady_clock::now() + config.connect_timeout);
    const bool plain_name = host.name.starts_with('/') || is_plain_name(host.name);
    if (!plain_name)
        return std::unexpected(
            SqlError{SqlFault::configuration, "", "the host name \"" + host.name + "\" is none", false});

    auto done = connect_once(config, host, credentials, false);
    // "SSL is required, but the server does not support it": with a server that has none, and only then.
    if (!done && !config.tls.required && done.error().code == std::to_string(no_tls_number) &&
        done.error().detail.find("does not support") != std::string::npos)
        done = connect_once(config, host, credentials, true);
    deadline_ = deadline;
    if (!done) {
        done.error().detail = without_secrets(std::move(done.error().detail), credentials);
        return std::unexpected(std::move(done.error()));
    }
    notice_dead_peer(mysql_get_socket(handle_),
                     config.tcp_user_timeout.count() == 0 ? usual_user_timeout : config.tcp_user_timeout);

    const bool encrypted = !encryption().empty();
    if (encrypted || !config.tls.wanted() || config.tls.mode == SslMode::disable) return std::string{};
    if (config.tls.required) {
        close();
        return std::unexpected(SqlError{
            SqlFault::configuration, "",
            "this server offers no encryption, and the configuration asks for it; enable TLS on the server "
            "(ssl_cert, ssl_key), or take the TLS keys out of the configuration",
            false});
    }
    return "the connection is not encrypted, although TLS is configured: the server offers none. Leases and "
           "password protocol can be read on the way; enable TLS on the server (ssl_cert, ssl_key)";
}

SqlResult<void> MariadbConnection::connect_once(const DatabaseServerConfig& config, const DatabaseHost& host,
                                                const Credentials& credentials, bool clear_text_passes) {
    handle_ = mysql_init(nullptr);
    if (handle_ == nullptr)
        return std::unexpected(SqlError{SqlFault::full, "", "no memory for a connection", false});
    const bool local = is_local(host);
    set_options(handle_, config, local, deadline_);
    if (auto problem = set_tls_options(handle_, config.tls, local, clear_text_passes)) {
        close();
        return std::unexpected(SqlError{SqlFault::configuration, "", std::move(*problem), false});
    }

    const char* const socket = host.name.starts_with('/') ? host.name.c_str() : nullptr;
    const char* const name = local ? nullptr : host.name.c_str();
    const unsigned port = host.port == 0 ? usual_port : host.port;
    const char* const database = config.name.empty() ? nullptr : config.name.c_str();
    MYSQL* connected = nullptr;
    const bool ended = drive(
        connected,
        [&](MYSQL** result) {
            return mysql_real_connect_start(result, handle_, name, credentials.user.c_str(),
                                            credentials.password.reveal().c_str(), database, port, socket,
                                            CLIENT_FOUND_ROWS);
        },
        [&](MYSQL** result, int ready) { return mysql_real_connect_cont(result, handle_, ready); });
    if (!ended) return std::unexpected(gave_up());
    if (connected == nullptr) {
        SqlError error = mariadb_error(mysql_errno(handle_), mysql_error(handle_));
        drop();
        return std::unexpected(std::move(error));
    }
    return {};
}

void MariadbConnection::close() noexcept {
    if (handle_ != nullptr) mysql_close(handle_);
    handle_ = nullptr;
}

/// Without a word to the server: it may not be listening, and a call may be half-way through.
void MariadbConnection::drop() noexcept {
    if (handle_ != nullptr) mariadb_cancel(handle_);
    close();
}

void MariadbConnection::cancel() noexcept {
    cancelled_ = true;
    canceller_.cancel();
}

bool MariadbConnection::may_begin() {
    end_ = End::none;
    if (handle_ == nullptr) return false;
    if (cancelled_) end_ = End::cancelled;
    if (std::chrono::steady_clock::now() >= deadline_) end_ = End::deadline;
    if (end_ == End::none) return true;
    drop();
    return false;
}

/// @return what is ready of what the library wants; 0: not before the deadline
int MariadbConnection::wait(int wanted) {
    Deadline until = deadline_;
    const bool has_own_limit = (wanted & MYSQL_WAIT_TIMEOUT) != 0;
    if (has_own_limit) {
        const std::chrono::milliseconds own{mysql_get_timeout_value_ms(handle_)};
        until = std::min(until, std::chrono::steady_clock::now() + own);
    }
    const bool read = (wanted & (MYSQL_WAIT_READ | MYSQL_WAIT_EXCEPT)) != 0;
    const bool write = (wanted & MYSQL_WAIT_WRITE) != 0;
    // Asked for each time: the library changes its socket while it connects.
    const WaitEnd end = wait_for_socket(mysql_get_socket(handle_), {read, write}, until, canceller_);
    switch (end.outcome) {
        case Waited::ready:
            return wanted & ((end.ready.read ? MYSQL_WAIT_READ | MYSQL_WAIT_EXCEPT : 0) |
                             (end.ready.write ? MYSQL_WAIT_WRITE : 0));
        case Waited::deadline:
            if (until < deadline_) return MYSQL_WAIT_TIMEOUT;
            end_ = End::deadline;
            return 0;
        case Waited::cancelled: end_ = End::cancelled; return 0;
        case Waited::failed: end_ = End::socket; return 0;
    }
    return 0;
}

SqlError MariadbConnection::gave_up() const {
    switch (end_) {
        case End::deadline:
            return {SqlFault::lost, "", "no answer before the deadline; the connection was closed", false};
        case End::cancelled: return {SqlFault::lost, "", "called off; the connection was closed", false};
        case End::socket:
        case End::none: break;
    }
    return {SqlFault::lost, "", "not connected", false};
}

SqlError MariadbConnection::failed(unsigned number, std::string_view words) {
    SqlError error = mariadb_error(number, words);
    if (error.fault == SqlFault::lost) drop();
    return error;
}
SqlError MariadbConnection::failed() {
    return failed(mysql_errno(handle_), mysql_error(handle_));
}

SqlResult<SqlRows> MariadbConnection::query(std::string_view sql) {
    int refused = 0;
    const bool ended = drive(
        refused, [&](int* result) { return mysql_real_query_start(result, handle_, sql.data(), sql.size()); },
        [&](int* result, int ready) { return mysql_real_query_cont(result, handle_, ready); });
    if (!ended) return std::unexpected(gave_up());
    if (refused != 0) return std::unexpected(failed());
    return read_rows();
}

SqlResult<SqlRows> MariadbConnection::read_rows() {
    SqlRows answer;
    if (mysql_field_count(handle_) == 0) {
        answer.affected = mysql_affected_rows(handle_);
        return answer;
    }
    MYSQL_RES* raw = nullptr;
    const bool ended = drive(
        raw, [&](MYSQL_RES** result) { return mysql_store_result_start(result, handle_); },
        [&](MYSQL_RES** result, int ready) { return mysql_store_result_cont(result, handle_, ready); });
    if (!ended) return std::unexpected(gave_up());
    const StoredResult result{raw};
    // On Galera a transaction can be refused after its rows were sent.
    if (!result || mysql_errno(handle_) != 0) return std::unexpected(failed());

    const unsigned columns = mysql_num_fields(raw);
    answer.rows.reserve(mysql_num_rows(raw));
    while (MYSQL_ROW row = mysql_fetch_row(raw)) {
        const unsigned long* const lengths = mysql_fetch_lengths(raw);
        std::vector<SqlValue>& values = answer.rows.emplace_back();
        values.reserve(columns);
        for (unsigned i = 0; i < columns; ++i)
            values.push_back(row[i] == nullptr ? SqlValue{} : std::string(row[i], lengths[i]));
    }
    answer.affected = answer.rows.size();
    return answer;
}

SqlResult<void> MariadbConnection::script(std::string_view sql) {
    const auto allow_several = [&](enum_mysql_set_option option) -> SqlResult<void> {
        int refused = 0;
        const bool ended = drive(
            refused, [&](int* result) { return mysql_set_server_option_start(result, handle_, option); },
            [&](int* result, int ready) { return mysql_set_server_option_cont(result, handle_, ready); });
        if (!ended) return std::unexpected(gave_up());
        if (refused != 0) return std::unexpected(failed());
        return {};
    };
    // Only here: no other text may smuggle in a second statement.
    if (auto allowed = allow_several(MYSQL_OPTION_MULTI_STATEMENTS_ON); !allowed) return allowed;
    SqlResult<void> outcome;
    auto answer = query(sql);
    while (answer && mysql_more_results(handle_)) {
        int more = 0;
        const bool ended = drive(
            more, [&](int* result) { return mysql_next_result_start(result, handle_); },
            [&](int* result, int ready) { return mysql_next_result_cont(result, handle_, ready); });
        if (!ended)
            answer = std::unexpected(gave_up());
        else if (more > 0)
            answer = std::unexpected(failed());
        else
            answer = read_rows();
    }
    if (!answer) outcome = std::unexpected(std::move(answer.error()));
    if (!connected()) return outcome;
    auto forbidden = allow_several(MYSQL_OPTION_MULTI_STATEMENTS_OFF);
    return outcome ? forbidden : outcome;
}

std::string MariadbConnection::quoted(std::string_view text) const {
    assert(connected());
    std::string literal(2 * text.size() + 3, '\'');
    const unsigned long size =
        mysql_real_escape_string(handle_, literal.data() + 1, text.data(), text.size());
    literal.resize(size + 1);
    literal += '\'';
    return literal;
}

std::string MariadbConnection::server_version() const {
    return mysql_get_server_info(handle_);
}
unsigned long MariadbConnection::server_version_number() const {
    return mysql_get_server_version(handle_);
}
bool MariadbConnection::is_mariadb() const {
    return mariadb_connection(handle_) != 0;
}

bool MariadbConnection::takes_bulk() const {
    unsigned long capabilities = 0;
    if (mariadb_get_infov(handle_, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES, &capabilities) != 0)
        return false;
    return (capabilities & (MARIADB_CLIENT_STMT_BULK_OPERATIONS >> 32)) != 0;
}

bool MariadbConnection::in_transaction() const {
    unsigned status = 0;
    return connected() && mariadb_get_infov(handle_, MARIADB_CONNECTION_SERVER_STATUS, &status) == 0 &&
           (status & SERVER_STATUS_IN_TRANS) != 0;
}

std::string MariadbConnection::encryption() const {
    const char* const cipher = mysql_get_ssl_cipher(handle_);
    if (cipher == nullptr) return "";
    const char* version = nullptr;
    if (mariadb_get_infov(handle_, MARIADB_CONNECTION_TLS_VERSION, &version) != 0 || version == nullptr)
        return cipher;
    return std::string{version} + ", " + cipher;
}

}  // namespace leasehold
