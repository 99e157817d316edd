// What a configuration has otherwise than the one before it: for the answers of commands. Pure; both in full form,
// with hidden texts hidden (config-get's).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace leasehold {

struct ConfigurationDiff {
    /// [ { "change": "changed", "where": "/Dhcp4/subnet4[id=7]/valid-lifetime", "from": 3600, "to": 7200 }, { "change":
    /// "added", "where": "/Dhcp4/subnet4[id=8]" }, ... ]. Values stand there when they are no maps or lists. What is
    /// in a list goes by what names it there, not by its place. Another order is told ("reordered") where it decides
    /// something: of classes and pools.
    nlohmann::json changes = nlohmann::json::array();
    /// Of each change, as RFC 6901 pointers: where it is in the one before and in the one after. What is not there: "".
    struct Place {
        std::string before, after;
    };
    std::vector<Place> places;
    /// That there was no more room for.
    std::size_t more = 0;
};

/// @param shown_max  how many changes are told
ConfigurationDiff configuration_diff(const nlohmann::json& before, const nlohmann::json& after,
                                     std::size_t shown_max = 100);

}  // namespace leasehold
