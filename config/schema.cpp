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

constexpr std::array<std::string_view, scope_count> scope_names{"(top)",
                                                                "Dhcp4",
                                                                "interfaces-config",
                                                                "lease-database",
                                                                "hosts-databases",
                                                                "config-control",
                                                                "subnet4",
                                                                "shared-networks",
                                                                "pools",
                                                                "relay",
                                                                "option-data",
                                                                "option-def",
                                                                "client-classes",
                                                                "reservations",
                                                                "loggers",
                                                                "output-options",
                                                                "control-sockets",
                                                                "expired-leases-processing",
                                                                "sanity-checks",
                                                                "dhcp-ddns",
                                                                "multi-threading",
                                                                "dhcp-queue-control",
                                                                "compatibility",
                                                                "hooks-libraries"};

/// Made from the rows at first use and never changed.
struct Index {
    std::array<std::vector<const Key*>, scope_count> by_scope;
    std::array<std::unordered_map<std::string_view, const Key*>, scope_count> by_name;
    std::unordered_map<const Key*, nlohmann::json> fallbacks;

    Index() {
        for (const Key& key : schema_rows()) {
            fallbacks[&key] = key.fallback.empty() ? nlohmann::json{} : nlohmann::json::parse(key.fallback);
            for (std::size_t scope = 0; scope < scope_count; ++scope) {
                if (!key.scopes.has(static_cast<Scope>(scope))) continue;
                by_scope[scope].push_back(&key);
                by_name[scope].emplace(key.name, &key);
            }
        }
    }
};

const Index& index() {
    static const Index made;
    return made;
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

}  // namespace

std::string_view to_string(Scope scope) {
    return scope_names[static_cast<std::size_t>(scope)];
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

const Key* find_key(Scope scope, std::string_view name) {
    const auto& names = index().by_name[static_cast<std::size_t>(scope)];
    const auto found = names.find(name);
    return found == names.end() ? nullptr : found->second;
}

const std::vector<const Key*>& keys_of(Scope scope) {
    return index().by_scope[static_cast<std::size_t>(scope)];
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

std::string_view nearest_key(Scope scope, std::string_view name) {
    std::vector<std::string_view> names;
    for (const Key* key : keys_of(scope)) names.push_back(key->name);
    return nearest_name(names, name);
}

std::vector<Scope> scopes_of(std::string_view name) {
    std::vector<Scope> scopes;
    for (std::size_t scope = 0; scope < scope_count; ++scope)
        if (find_key(static_cast<Scope>(scope), name) != nullptr) scopes.push_back(static_cast<Scope>(scope));
    return scopes;
}

std::string config_reference_markdown() {
    std::string text;
    for (std::size_t i = 0; i < scope_count; ++i) {
        text += "### " + std::string{scope_names[i]} +
                "\n\n| key | values | default | status | meaning |\n|---|---|---|---|---|\n";
        for (const Key* key : keys_of(static_cast<Scope>(i))) {
            const bool needed = (key->flags & required) != 0;
            std::string values = allowed_values(key->rule);
            if (!key->rule.unbuilt_words.empty())
                values += "; not built yet: " + listed(key->rule.unbuilt_words);
            const std::string fallback = key->fallback.empty() ? "" : "`" + std::string{key->fallback} + "`";
            text += "| `" + std::string{key->name} + "` | " + values + " | " +
                    (needed ? "required" : fallback) + " | " + std::string{to_string(key->status)} + " | " +
                    std::string{key->help} + " |\n";
        }
        text += "\n";
    }
    return text;
}

}  // namespace leasehold::config
