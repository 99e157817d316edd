#include "lease_backends/new_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace leasehold {
namespace {

StoreError exists_already(const std::string& name) {
    return {StoreErrc::permissions, name + " exists already and is not replaced; name another file"};
}

/// @return 0, or the error number
int rename_unless_there(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    // A file system without this call: the look beforehand has to do.
    if (::access(to.c_str(), F_OK) == 0) return EEXIST;
    return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

}  // namespace

NewFile::NewFile(std::string name, std::string temporary, FileDescriptor file)
    : name_{std::move(name)}, temporary_{std::move(temporary)}, file_{std::move(file)} {}

NewFile::NewFile(NewFile&& other) noexcept
    : name_{std::move(other.name_)},
      temporary_{std::exchange(other.temporary_, {})},
      file_{std::move(other.file_)} {}

NewFile::~NewFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

StoreResult<NewFile> NewFile::make(const std::string& name) {
    if (::access(name.c_str(), F_OK) == 0) return std::unexpected(exists_already(name));
    std::string temporary = name + ".XXXXXX";
    FileDescriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};  // 0600
    if (!file.is_open()) return std::unexpected(system_error(name, "no file can be made there", errno));
    return NewFile{name, std::move(temporary), std::move(file)};
}

StoreResult<void> NewFile::finish() {
    if (::fsync(file_.get()) != 0)
        return std::unexpected(system_error(name_, "cannot be flushed to disk", errno));
    const int problem = rename_unless_there(temporary_, name_);
    if (problem == EEXIST) return std::unexpected(exists_already(name_));
    if (problem != 0) return std::unexpected(system_error(name_, "cannot be given its name", problem));
    temporary_.clear();
    return sync_directory_of(name_);
}

}  // namespace leasehold
