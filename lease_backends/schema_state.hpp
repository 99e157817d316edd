// What a database is before anything is changed in it: empty, ours (in which version, whole or half
// upgraded), or another program's. Reads only; written once for SQLite, PostgreSQL and MariaDB.
#pragma once

#include "lease_backends/migrations.hpp"

namespace leasehold {

enum class SchemaKind : std::uint8_t {
    empty,     // none of our tables
    current,   // the version of this program
    behind,    // migrations are pending
    ahead,     // a newer program made it
    dirty,     // a migration was begun and is not finished: running them again finishes it
    modified,  // a migration was made from another text than this program's, or is not recorded
    foreign,   // Kea's, or another program's
};
/// "current"
std::string_view to_string(SchemaKind kind);

/// A row of schema_migrations.
struct AppliedMigration {
    std::uint32_t version = 0;
    std::string name;
    std::string checksum;
    bool finished = false;   // false: state 'applying'
    std::uint32_t step = 0;  // not finished: steps done
    LeaseTime applied_at{};  // the database's clock
    std::string applied_by;  // "leasehold 0.1.0"
};

struct SchemaState {
    SchemaKind kind = SchemaKind::empty;
    std::uint32_t version = 0;     // completed; 0: none
    std::uint32_t min_reader = 0;  // the oldest program schema that may use it
    std::uint32_t newest = 0;      // that this program knows
    std::vector<AppliedMigration> applied;
    std::string reason;  // modified, foreign: what was found, as the end of "its schema: ..."

    /// Whether this program can serve from it as it is: an older or newer schema may be near enough for the
    /// time of a rolling upgrade.
    bool usable() const;
};

/// @error schema: our tables are there and cannot be understood; permissions: they may not be read; corrupt,
///        unavailable
StoreResult<SchemaState> read_schema_state(SqlConnection& connection, std::span<const Migration> migrations);

/// One sentence for people, with what helps: "its schema has version 1, this program brings 2: run ...".
std::string explain(const SchemaState& state);

}  // namespace leasehold
