// What makes two backend configurations the same database, and how one is called.
#include "dhcp/backend_config.hpp"

#include <algorithm>
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
        const bool bare_ipv6 = host.name.find(':') != std::string::npos && !host.name.starts_with('/');
        const std::string name = host.name.empty() ? "localhost" : host.name;
        text += (i == 0 ? "://" : ",") + (bare_ipv6 ? "[" + name + "]" : name);
        if (host.port != 0) text += ":" + std::to_string(host.port);
    }
    return text + "/" + server.name;
}

/// Two names of one place: a port that is not given is the usual one, and "" is this machine.
bool same_host(const DatabaseHost& a, const DatabaseHost& b, BackendType type) {
    const auto port = [&](const DatabaseHost& host) {
        if (host.port != 0) return host.port;
        return static_cast<std::uint16_t>(type == BackendType::postgresql ? 5432 : 3306);
    };
    const auto name = [](const DatabaseHost& host) { return host.name.empty() ? "localhost" : host.name; };
    return port(a) == port(b) && name(a) == name(b);
}

/// Lists of hosts name the places where one database may be found: a list that grows, shrinks or changes its
/// order is still about that database.
bool has_common_host(const BackendConfig& a, const BackendConfig& b) {
    return std::ranges::any_of(a.server.hosts, [&](const DatabaseHost& host) {
        return std::ranges::any_of(b.server.hosts,
                                   [&](const DatabaseHost& other) { return same_host(host, other, a.type); });
    });
}

}  // namespace

OutageService outage_service_of(const BackendConfig& config) {
    if (config.on_fail == OnFail::stop_retry_exit || config.type == BackendType::memory || config.readonly ||
        !config.exclusive)
        return OutageService::drop;
    return config.outage_service.value_or(OutageService::spool);
}

bool needs_outage_journal(const BackendConfig& config) {
    return outage_service_of(config) != OutageService::drop;
}

std::chrono::milliseconds commit_timeout_of(const BackendConfig& config) {
    if (config.commit_timeout.count() > 0) return config.commit_timeout;
    return std::chrono::milliseconds{needs_outage_journal(config) ? 2000 : 5000};
}

bool same_database(const BackendConfig& a, const BackendConfig& b) {
    if (a.type != b.type || a.family != b.family) return false;
    if (a.type == BackendType::memory) return true;
    if (a.type != BackendType::sqlite)
        return a.readonly == b.readonly && a.server.name == b.server.name && has_common_host(a, b);
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
