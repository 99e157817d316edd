#include "cli/text_width.hpp"

#include <locale.h>
#include <wchar.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace leasehold {
namespace {

struct CodePoint {
    char32_t value = 0;
    std::size_t octets = 0;  // 0: no UTF-8
};

CodePoint front_of(std::string_view text) {
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = octet(0);
    if (first < 0x80) return {first, 1};
    const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
    char32_t value = first & (0xffU >> (length + 1));
    for (std::size_t i = 1; i != length; ++i) {
        if ((octet(i) & 0xc0U) != 0x80) return {};
        value = value << 6 | (octet(i) & 0x3fU);
    }
    const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    return overlong || surrogate || value > 0x10ffff ? CodePoint{} : CodePoint{value, length};
}

/// Takes no place, changes the direction of what follows, or moves the cursor.
bool is_hidden(char32_t c) {
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/// printf's, for one number.
template <class Number>
std::string printed(const char* format, Number number) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, number);
    return text.data();
}

/// The C library knows how wide characters are, in a locale that has them all.
class WidthLocale {
public:
    WidthLocale() : all_{newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)} {}
    ~WidthLocale() {
        if (all_ != nullptr) freelocale(all_);
    }
    WidthLocale(const WidthLocale&) = delete;
    WidthLocale& operator=(const WidthLocale&) = delete;
    std::size_t width(char32_t c) const {
        if (c < 0x7f || all_ == nullptr) return 1;
        const auto before = uselocale(all_);
        const int columns = wcwidth(static_cast<wchar_t>(c));
        uselocale(before);
        return columns < 0 ? 1 : static_cast<std::size_t>(columns);
    }

private:
    locale_t all_;
};

std::size_t code_point_width(char32_t c) {
    static const WidthLocale locale;
    return locale.width(c);
}

}  // namespace

std::string visible(std::string_view text, bool utf8) {
    std::string out;
    while (!text.empty()) {
        const auto [value, octets] = front_of(text);
        if (octets == 0)
            out += printed("\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(text.front())));
        else if (value < 0x80 && is_hidden(value))
            out += printed("\\x%02x", static_cast<unsigned>(value));
        else if (is_hidden(value) || (!utf8 && value >= 0x80))
            out += printed("\\u{%x}", static_cast<unsigned>(value));
        else
            out += text.substr(0, octets);
        text.remove_prefix(std::max<std::size_t>(octets, 1));
    }
    return out;
}

std::size_t text_width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto [value, octets] = front_of(text);
        columns += octets == 0 ? 1 : code_point_width(value);
        text.remove_prefix(std::max<std::size_t>(octets, 1));
    }
    return columns;
}

std::string shortened(std::string_view text, std::size_t width, bool utf8) {
    if (text_width(text) <= width) return std::string{text};
    if (width == 0) return {};
    std::size_t columns = 1;  // of the sign
    std::string out;
    while (!text.empty()) {
        const auto [value, octets] = front_of(text);
        const auto size = std::max<std::size_t>(octets, 1);
        columns += octets == 0 ? 1 : code_point_width(value);
        if (columns > width) break;
        out += text.substr(0, size);
        text.remove_prefix(size);
    }
    return out + (utf8 ? "…" : "~");
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    constexpr std::size_t text_min = 16;  // columns; a narrower place is overrun
    if (width == 0 || width < indent + text_min) return std::string{text};
    const auto room = width - indent;
    std::string out;
    while (text_width(text) > room) {
        std::size_t end = 0, columns = 0, last_space = 0;
        while (end < text.size()) {
            const auto [value, octets] = front_of(text.substr(end));
            columns += octets == 0 ? 1 : code_point_width(value);
            if (columns > room) break;
            if (value == ' ') last_space = end;
            end += std::max<std::size_t>(octets, 1);
        }
        if (end < text.size() && text[end] == ' ') last_space = end;
        const auto cut = last_space != 0 ? last_space : end;
        out += std::string{text.substr(0, cut)} + "\n" + std::string(indent, ' ');
        text.remove_prefix(last_space != 0 ? cut + 1 : cut);
    }
    return out + std::string{text};
}

std::string short_duration(std::int64_t seconds) {
    constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
    const auto with = [](std::int64_t count, const char* unit) { return std::to_string(count) + unit; };
    const auto two = [&](std::int64_t large, const char* unit, std::int64_t small, const char* small_unit) {
        return with(large, unit) + (small == 0 ? "" : " " + with(small, small_unit));
    };
    if (seconds >= day) return two(seconds / day, " d", seconds % day / hour, " h");
    if (seconds >= hour) return two(seconds / hour, " h", seconds % hour / minute, " min");
    if (seconds >= minute) return with(seconds / minute, " min");
    return with(std::max<std::int64_t>(seconds, 0), " s");
}

std::string grouped(double number) {
    constexpr double exact_max = 1e12;
    if (std::abs(number) >= exact_max) {
        const double bits = std::log2(number);
        if (number > 0 && bits == std::floor(bits)) return printed("2^%.0f", bits);
        auto short_form = printed("%.1e", number);
        std::erase(short_form, '+');
        return short_form;
    }
    auto digits = printed("%.0f", number);
    for (auto place = static_cast<std::ptrdiff_t>(digits.size()) - 3; place > (number < 0 ? 1 : 0); place -= 3)
        digits.insert(static_cast<std::size_t>(place), ",");
    return digits;
}

}  // namespace leasehold
