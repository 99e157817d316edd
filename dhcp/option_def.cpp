// Names of shapes: the words of `type` in Kea's option-def.
#include "dhcp/option_def.hpp"

#include <algorithm>
#include <array>

namespace leasehold {
namespace {

struct ShapeName {
    Shape shape;
    std::string_view name;
};
constexpr std::array shape_names{
    ShapeName{Shape::empty, "empty"},
    ShapeName{Shape::boolean, "boolean"},
    ShapeName{Shape::int8, "int8"},
    ShapeName{Shape::int16, "int16"},
    ShapeName{Shape::int32, "int32"},
    ShapeName{Shape::uint8, "uint8"},
    ShapeName{Shape::uint16, "uint16"},
    ShapeName{Shape::uint32, "uint32"},
    ShapeName{Shape::ipv4, "ipv4-address"},
    ShapeName{Shape::ipv6, "ipv6-address"},
    ShapeName{Shape::ipv6_prefix, "ipv6-prefix"},
    ShapeName{Shape::psid, "psid"},
    ShapeName{Shape::string, "string"},
    ShapeName{Shape::fqdn, "fqdn"},
    ShapeName{Shape::tuple, "tuple"},
    ShapeName{Shape::binary, "binary"},
    ShapeName{Shape::classless_route, "internal"},  // shapes with a text form of their own:
    ShapeName{Shape::dnr, "internal"},              // no option-def can ask for them
    ShapeName{Shape::dnr6, "internal"},
};

}  // namespace

std::string_view to_string(Shape shape) {
    return std::ranges::find(shape_names, shape, &ShapeName::shape)->name;
}

std::optional<Shape> parse_shape(std::string_view name) {
    if (name == "internal") return std::nullopt;
    const auto found = std::ranges::find(shape_names, name, &ShapeName::name);
    return found == shape_names.end() ? std::nullopt : std::optional{found->shape};
}

}  // namespace leasehold
