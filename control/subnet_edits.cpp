// Subnets and shared networks.
#include <algorithm>

#include "control/item_edits.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

Json& list_of(Json& map, const std::string& key) {
    if (!map.contains(key) || !map[key].is_array()) map[key] = Json::array();
    return map[key];
}

/// nullopt: none has this name. Else its place in the list.
std::optional<std::size_t> find_network(Json& map, const std::string& name) {
    const Json& networks = list_of(map, "shared-networks");
    for (std::size_t i = 0; i < networks.size(); ++i)
        if (networks[i].value("name", "") == name) return i;
    return std::nullopt;
}

/// Calls `use` with each place, until that says it has found what it looks for.
template <class Use>
void for_each_subnet(Json& map, Family family, const Use& use) {
    const auto key = subnets_key(family);
    const auto walk = [&](Json* scope, Json* network, const std::string& pointer) {
        Json& list = list_of(*scope, key);
        for (std::size_t i = 0; i < list.size(); ++i)
            if (use(SubnetPlace{&list, i, network, pointer + "/" + key + "/" + std::to_string(i)})) return true;
        return false;
    };
    if (walk(&map, nullptr, "")) return;
    Json& networks = list_of(map, "shared-networks");
    for (std::size_t i = 0; i < networks.size(); ++i)
        if (walk(&networks[i], &networks[i], "/shared-networks/" + std::to_string(i))) return;
}

/// A number that a loader would take; 0: none, or not right, of which the loader tells.
std::uint32_t id_of(const Json& subnet) {
    const auto found = subnet.find("id");
    if (found == subnet.end() || !found->is_number_integer()) return 0;
    const auto id = found->get<std::int64_t>();
    return id > 0 && id <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(id) : 0;
}

std::optional<Prefix> prefix_of(Family family, const Json& subnet) {
    const auto found = subnet.find("subnet");
    if (found == subnet.end() || !found->is_string()) return std::nullopt;
    return config::parse_network(family, found->get<std::string>());
}

std::optional<Answer> brings_reservations(const Json& subnet, const std::string& command) {
    const auto found = subnet.find("reservations");
    if (found == subnet.end() || (found->is_array() && found->empty())) return std::nullopt;
    return failure("must not specify host reservations with '" + command +
                   "'. Use 'reservation-add' to add");
}

/// Says it in the words of the command, where the loader would point to a place in a file.
std::optional<Answer> stands_already(Json& map, Family family, const Json& subnet) {
    std::optional<Answer> answer;
    const auto id = id_of(subnet);
    const auto prefix = prefix_of(family, subnet);
    for_each_subnet(map, family, [&](const SubnetPlace& place) {
        const Json& other = place.subnet();
        if (id != 0 && id_of(other) == id)
            answer = failure("the id " + std::to_string(id) + " is taken: the subnet " + subnet_title(other) +
                             " is configured already");
        else if (prefix && prefix_of(family, other) == prefix)
            answer = failure("the subnet " + subnet_title(other) + " is configured already");
        return answer.has_value();
    });
    return answer;
}

std::string word(Family family) {
    return std::string{names_of(family).ip};
}

Answer no_subnet(const std::string& text) {
    return nothing_found("no subnet with id " + text + " found");
}

Answer about_subnet(std::string text, const Json& subnet) {
    return success(std::move(text), {{"subnets", Json::array({short_subnet(subnet)})}});
}

Answer about_network(std::string text, const std::string& name) {
    return success(std::move(text), {{"shared-networks", Json::array({Json{{"name", name}}})}});
}

Answer no_network_of_command(Family family, const std::string& name) {
    return nothing_found("no " + word(family) + " shared network with name '" + name + "' found");
}

Answer no_subnet_of_command(Family family, std::uint32_t id) {
    return nothing_found("no " + word(family) + " subnet with id '" + std::to_string(id) + "' found");
}

}  // namespace

std::optional<SubnetPlace> find_subnet(Json& map, Family family, std::uint32_t id) {
    std::optional<SubnetPlace> found;
    for_each_subnet(map, family, [&](SubnetPlace place) {
        if (id_of(place.subnet()) != id) return false;
        found = std::move(place);
        return true;
    });
    return found;
}

Json short_subnet(const Json& subnet) {
    return {{"id", subnet.value("id", Json{})}, {"subnet", subnet.value("subnet", Json{})}};
}

std::string subnet_title(const Json& subnet) {
    const auto name = subnet.find("subnet"), id = subnet.find("id");
    return (name != subnet.end() && name->is_string() ? name->get<std::string>() : std::string{"?"}) +
           " (id " + (id != subnet.end() ? id->dump() : "?") + ")";
}

Edit add_subnet(Family family, Json subnet) {
    return [family, subnet = std::move(subnet)](Json& map, const ServerConfig&) -> EditedOrAnswer {
        if (auto wrong = brings_reservations(subnet, command_name(family, "subnet4-add")))
            return std::unexpected(std::move(*wrong));
        if (auto wrong = stands_already(map, family, subnet)) return std::unexpected(std::move(*wrong));
        const auto key = subnets_key(family);
        Json& list = list_of(map, key);
        list.push_back(subnet);
        Json shown = subnet;
        if (const auto prefix = prefix_of(family, subnet)) shown["subnet"] = network_text(*prefix);
        return Edited{.answer = about_subnet(word(family) + " subnet added", shown),
                      .place = "/" + key + "/" + std::to_string(list.size() - 1),
                      .argument = "/" + key + "/0"};
    };
}

Edit update_subnet(Family family, Json subnet) {
    return [family, subnet = std::move(subnet)](Json& map, const ServerConfig&) -> EditedOrAnswer {
        const auto command = command_name(family, "subnet4-update");
        const auto id = id_of(subnet);
        if (id == 0)
            return std::unexpected(failure("the subnet of '" + command +
                                           "' needs its 'id', an integer from 1 to 4294967294"));
        const auto place = find_subnet(map, family, id);
        if (!place)
            return std::unexpected(failure("Can't find subnet '" + std::to_string(id) + "' to update"));
        if (auto wrong = brings_reservations(subnet, command)) return std::unexpected(std::move(*wrong));
        Json& present = place->subnet();
        const auto prefix = prefix_of(family, subnet);
        if (prefix && prefix != prefix_of(family, present))
            return std::unexpected(failure("the subnet with id " + std::to_string(id) + " is " +
                                           present["subnet"].get<std::string>() + " and not " +
                                           network_text(*prefix) +
                                           ": leases refer to it by this id. Add another subnet instead"));
        auto answer = about_subnet(word(family) + " subnet updated", present);
        Json next = subnet;
        // They are changed by commands of their own.
        if (present.contains("reservations")) next["reservations"] = std::move(present["reservations"]);
        present = std::move(next);
        return Edited{
            .answer = std::move(answer), .place = place->pointer, .argument = "/" + subnets_key(family) + "/0"};
    };
}

Edit delete_subnet(Family family, std::uint32_t id) {
    return [family, id](Json& map, const ServerConfig&) -> EditedOrAnswer {
        const auto place = find_subnet(map, family, id);
        if (!place) return std::unexpected(no_subnet(std::to_string(id)));
        const Json& subnet = place->subnet();
        auto answer = about_subnet(word(family) + " subnet " + subnet_title(subnet) + " deleted", subnet);
        place->list->erase(place->index);
        return Edited{.answer = std::move(answer)};
    };
}

Edit add_network(Family family, Json network) {
    return [family, network = std::move(network)](Json& map, const ServerConfig&) -> EditedOrAnswer {
        const auto key = subnets_key(family);
        const auto named = network.find("name");
        const auto name = named != network.end() && named->is_string() ? named->get<std::string>() : "";
        if (!name.empty() && find_network(map, name))
            return std::unexpected(failure("the shared network '" + name + "' is configured already"));
        if (const auto subnets = network.find(key); subnets != network.end() && subnets->is_array())
            for (const Json& subnet : *subnets) {
                if (!subnet.is_object()) continue;  // of which the loader tells
                if (auto wrong = brings_reservations(subnet, std::string{family == Family::v4 ? "network4-add" : "network6-add"}))
                    return std::unexpected(std::move(*wrong));
                if (auto wrong = stands_already(map, family, subnet)) return std::unexpected(std::move(*wrong));
            }
        Json& list = list_of(map, "shared-networks");
        list.push_back(network);
        return Edited{
            .answer = about_network("A new " + word(family) + " shared network '" + name + "' added", name),
            .place = "/shared-networks/" + std::to_string(list.size() - 1),
            .argument = "/shared-networks/0"};
    };
}

Edit delete_network(Family family, std::string name, bool with_subnets) {
    return [family, name = std::move(name), with_subnets](Json& map, const ServerConfig&) -> EditedOrAnswer {
        const auto index = find_network(map, name);
        if (!index)
            return std::unexpected(nothing_found("no shared network with name '" + name + "' found"));
        const auto key = subnets_key(family);
        Json& networks = map["shared-networks"];
        if (!with_subnets)
            for (Json& subnet : list_of(networks[*index], key)) list_of(map, key).push_back(std::move(subnet));
        networks.erase(*index);
        return Edited{.answer = about_network(word(family) + " shared network '" + name + "' deleted", name)};
    };
}

Edit add_to_network(Family family, std::string name, std::uint32_t id) {
    return [family, name = std::move(name), id](Json& map, const ServerConfig&) -> EditedOrAnswer {
        const auto index = find_network(map, name);
        if (!index) return std::unexpected(no_network_of_command(family, name));
        const auto place = find_subnet(map, family, id);
        if (!place) return std::unexpected(no_subnet_of_command(family, id));
        if (place->network != nullptr)
            return std::unexpected(failure("the subnet " + subnet_title(place->subnet()) +
                                           " is already part of the shared network '" +
                                           place->network->value("name", "") + "'"));
        Json subnet = std::move(place->subnet());
        place->list->erase(place->index);
        auto text = word(family) + " subnet " + subnet_title(subnet) + " is now part of shared network '" +
                    name + "'";
        list_of(map["shared-networks"][*index], subnets_key(family)).push_back(std::move(subnet));
        return Edited{.answer = success(std::move(text))};
    };
}

Edit take_from_network(Family family, std::string name, std::uint32_t id) {
    return [family, name = std::move(name), id](Json& map, const ServerConfig&) -> EditedOrAnswer {
        const auto index = find_network(map, name);
        if (!index) return std::unexpected(no_network_of_command(family, name));
        const auto place = find_subnet(map, family, id);
        if (!place) return std::unexpected(no_subnet_of_command(family, id));
        if (place->network == nullptr || place->network != &map["shared-networks"][*index])
            return std::unexpected(nothing_found("The " + word(family) + " subnet with id " +
                                                 std::to_string(id) +
                                                 " is not part of the shared network with name '" + name +
                                                 "' found"));
        Json subnet = std::move(place->subnet());
        place->list->erase(place->index);
        auto text = word(family) + " subnet " + subnet_title(subnet) +
                    " is now removed from shared network '" + name + "'";
        list_of(map, subnets_key(family)).push_back(std::move(subnet));
        return Edited{.answer = success(std::move(text))};
    };
}

}  // namespace leasehold
