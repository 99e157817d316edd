#include "control/configuration_diff.hpp"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

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

class DiffWalk {
public:
    explicit DiffWalk(std::size_t shown_max) : shown_max_{shown_max} {}

    void compare(const std::string& where, const nlohmann::json& before, const nlohmann::json& after) {
        if (before == after) return;
        if (before.is_object() && after.is_object()) return compare_maps(where, before, after);
        if (before.is_array() && after.is_array()) return compare_lists(where, before, after);
        tell("changed", where, &before, &after);
    }

    ConfigurationDiff diff;

private:
    void compare_maps(const std::string& where, const nlohmann::json& before, const nlohmann::json& after) {
        for (const auto& [key, value] : after.items()) {
            const auto former = before.find(key);
            if (former == before.end())
                tell("added", where + "/" + key, nullptr, &value);
            else
                compare(where + "/" + key, *former, value);
        }
        for (const auto& [key, value] : before.items())
            if (!after.contains(key)) tell("removed", where + "/" + key, &value, nullptr);
    }

    void compare_lists(const std::string& where, const nlohmann::json& before, const nlohmann::json& after) {
        const auto former = by_name(before), now = by_name(after);
        if (!former || !now) return tell("changed", where, &before, &after);
        for (const auto& element : after) {
            const auto name = *name_of(element);
            const auto known = former->find(name);
            if (known == former->end())
                tell("added", where + "[" + name + "]", nullptr, &element);
            else
                compare(where + "[" + name + "]", *known->second, element);
        }
        for (const auto& element : before)
            if (const auto name = *name_of(element); !now->contains(name))
                tell("removed", where + "[" + name + "]", &element, nullptr);
    }

    void tell(const char* change, const std::string& where, const nlohmann::json* before,
              const nlohmann::json* after) {
        if (diff.changes.size() == shown_max_) {
            ++diff.more;
            return;
        }
        nlohmann::json entry{{"change", change}, {"where", where}};
        if (before != nullptr && !before->is_structured()) entry["from"] = *before;
        if (after != nullptr && !after->is_structured()) entry["to"] = *after;
        diff.changes.push_back(std::move(entry));
    }

    std::size_t shown_max_;
};

}  // namespace

ConfigurationDiff configuration_diff(const nlohmann::json& before, const nlohmann::json& after,
                                     std::size_t shown_max) {
    DiffWalk walk{shown_max};
    walk.compare("", before, after);
    return std::move(walk.diff);
}

}  // namespace leasehold
