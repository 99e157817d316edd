// The shape of an option: what parsing, writing, configuration text and log text walk. A new option is one
// row of a table; a new shape is one case in option_text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leasehold {

enum class Shape : std::uint8_t {
    empty,
    boolean,
    int8,
    int16,
    int32,
    uint8,
    uint16,
    uint32,
    ipv4,
    ipv6,
    ipv6_prefix,
    psid,
    string,
    fqdn,
    tuple,
    binary,
    classless_route,  // 121's own text form
    dnr,              // 162's own text form
    dnr6,             // v6 144's own text form
};

/// A row of a standard table (static storage), or an option-def of the configuration (which owns its text).
struct OptionDef {
    std::uint16_t code = 0;
    std::string_view name{};
    std::span<const Shape> fields{};     // one: a plain option; several: a record
    bool array = false;                  // the option, or the record's last field, repeats
    std::string_view encapsulates{};     // space of the sub-options behind its fields, or "". 125: "vendor",
                                         // that is "vendor-N" with N its enterprise number
    std::string_view rfc{};              // "2132 3.5"
    std::uint8_t tuple_length_size = 1;  // bytes of a tuple's length: 1 in v4, 2 in v6 and option 143
};

/// A definition that owns its text: for what outlives the configuration's own list.
struct OwnedOptionDef {
    std::uint16_t code = 0;
    std::string name;
    std::vector<Shape> fields;
    bool array = false;
    std::string encapsulates;
    std::uint8_t tuple_length_size = 1;

    OwnedOptionDef() = default;
    explicit OwnedOptionDef(const OptionDef& def)
        : code{def.code},
          name{def.name},
          fields(def.fields.begin(), def.fields.end()),
          array{def.array},
          encapsulates{def.encapsulates},
          tuple_length_size{def.tuple_length_size} {}
    /// Valid while this lives and is not changed.
    OptionDef view() const {
        return {.code = code,
                .name = name,
                .fields = fields,
                .array = array,
                .encapsulates = encapsulates,
                .rfc = {},
                .tuple_length_size = tuple_length_size};
    }
    bool operator==(const OwnedOptionDef&) const = default;
};

/// The word of an option-def's `type`; "internal" for those that no option-def can ask for.
std::string_view to_string(Shape shape);
/// nullopt: no such type ("record" is none: it is a list of these).
std::optional<Shape> parse_shape(std::string_view name);

}  // namespace leasehold
