// See the header.
#include "lease_backends/schema_state.hpp"

#include <algorithm>
#include <charconv>

namespace leasehold {
namespace {

/// Which of the names that matter exist, and as what. Only in the place where a statement that names them
/// finds them.
std::string_view names_query(SqlDialect dialect) {
    switch (dialect) {
        case SqlDialect::sqlite:
            return "SELECT name, type FROM sqlite_master WHERE name IN ('schema_info', 'schema_migrations', "
                   "'schema_lock', 'server_registry', 'lease', 'lease4', 'lease6')";
        case SqlDialect::postgresql:
            return "SELECT relname, CASE WHEN relkind IN ('r', 'p') THEN 'table' ELSE 'view' END "
                   "FROM pg_catalog.pg_class WHERE pg_catalog.pg_table_is_visible(oid) AND relname IN "
                   "('schema_info', 'schema_migrations', 'schema_lock', 'server_registry', 'lease', "
                   "'lease4', "
                   "'lease6')";
        case SqlDialect::mariadb:
            return "SELECT table_name, CASE table_type WHEN 'BASE TABLE' THEN 'table' ELSE 'view' END "
                   "FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name IN "
                   "('schema_info', 'schema_migrations', 'schema_lock', 'server_registry', 'lease', "
                   "'lease4', "
                   "'lease6')";
    }
    return "";
}

struct Names {
    bool info = false;
    bool kea = false;    // lease4 is a table
    bool other = false;  // something else that is in our way
};

std::optional<std::uint64_t> number(const SqlValue& value) {
    std::uint64_t number = 0;
    if (!value) return std::nullopt;
    const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
    if (error != std::errc{} || end != value->data() + value->size()) return std::nullopt;
    return number;
}

/// Reads in small steps; the first error ends it.
class StateReader {
public:
    StateReader(SqlConnection& connection, std::span<const Migration> migrations)
        : connection_{connection}, migrations_{migrations} {}

    StoreResult<SchemaState> read() {
        state_.newest = migrations_.back().version;
        const auto names = read_names();
        if (!names) return std::unexpected(names.error());
        if (!names->info) {
            if (names->kea)
                found_foreign(
                    "this is a database of Kea, which is not used in place; name a new one, and bring its "
                    "leases over with `leasehold import-kea`");
            else if (names->other)
                found_foreign(
                    "this database belongs to another program (it has tables, and no schema_info); "
                    "name another");
            return state_;
        }
        if (auto done = read_application_id(); !done) return std::unexpected(done.error());
        if (state_.kind == SchemaKind::foreign) return state_;
        if (auto done = read_versions(); !done) return std::unexpected(done.error());
        if (auto done = read_applied(); !done) return std::unexpected(done.error());
        classify();
        return state_;
    }

private:
    std::unexpected<StoreError> failed(const SqlError& error, std::string_view doing) const {
        StoreError failure = to_store_error(error, connection_.where(), doing);
        if (error.fault == SqlFault::missing)
            failure.detail +=
                "; tables of this program are there and others are missing: restore a backup, or, if this is "
                "another program's database, name another";
        if (error.fault == SqlFault::permission)
            failure.detail += "; grant this user SELECT on the tables of its database";
        return std::unexpected(std::move(failure));
    }
    void found_foreign(std::string reason) {
        state_.kind = SchemaKind::foreign;
        state_.reason = std::move(reason);
    }
    void found_modified(const Migration& migration, const std::string& what) {
        state_.kind = SchemaKind::modified;
        state_.reason = "its schema step " + std::string{migration.name} + what;
    }

    /// Another program may be creating the tables right now: what was there first is asked for last.
    StoreResult<Names> read_names() {
        bool anything = false;
        if (connection_.dialect() == SqlDialect::sqlite) {
            // A file belongs to one program; a database of a server may hold others' tables beside ours.
            const auto count = query_one(connection_, "SELECT count(*) FROM sqlite_master");
            if (!count) return failed(count.error(), "reading the schema");
            anything = *count != "0";
        }
        auto names = read_our_names();
        if (names && names->other && !names->info) names = read_our_names();
        if (names) names->other |= anything;
        return names;
    }

    StoreResult<Names> read_our_names() {
        const auto answer = query_again(connection_, names_query(connection_.dialect()));
        if (!answer) return failed(answer.error(), "reading the schema");
        Names names;
        for (const auto& row : answer->rows) {
            const bool table = row[1] == "table";
            names.info |= row[0] == "schema_info" && table;
            names.kea |= row[0] == "lease4" && table;
            names.other = true;
        }
        return names;
    }

    StoreResult<void> read_application_id() {
        if (connection_.dialect() != SqlDialect::sqlite) return {};
        const auto id = query_one(connection_, "PRAGMA application_id");
        if (!id) return failed(id.error(), "reading its application_id");
        if (*id != std::to_string(sqlite_application_id))
            found_foreign("this database belongs to another program (application_id " + *id +
                          "); name another");
        return {};
    }

    StoreResult<void> read_versions() {
        const auto answer =
            query_again(connection_, "SELECT version, min_reader FROM schema_info WHERE id = 1");
        if (!answer) return failed(answer.error(), "reading the schema version");
        if (answer->rows.empty()) return {};
        const auto version = number(answer->rows[0][0]), min_reader = number(answer->rows[0][1]);
        if (!version || !min_reader) return unreadable("schema_info");
        state_.version = static_cast<std::uint32_t>(*version);
        state_.min_reader = static_cast<std::uint32_t>(*min_reader);
        return {};
    }

    StoreResult<void> read_applied() {
        const auto answer = query_again(
            connection_,
            "SELECT version, name, checksum, state, step, applied_at, applied_by FROM schema_migrations "
            "ORDER BY version");
        // Where tables are made one by one, schema_info is the first.
        if (!answer && answer.error().fault == SqlFault::missing && state_.version == 0) return {};
        if (!answer) return failed(answer.error(), "reading the applied migrations");
        for (const auto& row : answer->rows) {
            const auto version = number(row[0]), step = number(row[4]), at = number(row[5]);
            if (!version || !step || !at) return unreadable("schema_migrations");
            state_.applied.push_back(
                {static_cast<std::uint32_t>(*version), row[1].value_or(""), row[2].value_or(""),
                 row[3] == "applied", static_cast<std::uint32_t>(*step),
                 LeaseTime{std::chrono::seconds{static_cast<std::int64_t>(*at)}}, row[6].value_or("")});
        }
        return {};
    }

    std::unexpected<StoreError> unreadable(const std::string& table) const {
        return std::unexpected(
            StoreError{StoreErrc::schema, connection_.where() + ": its table " + table +
                                              " holds what this program never writes; "
                                              "restore a backup, or name another database"});
    }

    void classify() {
        for (const Migration& migration : migrations_) {
            const auto record =
                std::ranges::find(state_.applied, migration.version, &AppliedMigration::version);
            const bool recorded = record != state_.applied.end();
            if (recorded && record->checksum != checksum(migration))
                return found_modified(migration,
                                      " was made from another text than this program's (checksum " +
                                          record->checksum + "); use the program that made it");
            if (!recorded && migration.version <= state_.version)
                return found_modified(migration, " is not recorded in schema_migrations; restore a backup");
        }
        const auto unfinished = std::ranges::find(state_.applied, false, &AppliedMigration::finished);
        const bool begun = unfinished != state_.applied.end() && unfinished->version <= state_.newest;
        if (begun || state_.version == 0)
            state_.kind = SchemaKind::dirty;
        else if (state_.version > state_.newest || unfinished != state_.applied.end())
            state_.kind = SchemaKind::ahead;
        else
            state_.kind = state_.version < state_.newest ? SchemaKind::behind : SchemaKind::current;
    }

    SqlConnection& connection_;
    const std::span<const Migration> migrations_;
    SchemaState state_;
};

}  // namespace

std::string_view to_string(SchemaKind kind) {
    switch (kind) {
        case SchemaKind::empty: return "empty";
        case SchemaKind::current: return "current";
        case SchemaKind::behind: return "behind";
        case SchemaKind::ahead: return "ahead";
        case SchemaKind::dirty: return "dirty";
        case SchemaKind::modified: return "modified";
        case SchemaKind::foreign: return "foreign";
    }
    return "unknown";
}

bool SchemaState::usable() const {
    const bool near_enough = version >= std::min(schema_version_min, newest) && min_reader <= newest;
    switch (kind) {
        case SchemaKind::current:
        case SchemaKind::behind:
        case SchemaKind::ahead:
        case SchemaKind::dirty: return near_enough;
        case SchemaKind::empty:
        case SchemaKind::modified:
        case SchemaKind::foreign: return false;
    }
    return false;
}

StoreResult<SchemaState> read_schema_state(SqlConnection& connection, std::span<const Migration> migrations) {
    return StateReader{connection, migrations}.read();
}

std::string explain(const SchemaState& state) {
    const std::string stored = "its schema has version " + std::to_string(state.version);
    const std::string run = "run `leasehold migrate run -c FILE`";
    switch (state.kind) {
        case SchemaKind::empty: return "it holds no tables of this program yet; to make them " + run;
        case SchemaKind::current: return stored + ", the one of this program";
        case SchemaKind::behind:
            return stored + ", this program brings " + std::to_string(state.newest) + "; to upgrade it " +
                   run;
        case SchemaKind::dirty:
            return stored + ", and the upgrade to " + std::to_string(state.newest) +
                   " is under way or was interrupted; to finish it " + run;
        case SchemaKind::ahead:
            return stored + ", made by a newer program; this one knows up to " +
                   std::to_string(state.newest) +
                   (state.usable()
                        ? " and may use it"
                        : " and the schema asks for at least " + std::to_string(state.min_reader) +
                              ". Use the newer program, or restore a backup from before the upgrade");
        case SchemaKind::modified:
        case SchemaKind::foreign: return state.reason;
    }
    return stored;
}

}  // namespace leasehold
