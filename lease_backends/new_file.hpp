// A file that people's tools wait for: it appears under its name when it is whole and on disk, or never.
#pragma once

#include <string>

#include "lease_backends/sqlite_file.hpp"

namespace leasehold {

/// Written under a temporary name in the same folder, mode 0600; removed again unless it was finished.
class NewFile {
public:
    /// @error permissions, unavailable: it exists already, or cannot be made; the message names it
    static StoreResult<NewFile> make(const std::string& name);
    NewFile(NewFile&& other) noexcept;
    NewFile& operator=(NewFile&&) = delete;
    ~NewFile();

    const std::string& temporary_name() const { return temporary_; }
    int descriptor() const { return file_.get(); }

    /// Flushes it and gives it its name; whatever got this name meanwhile is not replaced.
    StoreResult<void> finish();

private:
    NewFile(std::string name, std::string temporary, FileDescriptor file);

    std::string name_;
    std::string temporary_;  // "": finished, or moved from
    FileDescriptor file_;
};

}  // namespace leasehold
