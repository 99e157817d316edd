// The pid file, where Kea's tools and service scripts look for it, and the refusal of a second instance.
#pragma once

#include <string>

#include "control/file_lock.hpp"

namespace leasehold {

/// "<directory>/<stem of the configuration's file name>.<process>.pid", as with Kea.
std::string pid_file_name(const std::string& directory, const std::string& configuration_file,
                          const std::string& process);

struct PidFileError {
    bool already_running = false;
    std::string pid;     // already_running: whose
    std::string reason;  // a sentence for the operator
};

/// Held for the life of the process; removed at its end.
Result<FileLock, PidFileError> take_pid_file(const std::string& path);

}  // namespace leasehold
