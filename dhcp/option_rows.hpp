// How the tables of standard options (v4/option_table.cpp, v6/option_table.cpp) are written and searched.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "dhcp/option_def.hpp"

namespace leasehold::option_rows {

template <Shape... shapes>
constexpr std::array<Shape, sizeof...(shapes)> fields_of{shapes...};

// One value, or a record of several fields.
template <Shape... fields>
constexpr OptionDef one(std::uint16_t code, std::string_view name, std::string_view rfc) {
    return {.code = code, .name = name, .fields = fields_of<fields...>, .rfc = rfc};
}
// The value, or the record's last field, repeats.
template <Shape... fields>
constexpr OptionDef list(std::uint16_t code, std::string_view name, std::string_view rfc) {
    return {.code = code, .name = name, .fields = fields_of<fields...>, .array = true, .rfc = rfc};
}
// Sub-options of a space follow the value.
template <Shape... fields>
constexpr OptionDef space_of(std::uint16_t code, std::string_view name, std::string_view space,
                             std::string_view rfc) {
    return {.code = code, .name = name, .fields = fields_of<fields...>, .encapsulates = space, .rfc = rfc};
}
template <std::uint8_t length_size>
constexpr OptionDef tuples(std::uint16_t code, std::string_view name, std::string_view rfc) {
    OptionDef def = list<Shape::tuple>(code, name, rfc);
    def.tuple_length_size = length_size;
    return def;
}

struct OptionSpace {
    std::string_view name;
    std::span<const OptionDef> options;  // by code
};

constexpr bool are_sound(std::span<const OptionSpace> spaces) {
    return std::ranges::all_of(spaces, [](const OptionSpace& space) {
        return std::ranges::adjacent_find(space.options, std::ranges::greater_equal{}, &OptionDef::code) ==
               space.options.end();
    });
}

/// Empty: no such space.
inline std::span<const OptionDef> find_space(std::span<const OptionSpace> spaces, std::string_view name) {
    const auto found = std::ranges::find(spaces, name, &OptionSpace::name);
    return found == spaces.end() ? std::span<const OptionDef>{} : found->options;
}

inline const OptionDef* find_row(std::span<const OptionDef> rows, std::string_view name) {
    const auto found = std::ranges::find(rows, name, &OptionDef::name);
    return found == rows.end() ? nullptr : &*found;
}

/// Row of each code below code_count, so that a look-up is one load.
template <std::size_t code_count>
class RowIndex {
public:
    constexpr explicit RowIndex(std::span<const OptionDef> rows) {
        row_of_.fill(absent);
        for (std::size_t row = 0; row < rows.size(); ++row)
            row_of_.at(rows[row].code) = static_cast<std::uint8_t>(row);
    }
    /// @param rows  those that the index was made of
    constexpr const OptionDef* find(std::span<const OptionDef> rows, std::uint16_t code) const {
        return code >= code_count || row_of_[code] == absent ? nullptr : &rows[row_of_[code]];
    }

private:
    static constexpr std::uint8_t absent = 255;
    std::array<std::uint8_t, code_count> row_of_{};
};

}  // namespace leasehold::option_rows
