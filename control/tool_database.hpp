// The database that a command-line tool works on: which one a configuration file names, and whether a server
// is serving from it just now.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dhcp/backend_config.hpp"
#include "dhcp/exit_code.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

/// What ends a tool: its exit status, and a sentence for whoever typed the command.
struct ToolError {
    ExitCode code = ExitCode::unexpected;
    std::string text;
};
template <class T>
using ToolResult = Result<T, ToolError>;

std::unexpected<ToolError> tool_error(const StoreError& error);

/// The lease-database of this configuration, and its server-id. Nothing else in the file is looked at: a tool
/// does not serve. The family is that of the file ("Dhcp4" or "Dhcp6") unless one is asked for.
/// @error configuration: with the place in the file. Leases in memory alone are no database.
ToolResult<BackendConfig> database_of(const std::string& file, std::optional<Family> family);

/// A database of Kea: its url, and where the password comes from.
/// @param password_file  "": the environment variable LEASEHOLD_KEA_PASSWORD, if there is one
/// @error configuration; usage: a password stands in the url
ToolResult<BackendConfig> kea_database_of(const std::string& url, const std::string& password_file,
                                          Family family);

/// What an outage has left that the database does not have yet, as a sentence; nullopt: nothing.
std::optional<std::string> journal_notice(const BackendConfig& database);

/// That no server serves from it just now. Changes nothing.
/// @error busy and its exit status: the message names it
ToolResult<void> check_nobody_serves(const BackendConfig& database);

/// The number under which a tool registers and writes: the configuration's, else the server's own.
/// @param may_make  false: a number that is not there yet is not made, and stays 0
ToolResult<void> know_server_id(BackendConfig& database, bool may_make);

/// Opened, registered, and locked against a server: released when the store closes.
/// @error as LeaseStore::open, and busy: a server is serving from it; the message names it.
ToolResult<std::unique_ptr<LeaseStore>> open_for_writing(const BackendConfig& database);

/// Opened read-only; nothing is made or changed. nullptr: there is no database yet.
ToolResult<std::unique_ptr<LeaseStore>> open_for_looking(BackendConfig database);

}  // namespace leasehold
