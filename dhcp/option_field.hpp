// One field of an option between its text and its octets: a case per shape. How fields make an option
// (arrays, records, commas) is option_text's part; options with a syntax of their own are in
// option_special.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dhcp/option_def.hpp"
#include "dhcp/option_text.hpp"
#include "dhcp/result.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

/// Appends the octets of a field's text. The error names the text and says what is allowed.
/// @param tuple_length_size  octets of a tuple's length
Result<void, OptionTextError> append_field(Shape shape, std::string_view text, std::uint8_t tuple_length_size,
                                           std::vector<std::uint8_t>& out);

/// Takes a field off the octets and gives its text. string and binary take all that is left.
Result<std::string, OptionTextError> take_field(Shape shape, std::uint8_t tuple_length_size, Reader& octets);

/// A domain name as labels without compression (RFC 1035 3.1); the final dot is optional in the text, which
/// may use the escapes \. and \ddd (RFC 1035 5.1).
Result<void, OptionTextError> append_domain_name(std::string_view text, std::vector<std::uint8_t>& out);
/// With its final dot. Octets other than letters, digits, '-' and '_' come out escaped.
Result<std::string, OptionTextError> take_domain_name(Reader& octets);

/// A decimal number of at least `min` and at most `max`; nullopt for any other text.
std::optional<std::int64_t> parse_decimal(std::string_view text, std::int64_t min, std::int64_t max);

std::string_view trimmed(std::string_view text);

/// Printable ASCII only: what may stand in a log line or an answer as it came.
bool is_printable(std::string_view text);

/// Appends `value` in network byte order.
void append_number(std::vector<std::uint8_t>& out, std::uint64_t value, std::size_t size);

inline std::unexpected<OptionTextError> option_text_error(std::string detail) {
    return std::unexpected(OptionTextError{std::move(detail)});
}

}  // namespace leasehold
