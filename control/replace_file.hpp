// How commands write files: only where they may, and so that the old content stays until the new one is safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "dhcp/result.hpp"

namespace leasehold {

/// Where config-write may put `name`: the directory of the configuration file, under a plain file name.
/// @param name  a file name, or a path in that directory; "" is the configuration file itself
Result<std::string, std::string> write_target(const std::string& configuration_file, const std::string& name);

/// The same for any directory. @param what  it is, for the error: "the directory of the configuration file"
Result<std::string, std::string> file_in(const std::filesystem::path& directory, std::string_view what,
                                         const std::string& name);

/// A file's next content, written beside it: a reader, or a crash, finds the old or the new one whole. What was
/// not finished is removed. Its calls block.
class FileReplacement {
public:
    /// @param mode  of a file that was not there; one that was keeps its own
    static Result<FileReplacement, std::string> begin(std::string path, unsigned mode);
    ~FileReplacement();
    FileReplacement(FileReplacement&& other) noexcept;
    FileReplacement& operator=(FileReplacement&&) = delete;

    Result<void, std::string> write(std::string_view content);
    /// Durable under its name when this returns well.
    Result<void, std::string> finish();

private:
    FileReplacement(std::string path, std::string temporary, int descriptor);
    std::unexpected<std::string> failed(std::string_view step) const;

    std::string path_, temporary_;
    int descriptor_;
};

/// Replaces a file's content in one step.
Result<void, std::string> replace_file(const std::string& path, std::string_view content, unsigned mode = 0640);

}  // namespace leasehold
