#include "control/replace_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

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
    if (name.empty()) return own.string();
    return file_in(own.parent_path(), "the directory of the configuration file", name);
}

Result<std::string, std::string> file_in(const std::filesystem::path& directory, std::string_view what,
                                         const std::string& name) {
    std::error_code ignored;
    const auto allowed = std::filesystem::weakly_canonical(directory, ignored);
    const std::filesystem::path wanted{name};
    const auto file = wanted.filename();
    const auto refused = [&](const std::string& why) {
        return std::unexpected("cannot write to the 'filename' '" + name + "': " + why + "; only files in " + allowed.string() +
                               ", " + std::string{what} + ", are allowed");
    };
    if (file.empty() || file == "." || file == "..") return refused("that is no file name");
    if (wanted.has_parent_path() && std::filesystem::weakly_canonical(wanted.parent_path(), ignored) != allowed)
        return refused("it is in another directory");
    return (allowed / file).string();
}

FileReplacement::FileReplacement(std::string path, std::string temporary, int descriptor)
    : path_{std::move(path)}, temporary_{std::move(temporary)}, descriptor_{descriptor} {}

FileReplacement::FileReplacement(FileReplacement&& other) noexcept
    : path_{std::move(other.path_)},
      temporary_{std::exchange(other.temporary_, {})},
      descriptor_{std::exchange(other.descriptor_, -1)} {}

FileReplacement::~FileReplacement() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
}

std::unexpected<std::string> FileReplacement::failed(std::string_view step) const {
    return std::unexpected("the file " + path_ + " was not changed: " + std::string{step} + ": " + error_text());
}

Result<FileReplacement, std::string> FileReplacement::begin(std::string path, unsigned mode) {
    auto temporary = path + ".XXXXXX";
    const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
    FileReplacement begun{std::move(path), descriptor < 0 ? std::string{} : std::move(temporary), descriptor};
    if (descriptor < 0) return begun.failed("no new file can be made beside it");
    copy_owner_and_mode(begun.path_, descriptor, mode);
    return begun;
}

Result<void, std::string> FileReplacement::write(std::string_view content) {
    if (!write_all(descriptor_, content)) return failed("the new one cannot be written");
    return {};
}

Result<void, std::string> FileReplacement::finish() {
    if (fsync(descriptor_) != 0) return failed("the new one cannot be written");
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return failed("it cannot be replaced");
    temporary_.clear();
    sync_directory(std::filesystem::path{path_}.parent_path());
    return {};
}

Result<void, std::string> replace_file(const std::string& path, std::string_view content, unsigned mode) {
    auto begun = FileReplacement::begin(path, mode);
    if (!begun) return std::unexpected(std::move(begun.error()));
    if (auto written = begun->write(content); !written) return written;
    return begun->finish();
}

}  // namespace leasehold
