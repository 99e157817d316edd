// What the place is like that output goes to: a terminal of some width, or a file that wants plain text.
#pragma once

#include <string>
#include <string_view>

namespace leasehold {

struct Terminal {
    bool is_terminal = false;
    std::size_t width = 0;   // columns; 0: lines may be as long as they like
    std::size_t height = 0;  // lines; 0: unknown
    bool colours = false;
    bool utf8 = true;        // may show more than ASCII
};

/// As it is now: width and height by the window, colours unless NO_COLOR is set or TERM is "dumb", UTF-8 by the locale.
/// @param descriptor  1: standard output
Terminal look_at_terminal(int descriptor);

enum class Tone { plain, strong, good, warning, bad, quiet };

/// The text in this tone's colour, where there are colours. Takes no width.
std::string painted(const Terminal& terminal, Tone tone, std::string_view text);

}  // namespace leasehold
