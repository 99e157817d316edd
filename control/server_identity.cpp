#include "control/server_identity.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <random>

#include "control/configuration.hpp"

namespace leasehold {

namespace {

/// 1 to 2^63 - 1: what the key writer-id takes, and what SQL stores without a sign.
std::uint64_t random_identity() {
    std::random_device random;
    return std::uniform_int_distribution<std::uint64_t>{1, INT64_MAX}(random);
}

}  // namespace

Result<std::uint64_t, std::string> server_identity(const std::string& directory) {
    const std::string path = directory + "/server-id";
    if (std::ifstream file{path}; file) {
        std::string text;
        std::getline(file, text);
        std::uint64_t identity = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), identity);
        if (error == std::errc{} && end == text.data() + text.size() && identity > 0) return identity;
        return std::unexpected(path +
                               " does not hold this server's number; remove it, and a new one is made");
    }
    std::error_code ignored;  // a directory that cannot be made shows in the writing
    std::filesystem::create_directories(directory, ignored);
    const std::uint64_t identity = random_identity();
    if (auto written = replace_file(path, std::to_string(identity) + "\n"); !written)
        return std::unexpected("this server's number cannot be kept: " + written.error() +
                               "; set writer-id in the configuration, or make the directory writable");
    return identity;
}

}  // namespace leasehold
