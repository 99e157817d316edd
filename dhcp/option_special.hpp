// The two options whose text has a syntax of its own: classless routes (121, RFC 3442) and the designated
// resolvers of DHCPv4 (162, RFC 9463 5). All others are made of fields: option_text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/option_text.hpp"

namespace leasehold {

/// "10.229.0.128/25 - 10.229.0.1, 0.0.0.0/0 - 10.229.0.2"
Result<std::vector<std::uint8_t>, OptionTextError> classless_route_bytes(std::string_view text);
Result<std::string, OptionTextError> classless_route_text(std::span<const std::uint8_t> bytes);

/// "priority, name., address address, key=value key=value | priority, name.": resolvers between bars;
/// addresses and parameters may be missing. "\," and "\|" are a comma and a bar. Keys: alpn (names with "\,"
/// between), port, dohpath, and keyN for those without a name (RFC 9460 14.3.2), written by ascending number.
Result<std::vector<std::uint8_t>, OptionTextError> dnr_bytes(std::string_view text);
/// An error also for parameters that have no text: blanks or control characters in a value.
Result<std::string, OptionTextError> dnr_text(std::span<const std::uint8_t> bytes);
/// Lengths and names only: a value without a text form is no error here.
Result<void, OptionTextError> check_dnr(std::span<const std::uint8_t> bytes);

}  // namespace leasehold
