// What shape an option has: the standard tables and the configuration's own option-def list.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "config/family.hpp"
#include "config/node.hpp"
#include "dhcp/option_def.hpp"

namespace leasehold::config {

class Definitions {
public:
    explicit Definitions(const FamilyFacts& family);
    /// Of a class: its own before those of `outer`, which has to outlive it.
    explicit Definitions(const Definitions* outer) : family_{outer->family_}, outer_{outer} {}
    Definitions(const Definitions&) = delete;
    Definitions& operator=(const Definitions&) = delete;

    /// Adds the `option-def` list of the global map.
    void load(const Node& global);
    /// Adds the `option-def` list of a class: only 43 and 224 to 254, which vendors use as they like.
    void load_class(const Node& client_class);
    /// Those that were loaded.
    std::vector<OwnedOptionDef> owned() const;

    /// Own definitions first: they exist only where the standard has none, or its last resort.
    const OptionDef* find(std::string_view space, std::uint16_t code) const;
    const OptionDef* find(std::string_view space, std::string_view name) const;
    /// Is anything known below this name: a standard space, an own definition, or "vendor-N"?
    bool knows_space(std::string_view space) const;
    /// The option that carries sub-options of `space`; nullptr: none does.
    const OptionDef* container_of(std::string_view space) const;
    /// The name most like `name` in this space, else "".
    std::string_view nearest(std::string_view space, std::string_view name) const;

private:
    struct Own {
        std::string name, space, encapsulates;
        std::vector<Shape> fields;
        OptionDef def;
    };
    struct ByName {
        std::map<std::string, const OptionDef*, std::less<>> names;
        std::unordered_map<std::uint16_t, const OptionDef*> codes;
    };
    void load_one(const Node& node);
    bool load_fields(const Node& node, Own& own) const;
    bool place_is_free(const Node& node, const Own& own);
    const ByName* space_of(std::string_view space) const;

    const FamilyFacts& family_;
    std::map<std::string, ByName, std::less<>> own_by_space_, standard_by_space_;
    std::deque<Own> own_;  // addresses stay
    const Definitions* outer_ = nullptr;
};

/// The enterprise number of "vendor-N"; false: it is another space.
bool parse_vendor_space(std::string_view space, std::uint32_t& enterprise);

}  // namespace leasehold::config
