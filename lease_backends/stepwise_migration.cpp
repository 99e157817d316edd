// See the header.
#include "lease_backends/stepwise_migration.hpp"

#include <unistd.h>

#include <random>
#include <thread>

#include "lease_backends/migration_steps.hpp"
#include "lease_backends/registry.hpp"

namespace leasehold {
namespace {

using Clock = std::chrono::steady_clock;

/// For applied_by and created_by.
constexpr std::string_view program = "leasehold " LEASEHOLD_VERSION;
/// Seconds that the lock lasts when it is not renewed, and how long a program waits for it: longer, so that
/// only one that is renewed is still taken then.
constexpr int lock_seconds = 20;
constexpr std::chrono::seconds lock_patience{lock_seconds + 30};
constexpr std::chrono::milliseconds lock_poll{200};
/// How often a step is tried that collided with another node's work or "exists already".
constexpr int tries_max = 8;
constexpr std::chrono::milliseconds wait_after_collision{50};

class StepwiseRun {
public:
    StepwiseRun(SqlConnection& connection, const MigrationRun& run)
        : connection_{connection},
          run_{run},
          holder_{identity_of(0).name + ":" + std::to_string(::getpid()) + ":" +
                  std::to_string(std::random_device{}())} {}

    StoreResult<std::uint32_t> go() {
        if (auto made = make_bookkeeping(); !made) return std::unexpected(made.error());
        if (auto locked = take_lock(); !locked) return std::unexpected(locked.error());
        auto version = apply_pending();
        // Best effort: the lock ends by itself.
        [[maybe_unused]] const auto released = change(
            "UPDATE schema_lock SET until = 0 WHERE id = 1 AND holder = ?", {{holder_}}, "leaving the lock");
        return version;
    }

private:
    std::unexpected<StoreError> failed(const SqlError& error, std::string_view doing) const {
        return std::unexpected(to_store_error(error, connection_.where(), doing));
    }
    void tell(std::string_view migration, std::size_t step, std::size_t steps, std::string_view words,
              bool done) const {
        if (run_.observer)
            run_.observer({migration, static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(steps),
                           words, done});
    }

    StoreResult<std::uint64_t> change(std::string_view sql, const std::vector<SqlValue>& values,
                                      std::string_view doing) {
        const auto changed = query_again(connection_, sql, values);
        if (!changed) return failed(changed.error(), doing);
        return changed->affected;
    }
    /// A query for one number: whether it is another than 0.
    SqlResult<bool> holds(std::string_view sql) {
        auto answer = query_again(connection_, sql);
        if (!answer) return std::unexpected(std::move(answer.error()));
        if (answer->rows.empty()) return false;
        const std::string number = answer->rows[0][0].value_or("0");
        return number != "0";
    }

    /// The first migration begins with the tables of the schema's own version, schema_info before all (by it
    /// an interrupted beginning is told from another program's tables). They are made before there is a lock.
    StoreResult<void> make_bookkeeping() {
        const Migration& first = run_.migrations.front();
        const auto steps = steps_of(first);
        if (!steps) return std::unexpected(steps.error());
        for (std::size_t i = 0; i < steps->size(); ++i) {
            const auto lock = holds("SELECT COUNT(*) FROM schema_lock");
            if (!lock && lock.error().fault != SqlFault::missing)
                return failed(lock.error(), "reading the lock for upgrades");
            if (lock && *lock) break;
            tell(first.name, i + 1, steps->size(), (*steps)[i].words, false);
            if (auto made = make((*steps)[i], "making the tables of the schema's version,"); !made)
                return made;
            tell(first.name, i + 1, steps->size(), (*steps)[i].words, true);
        }
        const auto row = change(
            "INSERT IGNORE INTO schema_info (id, version, min_reader, backend, created_by) "
            "VALUES (1, 0, 1, 'mariadb', ?)",
            {std::string{program}}, "making the row of the schema's version");
        if (!row) return std::unexpected(row.error());
        return {};
    }

    StoreResult<std::vector<SchemaStep>> steps_of(const Migration& migration) const {
        auto steps = read_steps(migration.sql);
        if (steps) return std::move(*steps);
        return std::unexpected(StoreError{
            StoreErrc::schema,
            "this program's own " + std::string{migration.name} + " cannot be read: " + steps.error()});
    }

    StoreResult<void> take_lock() {
        const auto end = Clock::now() + lock_patience;
        for (;;) {
            const auto taken =
                change("UPDATE schema_lock SET holder = ?, token = token + 1, until = UNIX_TIMESTAMP() + " +
                           std::to_string(lock_seconds) +
                           " WHERE id = 1 AND (until < UNIX_TIMESTAMP() OR holder = ?)",
                       {holder_, holder_}, "taking the lock for the upgrade");
            if (!taken) return std::unexpected(taken.error());
            if (*taken > 0) {
                locked_ = true;
                return {};
            }
            if (Clock::now() >= end) return busy();
            std::this_thread::sleep_for(lock_poll);
        }
    }
    std::unexpected<StoreError> busy() {
        const auto holder = query_one(connection_, "SELECT holder FROM schema_lock WHERE id = 1");
        return std::unexpected(StoreError{StoreErrc::unavailable,
                                          connection_.where() + ": its schema is being upgraded by " +
                                              (holder ? *holder : std::string{"another program"}) +
                                              " (host, process, number); wait for its end, and try again"});
    }

    /// What was pending before the lock was ours may be done by now.
    StoreResult<std::uint32_t> apply_pending() {
        const auto state = read_schema_state(connection_, run_.migrations);
        if (!state) return std::unexpected(state.error());
        if (state->kind == SchemaKind::current || state->kind == SchemaKind::ahead) return state->version;
        if (!can_be_migrated(*state)) return std::unexpected(schema_refusal(connection_, *state));
        std::uint32_t version = state->version;
        for (const Migration& migration : run_.migrations) {
            if (migration.version > run_.to) break;
            const auto record =
                std::ranges::find(state->applied, migration.version, &AppliedMigration::version);
            if (record == state->applied.end() || !record->finished)
                if (auto applied = apply(migration); !applied) return std::unexpected(applied.error());
            version = std::max(version, migration.version);
            // A creation is said to be there when it is complete: until then the database counts as begun,
            // and not as one that wants an upgrade.
            const bool last = &migration == &run_.migrations.back() || migration.version == run_.to;
            if (state->version > 0 || last)
                if (auto raised = raise_version(version); !raised) return std::unexpected(raised.error());
        }
        return version;
    }

    StoreResult<void> raise_version(std::uint32_t version) {
        const auto raised = change("UPDATE schema_info SET version = GREATEST(version, " +
                                       std::to_string(version) + ") WHERE id = 1",
                                   {}, "recording schema version " + std::to_string(version));
        if (!raised) return std::unexpected(raised.error());
        return {};
    }

    StoreResult<void> apply(const Migration& migration) {
        const auto began = Clock::now();
        const auto steps = steps_of(migration);
        if (!steps) return std::unexpected(steps.error());
        const std::string doing = "schema step " + std::string{migration.name};
        const auto begun = change(
            "INSERT IGNORE INTO schema_migrations (version, name, checksum, state, step, applied_at, "
            "applied_by, ms) VALUES (?, ?, ?, 'applying', 0, UNIX_TIMESTAMP(), ?, 0)",
            {std::to_string(migration.version), std::string{migration.name}, checksum(migration),
             std::string{program}},
            doing);
        if (!begun) return std::unexpected(begun.error());
        for (std::size_t i = 0; i < steps->size(); ++i) {
            const SchemaStep& step = (*steps)[i];
            tell(migration.name, i + 1, steps->size(), step.words, false);
            if (auto done = make(step, doing + ", " + step.words + ","); !done) return done;
            if (auto noted = note_progress(migration, i + 1, doing); !noted) return noted;
            tell(migration.name, i + 1, steps->size(), step.words, true);
        }
        const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
        return finish(migration, steps->size(), took, doing);
    }

    /// Until its query says that it is done; a step that changes rows does so many at a time.
    StoreResult<void> make(const SchemaStep& step, const std::string& doing) {
        for (int tries = 1;;) {
            const auto done = holds(step.done_when);
            if (!done) return failed(done.error(), doing);
            if (*done) return {};
            if (auto renewed = renew_lock(); !renewed) return renewed;
            const auto made = connection_.query(step.statement);
            if (made && made->affected > 0) continue;
            // Made in one go, or by another program at the same time: the query knows.
            const bool look_again =
                made || made.error().fault == SqlFault::exists || made.error().fault == SqlFault::conflict;
            if (look_again && tries++ < tries_max) {
                if (!made) std::this_thread::sleep_for(wait_after_collision * tries);
                continue;
            }
            if (!made) return failed(made.error(), doing);
            return std::unexpected(
                StoreError{StoreErrc::schema,
                           connection_.where() + ": " + doing + " ran without an error and without effect"});
        }
    }

    StoreResult<void> renew_lock() {
        if (!locked_) return {};
        const auto renewed = change("UPDATE schema_lock SET until = UNIX_TIMESTAMP() + " +
                                        std::to_string(lock_seconds) + " WHERE id = 1 AND holder = ?",
                                    {holder_}, "renewing the lock for the upgrade");
        if (!renewed) return std::unexpected(renewed.error());
        return {};
    }

    StoreResult<void> note_progress(const Migration& migration, std::size_t step, const std::string& doing) {
        const auto noted =
            change("UPDATE schema_migrations SET step = ? WHERE version = ? AND state = 'applying'",
                   {std::to_string(step), std::to_string(migration.version)}, doing);
        if (!noted) return std::unexpected(noted.error());
        return {};
    }

    StoreResult<void> finish(const Migration& migration, std::size_t steps, std::chrono::milliseconds took,
                             const std::string& doing) {
        const auto finished = change(
            "UPDATE schema_migrations SET state = 'applied', step = ?, applied_at = UNIX_TIMESTAMP(), ms = ? "
            "WHERE version = ? AND state = 'applying'",
            {std::to_string(steps), std::to_string(took.count()), std::to_string(migration.version)}, doing);
        if (!finished) return std::unexpected(finished.error());
        return {};
    }

    SqlConnection& connection_;
    const MigrationRun& run_;
    const std::string holder_;
    bool locked_ = false;
};

}  // namespace

StoreResult<std::uint32_t> migrate_stepwise(SqlConnection& connection, const MigrationRun& run) {
    return StepwiseRun{connection, run}.go();
}

}  // namespace leasehold
