// See the header.
#include "control/tool_database.hpp"

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "control/server_identity.hpp"
#include "lease_backends/host_connection.hpp"
#include "lease_backends/open.hpp"
#include "lease_backends/outage_journal.hpp"
#include "lease_backends/sqlite_file.hpp"

namespace leasehold {
namespace {

constexpr std::chrono::seconds open_time_max{60};
constexpr const char* password_variable = "LEASEHOLD_KEA_PASSWORD";

Deadline open_deadline() {
    return std::chrono::steady_clock::now() + open_time_max;
}

std::unexpected<ToolError> refused(ExitCode code, std::string text) {
    return std::unexpected{ToolError{code, std::move(text)}};
}

std::unexpected<ToolError> refused(const std::vector<config::Problem>& problems) {
    return refused(ExitCode::configuration, config::format(problems));
}

const char* root_key(Family family) {
    return family == Family::v4 ? "Dhcp4" : "Dhcp6";
}

/// Only what a tool needs of a server's configuration, in the form that config::load takes.
config::Value essentials(const config::Value& global, Family family) {
    config::Value kept{global.position, config::Value::Map{}};
    auto& members = std::get<config::Value::Map>(kept.data);
    for (const char* name : {"lease-database", "writer-id", "server-id"}) {
        const bool is_duid = family == Family::v6 && name == std::string_view{"server-id"};
        const auto* const value = global.member(name);
        if (value != nullptr && !is_duid) members.push_back({name, value->position, *value});
    }
    config::Value root{global.position, config::Value::Map{}};
    std::get<config::Value::Map>(root.data).push_back({root_key(family), global.position, std::move(kept)});
    return root;
}

bool is_server(const BackendConfig& database) {
    return database.type == BackendType::postgresql || database.type == BackendType::mariadb;
}

/// "user:password@": whether a password stands there in clear text, rather than the name of a variable.
bool shows_password(const std::string& url) {
    const auto scheme = url.find("://");
    if (scheme == std::string::npos) return false;
    const auto begin = scheme + 3;
    const auto at = url.substr(0, url.find_first_of("/?", begin)).rfind('@');
    const auto colon = url.find(':', begin);
    if (at == std::string::npos || at < begin || colon == std::string::npos || colon > at) return false;
    const auto password = url.substr(colon + 1, at - colon - 1);
    return !password.empty() && !(password.starts_with("${") && password.ends_with('}'));
}

}  // namespace

std::unexpected<ToolError> tool_error(const StoreError& error) {
    return refused(exit_code_of(error.code), error.detail);
}

ToolResult<BackendConfig> database_of(const std::string& file, std::optional<Family> family) {
    const auto parsed = config::parse_file(file);
    if (!parsed) return refused(parsed.error());
    const config::Value& root = parsed->value;
    const bool has_v4 = root.member("Dhcp4") != nullptr, has_v6 = root.member("Dhcp6") != nullptr;
    if (!has_v4 && !has_v6)
        return refused(ExitCode::configuration, file + ": it has neither the key \"Dhcp4\" nor \"Dhcp6\"");
    const Family own = has_v4 ? Family::v4 : Family::v6;
    const Family wanted = family.value_or(own);
    const Family source =
        wanted == Family::v4 ? (has_v4 ? Family::v4 : Family::v6) : (has_v6 ? Family::v6 : Family::v4);
    const config::Value& global = *root.member(root_key(source));

    const auto loaded = config::load(
        essentials(global, source), {.family = source, .directories = config::Directories::from_environment()});
    if (!loaded) return refused(loaded.error());
    BackendConfig database = loaded->server->lease_database;
    database.family = wanted;
    database.server_id = loaded->server->server_id;
    database.import_csv.clear();  // what comes in, comes by this tool
    if (database.type == BackendType::memory || database.path == ":memory:")
        return refused(ExitCode::configuration, file +
                                                    ": its leases are in memory alone: there is no "
                                                    "database to read or to write");
    if (!is_server(database) && source != wanted)
        return refused(ExitCode::configuration,
                       file + ": " + describe(database) + " is the database of " + root_key(source) +
                           ", and a file holds the leases of one family; name a configuration with \"" +
                           root_key(wanted) + "\"");
    return database;
}

ToolResult<BackendConfig> kea_database_of(const std::string& url, const std::string& password_file,
                                          Family family) {
    if (shows_password(url))
        return refused(ExitCode::usage, std::string{"a password in the url would show in the list of "
                                                    "processes; use --password-file, the environment "
                                                    "variable "} +
                                            password_variable + ", or ${NAME} in its place");
    nlohmann::json keys{{"url", url}};
    if (!password_file.empty()) keys["password-file"] = std::filesystem::absolute(password_file).string();
    const nlohmann::json root{{"Dhcp4", {{"lease-database", keys}}}};
    const auto loaded =
        config::load(config::from_json(root, "--url"),
                     {.family = Family::v4, .directories = config::Directories::from_environment()});
    if (!loaded) return refused(loaded.error());
    BackendConfig database = loaded->server->lease_database;
    if (!is_server(database))
        return refused(ExitCode::usage, "the url of Kea's database begins with mysql:// or postgresql://");
    const char* const password = std::getenv(password_variable);
    if (password != nullptr && password_file.empty() && database.server.password.empty())
        database.server.password = Secret{password};
    database.family = family;
    database.readonly = true;
    return database;
}

std::optional<std::string> journal_notice(const BackendConfig& database) {
    const auto left = journalled_leases(database.outage_journal);
    if (left == 0) return std::nullopt;
    return "the outage journal " + database.outage_journal + " holds " + std::to_string(left) +
           " lease(s) that are not in the database yet: the server stores them as soon as it reaches it";
}

ToolResult<void> check_nobody_serves(const BackendConfig& database) {
    if (!is_server(database)) {
        std::error_code unknown;
        if (!std::filesystem::exists(database.path, unknown) && !unknown) return {};
        if (const auto lock = lock_database(database.path); !lock) return tool_error(lock.error());
        return {};
    }
    const auto serving = serving_now(database, open_deadline());
    if (!serving) return tool_error(serving.error());
    if (!*serving) return {};
    return refused(ExitCode::unreachable_at_start,
                   describe(database) + " is in use by " + describe(**serving) +
                       "; stop it, then try again. If it is gone for good: leasehold db takeover");
}

ToolResult<void> know_server_id(BackendConfig& database, bool may_make) {
    if (database.server_id != 0) return {};
    const auto directory = config::Directories::from_environment().data;
    std::error_code unknown;
    if (!may_make && !std::filesystem::exists(directory + "/server-id", unknown)) return {};
    const auto identity = server_identity(directory);
    if (identity) database.server_id = *identity;
    // A file of its own has no registration: a writer without a number is only less telling.
    if (identity || !is_server(database)) return {};
    return refused(ExitCode::state_directory, identity.error());
}

ToolResult<std::unique_ptr<LeaseStore>> open_for_writing(const BackendConfig& database) {
    if (auto free = check_nobody_serves(database); !free) return std::unexpected(free.error());
    auto store = make_lease_store(database);
    if (const auto opened = store->open(open_deadline()); !opened) return tool_error(opened.error());
    return store;
}

ToolResult<std::unique_ptr<LeaseStore>> open_for_looking(BackendConfig database) {
    database.readonly = true;
    std::error_code unknown;
    if (database.type == BackendType::sqlite && !std::filesystem::exists(database.path, unknown) && !unknown)
        return std::unique_ptr<LeaseStore>{};
    auto store = make_lease_store(database);
    const auto opened = store->open(open_deadline());
    if (!opened) return tool_error(opened.error());
    return store;
}

}  // namespace leasehold
