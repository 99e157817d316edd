#include "control/pid_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace leasehold {

std::string pid_file_name(const std::string& directory, const std::string& configuration_file,
                          const std::string& process) {
    const auto stem = std::filesystem::path{configuration_file}.stem().string();
    return (std::filesystem::path{directory} / (stem + "." + process + ".pid")).string();
}

Result<FileLock, PidFileError> take_pid_file(const std::string& path) {
    const auto directory = std::filesystem::path{path}.parent_path();
    mkdir(directory.c_str(),
          0750);  // on a tmpfs it is gone after a boot; an error shows when the file is opened
    auto lock = FileLock::take(path);
    if (!lock) {
        const auto& error = lock.error();
        if (error.held_by_other)
            return std::unexpected(
                PidFileError{.already_running = true, .pid = error.holder, .reason = error.reason});
        return std::unexpected(PidFileError{
            .already_running = false,
            .pid = {},
            .reason = "the pid file " + path + " cannot be made: " + error.reason +
                      "; make its directory writable for this user, or name another in KEA_PIDFILE_DIR"});
    }
    if (!lock->write(std::to_string(getpid()) + "\n"))
        return std::unexpected(
            PidFileError{.already_running = false,
                         .pid = {},
                         .reason = "the pid file " + path + " cannot be written: is the disk full?"});
    return std::move(*lock);
}

}  // namespace leasehold
