// The rules for a database file before SQLite sees it: its directory, owner, mode, file system, and that one
// process has it to itself. A lease file names people's devices, and two servers on one file lose leases.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dhcp/lease_store.hpp"

namespace leasehold {

/// Closes a file descriptor when it goes.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) : descriptor_{descriptor} {}
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(descriptor_, other.descriptor_);
        return *this;
    }
    ~FileDescriptor();
    int get() const { return descriptor_; }
    bool is_open() const { return descriptor_ >= 0; }

private:
    int descriptor_ = -1;
};

enum class FilesystemKind : std::uint8_t { local, doubtful, network };
/// By the magic number of statfs(2). Doubtful: FUSE and overlay, where it depends on what lies below.
FilesystemKind filesystem_kind(std::uint32_t magic);

struct FileRules {
    bool may_create = true;  // false: read-only
    bool fix_permissions = false;
    bool allow_network_filesystem = false;
};

/// Makes the missing folders above `file` (0750) and looks at the one it lies in.
///
/// @return notices for the log.
/// @error permissions: writable for everybody without the sticky bit. configuration: a network file system.
///        unavailable: cannot be made or looked at.
StoreResult<std::vector<std::string>> prepare_directory(const std::string& file, const FileRules& rules);

/// Takes `<file>.lock` for this process until the descriptor closes.
/// @error busy: another process has it; the message names it.
StoreResult<FileDescriptor> lock_database(const std::string& file);

/// Creates the file (0600) when it is missing, never through a symbolic link, and checks owner and mode.
///
/// @return notices for the log, such as a mode that was corrected.
/// @error permissions, no_database (missing and not to be created), unavailable.
StoreResult<std::vector<std::string>> prepare_database_file(const std::string& file, const FileRules& rules);

/// Makes a new name, or a rename, in the folder of `file` survive a power failure.
StoreResult<void> sync_directory_of(const std::string& file);

/// "…: cannot be opened: No space left on device": the error of a failed system call.
StoreError system_error(const std::string& file, const std::string& what, int error_number);

}  // namespace leasehold
