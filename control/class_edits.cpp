// Client classes. Their order is the order in which they are evaluated.
#include <algorithm>

#include "control/item_edits.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

constexpr const char* classes_key = "client-classes";

std::string name_of_class(const Json& definition) {
    const auto name = definition.find("name");
    return name != definition.end() && name->is_string() ? name->get<std::string>() : "";
}

std::optional<std::size_t> find_class(const Json& map, const std::string& name) {
    const auto list = map.find(classes_key);
    if (list == map.end() || !list->is_array()) return std::nullopt;
    for (std::size_t i = 0; i < list->size(); ++i)
        if (name_of_class((*list)[i]) == name) return i;
    return std::nullopt;
}

bool refers_to(const std::optional<Expression>& expression, ClassId id) {
    return expression && std::ranges::find(expression->referred_classes(), id) != expression->referred_classes().end();
}

/// The first other class whose test asks for this one. nullptr: none.
const ClientClassConfig* user_of_class(const ServerConfig& config, const std::string& name) {
    const auto id = config.class_names.find(name);
    if (!id) return nullptr;
    const auto found = std::ranges::find_if(config.classes, [&](const ClientClassConfig& other) {
        return other.id != *id && (refers_to(other.test, *id) || refers_to(other.template_test, *id));
    });
    return found == config.classes.end() ? nullptr : &*found;
}

bool waits_for_host(const ServerConfig& config, const std::string& name) {
    const auto found = std::ranges::find(config.classes, name, &ClientClassConfig::name);
    return found != config.classes.end() && found->after_hosts;
}

std::string place_of_class(std::size_t index) {
    return "/" + std::string{classes_key} + "/" + std::to_string(index);
}

}  // namespace

Edit add_class(Json brought) {
    return [brought = std::move(brought)](Json& map, const ServerConfig&) -> EditedOrAnswer {
        const auto name = name_of_class(brought);
        if (!name.empty() && find_class(map, name))
            return std::unexpected(failure("Class '" + name + "' is defined already"));
        if (!map.contains(classes_key)) map[classes_key] = Json::array();
        Json& list = map[classes_key];
        list.push_back(brought);
        return Edited{.answer = success("Class '" + name + "' added"),
                      .place = place_of_class(list.size() - 1),
                      .argument = place_of_class(0)};
    };
}

Edit update_class(Json brought) {
    return [brought = std::move(brought)](Json& map, const ServerConfig& present) -> EditedOrAnswer {
        const auto name = name_of_class(brought);
        if (name.empty())
            return std::unexpected(failure("the class of 'class-update' needs its 'name', a string"));
        const auto index = find_class(map, name);
        if (!index) return std::unexpected(nothing_found("Class '" + name + "' is not found"));
        map[classes_key][*index] = brought;
        // Those that ask for it would be evaluated at another time than they are now.
        const auto objection = [name, waited = waits_for_host(present, name),
                                used = user_of_class(present, name) != nullptr](
                                   const ServerConfig& made) -> std::optional<Answer> {
            if (!used || waited == waits_for_host(made, name)) return std::nullopt;
            return failure("modification of the class '" + name +
                           "' would affect its dependency on the KNOWN and/or UNKNOWN built-in classes. Such "
                           "modification is not allowed because there are other classes depending on it.");
        };
        return Edited{.answer = success("Class '" + name + "' updated"),
                      .place = place_of_class(*index),
                      .argument = place_of_class(0),
                      .objection = objection};
    };
}

Edit delete_class(std::string name) {
    return [name = std::move(name)](Json& map, const ServerConfig& present) -> EditedOrAnswer {
        const auto index = find_class(map, name);
        if (!index) return std::unexpected(nothing_found("Class '" + name + "' not found"));
        if (const auto* const user = user_of_class(present, name))
            return std::unexpected(failure("Class '" + name + "' is used by class '" + user->name + "'"));
        map[classes_key].erase(*index);
        return Edited{.answer = success("Class '" + name + "' deleted")};
    };
}

}  // namespace leasehold
