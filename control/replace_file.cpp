// config-write's way to disk: where it may write, and how the old content stays until the new one is safe.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "control/configuration.hpp"

namespace leasehold {
namespace {

std::string error_text() {
    return std::generic_category().message(errno);
}

bool write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const auto size = ::write(descriptor, content.data(), content.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return false;
        content.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

/// The new file gets the owner and mode of the one it replaces; `mode` where there was none.
void copy_owner_and_mode(const std::string& from, int to, unsigned mode) {
    struct stat status {};
    if (stat(from.c_str(), &status) != 0) {
        fchmod(to, mode);
        return;
    }
    if (fchown(to, status.st_uid, status.st_gid) == 0) fchmod(to, status.st_mode & 07777);
}

/// The name itself is durable only when its directory is.
void sync_directory(const std::filesystem::path& directory) {
    const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    fsync(descriptor);
    close(descriptor);
}

}  // namespace

Result<std::string, std::string> write_target(const std::string& configuration_file,
                                              const std::string& name) {
    std::error_code ignored;
    const auto own = std::filesystem::weakly_canonical(configuration_file, ignored);
    const auto directory = own.parent_path();
    if (name.empty()) return own.string();
    const std::filesystem::path wanted{name};
    const auto file = wanted.filename();
    const auto refused = [&](const std::string& why) {
        return std::unexpected("cannot write to '" + name + "': " + why + "; only files in " +
                               directory.string() + ", the directory of the configuration file, are allowed");
    };
    if (file.empty() || file == "." || file == "..") return refused("that is no file name");
    if (wanted.has_parent_path() &&
        std::filesystem::weakly_canonical(wanted.parent_path(), ignored) != directory)
        return refused("it is in another directory");
    return (directory / file).string();
}

Result<void, std::string> replace_file(const std::string& path, std::string_view content, unsigned mode) {
    auto temporary = path + ".XXXXXX";
    const auto failed = [&](std::string_view step) {
        return std::unexpected("the file " + path + " was not changed: " + std::string{step} + ": " +
                               error_text());
    };
    const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
    if (descriptor < 0) return failed("no new file can be made beside it");
    copy_owner_and_mode(path, descriptor, mode);
    const bool written = write_all(descriptor, content) && fsync(descriptor) == 0;
    const int write_error = errno;
    close(descriptor);
    if (!written || std::rename(temporary.c_str(), path.c_str()) != 0) {
        if (!written) errno = write_error;
        const auto problem = failed(written ? "it cannot be replaced" : "the new one cannot be written");
        unlink(temporary.c_str());
        return problem;
    }
    sync_directory(std::filesystem::path{path}.parent_path());
    return {};
}

}  // namespace leasehold
