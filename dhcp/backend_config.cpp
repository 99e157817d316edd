// What makes two backend configurations the same database, and how one is called.
#include "dhcp/backend_config.hpp"

#include <filesystem>

namespace leasehold {
namespace {

/// A path as the file system sees it, so that two spellings of one file are one database.
std::filesystem::path canonical(const std::string& path) {
    std::error_code failed;
    auto found = std::filesystem::weakly_canonical(path, failed);
    return failed ? std::filesystem::path{path}.lexically_normal() : found;
}

}  // namespace

bool same_database(const BackendConfig& a, const BackendConfig& b) {
    if (a.type != b.type || a.family != b.family) return false;
    if (a.type == BackendType::memory) return true;
    return a.readonly == b.readonly && (a.path == b.path || canonical(a.path) == canonical(b.path));
}

std::string describe(const BackendConfig& config) {
    switch (config.type) {
        case BackendType::memory: return "memory";
        case BackendType::sqlite: return "sqlite:" + config.path;
    }
    return "unknown";
}

}  // namespace leasehold
