#include "control/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace leasehold {
namespace {

std::string error_text(int code) {
    return std::generic_category().message(code);
}

std::string first_line(int descriptor) {
    std::array<char, 64> buffer{};
    const auto size = pread(descriptor, buffer.data(), buffer.size(), 0);
    std::string text{buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    return text.substr(0, text.find('\n'));
}

/// The last holder removes the file before it lets go: a lock on a removed file is worth nothing.
bool still_named(int descriptor, const std::string& path) {
    struct stat locked {
    }, named{};
    return fstat(descriptor, &locked) == 0 && stat(path.c_str(), &named) == 0 &&
           locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
}

}  // namespace

Result<FileLock, FileLock::Error> FileLock::take(const std::string& path) {
    constexpr int tries_max = 100;
    for (int tries = 0; tries != tries_max; ++tries) {
        const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
        if (descriptor < 0)
            return std::unexpected(Error{.held_by_other = false, .holder = {}, .reason = error_text(errno)});
        if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
            Error error{.held_by_other = errno == EWOULDBLOCK, .holder = {}, .reason = error_text(errno)};
            error.holder = first_line(descriptor);
            close(descriptor);
            return std::unexpected(std::move(error));
        }
        if (still_named(descriptor, path)) return FileLock{path, descriptor};
        close(descriptor);
    }
    return std::unexpected(
        Error{.held_by_other = true, .holder = {}, .reason = "it is taken and removed all the time"});
}

FileLock::FileLock(FileLock&& other) noexcept
    : path_{std::move(other.path_)}, descriptor_{std::exchange(other.descriptor_, -1)} {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

FileLock::~FileLock() {
    if (descriptor_ < 0) return;
    unlink(path_.c_str());
    close(descriptor_);
}

bool FileLock::write(const std::string& content) {
    return ftruncate(descriptor_, 0) == 0 &&
           pwrite(descriptor_, content.data(), content.size(), 0) == static_cast<ssize_t>(content.size());
}

}  // namespace leasehold
