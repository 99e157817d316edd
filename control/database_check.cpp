#include "control/database_check.hpp"

#include <filesystem>

#include "dhcp/store_worker.hpp"
#include "lease_backends/open.hpp"

namespace leasehold {
namespace {

/// Is there anything to open? A database in memory always is.
bool exists(const BackendConfig& database) {
    std::error_code unreadable;  // then opening it tells why
    return database.type != BackendType::sqlite || database.path == ":memory:" ||
           std::filesystem::exists(database.path, unreadable) || unreadable;
}

}  // namespace

StoreResult<DatabaseCheck> check_database(const BackendConfig& database, bool may_migrate) {
    DatabaseCheck check;
    if (!exists(database)) {
        check.found = "the lease database " + describe(database) + " does not exist yet: the server makes it";
        return check;
    }
    // To register would take the leases from a server that runs with this configuration.
    BackendConfig unregistered = database;
    unregistered.exclusive = false;
    if (!may_migrate) unregistered.auto_migrate = AutoMigrate::never;
    const auto store = make_lease_store(unregistered);
    const auto opened = store->open(std::chrono::steady_clock::now() + WorkerOptions{}.open_deadline);
    if (!opened) {
        StoreError error = opened.error();
        if (error.code == StoreErrc::schema && !may_migrate)
            error.detail += " (whether the server would make or upgrade the tables is up to auto-migrate)";
        return std::unexpected(std::move(error));
    }
    store->close();
    check.notices = opened->notices;
    check.warnings = opened->warnings;
    check.found = "the lease database " + store->describe() + " can be opened";
    return check;
}

}  // namespace leasehold
