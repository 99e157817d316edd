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
#include "config/load_server6.hpp"

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
bool has_right_root(const Value& root, std::string_view key, Problems& problems) {
    const std::string quoted = "\"" + std::string{key} + "\"", form = "{ " + quoted + ": { ... } }";
    if (!root.is_map()) {
        problems.error(root.position, "", "a configuration is a map, not a " + std::string{root.type_name()},
                       form);
        return false;
    }
    const Value* const global = root.member(key);
    if (global == nullptr) problems.error(root.position, "", "the key " + quoted + " is missing", form);
    return global != nullptr && global->is_map();
}

/// A file may be for both families: the server of each reads its own map, and leaves the other to the other.
void leave_other_family(Value& root, Family family) {
    auto* const members = std::get_if<Value::Map>(&root.data);
    if (members == nullptr || root.member(facts_of(family).root) == nullptr) return;
    const auto other = facts_of(family == Family::v4 ? Family::v6 : Family::v4).root;
    std::erase_if(*members, [&](const Member& member) { return member.key == other; });
}

void load_global(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                 nlohmann::json& full, ServerConfig& server, DaemonConfig& daemon) {
    if (!full.contains("lease-database")) full["lease-database"] = {{"type", "memfile"}};
    Loading loading{options.family, server.class_names};
    loading.definitions.load(global);
    load_server(global, hidden, options, server);
    if (options.family == Family::v6) load_server6(global, loading, server);
    load_daemon(global, hidden, options, daemon);
    load_libraries(global, options.allow_unsupported, loading);
    load_classes(global, loading, full, server);
    load_library_parameters(global, options, loading, server);
    server.options = load_options(global, loading, loading.definitions, full);
    HostLoader hosts{global, options.allow_unsupported, loading, server};
    hosts.load(global, nullptr, full);
    load_networks(global, loading, hosts, full, server);
    hosts.finish();
    loading.classes.tell_undefined(global.problems());
}

void make_duid(const Node& global, const LoadOptions& options, ServerConfig& server) {
    if (options.family != Family::v6 || !options.server_duid) return;
    auto duid = options.server_duid(server.server_duid);
    if (duid)
        server.duid = std::move(*duid);
    else
        global.error("server-id", "this server has no DUID: " + duid.error());
}

void make_reconfigure_keys(const Node& global, const LoadOptions& options, ServerConfig& server) {
    if (!options.reconfigure_keys || !global.boolean("reconfigure-accept").value_or(false)) return;
    auto keys = options.reconfigure_keys();
    if (keys)
        server.reconfigure_keys = std::move(*keys);
    else
        global.error("reconfigure-accept", keys.error());
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
    directories.legal_log = directories.log;
    take("KEA_LEGAL_LOG_DIR", directories.legal_log);
    return directories;
}

LoadResult load(const Value& root, const LoadOptions& options) {
    Problems problems;
    const std::string root_key{facts_of(options.family).root};
    const bool usable = has_right_root(root, root_key, problems);
    if (root.is_map()) check(root, options.family, options.allow_unsupported, problems);
    if (!usable) return std::unexpected{problems.errors()};

    Loaded loaded;
    auto server = std::make_shared<ServerConfig>();
    const Value& global = *root.member(root_key);
    auto full = std::make_shared<nlohmann::json>(nlohmann::json::object());
    nlohmann::json& full_global = (*full)[root_key] = full_form(options.family, global, Scope::global);
    loaded.hidden = hide_texts(*full, root, options.present.get(), problems);
    const Node global_node{global, "/" + root_key, problems};
    load_global(global_node, loaded.hidden, options, full_global, *server, loaded.daemon);
    if (!problems.has_errors()) make_duid(global_node, options, *server);
    if (!problems.has_errors()) make_reconfigure_keys(global_node, options, *server);
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
    leave_other_family(parsed->value, options.family);
    auto loaded = load(parsed->value, options);
    if (loaded)
        loaded->warnings.insert(loaded->warnings.begin(), parsed->warnings.begin(), parsed->warnings.end());
    return loaded;
}

}  // namespace leasehold::config
