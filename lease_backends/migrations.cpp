// See the header. The SQL itself is in schema/sqlite; the bookkeeping tables are made by the first migration.
#include "lease_backends/migrations.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <filesystem>
#include <map>

#include "lease_backends/sqlite_file.hpp"
#include "lease_backends/sqlite_handle.hpp"

namespace leasehold {
namespace {

std::unexpected<StoreError> refuse(const std::string& file, const std::string& why) {
    return std::unexpected{StoreError{StoreErrc::schema, file + ": " + why}};
}

std::unexpected<StoreError> failed(sqlite3* database, const std::string& file, std::string_view doing) {
    return std::unexpected{sqlite_error(database, file, doing)};
}

struct SchemaState {
    bool empty = false;
    std::uint32_t version = 0;
    std::uint32_t min_reader = 0;
    std::map<std::uint32_t, std::string> checksums;
};

/// What the database is, told apart before anything is written to it.
StoreResult<SchemaState> look_at(sqlite3* database, const std::string& file) {
    int code = SQLITE_OK;
    const auto number = [&](std::string_view sql) {
        const std::string text = query_text(database, sql, &code);
        return static_cast<std::uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
    };
    SchemaState state;
    state.empty = number("SELECT count(*) FROM sqlite_master") == 0;
    if (code != SQLITE_OK) return failed(database, file, "reading the schema");
    if (state.empty) return state;

    if (number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_info'") == 0) {
        if (number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'lease4'") != 0)
            return refuse(
                file,
                "this is a database of Kea, which is not used in place; name a new file, its leases "
                "can be imported");
        return refuse(file,
                      "this database belongs to another program (it has tables, and no schema_info); name "
                      "another file");
    }
    if (const auto id = number("PRAGMA application_id"); code == SQLITE_OK && id != sqlite_application_id)
        return refuse(file, "this database belongs to another program (application_id " + std::to_string(id) +
                                "); name another file");
    state.version = number("SELECT version FROM schema_info WHERE id = 1");
    if (code == SQLITE_OK) state.min_reader = number("SELECT min_reader FROM schema_info WHERE id = 1");
    if (code != SQLITE_OK) return failed(database, file, "reading the schema version");

    Statement rows = Statement::prepare(database, "SELECT version, checksum FROM schema_migrations");
    if (!rows) return failed(database, file, "reading the applied migrations");
    while ((code = rows.step()) == SQLITE_ROW) {
        const auto* text = sqlite3_column_text(rows.get(), 1);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(rows.get(), 1));
        state.checksums[static_cast<std::uint32_t>(sqlite3_column_int64(rows.get(), 0))] =
            text == nullptr ? std::string{} : std::string{text, text + size};
    }
    if (code != SQLITE_DONE) return failed(database, file, "reading the applied migrations");
    return state;
}

StoreResult<void> check(const SchemaState& state, const std::string& file,
                        std::span<const Migration> migrations) {
    const std::uint32_t newest = migrations.back().version;
    if (state.version > newest && state.min_reader > newest)
        return refuse(file, "its schema has version " + std::to_string(state.version) +
                                ", made by a newer program; this one knows up to " + std::to_string(newest) +
                                " and the schema asks for at least " + std::to_string(state.min_reader) +
                                ". Use the newer program, or restore a backup from before the upgrade");
    for (const Migration& migration : migrations) {
        const auto recorded = state.checksums.find(migration.version);
        if (recorded != state.checksums.end() && recorded->second != checksum(migration))
            return refuse(file, "its schema step " + std::string{migration.name} +
                                    " was made from another text than this program's (checksum " +
                                    recorded->second + "); use the program that made it");
        if (migration.version <= state.version && recorded == state.checksums.end())
            return refuse(file, "its schema step " + std::string{migration.name} +
                                    " is not recorded in schema_migrations; restore a backup");
    }
    return {};
}

/// A copy beside the file before its schema is upgraded.
StoreResult<std::string> back_up(sqlite3* database, const std::string& file, std::uint32_t version) {
    const std::string copy = file + ".schema-" + std::to_string(version) + ".backup";
    std::error_code ignored;
    std::filesystem::remove(copy, ignored);  // of an upgrade that was interrupted: this version still stands
    const auto created = prepare_database_file(copy, {});  // with its mode, before SQLite fills it
    if (!created) return std::unexpected(created.error());
    Statement copying = Statement::prepare(database, "VACUUM INTO ?1");
    if (!copying) return failed(database, file, "copying it before the schema upgrade");
    copying.bind_text(1, copy);
    if (copying.step() != SQLITE_DONE) return failed(database, file, "copying it to " + copy);
    return copy;
}

bool record(sqlite3* database, const Migration& migration, std::chrono::milliseconds took) {
    Statement row = Statement::prepare(
        database, "INSERT INTO schema_migrations VALUES (?1, ?2, ?3, 'applied', 0, unixepoch(), ?4, ?5)");
    Statement info = Statement::prepare(database,
                                        "INSERT INTO schema_info (id, version, min_reader, backend, "
                                        "created_by) VALUES (1, ?1, 1, 'sqlite', ?2) "
                                        "ON CONFLICT (id) DO UPDATE SET version = excluded.version");
    if (!row || !info) return false;
    constexpr std::string_view program = "leasehold " LEASEHOLD_VERSION;
    const std::string sum = checksum(migration);
    row.bind(1, migration.version);
    row.bind_text(2, migration.name);
    row.bind_text(3, sum);
    row.bind_text(4, program);
    row.bind(5, took.count());
    info.bind(1, migration.version);
    info.bind_text(2, program);
    return row.step() == SQLITE_DONE && info.step() == SQLITE_DONE;
}

bool apply(sqlite3* database, const Migration& migration) {
    const auto began = std::chrono::steady_clock::now();
    if (execute(database, std::string{migration.sql}) != SQLITE_OK) return false;
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    return record(database, migration, took) &&
           execute(database, "PRAGMA application_id = " + std::to_string(sqlite_application_id)) ==
               SQLITE_OK &&
           execute(database, "PRAGMA user_version = " + std::to_string(migration.version)) == SQLITE_OK;
}

}  // namespace

std::string checksum(const Migration& migration) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    [[maybe_unused]] const int done =
        EVP_Digest(migration.sql.data(), migration.sql.size(), digest.data(), &size, EVP_sha256(), nullptr);
    assert(done == 1);
    return to_hex({digest.data(), size}, "");
}

StoreResult<MigrationReport> migrate(sqlite3* database, const std::string& file,
                                     std::span<const Migration> migrations, bool may_change) {
    const auto state = look_at(database, file);
    if (!state) return std::unexpected(state.error());
    if (const auto usable = check(*state, file, migrations); !usable) return std::unexpected(usable.error());

    MigrationReport report{state->version, {}};
    const std::uint32_t newest = migrations.back().version;
    if (state->version >= newest) return report;
    if (!may_change)
        return refuse(file, "its schema has version " + std::to_string(state->version) +
                                ", this program needs " + std::to_string(newest) +
                                ", and readonly: true forbids to change it");
    if (!state->empty) {
        auto copy = back_up(database, file, state->version);
        if (!copy) return std::unexpected(copy.error());
        report.notices.push_back("before its schema was upgraded from version " +
                                 std::to_string(state->version) + " to " + std::to_string(newest) +
                                 " it was copied to " + *copy);
    }
    for (const Migration& migration : migrations) {
        if (migration.version <= state->version) continue;
        if (execute(database, "BEGIN IMMEDIATE") != SQLITE_OK)
            return failed(database, file, "starting a migration");
        if (!apply(database, migration) || execute(database, "COMMIT") != SQLITE_OK) {
            const auto error = failed(database, file, "schema step " + std::string{migration.name});
            execute(database, "ROLLBACK");
            return error;
        }
        report.version = migration.version;
    }
    return report;
}

}  // namespace leasehold

namespace leasehold {

StoreResult<MigrationReport> prepare_schema(SqlConnection&, AutoMigrate) {
    return MigrationReport{};  // until its owner's branch arrives
}

}  // namespace leasehold
