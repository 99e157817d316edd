// One database as a URL: postgresql://user:password@host1:5432,host2/name?sslmode=verify-full. What its parts
// mean together with other keys is load_database's part.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/placeholders.hpp"
#include "dhcp/backend_config.hpp"
#include "dhcp/result.hpp"

namespace leasehold::config {

/// Told at the URL; never holds a part of it but its scheme and the names of keys behind "?".
struct UrlProblem {
    std::string what, allowed, hint;
};
template <class T>
using UrlResult = Result<T, UrlProblem>;

struct UrlQuery {
    std::string key;  // of the map lease-database: "ssl-mode"
    std::string value;
    bool from_environment = false;  // then it may not be shown
};

struct DatabaseUrl {
    std::string type;  // "sqlite", "postgresql", "mariadb"
    std::string name;  // of the database; sqlite: absolute file name, or ":memory:"
    std::vector<DatabaseHost> hosts;
    bool has_user = false, has_password = false;
    std::string user;
    Secret password;
    std::vector<UrlQuery> query;
};

/// Any octets: ends in a URL or a problem. Parts are split first, then percent-decoded, then placeholders are
/// put in, so that a value may hold any character.
UrlResult<DatabaseUrl> parse_database_url(std::string_view text, const Environment& environment);

/// The URL with the hidden mark in the place of its password and of each placeholder. Any octets.
std::string hide_url_secrets(std::string_view text);

/// "db1:5432,db2", "[2001:db8::1]:5432", "2001:db8::1", "/run/postgresql": the value of the key host.
UrlResult<std::vector<DatabaseHost>> parse_host_list(std::string_view text);

}  // namespace leasehold::config
