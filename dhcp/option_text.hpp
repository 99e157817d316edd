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

/// `data` with csv-format true: fields split at commas ("\," is a comma), each by its shape.
Result<std::vector<std::uint8_t>, OptionTextError> option_bytes(const OptionDef& def, std::string_view data);
/// `data` with csv-format false: hex ("0A0B", "0x0a", "a:b", "a b") or 'text' in single quotes.
Result<std::vector<std::uint8_t>, OptionTextError> option_bytes_from_hex(std::string_view data);
/// Do these bytes fit the shape? The error says which field is short or over.
Result<void, OptionTextError> check_option(const OptionDef& def, std::span<const std::uint8_t> bytes);
/// For logs and for people; falls back to hex when the bytes do not fit.
std::string option_to_text(const OptionDef& def, std::span<const std::uint8_t> bytes);

}  // namespace leasehold
