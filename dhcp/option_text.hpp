// Option value <-> bytes <-> text, by the option's shape. The text form is the one of Kea's `data`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/option_def.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

struct OptionTextError {
    std::string detail;  // what is wrong with which field, what is allowed
};

/// `data` with csv-format true: fields split at commas and trimmed ("\," is a comma, "\\" before a comma a
/// backslash), each by its shape. Empty fields vanish; an option of one value takes the first field.
/// 125 gives the enterprise number only: its sub-options are the caller's.
Result<std::vector<std::uint8_t>, OptionTextError> option_bytes(const OptionDef& def, std::string_view data);
/// `data` with csv-format false: hex ("0A0B", "0x0a", "a:b", "a b") or 'text' in single quotes.
Result<std::vector<std::uint8_t>, OptionTextError> option_bytes_from_hex(std::string_view data);
/// Do these bytes fit the shape? The error says which field is short or over.
Result<void, OptionTextError> check_option(const OptionDef& def, std::span<const std::uint8_t> bytes);
/// Can there be such an option-def? string and binary only as the last field and not repeated, and so on.
Result<void, OptionTextError> check_definition(const OptionDef& def);
/// For logs and for people, printable ASCII; "0x..." when the bytes do not fit or are not printable. Given to
/// option_bytes it yields the same bytes, but for the blanks around a field.
/// @pre def passes check_definition or is a standard one (so have the functions above).
std::string option_to_text(const OptionDef& def, std::span<const std::uint8_t> bytes);

}  // namespace leasehold
