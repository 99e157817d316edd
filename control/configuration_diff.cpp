#include "control/configuration_diff.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"

namespace leasehold {
namespace {

/// What names a map among others in its list; the first of these that it has. Some need a second one.
struct NamingKey {
    const char* key;
    const char* beside = nullptr;
};
constexpr std::array naming_keys{
    NamingKey{"id"},         NamingKey{"code", "space"},  NamingKey{"name", "space"},
    NamingKey{"pool"},       NamingKey{"prefix", "prefix-len"}, NamingKey{"hw-address"},
    NamingKey{"duid"},       NamingKey{"client-id"},      NamingKey{"circuit-id"},
    NamingKey{"flex-id"},    NamingKey{"library"},        NamingKey{"socket-name"},
    NamingKey{"socket-address", "socket-port"},
};

std::string plain(const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// "id=7"; nullopt: nothing names it.
std::optional<std::string> name_of(const nlohmann::json& element) {
    if (!element.is_object()) return std::nullopt;
    for (const auto& [key, beside] : naming_keys) {
        const auto found = element.find(key);
        if (found == element.end()) continue;
        std::string name = key + ("=" + plain(*found));
        if (const auto more = beside == nullptr ? element.end() : element.find(beside); more != element.end())
            name += "," + (beside + ("=" + plain(*more)));
        return name;
    }
    return std::nullopt;
}

using Named = std::map<std::string, const nlohmann::json*>;

/// nullopt: an element has no name, or two have the same.
std::optional<Named> by_name(const nlohmann::json& list) {
    Named named;
    for (const auto& element : list) {
        const auto name = name_of(element);
        if (!name || !named.emplace(*name, &element).second) return std::nullopt;
    }
    return named;
}

/// Lists in which the first that fits counts: their order is told.
constexpr std::array<std::string_view, 3> ordered_lists{"client-classes", "pools", "pd-pools"};
/// Lists of texts in which no order is meant.
constexpr std::array<std::string_view, 1> sets{"interfaces"};

bool is_one_of(std::span<const std::string_view> keys, std::string_view where) {
    return std::ranges::find(keys, where.substr(where.rfind('/') + 1)) != keys.end();
}

bool same_set(const nlohmann::json& before, const nlohmann::json& after) {
    auto a = before.get<std::vector<nlohmann::json>>(), b = after.get<std::vector<nlohmann::json>>();
    std::ranges::sort(a);
    std::ranges::sort(b);
    return a == b;
}

/// Subnets whose ids only one of the lists has, and whose prefixes both have: the same ones with other ids.
/// @return  names in `now` and what they were in `former`
std::map<std::string, std::string> same_prefixes(const Named& former, const Named& now) {
    std::map<std::string, std::string> by_prefix, renumbered;
    for (const auto& [name, element] : former)
        if (const auto prefix = element->find("subnet"); prefix != element->end() && !now.contains(name))
            by_prefix.emplace(plain(*prefix), name);
    for (const auto& [name, element] : now) {
        const auto prefix = element->find("subnet");
        if (prefix == element->end() || former.contains(name)) continue;
        if (const auto found = by_prefix.extract(plain(*prefix))) renumbered.emplace(name, found.mapped());
    }
    return renumbered;
}

/// Do those that both lists have stand in another order?
bool reordered(const nlohmann::json& before, const nlohmann::json& after, const Named& former, const Named& now) {
    std::vector<std::string> a, b;
    for (const auto& element : before)
        if (auto name = *name_of(element); now.contains(name)) a.push_back(std::move(name));
    for (const auto& element : after)
        if (auto name = *name_of(element); former.contains(name)) b.push_back(std::move(name));
    return a != b;
}

/// A value, and where it is in its configuration.
struct Placed {
    const nlohmann::json* value = nullptr;  // nullptr: there is none
    std::string pointer = {};

    Placed of(const std::string& key, const nlohmann::json& member) const {
        return {&member, config::pointer_to(pointer, key)};
    }
    Placed of(const nlohmann::json& element) const {
        const auto index = static_cast<std::size_t>(&element - value->get_ptr<const nlohmann::json::array_t*>()->data());
        return {&element, pointer + "/" + std::to_string(index)};
    }
};

class DiffWalk {
public:
    explicit DiffWalk(std::size_t shown_max) : shown_max_{shown_max} {}

    void compare(const std::string& where, const Placed& before, const Placed& after) {
        if (*before.value == *after.value) return;
        if (before.value->is_object() && after.value->is_object()) return compare_maps(where, before, after);
        if (before.value->is_array() && after.value->is_array()) return compare_lists(where, before, after);
        tell("changed", where, before, after);
    }

    ConfigurationDiff diff;

private:
    void compare_maps(const std::string& where, const Placed& before, const Placed& after) {
        for (const auto& [key, value] : after.value->items()) {
            const auto former = before.value->find(key);
            if (former == before.value->end())
                tell("added", where + "/" + key, {}, after.of(key, value));
            else
                compare(where + "/" + key, before.of(key, *former), after.of(key, value));
        }
        for (const auto& [key, value] : before.value->items())
            if (!after.value->contains(key)) tell("removed", where + "/" + key, before.of(key, value), {});
    }

    void compare_lists(const std::string& where, const Placed& before, const Placed& after) {
        const auto former = by_name(*before.value), now = by_name(*after.value);
        if (!former || !now) {
            if (is_one_of(sets, where) && same_set(*before.value, *after.value)) return;
            return tell("changed", where, before, after);
        }
        const auto renumbered = same_prefixes(*former, *now);
        std::set<std::string_view> former_names;  // of those
        for (const auto& [name, former_name] : renumbered) former_names.insert(former_name);
        for (const auto& element : *after.value) {
            const auto name = *name_of(element);
            const auto renamed = renumbered.find(name);
            const auto known = former->find(renamed == renumbered.end() ? name : renamed->second);
            if (known == former->end())
                tell("added", where + "[" + name + "]", {}, after.of(element));
            else
                compare(where + "[" + name + "]", before.of(*known->second), after.of(element));
        }
        for (const auto& element : *before.value)
            if (const auto name = *name_of(element); !now->contains(name) && !former_names.contains(name))
                tell("removed", where + "[" + name + "]", before.of(element), {});
        if (is_one_of(ordered_lists, where) && reordered(*before.value, *after.value, *former, *now))
            tell("reordered", where, before, after);
    }

    void tell(const char* change, const std::string& where, const Placed& before, const Placed& after) {
        if (diff.changes.size() == shown_max_) {
            ++diff.more;
            return;
        }
        nlohmann::json entry{{"change", change}, {"where", where}};
        if (before.value != nullptr && !before.value->is_structured()) entry["from"] = *before.value;
        if (after.value != nullptr && !after.value->is_structured()) entry["to"] = *after.value;
        diff.changes.push_back(std::move(entry));
        diff.places.push_back({before.pointer, after.pointer});
    }

    std::size_t shown_max_;
};

}  // namespace

ConfigurationDiff configuration_diff(const nlohmann::json& before, const nlohmann::json& after,
                                     std::size_t shown_max) {
    DiffWalk walk{shown_max};
    walk.compare("", {&before}, {&after});
    return std::move(walk.diff);
}

}  // namespace leasehold
