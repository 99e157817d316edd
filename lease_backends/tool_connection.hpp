// The configured database for a command that is not the server: found and opened as the server would, but
// nothing is prepared in it (no schema, no registration, no file made).
#pragma once

#include "dhcp/backend_config.hpp"
#include "lease_backends/sqlite_connection.hpp"
#include "lease_backends/sqlite_file.hpp"

namespace leasehold {

/// A SQLite file under the lock that servers take, so that none runs meanwhile.
class SqliteToolConnection final : public SqliteConnection {
public:
    SqliteToolConnection(FileDescriptor lock, SqliteHandle handle, std::string file);

    /// What takes longer ends as SqlFault::conflict (another program's lock) or lost.
    void set_deadline(Deadline deadline) override { deadline_ = deadline; }
    sqlite3* handle() const { return handle_.get(); }

private:
    bool may_go_on() const;

    FileDescriptor lock_;
    SqliteHandle handle_;  // closed before the lock is let go
    Deadline deadline_ = Deadline::max();
};

/// @error busy: a server or another tool has it; no_database: there is no such file; permissions,
///        configuration, unavailable
StoreResult<std::unique_ptr<SqliteToolConnection>> open_sqlite_for_tools(const BackendConfig& config);

/// For what needs bookkeeping statements only: a file as above, or the first of the hosts that will do.
/// @param deadline  for the opening and, until set_deadline, for what follows
/// @error also configuration: a database in memory has nothing to open
StoreResult<std::unique_ptr<SqlConnection>> open_for_tools(const BackendConfig& config, Deadline deadline);

}  // namespace leasehold
