#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace leasehold {
namespace {

/// Narrower windows are written for as if they were this wide.
constexpr std::size_t terminal_width_min = 20;

std::string_view environment_text(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view{value};
}

/// The first of these variables that is set decides, as for the C library.
bool locale_has_utf8() {
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        std::string text{environment_text(name)};
        if (text.empty()) continue;
        std::ranges::transform(text, text.begin(), [](unsigned char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
        return text.find("UTF-8") != text.npos || text.find("UTF8") != text.npos;
    }
    return false;
}

std::string_view tone_code(Tone tone) {
    switch (tone) {
        case Tone::plain: break;
        case Tone::strong: return "\x1b[1m";
        case Tone::good: return "\x1b[32m";
        case Tone::warning: return "\x1b[33m";
        case Tone::bad: return "\x1b[31m";
        case Tone::quiet: return "\x1b[2m";
    }
    return {};
}

}  // namespace

Terminal look_at_terminal(int descriptor) {
    Terminal terminal;
    terminal.utf8 = locale_has_utf8();
    terminal.is_terminal = isatty(descriptor) == 1;
    if (!terminal.is_terminal) return terminal;
    winsize size{};
    if (ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) {
        terminal.width = std::max<std::size_t>(size.ws_col, terminal_width_min);
        terminal.height = size.ws_row;
    } else {
        terminal.width = 80;  // what a terminal that does not say is taken for
        terminal.height = 24;
    }
    terminal.colours = environment_text("NO_COLOR").empty() && environment_text("TERM") != "dumb";
    return terminal;
}

std::string painted(const Terminal& terminal, Tone tone, std::string_view text) {
    const auto code = terminal.colours && !text.empty() ? tone_code(tone) : std::string_view{};
    if (code.empty()) return std::string{text};
    return std::string{code} + std::string{text} + "\x1b[0m";
}

}  // namespace leasehold
