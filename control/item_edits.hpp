// The edits of commands that bring, change or take away a subnet, a shared network or a client class: pure
// functions of the configuration's map, whose result is loaded afterwards.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "control/configuration_edit.hpp"
#include "control/family_names.hpp"

namespace leasehold {

/// Where a subnet stands in the configuration's map. Valid until the map is changed.
struct SubnetPlace {
    nlohmann::json* list;     // the one it is in
    std::size_t index;        // in that list
    nlohmann::json* network;  // nullptr: in none
    std::string pointer;      // "/shared-networks/1/subnet4/0"

    nlohmann::json& subnet() const { return (*list)[index]; }
};
/// nullopt: no subnet has this id.
std::optional<SubnetPlace> find_subnet(nlohmann::json& map, Family family, std::uint32_t id);

/// { "id": ..., "subnet": ... }
nlohmann::json short_subnet(const nlohmann::json& subnet);
/// "192.0.2.0/24 (id 1)"
std::string subnet_title(const nlohmann::json& subnet);

// subnet_edits.cpp. `subnet` and `network` are what the command brought, as a map.
Edit add_subnet(Family family, nlohmann::json subnet);
Edit update_subnet(Family family, nlohmann::json subnet);
Edit delete_subnet(Family family, std::uint32_t id);
Edit add_network(Family family, nlohmann::json network);
/// @param with_subnets  they go too; else they stay, in no network
Edit delete_network(Family family, std::string name, bool with_subnets);
Edit add_to_network(Family family, std::string name, std::uint32_t id);
Edit take_from_network(Family family, std::string name, std::uint32_t id);

// delta_edits.cpp: parts of a subnet. Pools, prefixes to delegate and options are found by what names them.
Edit add_to_subnet(Family family, nlohmann::json delta);
Edit remove_from_subnet(Family family, nlohmann::json delta);

// class_edits.cpp
Edit add_class(nlohmann::json brought);
Edit update_class(nlohmann::json brought);
Edit delete_class(std::string name);

}  // namespace leasehold
