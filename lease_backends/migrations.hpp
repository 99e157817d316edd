// Brings a lease database to the schema of this program: creates it when it is empty, applies what is
// pending, and leaves alone what it must not touch. What a database is: schema_state; how it is changed:
// migration_runner.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/backend_config.hpp"
#include "lease_backends/sql_connection.hpp"

namespace leasehold {

/// One file of lease_backends/schema/<dialect>/, embedded. A change that older programs cannot live with also
/// raises schema_info.min_reader.
struct Migration {
    std::uint32_t version;
    std::string_view name;  // "0001_lease"
    std::string_view sql;
};

/// In the order of their versions, 1 first, without a gap.
std::span<const Migration> migrations_of(SqlDialect dialect);

/// SHA-256 of the text, in lower-case hexadecimal: what schema_migrations keeps, so that a database made
/// from another text of the same number is noticed.
std::string checksum(const Migration& migration);

/// "LEHD": marks a SQLite file as ours before any table is read.
inline constexpr std::uint32_t sqlite_application_id = 0x4c454844;

/// The oldest schema from which this program can serve: it registers in server_registry, which version 2
/// brings.
inline constexpr std::uint32_t schema_version_min = 2;

struct MigrationReport {
    std::uint32_t version = 0;         // of the schema now
    std::vector<std::string> notices;  // what was created or upgraded, or is pending
};

/// For an open connection of any dialect: classifies the schema, and creates or upgrades it as far as
/// `policy` allows. The end of the story for open(): a schema that this program can use, or a refusal.
/// @param migrations  empty: this program's own
/// @error schema: with the command that helps; permissions, corrupt, unavailable
StoreResult<MigrationReport> prepare_schema(SqlConnection& connection, AutoMigrate policy,
                                            std::span<const Migration> migrations = {});

}  // namespace leasehold
