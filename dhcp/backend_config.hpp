// What opening a lease backend needs to know, as plain values that the configuration fills.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/secret.hpp"

namespace leasehold {

/// Kea's types "mysql" and "mariadb" are both mariadb: which server it is shows when it is connected.
enum class BackendType : std::uint8_t { memory, sqlite, postgresql, mariadb };

enum class OnFail : std::uint8_t { stop_retry_exit, serve_retry_exit, serve_retry_continue };

/// What is served while the backend is away and on-fail is a serve- policy (docs/recovery.md).
enum class OutageService : std::uint8_t {
    drop,     // questions that need no lease
    confirm,  // and clients keep what the backend holds for them, for the time that is left of it
    spool,    // everything, from memory; each change is durable in the outage journal before its reply
};

/// What the program may do to a database whose schema is not the one it needs (docs/backends.md).
enum class AutoMigrate : std::uint8_t {
    never,
    when_empty,  // create it in an empty database: the default for database servers
    always,      // upgrade it too: the default for SQLite, after a copy
};

struct DatabaseHost {
    std::string name;        // host name or address; "" or "localhost": the library's local socket; "/...": a
                             // socket (MariaDB) or its directory (PostgreSQL)
    std::uint16_t port = 0;  // 0: the usual one
    bool operator==(const DatabaseHost&) const = default;
};

/// The words of the key ssl-mode.
enum class SslMode : std::uint8_t { disable, prefer, require, verify_ca, verify_full };

struct TlsConfig {
    std::optional<SslMode> mode;  // nullopt: follows from the files: verify_full with a trust anchor, require
                                  // with a certificate only, else prefer
    std::string trust_anchor;     // file or directory of CA certificates
    std::string cert_file, key_file;
    std::string cipher_list;
    bool required =
        true;  // false: Kea's behaviour, clear text is an error in the log and is used all the same
    bool operator==(const TlsConfig&) const = default;

    bool wanted() const {
        return (mode && *mode != SslMode::disable && *mode != SslMode::prefer) || !trust_anchor.empty() ||
               !cert_file.empty() || !key_file.empty() || !cipher_list.empty();
    }
};

/// How a database server is reached. Passwords in files are read at each open (lease_backends/credentials).
struct DatabaseServerConfig {
    std::vector<DatabaseHost> hosts{DatabaseHost{}};  // tried in this order
    std::string name;                                 // of the database
    std::string user;
    Secret password;
    std::string user_file, password_file;
    std::string credentials_file;  // both: JSON {"username", "password"}, or two lines
    std::chrono::seconds connect_timeout{5};
    std::chrono::seconds read_timeout{0}, write_timeout{0};  // MariaDB; 0: the deadline of the call alone
    std::chrono::seconds tcp_user_timeout{0};                // 0: 8 s
    TlsConfig tls;
    bool operator==(const DatabaseServerConfig&) const = default;
};

struct BackendConfig {
    BackendType type = BackendType::sqlite;
    Family family = Family::v4;
    std::string path;                  // sqlite: absolute file name, or ":memory:"
    std::string import_csv;            // Kea's lease file, imported when `path` does not exist yet; "": none
    std::uint32_t max_row_errors = 0;  // rows of import_csv that may be unreadable; more stop the start
    DatabaseServerConfig server;       // postgresql, mariadb
    std::optional<AutoMigrate> auto_migrate;  // nullopt: the backend's own default; readonly: never
    std::uint64_t server_id = 0;              // under which this server registers in the database
    bool exclusive = true;                    // false: several writers at once; nobody registers
    bool readonly = false;
    bool fix_permissions = false;
    bool allow_network_filesystem = false;

    OnFail on_fail = OnFail::stop_retry_exit;
    bool retry_on_startup = false;
    std::uint32_t max_reconnect_tries =
        0;  // 0: a database server is not tried again, an embedded store always
    std::chrono::milliseconds reconnect_wait_time{0};    // 0: as max_reconnect_tries, an embedded store 1 s
    std::chrono::milliseconds reconnect_backoff_max{0};  // 0: the wait stays the same
    bool unlimited_reconnect_tries = false;
    bool continue_retrying = true;  // serve_retry_continue: after its tries too, though not so often
    std::optional<OutageService> outage_service;  // nullopt: outage_service_of()
    std::string outage_journal;                   // absolute file name; "": none can be kept
    std::uint64_t spool_max_octets = 64u << 20;
    std::chrono::milliseconds commit_timeout{0};  // 0: commit_timeout_of()

    bool operator==(const BackendConfig&) const = default;
};

/// Is it a database server, which other machines may reach too?
constexpr bool is_server(BackendType type) {
    return type == BackendType::postgresql || type == BackendType::mariadb;
}

/// What is served while the backend is away, as the keys together say. A server that has its database to
/// itself loses nothing by going on from memory.
OutageService outage_service_of(const BackendConfig& config);
/// Can a change have to become durable without the backend?
bool needs_outage_journal(const BackendConfig& config);
/// How long a commit may take before the backend counts as lost: shorter where that costs nobody an answer.
std::chrono::milliseconds commit_timeout_of(const BackendConfig& config);

/// The same place, whatever the policies, credentials, encryption and further hosts around it: what a
/// reconfiguration may keep open.
bool same_database(const BackendConfig& a, const BackendConfig& b);
/// "sqlite:/var/lib/leasehold/leases4.db", "postgresql://db1.example.org:5432/dhcp"; without user and
/// password.
std::string describe(const BackendConfig& config);

}  // namespace leasehold
