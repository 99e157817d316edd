// The order of loading: check, then the parts, then what is made from all of them.
#include "config/load.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "config/check.hpp"
#include "config/full.hpp"
#include "config/load_classes.hpp"
#include "config/load_daemon.hpp"
#include "config/load_hooks.hpp"
#include "config/load_hosts.hpp"
#include "config/load_networks.hpp"
#include "config/load_options.hpp"
#include "config/load_server.hpp"

namespace leasehold::config {
namespace {

/// SHA-256 in upper-case hexadecimal; "" when the library has none.
std::string hash_of(const std::string& text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) return {};
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex.append({digits[digest[i] >> 4], digits[digest[i] & 15]});
    return hex;
}

/// { "Dhcp4": { ... } } and nothing that stands for another server.
bool has_right_root(const Value& root, const LoadOptions& options, Problems& problems) {
    if (options.family == Family::v6) {
        problems.error(root.position, "", "DHCPv6 is not built yet", "a configuration with \"Dhcp4\"");
        return false;
    }
    if (!root.is_map()) {
        problems.error(root.position, "", "a configuration is a map, not a " + std::string{root.type_name()},
                       "{ \"Dhcp4\": { ... } }");
        return false;
    }
    const Value* const global = root.member("Dhcp4");
    if (global == nullptr)
        problems.error(root.position, "", "the key \"Dhcp4\" is missing", "{ \"Dhcp4\": { ... } }");
    return global != nullptr && global->is_map();
}

void load_global(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                 nlohmann::json& full, ServerConfig& server, DaemonConfig& daemon) {
    if (!full.contains("lease-database")) full["lease-database"] = {{"type", "memfile"}};
    Loading loading{server.class_names};
    loading.definitions.load(global);
    load_server(global, hidden, options, server);
    load_daemon(global, options, daemon);
    load_libraries(global, options.allow_unsupported, loading);
    load_classes(global, loading, full, server);
    load_library_parameters(global, loading, server);
    server.options = load_options(global, loading, loading.definitions, full);
    HostLoader hosts{global, options.allow_unsupported, loading, server};
    hosts.load(global, nullptr, full);
    load_networks(global, loading, hosts, full, server);
    hosts.finish();
    loading.classes.tell_undefined(global.problems());
}

}  // namespace

Directories Directories::from_environment() {
    Directories directories;
    const auto take = [](const char* name, std::string& directory) {
        const char* const value = std::getenv(name);
        if (value == nullptr || *value == '\0') return;
        directory = value;
        while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    };
    take("KEA_DHCP_DATA_DIR", directories.data);
    take("KEA_PIDFILE_DIR", directories.run);
    take("KEA_CONTROL_SOCKET_DIR", directories.run);
    take("KEA_LOG_FILE_DIR", directories.log);
    return directories;
}

LoadResult load(const Value& root, const LoadOptions& options) {
    Problems problems;
    const bool usable = has_right_root(root, options, problems);
    if (root.is_map() && options.family == Family::v4) check(root, options.allow_unsupported, problems);
    if (!usable) return std::unexpected{problems.errors()};

    Loaded loaded;
    auto server = std::make_shared<ServerConfig>();
    const Value& global = *root.member("Dhcp4");
    auto full = std::make_shared<nlohmann::json>(nlohmann::json::object());
    nlohmann::json& full_global = (*full)["Dhcp4"] = full_form(global, Scope::global);
    loaded.hidden = hide_texts(*full, root, options.present.get(), problems);
    load_global(Node{global, "/Dhcp4", problems}, loaded.hidden, options, full_global, *server,
                loaded.daemon);
    if (problems.has_errors()) return std::unexpected{problems.errors()};

    finish(*server);
    loaded.server = std::move(server);
    loaded.warnings = problems.warnings();
    loaded.hash = hash_of(compact(*full));
    loaded.full = std::move(full);
    return loaded;
}

LoadResult load_file(const std::string& path, const LoadOptions& options) {
    auto parsed = parse_file(path);
    if (!parsed) return std::unexpected{std::move(parsed.error())};
    auto loaded = load(parsed->value, options);
    if (loaded)
        loaded->warnings.insert(loaded->warnings.begin(), parsed->warnings.begin(), parsed->warnings.end());
    return loaded;
}

}  // namespace leasehold::config
