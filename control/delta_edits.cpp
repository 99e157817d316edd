// Parts of a subnet. Objects in lists are the same when what names them is the same, however it is written.
#include <algorithm>
#include <array>
#include <span>

#include "config/address_range.hpp"
#include "config/family.hpp"
#include "config/schema.hpp"
#include "control/item_edits.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;
using config::Scope;

/// A list whose objects have names, and the members that make them up.
struct NamedList {
    std::string_view key;
    Scope scope;
    std::array<std::string_view, 3> names;
};
constexpr std::array named_lists{
    NamedList{"pools", Scope::pool, {"pool"}},
    NamedList{"pd-pools", Scope::pd_pool, {"prefix", "prefix-len", "delegated-len"}},
    NamedList{"option-data", Scope::option_data, {"code", "name", "space"}},
};

const NamedList* named_list(std::string_view key) {
    const auto found = std::ranges::find(named_lists, key, &NamedList::key);
    return found == named_lists.end() ? nullptr : &*found;
}

bool is_name_in(const NamedList& list, std::string_view member) {
    return !member.empty() && std::ranges::find(list.names, member) != list.names.end();
}

/// "a - b" and the prefix of the same addresses are alike; what is neither, the loader tells of.
Json pool_addresses(Family family, const std::string& written) {
    const auto text = config::without_blanks(written);
    if (const auto prefix = config::parse_network(family, text))
        return Json::array({to_string(prefix->address), to_string(config::last_address(*prefix))});
    const auto dash = text.find('-');
    if (dash == std::string::npos) return text;
    const auto first = config::parse_address(family, text.substr(0, dash));
    const auto last = config::parse_address(family, text.substr(dash + 1));
    return first && last ? Json::array({to_string(*first), to_string(*last)}) : Json(text);
}

Json member_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? Json{} : *found;
}

bool same_option(Family family, const Json& a, const Json& b) {
    const auto space = [&](const Json& option) {
        return option.contains("space") ? option["space"] : Json(std::string{config::facts_of(family).space});
    };
    if (space(a) != space(b)) return false;
    const char* const by = a.contains("code") && b.contains("code") ? "code" : "name";
    return a.contains(by) && member_of(a, by) == member_of(b, by);
}

bool same_object(Family family, const NamedList& list, const Json& a, const Json& b) {
    if (list.scope == Scope::option_data) return same_option(family, a, b);
    const auto name = [&](const Json& object, std::string_view key) {
        Json value = member_of(object, std::string{key}.c_str());
        if (!value.is_string()) return value;
        if (key == "pool") return pool_addresses(family, value.get<std::string>());
        const auto address = config::parse_address(family, value.get<std::string>());
        return address ? Json(to_string(*address)) : value;
    };
    return std::ranges::all_of(list.names, [&](std::string_view key) {
        return key.empty() || name(a, key) == name(b, key);
    });
}

Json* find_object(Family family, const NamedList& list, Json& objects, const Json& wanted) {
    if (!objects.is_array() || !wanted.is_object()) return nullptr;
    const auto found = std::ranges::find_if(
        objects, [&](const Json& object) { return same_object(family, list, object, wanted); });
    return found == objects.end() ? nullptr : &*found;
}

/// One way to go through a delta: what is done with members of lists, and with other members.
class Delta {
public:
    explicit Delta(Family family) : family_{family} {}

    void add(Json& target, const Json& delta) const {
        for (const auto& [key, value] : delta.items()) {
            const NamedList* const list = named_list(key);
            if (list == nullptr || !value.is_array() || !is_array_in(target, key)) {
                target[key] = value;
                continue;
            }
            for (const Json& wanted : value) {
                Json* const found = find_object(family_, *list, target[key], wanted);
                if (found != nullptr)
                    add_to_object(*list, *found, wanted);
                else
                    target[key].push_back(wanted);
            }
        }
    }

    /// @return what is wrong; "" with `missing` set: this is not there
    std::optional<Answer> remove(Json& target, const Json& delta, Scope scope, const std::string& place) const {
        for (const auto& [key, value] : delta.items()) {
            const std::string here = place + "/" + key;
            if (config::find_key(family_, scope, key) == nullptr)
                return failure("the argument " + here + " is unknown: " +
                               std::string{config::to_string(family_, scope)} + " has no such member");
            const NamedList* const list = named_list(key);
            if (list == nullptr) {
                target.erase(key);
                continue;
            }
            if (!value.is_array())
                return failure("the argument " + here + " must be a list of maps that name what is to go, not a " +
                               value.type_name());
            for (std::size_t i = 0; i < value.size(); ++i)
                if (auto wrong = remove_object(*list, target, key, value[i], here + "/" + std::to_string(i)))
                    return wrong;
        }
        return std::nullopt;
    }

private:
    static bool is_array_in(const Json& target, const std::string& key) {
        return target.contains(key) && target[key].is_array();
    }

    /// What names it stays as it is shown.
    void add_to_object(const NamedList& list, Json& object, const Json& wanted) const {
        Json others = wanted;
        for (const auto name : list.names)
            if (!name.empty()) others.erase(std::string{name});
        add(object, others);
    }

    std::optional<Answer> remove_object(const NamedList& list, Json& target, const std::string& key,
                                        const Json& wanted, const std::string& place) const {
        if (!wanted.is_object())
            return failure("the argument " + place + " must be a map that names what is to go, not a " +
                           wanted.type_name());
        Json* const found = target.contains(key) ? find_object(family_, list, target[key], wanted) : nullptr;
        if (found == nullptr)
            return nothing_found("the subnet has nothing that the argument " + place +
                                 " names; nothing was changed");
        Json others = Json::object();
        for (const auto& [member, value] : wanted.items())
            if (!is_name_in(list, member)) others[member] = value;
        if (!others.empty()) return remove(*found, others, list.scope, place);
        target[key].erase(static_cast<std::size_t>(found - &target[key][0]));
        return std::nullopt;
    }

    Family family_;
};

/// The subnet that a delta is about, found by its id; a prefix beside it has to be the subnet's own.
Result<SubnetPlace, Answer> subnet_of_delta(Json& map, Family family, const Json& delta,
                                            const std::string& command) {
    const auto id = delta.find("id");
    const bool right = id != delta.end() && id->is_number_integer() && id->get<std::int64_t>() > 0 &&
                       id->get<std::int64_t>() <= std::numeric_limits<std::uint32_t>::max();
    if (!right)
        return std::unexpected(failure("the subnet of '" + command +
                                       "' needs its 'id', an integer from 1 to 4294967294"));
    auto place = find_subnet(map, family, static_cast<std::uint32_t>(id->get<std::int64_t>()));
    if (!place) return std::unexpected(failure("Can't find subnet '" + id->dump() + "' to update"));
    const Json prefix = member_of(delta, "subnet"), &own = place->subnet()["subnet"];
    const auto same = [&] {
        const auto given = prefix.is_string() ? config::parse_network(family, prefix.get<std::string>()) : std::nullopt;
        return given && given == config::parse_network(family, own.get<std::string>());
    };
    if (!prefix.is_null() && !same())
        return std::unexpected(failure("the subnet with id " + id->dump() + " is " + own.get<std::string>() +
                                       "; the argument 'subnet' says something else, and the prefix of a subnet "
                                       "cannot be changed"));
    if (delta.contains("reservations"))
        return std::unexpected(failure("must not specify host reservations with '" + command +
                                       "'. Use 'reservation-add' to add"));
    return std::move(*place);
}

Edit edit_of_delta(Family family, Json delta, std::string_view of_v4,
                   std::function<std::optional<Answer>(const Delta&, Json& subnet, const Json& others)> change) {
    return [family, delta = std::move(delta), command = command_name(family, of_v4),
            change = std::move(change)](Json& map, const ServerConfig&) -> EditedOrAnswer {
        auto place = subnet_of_delta(map, family, delta, command);
        if (!place) return std::unexpected(std::move(place.error()));
        Json others = delta;
        others.erase("id");
        others.erase("subnet");
        Json& subnet = place->subnet();
        if (auto wrong = change(Delta{family}, subnet, others)) return std::unexpected(std::move(*wrong));
        return Edited{.answer = success(std::string{names_of(family).ip} + " subnet updated",
                                        {{"subnets", Json::array({short_subnet(subnet)})}})};
    };
}

}  // namespace

Edit add_to_subnet(Family family, Json delta) {
    return edit_of_delta(family, std::move(delta), "subnet4-delta-add",
                         [](const Delta& rules, Json& subnet, const Json& others) -> std::optional<Answer> {
                             rules.add(subnet, others);
                             return std::nullopt;
                         });
}

Edit remove_from_subnet(Family family, Json delta) {
    const std::string place = "/" + subnets_key(family) + "/0";
    return edit_of_delta(family, std::move(delta), "subnet4-delta-del",
                         [place](const Delta& rules, Json& subnet, const Json& others) {
                             return rules.remove(subnet, others, Scope::subnet, place);
                         });
}

}  // namespace leasehold
