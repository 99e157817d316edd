// One row per library of Kea, and one function for the parameters of each that is built in.
#include "config/load_hooks.hpp"

#include <algorithm>
#include <array>

#include "config/load_ddns.hpp"
#include "config/load_flex_options.hpp"
#include "config/load_legal_log.hpp"

namespace leasehold::config {
namespace {

enum class Fate : std::uint8_t {
    built_in,  // with its parameters
    harmless,  // not loaded, and nobody's address depends on it: a warning
    decisive   // not built yet: an error unless allow_unsupported
};
struct Library {
    std::string_view name;
    Fate fate;
    std::string_view instead;
};
constexpr std::array libraries{
    Library{"libdhcp_limits", Fate::built_in, ""},
    Library{"libdhcp_flex_id", Fate::built_in, ""},
    Library{"libdhcp_flex_option", Fate::built_in, ""},
    Library{"libdhcp_ping_check", Fate::built_in, ""},
    Library{"libdhcp_run_script", Fate::built_in, ""},
    Library{"libdhcp_ddns_tuning", Fate::built_in, ""},
    Library{"libdhcp_bootp", Fate::built_in, ""},
    Library{"libdhcp_legal_log", Fate::built_in, ""},
    Library{"libdhcp_lease_cmds", Fate::harmless, "its commands are built in"},
    Library{"libdhcp_stat_cmds", Fate::harmless, "its commands are built in"},
    Library{"libdhcp_host_cmds", Fate::harmless, "its commands are built in"},
    Library{"libdhcp_subnet_cmds", Fate::harmless, "its commands are built in"},
    Library{"libdhcp_class_cmds", Fate::harmless, "its commands are built in"},
    Library{"libdhcp_cb_cmds", Fate::harmless, "its commands are not built yet"},
    Library{"libdhcp_rbac", Fate::harmless, "HTTP control sockets are not built yet"},
    Library{"libdhcp_mysql", Fate::harmless, "this database is built in"},
    Library{"libdhcp_pgsql", Fate::harmless, "this database is built in"},
    Library{"libdhcp_perfmon", Fate::harmless, "no such measurements are made"},
    Library{"libdhcp_lease_query", Fate::harmless, "lease queries are not answered"},
    Library{"libdhcp_ha", Fate::decisive, "high availability"},
    Library{"libdhcp_radius", Fate::decisive, "RADIUS"},
    Library{"libdhcp_user_chk", Fate::decisive, "user checks"},
    Library{"libdhcp_host_cache", Fate::decisive, "cached reservations"},
};

/// "/usr/lib/kea/hooks/libdhcp_ha.so" -> "libdhcp_ha"
std::string library_name(const Node& node) {
    const std::string path = node.text_or("library", "");
    std::string name = path.substr(path.rfind('/') + 1);
    if (name.ends_with(".so")) name.resize(name.size() - 3);
    return name;
}

void tell_of_library(const Node& node, const std::string& name, const Library* known,
                     bool allow_unsupported) {
    if (known != nullptr && known->fate == Fate::harmless)
        return node.warning("library",
                            "the library " + name + " is not loaded: " + std::string{known->instead});
    const std::string what =
        known != nullptr
            ? "the library " + name + " decides who may get which address, and is not built yet (" +
                  std::string{known->instead} + ")"
            : "the library \"" + name + "\" is not known, and libraries are not loaded here";
    if (allow_unsupported)
        node.warning("library", what + ": it is ignored");
    else
        node.error("library", what, {}, "remove it, or accept that it is ignored with --allow-unsupported");
}

void load_flex_id(const Node& node, Loading& loading, ServerConfig& config) {
    check_members(node, {"identifier-expression", "replace-client-id", "ignore-iaid", "cid-as-rfc4361-duid"});
    config.flex_id = load_expression(node, "identifier-expression", Expression::Kind::text, loading);
    config.flex_id_replaces_client_id = flag_of(node, "replace-client-id", false);
    config.flex_id_ignores_iaid = flag_of(node, "ignore-iaid", false);  // says nothing in DHCPv4
    if (flag_of(node, "cid-as-rfc4361-duid", false))
        node.error("cid-as-rfc4361-duid", "client identifiers are not taken apart here", "false",
                   "reservations by duid find such clients");
    if (!node.has("identifier-expression"))
        node.error("", "the library computes nothing without an expression", "identifier-expression");
}

void load_run_script(const Node& node, ServerConfig& config) {
    check_members(node, {"name", "sync"});
    const std::string* const name = node.text("name");
    if (name == nullptr || !name->starts_with('/'))
        node.error("name", "the program that hears of leases has no absolute path",
                   "a file such as \"/etc/leasehold/on-lease.sh\"");
    else
        config.run_script.path = *name;
    if (flag_of(node, "sync", false)) node.error("sync", "packets do not wait for a program", "false");
}

void load_parameters(const std::string& name, const Node& node, const LoadOptions& options, Loading& loading,
                     ServerConfig& config) {
    if (name == "libdhcp_limits" || name == "libdhcp_bootp") return check_members(node, {});
    if (name == "libdhcp_flex_id") return load_flex_id(node, loading, config);
    if (name == "libdhcp_flex_option") return load_flex_options(node, loading, config);
    if (name == "libdhcp_run_script") return load_run_script(node, config);
    if (name == "libdhcp_legal_log") config.legal_log = load_legal_log(node, options, loading);
}

/// An empty map that stands where the library does, for errors. It lives as long as the full expression.
Value none_at(const Node& node) {
    return {node.value().position, Value::Map{}};
}

/// Its parameters; `none`, an empty map, when it has none.
Node parameters_of(const Node& node, const Value& none) {
    if (auto parameters = node.map("parameters")) return std::move(*parameters);
    return Node{none, node.pointer(), node.problems()};
}

}  // namespace

void load_libraries(const Node& global, bool allow_unsupported, Loading& loading) {
    std::vector<std::string> seen;
    for (const Node& node : global.maps("hooks-libraries")) {
        const std::string name = library_name(node);
        const auto known = std::ranges::find(libraries, name, &Library::name);
        if (known == libraries.end() || known->fate != Fate::built_in) {
            tell_of_library(node, name, known == libraries.end() ? nullptr : &*known, allow_unsupported);
            continue;
        }
        if (std::ranges::find(seen, name) != seen.end())
            node.error("library", "the library " + name + " is listed twice", "each library once");
        seen.push_back(name);
        if (name == "libdhcp_limits") loading.libraries.limits = true;
        if (name == "libdhcp_ddns_tuning") loading.libraries.ddns_tuning = true;
        if (name == "libdhcp_legal_log") loading.libraries.legal_log = true;
        if (name != "libdhcp_ping_check") continue;
        loading.libraries.ping_check = true;
        loading.ping.enabled = true;
        load_ping_check(parameters_of(node, none_at(node)), loading.ping);
    }
}

void load_library_parameters(const Node& global, const LoadOptions& options, Loading& loading, ServerConfig& config) {
    for (const Node& node : global.maps("hooks-libraries")) {
        const std::string name = library_name(node);
        if (name == "libdhcp_bootp") config.answers_bootp = true;
        const bool needs_them =
            name == "libdhcp_flex_id" || name == "libdhcp_run_script" || name == "libdhcp_legal_log";
        if (needs_them || node.has("parameters"))
            load_parameters(name, parameters_of(node, none_at(node)), options, loading, config);
        if (name != "libdhcp_ddns_tuning" || !node.has("parameters")) continue;
        DdnsConfig tuned = default_ddns();
        load_ddns_tuning(parameters_of(node, none_at(node)), loading, tuned);
        config.ddns = std::make_shared<const DdnsConfig>(std::move(tuned));
    }
}

}  // namespace leasehold::config
