// The programs and directories that a configuration names, apart from sockets, loggers and databases.
#pragma once

#include <string>

#include "dhcp/result.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// Are they there, and can they be used? Blocks shortly. @error what is wrong, and what to do
Result<void, std::string> check_files_of(const ServerConfig& config);

}  // namespace leasehold
