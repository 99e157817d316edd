// See the header. The SQL itself is in schema/.
#include "lease_backends/migrations.hpp"

#include <openssl/evp.h>

#include <array>
#include <cassert>

#include "lease_backends/migration_runner.hpp"

namespace leasehold {
namespace {

bool may_migrate(AutoMigrate policy, const SchemaState& state) {
    switch (policy) {
        case AutoMigrate::never: return false;
        case AutoMigrate::when_empty: return state.version == 0;  // others may be creating it right now
        case AutoMigrate::always: return true;
    }
    return false;
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

StoreResult<MigrationReport> prepare_schema(SqlConnection& connection, AutoMigrate policy,
                                            std::span<const Migration> migrations) {
    if (migrations.empty()) migrations = migrations_of(connection.dialect());
    const auto state = read_schema_state(connection, migrations);
    if (!state) return std::unexpected(state.error());
    const bool complete = state->kind == SchemaKind::current || state->kind == SchemaKind::ahead;
    if (can_be_migrated(*state) && may_migrate(policy, *state))
        return run_migrations(connection, {.migrations = migrations});
    if (!state->usable()) return std::unexpected(schema_refusal(connection, *state));
    MigrationReport report{state->version, {}};
    if (!complete) report.notices.push_back(explain(*state));
    return report;
}

}  // namespace leasehold
