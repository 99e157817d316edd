// The options whose text has a syntax of its own: classless routes (121, RFC 3442) and designated resolvers
// (162 in DHCPv4, 144 in DHCPv6, RFC 9463). All others are made of fields: option_text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/option_text.hpp"

namespace leasehold {

/// Does an option of this shape belong here? It is then its only field.
bool is_special(Shape shape);

/// Classless routes: "10.229.0.128/25 - 10.229.0.1, 0.0.0.0/0 - 10.229.0.2"
///
/// Resolvers: "priority, name., address address, key=value key=value | priority, name.", in DHCPv6 one per
/// option, thus without bars; addresses and parameters may be missing. "\," and "\|" are a comma and a bar.
/// Keys: alpn (names with "\," between), port, dohpath, and keyN for those without a name (RFC 9460 14.3.2),
/// written by ascending number.
/// @pre is_special(shape); so have the following
Result<std::vector<std::uint8_t>, OptionTextError> special_bytes(Shape shape, std::string_view text);
/// An error also for resolvers' parameters that have no text: blanks or control characters in a value.
Result<std::string, OptionTextError> special_text(Shape shape, std::span<const std::uint8_t> bytes);
/// A resolver's value without a text form is no error here.
Result<void, OptionTextError> check_special(Shape shape, std::span<const std::uint8_t> bytes);

}  // namespace leasehold
