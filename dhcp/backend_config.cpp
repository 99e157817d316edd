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

std::string server_name(const char* scheme, const DatabaseServerConfig& server) {
    std::string text = scheme;
    for (std::size_t i = 0; i < server.hosts.size(); ++i) {
        const DatabaseHost& host = server.hosts[i];
        text += (i == 0 ? "://" : ",") + (host.name.empty() ? std::string{"localhost"} : host.name);
        if (host.port != 0) text += ":" + std::to_string(host.port);
    }
    return text + "/" + server.name;
}

}  // namespace

bool same_database(const BackendConfig& a, const BackendConfig& b) {
    if (a.type != b.type || a.family != b.family) return false;
    if (a.type == BackendType::memory) return true;
    if (a.type != BackendType::sqlite)
        return a.readonly == b.readonly && a.server.hosts == b.server.hosts && a.server.name == b.server.name;
    return a.readonly == b.readonly && (a.path == b.path || canonical(a.path) == canonical(b.path));
}

std::string describe(const BackendConfig& config) {
    switch (config.type) {
        case BackendType::memory: return "memory";
        case BackendType::sqlite: return "sqlite:" + config.path;
        case BackendType::postgresql: return server_name("postgresql", config.server);
        case BackendType::mariadb: return server_name("mariadb", config.server);
    }
    return "unknown";
}

}  // namespace leasehold
