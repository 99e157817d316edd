// A file that one process holds: by flock, which ends with the process however it ends, so that neither a
// recycled process number nor a stale file can keep a server from starting.
#pragma once

#include <string>

#include "dhcp/result.hpp"

namespace leasehold {

class FileLock {
public:
    struct Error {
        bool held_by_other = false;
        std::string holder;  // what that process wrote into the file; "" when it cannot be read
        std::string reason;  // a system error in words
    };

    /// Makes the file if needed (mode 0666 less the umask) and takes the lock without waiting.
    static Result<FileLock, Error> take(const std::string& path);

    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    /// Removes the file, then lets go.
    ~FileLock();

    /// Replaces the content. False: it could not be written (disk full).
    bool write(const std::string& content);
    const std::string& path() const { return path_; }

private:
    FileLock(std::string path, int descriptor) : path_{std::move(path)}, descriptor_{descriptor} {}
    std::string path_;
    int descriptor_ = -1;
};

}  // namespace leasehold
