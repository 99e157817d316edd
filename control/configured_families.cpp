#include "control/configured_families.hpp"

#include "control/family_names.hpp"

namespace leasehold {

std::vector<Family> families_of(const config::Value& root) {
    std::vector<Family> families;
    for (const Family family : {Family::v4, Family::v6})
        if (root.member(names_of(family).configuration) != nullptr) families.push_back(family);
    return families;
}

std::vector<Family> families_to_serve(const std::string& file, std::optional<Family> asked_for) {
    if (asked_for) return {*asked_for};
    const auto parsed = config::parse_file(file);
    auto families = parsed ? families_of(parsed->value) : std::vector<Family>{};
    if (families.empty()) families.push_back(Family::v4);
    return families;
}

}  // namespace leasehold
