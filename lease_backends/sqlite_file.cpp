// See the header. Every refusal names the file, the reason and the cure.
#include "lease_backends/sqlite_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace leasehold {
namespace {

std::string directory_of(const std::string& file) {
    const auto directory = std::filesystem::path{file}.parent_path();
    return directory.empty() ? "." : directory.string();
}

std::string octal(mode_t mode) {
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "%04o", static_cast<unsigned>(mode & 07777));
    return digits.data();
}

/// A system call's failure as what the caller can do: rights are a refusal, the rest may pass.
StoreErrc errc_of(int error_number) {
    switch (error_number) {
        case EACCES:
        case EPERM:
        case ELOOP:
        case ENOTDIR: return StoreErrc::permissions;
        default: return StoreErrc::unavailable;
    }
}

StoreResult<void> make_directories(const std::filesystem::path& directory) {
    std::filesystem::path so_far;
    for (const auto& part : directory) {
        so_far /= part;
        if (::mkdir(so_far.c_str(), 0750) != 0 && errno != EEXIST) {
            const int problem = errno;
            struct stat there {};
            // A read-only or forbidden ancestor that exists is no obstacle.
            if (::stat(so_far.c_str(), &there) == 0 && S_ISDIR(there.st_mode)) continue;
            return std::unexpected(system_error(so_far.string(), "the folder cannot be made", problem));
        }
    }
    return {};
}

std::string read_lock_holder(int descriptor) {
    std::array<char, 32> text{};
    const auto size = ::pread(descriptor, text.data(), text.size() - 1, 0);
    std::string holder{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    holder.erase(std::min(holder.find_first_not_of("0123456789"), holder.size()));
    return holder.empty() ? "another process" : "process " + holder;
}

StoreResult<std::vector<std::string>> check_database_file(int descriptor, const std::string& file,
                                                          const FileRules& rules) {
    struct stat its {};
    if (::fstat(descriptor, &its) != 0)
        return std::unexpected(system_error(file, "cannot be looked at", errno));
    if (!S_ISREG(its.st_mode))
        return std::unexpected(
            StoreError{StoreErrc::permissions, file + " is not a regular file; name another"});
    if (its.st_uid != ::geteuid())
        return std::unexpected(StoreError{
            StoreErrc::permissions, file + " belongs to user " + std::to_string(its.st_uid) +
                                        " and this process runs as user " + std::to_string(::geteuid()) +
                                        "; give it to that user with chown, or run as its owner"});
    std::vector<std::string> notices;
    if ((its.st_mode & 077) == 0) return notices;
    if (!rules.fix_permissions)
        return std::unexpected(StoreError{StoreErrc::permissions,
                                          file + " has mode " + octal(its.st_mode) +
                                              " and others than its owner may use it; chmod 600 it, or set "
                                              "fix-permissions to true"});
    if (::fchmod(descriptor, its.st_mode & 0700) != 0)
        return std::unexpected(system_error(file, "its mode cannot be changed", errno));
    notices.push_back(file + ": mode " + octal(its.st_mode) + " changed to " + octal(its.st_mode & 0700));
    return notices;
}

}  // namespace

FileDescriptor::~FileDescriptor() {
    if (is_open()) ::close(descriptor_);
}

StoreError system_error(const std::string& file, const std::string& what, int error_number) {
    const std::string hint = error_number == ELOOP ? " (it is a symbolic link: name the file itself)" : "";
    return {errc_of(error_number), file + ": " + what + ": " + std::strerror(error_number) + hint};
}

FilesystemKind filesystem_kind(std::uint32_t magic) {
    switch (magic) {
        case 0x00006969:  // NFS
        case 0x0000517b:  // SMB
        case 0xff534d42:  // CIFS
        case 0xfe534d42:  // SMB2
        case 0x5346414f:  // AFS
        case 0x01021997:  // 9P
        case 0x00c36400:  // CephFS
        case 0x0bd00bd0:  // Lustre
        case 0x47504653:  // GPFS
        case 0x786f4256:  // VirtualBox shared folder
            return FilesystemKind::network;
        case 0x65735546:  // FUSE
        case 0x794c7630:  // overlay
            return FilesystemKind::doubtful;
        default: return FilesystemKind::local;
    }
}

StoreResult<std::vector<std::string>> prepare_directory(const std::string& file, const FileRules& rules) {
    const std::string directory = directory_of(file);
    if (rules.may_create)
        if (auto made = make_directories(directory); !made) return std::unexpected(made.error());

    struct stat its {};
    if (::stat(directory.c_str(), &its) != 0)
        return std::unexpected(
            system_error(directory, "the folder of the database cannot be looked at", errno));
    if ((its.st_mode & S_IWOTH) != 0 && (its.st_mode & S_ISVTX) == 0)
        return std::unexpected(StoreError{
            StoreErrc::permissions, directory + " has mode " + octal(its.st_mode) +
                                        ": everybody may replace the lease database in it; chmod o-w it"});
    struct statfs system {};
    if (::statfs(directory.c_str(), &system) != 0)
        return std::unexpected(system_error(directory, "its file system cannot be looked at", errno));
    std::vector<std::string> notices;
    const auto kind = filesystem_kind(static_cast<std::uint32_t>(system.f_type));
    if (kind == FilesystemKind::network && !rules.allow_network_filesystem)
        return std::unexpected(StoreError{
            StoreErrc::configuration,
            directory +
                " is on a network file system, where file locks and flushes cannot be relied on and leases "
                "can be lost; use a local disk, or set allow-network-filesystem to true to accept that"});
    if (kind != FilesystemKind::local)
        notices.push_back(directory +
                          " is not on a plain local file system (FUSE, overlay or network): leases live "
                          "no longer than what lies below it");
    return notices;
}

StoreResult<FileDescriptor> lock_database(const std::string& file) {
    const std::string name = file + ".lock";
    FileDescriptor lock{::open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!lock.is_open()) return std::unexpected(system_error(name, "the lock file cannot be opened", errno));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return std::unexpected(system_error(name, "cannot be locked", errno));
        return std::unexpected(StoreError{
            StoreErrc::busy, file + " is in use by " + read_lock_holder(lock.get()) + " (it holds " + name +
                                 "); stop that process, or configure another file"});
    }
    // The number is for people; the lock itself is the kernel's, so a full disk here does no harm.
    const std::string holder = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock.get(), 0) != 0 || ::pwrite(lock.get(), holder.data(), holder.size(), 0) < 0)
        return lock;
    return lock;
}

StoreResult<std::vector<std::string>> prepare_database_file(const std::string& file, const FileRules& rules) {
    FileDescriptor existing{::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
    if (existing.is_open()) return check_database_file(existing.get(), file, rules);
    if (errno != ENOENT) return std::unexpected(system_error(file, "cannot be opened", errno));
    if (!rules.may_create)
        return std::unexpected(StoreError{
            StoreErrc::no_database, file + " does not exist and is not created because of readonly: true"});
    const FileDescriptor made{::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!made.is_open()) return std::unexpected(system_error(file, "cannot be created", errno));
    if (auto synced = sync_directory_of(file); !synced) return std::unexpected(synced.error());
    return std::vector{file + " was created"};
}

StoreResult<void> sync_directory_of(const std::string& file) {
    const std::string directory = directory_of(file);
    const FileDescriptor opened{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened.is_open() || ::fsync(opened.get()) != 0)
        return std::unexpected(system_error(directory, "cannot be flushed to disk", errno));
    return {};
}

}  // namespace leasehold
