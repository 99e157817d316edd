// Look-ups, suggestions and texts made from the rows; the rows themselves are in schema_table.cpp.
#include "config/schema.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "config/schema_table.hpp"

namespace leasehold::config {
namespace {

struct ScopeName {
    Scope scope;
    std::string_view v4, v6 = v4;  // "": that server has no such map

    std::string_view of(Family family) const { return family == Family::v4 ? v4 : v6; }
};
// clang-format off
constexpr std::array scope_names{
    ScopeName{Scope::root, "(top)"},
    ScopeName{Scope::global, "Dhcp4", "Dhcp6"},
    ScopeName{Scope::interfaces, "interfaces-config"},
    ScopeName{Scope::lease_database, "lease-database"},
    ScopeName{Scope::database, "hosts-databases"},
    ScopeName{Scope::config_control, "config-control"},
    ScopeName{Scope::subnet, "subnet4", "subnet6"},
    ScopeName{Scope::shared_network, "shared-networks"},
    ScopeName{Scope::pool, "pools"},
    ScopeName{Scope::pd_pool, "", "pd-pools"},
    ScopeName{Scope::relay, "relay"},
    ScopeName{Scope::option_data, "option-data"},
    ScopeName{Scope::option_def, "option-def"},
    ScopeName{Scope::client_class, "client-classes"},
    ScopeName{Scope::reservation, "reservations"},
    ScopeName{Scope::logger, "loggers"},
    ScopeName{Scope::output_option, "output-options"},
    ScopeName{Scope::control_socket, "control-sockets"},
    ScopeName{Scope::expiration, "expired-leases-processing"},
    ScopeName{Scope::sanity_checks, "sanity-checks"},
    ScopeName{Scope::dhcp_ddns, "dhcp-ddns"},
    ScopeName{Scope::multi_threading, "multi-threading"},
    ScopeName{Scope::queue_control, "dhcp-queue-control"},
    ScopeName{Scope::compatibility, "compatibility"},
    ScopeName{Scope::hook_library, "hooks-libraries"},
    ScopeName{Scope::server_id, "", "server-id"},
    ScopeName{Scope::prefix_routes, "", "prefix-routes"},
    ScopeName{Scope::authentication, "authentication"},
    ScopeName{Scope::http_client, "clients"},
    ScopeName{Scope::http_header, "http-headers"},
};
// clang-format on
constexpr bool names_are_in_order() {
    for (std::size_t i = 0; i < scope_names.size(); ++i)
        if (scope_names[i].scope != static_cast<Scope>(i)) return false;
    return scope_names.size() == scope_count;
}
static_assert(names_are_in_order());

constexpr std::array families{Family::v4, Family::v6};

/// Made from the rows at first use and never changed.
struct Index {
    struct OfFamily {
        std::array<std::vector<const Key*>, scope_count> by_scope;
        std::array<std::unordered_map<std::string_view, const Key*>, scope_count> by_name;
    };
    std::array<OfFamily, families.size()> of_families;
    std::unordered_map<const Key*, nlohmann::json> fallbacks;

    Index() {
        for (const Key& key : schema_rows()) {
            fallbacks[&key] = key.fallback.empty() ? nlohmann::json{} : nlohmann::json::parse(key.fallback);
            for (const Family family : families)
                if (includes(key.servers, family)) add(key, family);
        }
    }
    void add(const Key& key, Family family) {
        OfFamily& keys = of_families[static_cast<std::size_t>(family)];
        for (std::size_t scope = 0; scope < scope_count; ++scope) {
            if (!key.scopes.has(static_cast<Scope>(scope)) || scope_names[scope].of(family).empty()) continue;
            keys.by_scope[scope].push_back(&key);
            keys.by_name[scope].emplace(key.name, &key);
        }
    }
};

const Index& index() {
    static const Index made;
    return made;
}

const Index::OfFamily& keys_of_family(Family family) {
    return index().of_families[static_cast<std::size_t>(family)];
}

/// Levenshtein, one row at a time; longer names than any key have no near one.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row[b.size()];
}

std::string normal_spelling(std::string_view name) {
    std::string text{name};
    std::ranges::transform(text, text.begin(), [](char c) {
        if (c == '_' || c == ' ') return '-';
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return text;
}

std::string number_text(double number) {
    return nlohmann::json(number).dump();
}

std::string listed(std::string_view words) {
    std::string text{words};
    for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
        text.replace(at, 1, ", ");
    return text;
}

/// One line of the reference's table.
std::string reference_row(const Key& key) {
    const bool needed = (key.flags & required) != 0;
    std::string values = allowed_values(key.rule);
    if (!key.rule.unbuilt_words.empty()) values += "; not built yet: " + listed(key.rule.unbuilt_words);
    const std::string fallback = key.fallback.empty() ? "" : "`" + std::string{key.fallback} + "`";
    constexpr std::array<std::string_view, 3> servers{"4, 6", "4", "6"};
    return "| `" + std::string{key.name} + "` | " +
           std::string{servers[static_cast<std::size_t>(key.servers)]} + " | " + values + " | " +
           (needed ? "required" : fallback) + " | " + std::string{to_string(key.status)} + " | " +
           std::string{key.help} + " |\n";
}

}  // namespace

std::string_view to_string(Family family, Scope scope) {
    return scope_names[static_cast<std::size_t>(scope)].of(family);
}

std::string_view to_string(Status status) {
    switch (status) {
        case Status::used: return "used";
        case Status::ignored: return "ignored, with a warning";
        case Status::refused: return "not built yet: an error";
        case Status::part: return "as what it stands in";
    }
    return {};
}

std::span<const Key> schema() {
    return schema_rows();
}

const Key* find_key(Family family, Scope scope, std::string_view name) {
    const auto& names = keys_of_family(family).by_name[static_cast<std::size_t>(scope)];
    const auto found = names.find(name);
    return found == names.end() ? nullptr : found->second;
}

const std::vector<const Key*>& keys_of(Family family, Scope scope) {
    return keys_of_family(family).by_scope[static_cast<std::size_t>(scope)];
}

bool is_free_form(Scope scope) {
    return scope == Scope::queue_control;
}

const nlohmann::json& fallback_value(const Key& key) {
    return index().fallbacks.at(&key);
}

bool has_word(std::string_view words, std::string_view word) {
    if (word.empty() || word.find('|') != std::string_view::npos) return false;
    for (std::size_t at = 0; at <= words.size();) {
        const std::size_t end = std::min(words.find('|', at), words.size());
        if (words.substr(at, end - at) == word) return true;
        at = end + 1;
    }
    return false;
}

std::optional<std::int64_t> duration_in(std::string_view unit, std::string_view text) {
    struct Unit {
        std::string_view name;
        std::int64_t milliseconds;
    };
    constexpr std::array units{Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000}, Unit{"h", 3'600'000}};
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    const auto found = std::ranges::find(units, std::string_view{stop, end}, &Unit::name);
    constexpr std::int64_t number_max = 1'000'000'000'000;  // no product of it overflows
    if (error != std::errc{} || found == units.end() || number < 0 || number > number_max)
        return std::nullopt;
    const std::int64_t milliseconds = number * found->milliseconds;
    const std::int64_t divisor = unit == "milliseconds" ? 1 : 1000;
    return milliseconds % divisor == 0 ? std::optional{milliseconds / divisor} : std::nullopt;
}

std::string allowed_values(const Rule& rule) {
    switch (rule.type) {
        case Type::boolean: return "true or false";
        case Type::flag_or_word: return "true, false or \"" + listed(rule.words) + "\"";
        case Type::duration:
            return "an integer from " + std::to_string(rule.min) + " to " + std::to_string(rule.max) +
                   ", in " + std::string{rule.unit} + ", or a text such as " +
                   (rule.unit == "milliseconds" ? "\"500ms\", " : "") + "\"5s\", \"2m\"";
        case Type::integer: {
            std::string text =
                "an integer from " + std::to_string(rule.min) + " to " + std::to_string(rule.max);
            return rule.unit.empty() ? text : text + ", in " + std::string{rule.unit};
        }
        case Type::real:
            if (rule.high > 1e300) return "a number";
            return "a number " + std::string{rule.low_open ? "above " : "from "} + number_text(rule.low) +
                   (rule.high_open ? ", below " : " to ") + number_text(rule.high);
        case Type::string:
            if (!rule.words.empty()) return "one of " + listed(rule.words);
            return "a string of at most " + std::to_string(rule.max) + " octets";
        case Type::map:
        case Type::free_map: return "a map";
        case Type::map_list: return "a list of maps";
        case Type::string_list: return "a list of strings";
        case Type::anything: return "any value";
    }
    return {};
}

std::string_view nearest_name(std::span<const std::string_view> names, std::string_view name) {
    if (name.size() > 60) return {};  // longer than any name: none is near, and the search stays cheap
    const std::string wanted = normal_spelling(name);
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(2, wanted.size() / 3) + 1;
    for (const std::string_view known : names) {
        const std::size_t distance = edit_distance(wanted, normal_spelling(known));
        if (distance < best_distance) best = known, best_distance = distance;
    }
    return best;
}

std::string_view nearest_key(Family family, Scope scope, std::string_view name) {
    std::vector<std::string_view> names;
    for (const Key* key : keys_of(family, scope)) names.push_back(key->name);
    return nearest_name(names, name);
}

std::vector<Scope> scopes_of(Family family, std::string_view name) {
    std::vector<Scope> scopes;
    for (const ScopeName& scope : scope_names)
        if (find_key(family, scope.scope, name) != nullptr) scopes.push_back(scope.scope);
    return scopes;
}

std::string config_reference_markdown() {
    std::string text;
    for (const ScopeName& scope : scope_names) {
        text += "### " + std::string{scope.v4};
        if (scope.v6 != scope.v4) text += (scope.v4.empty() ? "" : ", ") + std::string{scope.v6};
        text += "\n\n| key | server | values | default | status | meaning |\n|---|---|---|---|---|---|\n";
        for (const Key& key : schema())
            if (key.scopes.has(scope.scope)) text += reference_row(key);
        text += "\n";
    }
    return text;
}

}  // namespace leasehold::config
