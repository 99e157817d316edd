#include "control/schema_tools.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "config/load.hpp"
#include "control/local_time.hpp"
#include "control/server_identity.hpp"
#include "control/tool_database.hpp"
#include "dhcp/exit_code.hpp"
#include "lease_backends/migration_runner.hpp"
#include "lease_backends/registry.hpp"
#include "lease_backends/tool_connection.hpp"

namespace leasehold {
namespace {

constexpr std::chrono::seconds open_time_max{30};
/// A step may rewrite a table of many millions of rows. That a peer is gone shows earlier.
constexpr std::chrono::hours migration_time_max{24};

// Of `migrate status`, for scripts; the others are of all programs (dhcp/exit_code.hpp).
constexpr int status_current = 0, status_pending = 3, status_damaged = 4, status_foreign = 5;

Deadline within(std::chrono::seconds time) {
    return std::chrono::steady_clock::now() + time;
}

/// A refused statement is no state of the database that has a status of its own.
std::unexpected<ToolError> failed(const StoreError& error) {
    if (error.code != StoreErrc::rejected) return tool_error(error);
    return std::unexpected(ToolError{ExitCode::unexpected, error.detail});
}

/// What a database is, as the exit status of `migrate status`.
int status_of(const SchemaState& state) {
    switch (state.kind) {
        case SchemaKind::current: return status_current;
        case SchemaKind::empty:
        case SchemaKind::behind: return status_pending;
        case SchemaKind::dirty:
        case SchemaKind::modified: return status_damaged;
        case SchemaKind::foreign: return status_foreign;
        case SchemaKind::ahead: return state.usable() ? status_current : static_cast<int>(ExitCode::schema);
    }
    return static_cast<int>(ExitCode::unexpected);
}

std::span<const Migration> migrations_for(const BackendConfig& database) {
    switch (database.type) {
        case BackendType::postgresql: return migrations_of(SqlDialect::postgresql);
        case BackendType::mariadb: return migrations_of(SqlDialect::mariadb);
        case BackendType::memory:
        case BackendType::sqlite: break;
    }
    return migrations_of(SqlDialect::sqlite);
}

/// Made by a tool it would have the wrong owner, and Kea's leases would not be imported any more.
constexpr const char* server_makes_it =
    " does not exist yet: the server makes it, with its schema, at its start\n";

bool is_missing_file(const BackendConfig& database) {
    std::error_code unknown;  // then opening it tells why
    return database.type == BackendType::sqlite && database.path != ":memory:" &&
           !std::filesystem::exists(database.path, unknown) && !unknown;
}

ToolResult<std::unique_ptr<SqlConnection>> open(const BackendConfig& database) {
    auto connection = open_for_tools(database, within(open_time_max));
    if (!connection) return failed(connection.error());
    return std::move(*connection);
}

// --- migrate status

bool is_recorded(const SchemaState& state, const Migration& migration) {
    return std::ranges::any_of(state.applied,
                               [&](const auto& one) { return one.version == migration.version; });
}

nlohmann::json as_json(const std::string& where, const SchemaState& state, std::span<const Migration> own) {
    nlohmann::json migrations = nlohmann::json::array();
    for (const AppliedMigration& one : state.applied)
        migrations.push_back({{"version", one.version},
                              {"name", one.name},
                              {"state", one.finished ? "applied" : "applying"},
                              {"step", one.step},
                              {"checksum", one.checksum},
                              {"applied-at", one.applied_at.time_since_epoch().count()},
                              {"applied-by", one.applied_by}});
    for (const Migration& one : own)
        if (!is_recorded(state, one))
            migrations.push_back({{"version", one.version},
                                  {"name", one.name},
                                  {"state", "pending"},
                                  {"checksum", checksum(one)}});
    return {
        {"database", where},        {"state", to_string(state.kind)},     {"usable", state.usable()},
        {"version", state.version}, {"min-reader", state.min_reader},     {"program-version", state.newest},
        {"text", explain(state)},   {"migrations", std::move(migrations)}};
}

void print(std::ostream& out, const std::string& where, const SchemaState& state,
           std::span<const Migration> own) {
    out << where << ": " << explain(state) << "\n";
    if (state.kind == SchemaKind::foreign) return;
    for (const AppliedMigration& one : state.applied)
        out << "  " << one.name
            << (one.finished ? "  applied " + local_time(one.applied_at.time_since_epoch().count()) + " by " +
                                   one.applied_by
                             : "  not finished, " + std::to_string(one.step) + " step(s) done")
            << "\n";
    for (const Migration& one : own)
        if (!is_recorded(state, one)) out << "  " << one.name << "  pending\n";
}

ToolResult<int> run(const MigrateStatusArguments& arguments, std::ostream& out) {
    const auto database = database_of(arguments.file, std::nullopt);
    if (!database) return std::unexpected(database.error());
    const auto own = migrations_for(*database);
    SchemaState state;
    state.newest = own.back().version;
    const std::string where = describe(*database);
    const bool missing = is_missing_file(*database);
    if (!missing) {
        auto connection = open(*database);
        if (!connection) return std::unexpected(connection.error());
        auto read = read_schema_state(**connection, own);
        if (!read) return failed(read.error());
        state = std::move(*read);
    }
    if (arguments.json)
        out << as_json(where, state, own).dump(4) << "\n";
    else if (missing)
        out << where << server_makes_it;
    else
        print(out, where, state, own);
    return status_of(state);
}

// --- migrate run, migrate repair

ToolResult<int> show_plan(SqlConnection& connection, std::span<const Migration> own, std::uint32_t to,
                          std::ostream& out) {
    const auto state = read_schema_state(connection, own);
    if (!state) return failed(state.error());
    if (!can_be_migrated(*state) && !state->usable()) return failed(schema_refusal(connection, *state));
    out << connection.where() << ": " << explain(*state) << "\n";
    for (const Migration& one : own)
        if (one.version > state->version && one.version <= to)
            out << "  " << one.name << " would be applied\n";
    return 0;
}

ToolResult<int> run(const MigrateRunArguments& arguments, std::ostream& out) {
    const auto database = database_of(arguments.file, std::nullopt);
    if (!database) return std::unexpected(database.error());
    if (is_missing_file(*database)) {
        out << describe(*database) << server_makes_it;
        return 0;
    }
    auto connection = open(*database);
    if (!connection) return std::unexpected(connection.error());
    const auto own = migrations_for(*database);
    if (arguments.dry_run) return show_plan(**connection, own, arguments.to, out);

    (*connection)->set_deadline(within(migration_time_max));
    const auto report = run_migrations(
        **connection, {.migrations = own, .to = arguments.to, .observer = [&](const auto& moment) {
                           if (!moment.done)
                               out << "  " << moment.migration << ", step " << moment.step << " of "
                                   << moment.steps << ": " << moment.words
                                   << std::endl;  // what a crash or a long step leaves to read
                       }});
    if (!report) return failed(report.error());
    const std::string where = (*connection)->where();
    for (const std::string& notice : report->notices) out << where << ": " << notice << "\n";
    if (report->notices.empty())
        out << where << ": nothing to do, its schema has version " << report->version << "\n";
    return 0;
}

ToolResult<int> run(const MigrateRepairArguments& arguments, std::ostream& out) {
    const auto database = database_of(arguments.file, std::nullopt);
    if (!database) return std::unexpected(database.error());
    auto connection = open(*database);
    if (!connection) return std::unexpected(connection.error());
    if (const auto accepted = accept_checksum(**connection, arguments.accept_checksum); !accepted)
        return failed(accepted.error());
    out << (*connection)->where() << ": schema step " << arguments.accept_checksum
        << " counts as made from this program's text now\n";
    return 0;
}

// --- db status, db takeover

/// Connected, with a schema in which servers register.
ToolResult<std::unique_ptr<SqlConnection>> open_registry(const BackendConfig& database) {
    auto connection = open(database);
    if (!connection) return connection;
    const auto state = read_schema_state(**connection, migrations_for(database));
    if (!state) return failed(state.error());
    if (!state->usable()) return failed(schema_refusal(**connection, *state));
    return connection;
}

const char* leases_of(Family family) {
    return family == Family::v4 ? "the DHCPv4 leases" : "the DHCPv6 leases";
}

ToolResult<int> run(const RegistrationStatusArguments& arguments, std::ostream& out) {
    const auto database = database_of(arguments.file, std::nullopt);
    if (!database) return std::unexpected(database.error());
    const auto connection = open_registry(*database);
    if (!connection) return std::unexpected(connection.error());
    const auto found = read_registration(**connection, database->family);
    if (!found) return failed(found.error());
    if (const auto left = journal_notice(*database)) out << *left << "\n";
    out << (*connection)->where() << ": ";
    if (!*found) {
        out << "no server is registered for " << leases_of(database->family) << "\n";
        return 0;
    }
    const Registration& holder = **found;
    out << leases_of(database->family) << " belong to " << describe(holder) << "\n  registered "
        << local_time(holder.registered_at.time_since_epoch().count()) << ", last seen "
        << local_time(holder.last_seen.time_since_epoch().count()) << ", epoch " << holder.epoch << "\n  "
        << (holder.released ? "it ended in order: any server may register"
                            : "no other server may register; when it is gone for good: leasehold db takeover")
        << (holder.server_id == database->server_id ? "\n  it is the server of this configuration\n" : "\n");
    return 0;
}

/// Servers keep the number in the data directory where the configuration has none.
ToolResult<ServerIdentity> own_identity(const BackendConfig& database) {
    if (database.server_id != 0) return identity_of(database.server_id);
    const auto kept = server_identity(config::Directories::from_environment().data);
    if (!kept) return std::unexpected(ToolError{ExitCode::state_directory, kept.error()});
    return identity_of(*kept);
}

ToolResult<int> run(const TakeOverArguments& arguments, std::ostream& out) {
    const auto database = database_of(arguments.file, std::nullopt);
    if (!database) return std::unexpected(database.error());
    const auto self = own_identity(*database);
    if (!self) return std::unexpected(self.error());
    const auto connection = open_registry(*database);
    if (!connection) return std::unexpected(connection.error());
    const auto before = take_over(**connection, database->family, *self);
    if (!before) return failed(before.error());
    out << (*connection)->where() << ": " << leases_of(database->family) << " belong to server "
        << self->server_id << " on host " << self->name << " now\n";
    if (!*before) {
        out << "  no server had them before\n";
    } else if ((*before)->server_id == self->server_id) {
        out << "  they were its own already; a process of it that still runs is fenced at its next change\n";
    } else {
        out << "  before: " << describe(**before) << "\n"
            << ((*before)->released ? "  it had ended in order\n"
                                    : "  Stop that server if it still runs. At its next change, or look at "
                                      "the database, it finds "
                                      "itself fenced:\n  it stores nothing more and closes its service\n");
    }
    return 0;
}

}  // namespace

int run_schema_tool(const SchemaArguments& arguments, std::ostream& out, std::ostream& err) {
    const auto done = std::visit([&](const auto& one) { return run(one, out); }, arguments);
    if (done) return *done;
    err << done.error().text << "\n";
    return static_cast<int>(done.error().code);
}

}  // namespace leasehold
