// Text from the network on a terminal: what of it could steer the terminal becomes visible, and how many columns it takes
// is known.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace leasehold {

/// Control characters, octets that are no UTF-8, and what hides or turns around text become \x1b, \u{202e} and so on.
/// @param utf8  false: whatever is not ASCII, too
std::string visible(std::string_view text, bool utf8 = true);

/// Columns of a terminal. @param text  visible UTF-8
std::size_t text_width(std::string_view text);

/// At most so many columns, with a sign at its end that something is missing.
std::string shortened(std::string_view text, std::size_t width, bool utf8 = true);

/// In lines of at most so many columns, broken at spaces where there are some; 0: one line.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

/// "3 d 4 h", "12 min", "5 s": the two largest units that matter.
std::string short_duration(std::int64_t seconds);

/// "1,234,567"; beyond 10^12 as a power of two when it is one, else "1.8e19".
std::string grouped(double number);

}  // namespace leasehold
