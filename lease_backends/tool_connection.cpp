// See the header.
#include "lease_backends/tool_connection.hpp"

#include "lease_backends/host_connection.hpp"

namespace leasehold {

SqliteToolConnection::SqliteToolConnection(FileDescriptor lock, SqliteHandle handle, std::string file)
    : SqliteConnection{handle.get(), std::move(file)}, lock_{std::move(lock)}, handle_{std::move(handle)} {
    constexpr int milliseconds_between_tries = 5, steps_between_looks = 10000;
    sqlite3_busy_handler(
        handle_.get(),
        [](void* self, int) {
            if (!static_cast<SqliteToolConnection*>(self)->may_go_on()) return 0;
            sqlite3_sleep(milliseconds_between_tries);
            return 1;
        },
        this);
    sqlite3_progress_handler(
        handle_.get(), steps_between_looks,
        [](void* self) { return static_cast<SqliteToolConnection*>(self)->may_go_on() ? 0 : 1; }, this);
}

bool SqliteToolConnection::may_go_on() const {
    return std::chrono::steady_clock::now() < deadline_;
}

StoreResult<std::unique_ptr<SqliteToolConnection>> open_sqlite_for_tools(const BackendConfig& config) {
    const FileRules rules{false, config.fix_permissions, config.allow_network_filesystem};
    if (const auto directory = prepare_directory(config.path, rules); !directory)
        return std::unexpected(directory.error());
    // The file's owner is looked at first: a lock file of another user would keep the server out.
    if (const auto file = prepare_database_file(config.path, rules); !file) {
        StoreError error = file.error();
        if (error.code == StoreErrc::no_database) error.detail = config.path + " does not exist";
        return std::unexpected(std::move(error));
    }
    auto lock = lock_database(config.path);
    if (!lock) return std::unexpected(lock.error());

    sqlite3* opened = nullptr;
    const int code =
        sqlite3_open_v2(config.path.c_str(), &opened,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    SqliteHandle handle{opened};
    if (code != SQLITE_OK) return std::unexpected(sqlite_error(opened, config.path, "opening it"));
    if (execute(opened,
                "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON") !=
        SQLITE_OK)
        return std::unexpected(sqlite_error(opened, config.path, "setting it up"));
    return std::make_unique<SqliteToolConnection>(std::move(*lock), std::move(handle), config.path);
}

StoreResult<std::unique_ptr<SqlConnection>> open_for_tools(const BackendConfig& config, Deadline deadline) {
    switch (config.type) {
        case BackendType::memory: break;
        case BackendType::sqlite: {
            if (config.path == ":memory:") break;
            auto file = open_sqlite_for_tools(config);
            if (!file) return std::unexpected(file.error());
            (*file)->set_deadline(deadline);
            return std::move(*file);
        }
        case BackendType::postgresql:
        case BackendType::mariadb: {
            auto session = connected_session(config, deadline);
            if (!session) return std::unexpected(session.error());
            return std::move(*session);
        }
    }
    return std::unexpected(
        StoreError{StoreErrc::configuration,
                   "the lease database is in the memory of its server: there is nothing to open"});
}

}  // namespace leasehold
