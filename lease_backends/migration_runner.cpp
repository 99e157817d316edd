// See the header.
#include "lease_backends/migration_runner.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "lease_backends/sqlite_file.hpp"
#include "lease_backends/stepwise_migration.hpp"

namespace leasehold {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view program = "leasehold " LEASEHOLD_VERSION;

/// Migrations as one transaction, with their records.
class SchemaTransaction {
public:
    SchemaTransaction(SqlConnection& connection, const MigrationRun& run,
                      std::span<const Migration> migrations)
        : connection_{connection}, run_{run}, migrations_{migrations} {}

    /// @return the version afterwards: another program may have come first, and further
    StoreResult<std::uint32_t> apply() {
        auto version = in_transaction();
        // Also where COMMIT failed; that there is nothing left to roll back is no news.
        if (!version) (void)connection_.query("ROLLBACK");
        return version;
    }

private:
    StoreResult<std::uint32_t> in_transaction() {
        const std::string_view name = migrations_.front().name;
        if (auto begun = part(name, "taking the lock", [&] { return begin(); }); !begun)
            return std::unexpected(begun.error());
        const auto state = read_schema_state(connection_, run_.migrations);
        if (!state) return std::unexpected(state.error());
        if (state->version < migrations_.back().version && !can_be_migrated(*state))
            return std::unexpected(schema_refusal(connection_, *state));
        for (const Migration& migration : migrations_) {
            if (migration.version <= state->version) continue;
            const auto make = [&] { return connection_.script(migration.sql); };
            if (auto made = part(migration.name, "changing the tables", make); !made)
                return std::unexpected(made.error());
            if (auto done = part(migration.name, "recording it", [&] { return record(migration); }); !done)
                return std::unexpected(done.error());
        }
        if (auto done = part(migrations_.back().name, "committing it", [&] { return run("COMMIT"); }); !done)
            return std::unexpected(done.error());
        return std::max(state->version, migrations_.back().version);
    }

    template <class Work>
    StoreResult<void> part(std::string_view migration, std::string_view words, Work work) {
        const auto parts = static_cast<std::uint32_t>(2 + 2 * migrations_.size());
        ++part_;
        if (run_.observer) run_.observer({migration, part_, parts, words, false});
        if (const auto done = work(); !done)
            return std::unexpected(
                to_store_error(done.error(), connection_.where(),
                               "schema step " + std::string{migration} + " (" + std::string{words} + ")"));
        if (run_.observer) run_.observer({migration, part_, parts, words, true});
        return {};
    }
    SqlResult<void> run(std::string_view sql, std::span<const SqlValue> values = {}) {
        auto done = connection_.query(sql, values);
        if (!done) return std::unexpected(std::move(done.error()));
        return {};
    }

    /// The lock belongs to the transaction: nothing of it stays behind on a pooled connection.
    SqlResult<void> begin() {
        if (connection_.dialect() == SqlDialect::sqlite) return run("BEGIN IMMEDIATE");
        for (const char* const sql :
             {"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "SET LOCAL lock_timeout = '30s'",
              "SELECT pg_advisory_xact_lock(7717001)"})
            if (auto done = run(sql); !done) return done;
        return {};
    }

    SqlResult<void> record(const Migration& migration) {
        const auto now = Clock::now();
        const auto took =
            std::chrono::duration_cast<std::chrono::milliseconds>(now - std::exchange(began_, now));
        const SqlValue row[] = {std::to_string(migration.version), std::string{migration.name},
                                checksum(migration), std::string{program}, std::to_string(took.count())};
        auto done =
            run("INSERT INTO schema_migrations (version, name, checksum, state, step, applied_at, "
                "applied_by, ms) VALUES (?, ?, ?, 'applied', 0, " +
                    std::string{now_expression(connection_.dialect())} + ", ?, ?)",
                row);
        if (!done) return done;
        const SqlValue version[] = {row[0]};
        const auto raised = connection_.query("UPDATE schema_info SET version = ? WHERE id = 1", version);
        if (!raised) return std::unexpected(raised.error());
        const bool sqlite = connection_.dialect() == SqlDialect::sqlite;
        const SqlValue first[] = {row[0], sqlite ? "sqlite" : "postgresql", std::string{program}};
        if (raised->affected == 0)
            done =
                run("INSERT INTO schema_info (id, version, min_reader, backend, created_by) "
                    "VALUES (1, ?, 1, ?, ?)",
                    first);
        if (!done || !sqlite) return done;
        return connection_.script("PRAGMA application_id = " + std::to_string(sqlite_application_id) +
                                  "; PRAGMA user_version = " + *row[0]);
    }

    SqlConnection& connection_;
    const MigrationRun& run_;
    const std::span<const Migration> migrations_;
    std::uint32_t part_ = 0;
    Clock::time_point began_ = Clock::now();
};

/// An upgrade is a transaction per migration, so that none holds its locks for long. A creation is one for
/// all: whoever looks at the database meanwhile sees it empty or complete, never as one that wants an
/// upgrade.
StoreResult<std::uint32_t> migrate_in_transactions(SqlConnection& connection, const MigrationRun& run,
                                                   std::uint32_t version) {
    const auto at = [&](std::uint32_t number) {
        return std::ranges::upper_bound(run.migrations, number, {}, &Migration::version);
    };
    const std::span<const Migration> pending{at(version), at(run.to)};
    if (version == 0) return SchemaTransaction{connection, run, pending}.apply();
    for (std::size_t i = 0; i < pending.size(); ++i) {
        const auto reached = SchemaTransaction{connection, run, pending.subspan(i, 1)}.apply();
        if (!reached) return reached;
        version = *reached;
    }
    return version;
}

/// A copy beside the file before its schema is upgraded.
StoreResult<std::string> copy_file(SqlConnection& connection, std::uint32_t version) {
    const std::string file = connection.where();
    std::string copy = file + ".schema-" + std::to_string(version) + ".backup";
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);  // of an upgrade that was interrupted: this version still stands
    const auto created = prepare_database_file(copy, {});  // with its mode, before SQLite fills it
    if (!created) return std::unexpected(created.error());
    const SqlValue target[] = {copy};
    const auto copied = connection.query("VACUUM INTO ?", target);
    if (!copied)
        return std::unexpected(
            to_store_error(copied.error(), file, "copying it to " + copy + " before the schema upgrade"));
    return copy;
}

std::string change_notice(std::uint32_t from, std::uint32_t to) {
    if (from == 0) return "its tables were created, schema version " + std::to_string(to);
    return "its schema was upgraded from version " + std::to_string(from) + " to " + std::to_string(to);
}

}  // namespace

bool can_be_migrated(const SchemaState& state) {
    return state.kind == SchemaKind::empty || state.kind == SchemaKind::behind ||
           (state.kind == SchemaKind::dirty && state.min_reader <= state.newest);
}

StoreError schema_refusal(SqlConnection& connection, const SchemaState& state) {
    return {StoreErrc::schema, connection.where() + ": " + explain(state)};
}

StoreResult<MigrationReport> run_migrations(SqlConnection& connection, const MigrationRun& wanted) {
    MigrationRun run = wanted;
    if (run.migrations.empty()) run.migrations = migrations_of(connection.dialect());
    const auto state = read_schema_state(connection, run.migrations);
    if (!state) return std::unexpected(state.error());
    MigrationReport report{state->version, {}};
    if (state->kind == SchemaKind::current || state->kind == SchemaKind::ahead) {
        if (!state->usable()) return std::unexpected(schema_refusal(connection, *state));
        return report;
    }
    if (!can_be_migrated(*state)) return std::unexpected(schema_refusal(connection, *state));
    if (run.to <= state->version) return report;

    if (connection.dialect() == SqlDialect::sqlite && state->version > 0 &&
        connection.where() != ":memory:") {
        const auto copy = copy_file(connection, state->version);
        if (!copy) return std::unexpected(copy.error());
        report.notices.push_back("before the upgrade of its schema it was copied to " + *copy);
    }
    const auto version = connection.dialect() == SqlDialect::mariadb
                             ? migrate_stepwise(connection, run)
                             : migrate_in_transactions(connection, run, state->version);
    if (!version) return std::unexpected(version.error());
    report.version = *version;
    if (*version > state->version) report.notices.push_back(change_notice(state->version, *version));
    return report;
}

StoreResult<void> accept_checksum(SqlConnection& connection, std::uint32_t version,
                                  std::span<const Migration> migrations) {
    if (migrations.empty()) migrations = migrations_of(connection.dialect());
    const auto refuse = [&](const std::string& why) {
        return std::unexpected(StoreError{StoreErrc::schema, connection.where() + ": " + why});
    };
    const auto state = read_schema_state(connection, migrations);
    if (!state) return std::unexpected(state.error());
    const auto migration = std::ranges::find(migrations, version, &Migration::version);
    const auto record = std::ranges::find(state->applied, version, &AppliedMigration::version);
    if (migration == migrations.end())
        return refuse("this program has no schema step " + std::to_string(version));
    if (record == state->applied.end())
        return refuse("schema step " + std::to_string(version) + " is not recorded there");
    const std::string sum = checksum(*migration);
    if (record->checksum == sum)
        return refuse("schema step " + std::to_string(version) +
                      " was made from this program's text already");
    const SqlValue values[] = {sum, std::to_string(version), record->checksum};
    const auto changed = connection.query(
        "UPDATE schema_migrations SET checksum = ? WHERE version = ? AND checksum = ?", values);
    if (!changed)
        return std::unexpected(to_store_error(changed.error(), connection.where(), "accepting the checksum"));
    if (changed->affected == 0) return refuse("its record changed meanwhile; look again");
    return {};
}

}  // namespace leasehold
