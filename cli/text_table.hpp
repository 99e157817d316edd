// Tables that fit where they are shown. Pure: what the terminal is like is an argument.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace leasehold {

struct TableColumn {
    std::string heading;
    /// Columns with the highest number give way first: all of them are first shortened in this order, as far as `width_min`
    /// lets them, then dropped in it. 0: this one stays, and is cut when nothing else is left.
    unsigned gives_way = 0;
    std::size_t width_min = 0;  // 0: is not shortened
    bool right = false;         // numbers
};

struct TableCell {
    std::string text;  // made visible by the table
    Tone tone = Tone::plain;
};
using TableRow = std::vector<TableCell>;

/// Headings and rows, a line each. A column without any text is left out.
std::string render_table(const std::vector<TableColumn>& columns, const std::vector<TableRow>& rows,
                         const Terminal& terminal);

/// "service    open": labels and what belongs to them, wrapped to the width.
struct LabelledLine {
    std::string label;
    std::string text;  // made visible
    Tone tone = Tone::plain;
};
std::string render_lines(const std::vector<LabelledLine>& lines, const Terminal& terminal);

/// A bar of so many columns. @param part  0 to 1
std::string bar(double part, std::size_t width, bool utf8);
/// A line of little bars, as high as the values are between the least and the greatest. "" without UTF-8.
std::string sparkline(const std::vector<double>& values, bool utf8);

}  // namespace leasehold
