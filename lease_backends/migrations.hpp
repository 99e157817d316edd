// Brings a SQLite lease database to the schema of this program: creates it when it is empty, applies what
// is pending, and tells apart the databases that it must not touch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/backend_config.hpp"
#include "lease_backends/sql_connection.hpp"

struct sqlite3;

namespace leasehold {

/// One file of lease_backends/schema/<dialect>/, embedded.
struct Migration {
    std::uint32_t version;
    std::string_view name;  // "0001_lease"
    std::string_view sql;
};

/// In the order of their versions, 1 first, without a gap.
std::span<const Migration> migrations_of(SqlDialect dialect);
inline std::span<const Migration> sqlite_migrations() {
    return migrations_of(SqlDialect::sqlite);
}

/// SHA-256 of the text, in lower-case hexadecimal: what schema_migrations keeps, so that a database made
/// from another text of the same number is noticed.
std::string checksum(const Migration& migration);

/// "LEHD": marks a SQLite file as ours before any table is read.
inline constexpr std::uint32_t sqlite_application_id = 0x4c454844;

struct MigrationReport {
    std::uint32_t version = 0;         // of the schema now
    std::vector<std::string> notices;  // what was created or upgraded
};

/// For an open connection of any dialect: classifies the schema, and creates or upgrades it as far as
/// `policy` allows. The end of the story for open(): a schema that this program can use, or a refusal.
/// @error schema: with the command that helps; unavailable, permissions
StoreResult<MigrationReport> prepare_schema(SqlConnection& connection, AutoMigrate policy);

/// Each migration is one IMMEDIATE transaction, with its record: an interruption leaves it undone, whole.
///
/// @param may_change  false (read-only): a database that needs a migration is refused.
/// @error schema: of a newer program, of another program, changed since; corrupt; unavailable.
StoreResult<MigrationReport> migrate(sqlite3* database, const std::string& file,
                                     std::span<const Migration> migrations, bool may_change);

}  // namespace leasehold
