// What the members of lease-database mean together: which belong to which kind of database, which exclude
// each other, and where its files are.
#include "config/load_database.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "config/database_members.hpp"
#include "config/family.hpp"
#include "config/load_server.hpp"
#include "config/schema.hpp"
#include "dhcp/recovery.hpp"

namespace leasehold::config {
namespace {

/// One connection serves; renewing it, and upgrading tables, takes a second one for a moment.
constexpr std::int64_t connections_used_max = 2;

/// Kea refuses these, because they stand in its documentation.
constexpr std::array<std::string_view, 2> published_passwords{"1234", "keatest"};

constexpr std::array<std::string_view, 16> server_keys{"host",
                                                       "port",
                                                       "user",
                                                       "user-file",
                                                       "password",
                                                       "password-file",
                                                       "credentials-file",
                                                       "connect-timeout",
                                                       "tcp-user-timeout",
                                                       "max-connections",
                                                       "trust-anchor",
                                                       "cert-file",
                                                       "key-file",
                                                       "cipher-list",
                                                       "ssl-mode",
                                                       "tls-required"};

struct Pair {
    std::string_view first, second;
};
/// Each says what the other says.
constexpr std::array credential_pairs{Pair{"user", "user-file"},
                                      Pair{"password", "password-file"},
                                      Pair{"user", "credentials-file"},
                                      Pair{"user-file", "credentials-file"},
                                      Pair{"password", "credentials-file"},
                                      Pair{"password-file", "credentials-file"}};

std::string quoted(std::string_view text) {
    return "\"" + std::string{text} + "\"";
}

class DatabaseLoader {
public:
    DatabaseLoader(const DatabaseMembers& members, const Directories& directories, BackendConfig& config)
        : members_{members}, node_{members.node()}, directories_{directories}, config_{config} {}

    void load() {
        if (!load_place()) return;
        load_policies();
        if (is_server(config_.type))
            load_server();
        else
            warn_of_keys(server_keys, "of a database server");
        if (config_.type != BackendType::mariadb) refuse_timeouts();
    }

private:
    /// @return false: nothing more can be said about this map
    bool load_place() {
        const std::string type = node_.text_or("type", "");
        memfile_ = type == "memfile";
        if (type == "memory") {
            config_.type = BackendType::memory;
        } else if (type == "sqlite") {
            load_sqlite();
        } else if (memfile_) {
            load_memfile();
        } else if (type == "mysql" || type == "mariadb") {
            config_.type = BackendType::mariadb;
        } else if (type == "postgresql") {
            config_.type = BackendType::postgresql;
        } else {
            if (!node_.has("type") && !members_.has_url())
                members_.error("", "the key \"type\" is missing",
                               allowed_values(find_key(any_family, Scope::lease_database, "type")->rule),
                               "or one \"url\", such as postgresql://user@host/name");
            return false;
        }
        return true;
    }

    void load_sqlite() {
        config_.type = BackendType::sqlite;
        const std::string name = node_.text_or("name", facts().lease_database);
        if (name.empty())
            members_.error("name", "the database has an empty name", "a file name, or \":memory:\"");
        config_.path = name == ":memory:" ? name : file(name);
    }

    /// Kea's lease file stays as it is; its leases move once into a database beside it
    /// (docs/configuration.md).
    void load_memfile() {
        if (!node_.boolean("persist").value_or(true)) {
            config_.type = BackendType::memory;
            return;
        }
        config_.type = BackendType::sqlite;
        const std::string name = node_.text_or("name", "");
        config_.import_csv = file(name.empty() ? std::string{facts().lease_file} : name);
        const std::string stem = name.ends_with(".csv") ? name.substr(0, name.size() - 4) : name;
        config_.path = file(name.empty() ? std::string{facts().lease_database} : stem + ".db");
    }

    void load_policies() {
        if (!memfile_) {
            constexpr std::array<std::string_view, 2> keys{"persist", "max-row-errors"};
            warn_of_keys(keys, "of the type memfile");
        }
        if (config_.type != BackendType::sqlite) {
            constexpr std::array<std::string_view, 2> keys{"fix-permissions", "allow-network-filesystem"};
            warn_of_keys(keys, "of a database in a file");
        }
        config_.max_row_errors = node_.uint32("max-row-errors").value_or(0);
        config_.readonly = node_.boolean("readonly").value_or(false);
        config_.fix_permissions = node_.boolean("fix-permissions").value_or(false);
        config_.allow_network_filesystem = node_.boolean("allow-network-filesystem").value_or(false);
        load_recovery();
        if (const auto migrates = node_.boolean("auto-migrate"))
            config_.auto_migrate = *migrates ? AutoMigrate::always : AutoMigrate::never;
        else if (node_.text_or("auto-migrate", "") == "init")
            config_.auto_migrate = AutoMigrate::when_empty;
    }

    /// What happens when the database is lost, or cannot be opened in the first place.
    void load_recovery() {
        const std::string on_fail = node_.text_or("on-fail", "");
        if (on_fail == "serve-retry-exit") config_.on_fail = OnFail::serve_retry_exit;
        if (on_fail == "serve-retry-continue") config_.on_fail = OnFail::serve_retry_continue;
        const auto milliseconds = [&](std::string_view key) {
            return std::chrono::milliseconds{node_.duration(key, "milliseconds").value_or(0)};
        };
        config_.retry_on_startup = node_.boolean("retry-on-startup").value_or(false);
        config_.max_reconnect_tries = node_.uint32("max-reconnect-tries").value_or(0);
        config_.reconnect_wait_time = milliseconds("reconnect-wait-time");
        config_.reconnect_backoff_max = milliseconds("reconnect-backoff-max");
        config_.unlimited_reconnect_tries = node_.boolean("unlimited-reconnect-tries").value_or(false);
        config_.continue_retrying = node_.boolean("continue-retrying").value_or(true);
        config_.commit_timeout = milliseconds("commit-timeout");
        load_outage_service();
        if (config_.retry_on_startup && !retry_rules(config_).recovers)
            members_.warning("retry-on-startup",
                             "without max-reconnect-tries and reconnect-wait-time no attempt is made",
                             "both of them above 0, or unlimited-reconnect-tries and reconnect-wait-time");
    }

    void load_outage_service() {
        const std::string service = node_.text_or("outage-service", "");
        if (service == "drop") config_.outage_service = OutageService::drop;
        if (service == "confirm") config_.outage_service = OutageService::confirm;
        if (service == "spool") config_.outage_service = OutageService::spool;
        if (service == "extend")
            members_.error("outage-service",
                           "\"extend\" is for a database that several servers share, which is not built yet",
                           "\"spool\": a server that has its database to itself can go on as before");
        config_.outage_journal = file(node_.text_or("outage-journal", facts().outage_journal));
        config_.spool_max_octets = static_cast<std::uint64_t>(
            node_.integer("spool-max-bytes").value_or(static_cast<std::int64_t>(config_.spool_max_octets)));
        if (!config_.outage_service || *config_.outage_service == OutageService::drop ||
            outage_service_of(config_) == *config_.outage_service)
            return;
        members_.warning("outage-service",
                         config_.on_fail == OnFail::stop_retry_exit
                             ? "with on-fail stop-retry-exit nobody is served during an outage: it is ignored"
                             : "leases of this database are in memory or read-only: it is ignored");
    }

    void load_server() {
        DatabaseServerConfig& server = config_.server;
        server.name = node_.text_or("name", "");
        if (server.name.empty() && !(members_.has_url() && !node_.has("name")))
            members_.error(node_.has("name") ? "name" : "", "the key \"name\" is missing",
                           "the name of the database");
        load_hosts();
        load_credentials();
        const auto limit = [&](std::string_view key, std::int64_t otherwise) {
            return std::chrono::seconds{node_.duration(key, "seconds").value_or(otherwise)};
        };
        server.connect_timeout = limit("connect-timeout", 5);
        server.read_timeout = limit("read-timeout", 0);
        server.write_timeout = limit("write-timeout", 0);
        server.tcp_user_timeout = limit("tcp-user-timeout", 0);
        if (node_.integer("max-connections").value_or(connections_used_max) < connections_used_max)
            members_.warning("max-connections",
                             "changed settings and upgraded tables need a second connection for a moment",
                             "at least " + std::to_string(connections_used_max));
        load_tls();
    }

    void load_hosts() {
        std::vector<DatabaseHost>& hosts = config_.server.hosts;
        const std::string written = node_.text_or("host", "");
        if (members_.has_url()) {
            if (!members_.url_hosts().empty()) hosts = members_.url_hosts();
            return;
        }
        if (written.empty()) {
            // As in Kea: for libpq "" is the local socket, "localhost" is reached by TCP.
            if (config_.type == BackendType::postgresql) hosts = {DatabaseHost{"localhost", 0}};
        } else if (auto parsed = parse_host_list(written)) {
            hosts = std::move(*parsed);
        } else {
            members_.error("host", std::move(parsed.error().what), std::move(parsed.error().allowed),
                           std::move(parsed.error().hint));
        }
        const auto port = static_cast<std::uint16_t>(node_.uint32("port").value_or(0));
        for (DatabaseHost& host : hosts)
            if (host.port == 0) host.port = port;
    }

    void load_credentials() {
        DatabaseServerConfig& server = config_.server;
        for (const Pair& pair : credential_pairs)
            if (members_.asks_for(pair.first) && members_.asks_for(pair.second))
                members_.error(pair.second,
                               quoted(pair.second) + " stands beside " + quoted(pair.first) +
                                   (members_.has_url() ? " or a url with one" : ""),
                               "one of the two");
        server.user = node_.text_or("user", "");
        server.password = Secret{node_.text_or("password", "")};
        if (std::ranges::find(published_passwords, server.password.reveal()) != published_passwords.end())
            members_.warning("password", "this password stands in Kea's documentation, and Kea refuses it",
                             "choose another");
        server.user_file = file_or_none("user-file");
        server.password_file = file_or_none("password-file");
        server.credentials_file = file_or_none("credentials-file");
    }

    void load_tls() {
        TlsConfig& tls = config_.server.tls;
        constexpr std::array<std::string_view, 5> modes{"disable", "prefer", "require", "verify-ca",
                                                        "verify-full"};
        const auto mode = std::ranges::find(modes, node_.text_or("ssl-mode", ""));
        if (mode != modes.end()) tls.mode = static_cast<SslMode>(mode - modes.begin());
        tls.trust_anchor = file_or_none("trust-anchor");
        tls.cert_file = file_or_none("cert-file");
        tls.key_file = file_or_none("key-file");
        tls.cipher_list = node_.text_or("cipher-list", "");
        tls.required = node_.boolean("tls-required").value_or(true);
        if (tls.mode == SslMode::disable && tls.wanted())
            members_.error("ssl-mode",
                           "\"disable\" contradicts the trust-anchor, cert-file, key-file or cipher-list");
        if (config_.type == BackendType::postgresql) check_libpq_tls(tls);
    }

    void check_libpq_tls(const TlsConfig& tls) {
        if (!tls.cipher_list.empty())
            members_.warning("cipher-list",
                             "PostgreSQL's client library cannot be told which ciphers to use: it is ignored",
                             "name them in an OpenSSL configuration file, and start the server with "
                             "OPENSSL_CONF set to it");
        std::error_code unreadable;
        if (!tls.trust_anchor.empty() && std::filesystem::is_directory(tls.trust_anchor, unreadable))
            members_.warning("trust-anchor",
                             "PostgreSQL's client library takes one file: the certificates of this directory "
                             "are put together for it at each connection");
        const bool on_socket = std::ranges::any_of(config_.server.hosts, [](const DatabaseHost& host) {
            return host.name.empty() || host.name.starts_with('/');
        });
        if (!on_socket || !tls.wanted()) return;
        const std::string_view key = tls.mode                    ? "ssl-mode"
                                     : !tls.trust_anchor.empty() ? "trust-anchor"
                                                                 : "cert-file";
        const std::string what = "PostgreSQL does not encrypt on a local socket, so this cannot be had there";
        const std::string cure = "name the host, or leave this out: nobody listens in on a socket";
        if (tls.required)
            members_.error(key, what, {}, cure);
        else
            members_.warning(key, what, cure);
    }

    void refuse_timeouts() {
        for (const char* const key : {"read-timeout", "write-timeout"})
            if (members_.asks_for(key) && node_.duration(key, "seconds").value_or(0) > 0)
                members_.error(key, quoted(key) + " belongs to the types mysql and mariadb",
                               "0, or another type");
    }

    /// Keys that ask for something that this kind of database does not have.
    void warn_of_keys(std::span<const std::string_view> keys, const std::string& whose) {
        for (const std::string_view key : keys)
            if (members_.asks_for(key))
                members_.warning(key, quoted(key) + " is " + whose + ": it is ignored");
    }

    const FamilyFacts& facts() const { return facts_of(config_.family); }
    std::string file(const std::string& name) const { return absolute_name(directories_.data, name); }
    std::string file_or_none(std::string_view key) const {
        const std::string name = node_.text_or(key, "");
        return name.empty() ? name : file(name);
    }

    const DatabaseMembers& members_;
    const Node& node_;
    const Directories& directories_;
    BackendConfig& config_;
    bool memfile_ = false;
};

}  // namespace

void load_database(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                   BackendConfig& config) {
    config.family = options.family;
    const Value* const written = global.find("lease-database");
    if (written != nullptr && !written->is_map()) return;  // the schema check told
    Value memfile;                                         // what an absent map means
    memfile.position = global.value().position;
    memfile.data = Value::Map{{"type", memfile.position, {memfile.position, std::string{"memfile"}}}};
    const Node node{written != nullptr ? *written : memfile, pointer_to(global.pointer(), "lease-database"),
                    global.problems()};
    const DatabaseMembers members{node, hidden, options};
    DatabaseLoader{members, options.directories, config}.load();
}

}  // namespace leasehold::config
