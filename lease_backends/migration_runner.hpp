// Applies pending migrations. SQLite and PostgreSQL: one transaction each, so that an interruption leaves a
// migration undone, whole. MariaDB, whose DDL commits by itself: stepwise_migration. Running them again
// always finishes the work, and several that run at once do it once.
#pragma once

#include <functional>
#include <limits>

#include "lease_backends/schema_state.hpp"

namespace leasehold {

/// Told before and after each part of a migration; for progress, and for tests that end the process there.
struct MigrationMoment {
    std::string_view migration;  // "0002_registry"
    std::uint32_t step = 0, steps = 0;
    std::string_view words;  // what the step does
    bool done = false;       // false: it is about to begin
};
using MigrationObserver = std::function<void(const MigrationMoment&)>;

struct MigrationRun {
    std::span<const Migration> migrations{};                       // empty: this program's own
    std::uint32_t to = std::numeric_limits<std::uint32_t>::max();  // the last version to apply
    MigrationObserver observer{};
};

/// Empty, behind or half done: what run_migrations can bring up to date.
bool can_be_migrated(const SchemaState& state);
/// Why this database is not used or changed, with what helps.
StoreError schema_refusal(SqlConnection& connection, const SchemaState& state);

/// A SQLite file that holds leases is copied first, to FILE.schema-N.backup.
///
/// @error schema: it is not ours to change, or a step is refused; unavailable: another program is at it, or
///        the connection was lost: run it again
StoreResult<MigrationReport> run_migrations(SqlConnection& connection, const MigrationRun& run);

/// Records this program's text of a migration as the one that was applied: after somebody has made sure that
/// the tables are the same.
/// @error schema: there is nothing to accept; the message says why
StoreResult<void> accept_checksum(SqlConnection& connection, std::uint32_t version,
                                  std::span<const Migration> migrations = {});

}  // namespace leasehold
