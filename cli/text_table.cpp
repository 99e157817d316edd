#include "cli/text_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <ranges>
#include <utility>

#include "cli/text_width.hpp"

namespace leasehold {
namespace {

constexpr std::size_t column_gap = 2;

/// Which columns are shown, and how wide. 0: dropped.
using ColumnWidths = std::vector<std::size_t>;

std::size_t table_width(const ColumnWidths& widths) {
    std::size_t total = 0;
    for (const auto width : widths)
        if (width != 0) total += width + (total == 0 ? 0 : column_gap);
    return total;
}

void fit_columns(ColumnWidths& widths, const std::vector<TableColumn>& columns, std::size_t room) {
    const ColumnWidths natural = widths;
    std::vector<std::size_t> order(columns.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return columns[i].gives_way; });
    for (const auto i : order) {
        const auto now = table_width(widths);
        if (now <= room) return;
        const auto least = columns[i].width_min;
        if (widths[i] == 0 || least == 0 || widths[i] <= least) continue;
        widths[i] = std::max(least, widths[i] - std::min(widths[i], now - room));
    }
    for (const auto i : order) {
        if (table_width(widths) <= room) break;
        if (columns[i].gives_way != 0) widths[i] = 0;
    }
    // What was dropped may have made more room than was needed: those that matter most get it back first.
    for (const auto i : std::views::reverse(order))
        if (const auto now = table_width(widths); widths[i] != 0 && now < room)
            widths[i] = std::min(natural[i], widths[i] + room - now);
    // Nothing is left but what stays: it is cut.
    if (const auto now = table_width(widths); now > room)
        for (auto& width : widths)
            if (width > now - room) {
                width -= now - room;
                return;
            }
}

}  // namespace

std::string render_table(const std::vector<TableColumn>& columns, const std::vector<TableRow>& rows,
                         const Terminal& terminal) {
    std::vector<std::vector<std::string>> texts;
    ColumnWidths widths(columns.size(), 0);
    for (const auto& row : rows) {
        auto& line = texts.emplace_back();
        for (std::size_t i = 0; i != columns.size(); ++i) {
            line.push_back(i < row.size() ? visible(row[i].text, terminal.utf8) : std::string{});
            widths[i] = std::max(widths[i], text_width(line.back()));
        }
    }
    for (std::size_t i = 0; i != columns.size(); ++i)
        if (widths[i] != 0) widths[i] = std::max(widths[i], text_width(columns[i].heading));
    if (terminal.width != 0) fit_columns(widths, columns, terminal.width);

    std::string out;
    const auto add_line = [&](const auto& text_of, const auto& tone_of) {
        std::string line;
        std::size_t spaces = 0;  // before the next text: none at a line's end
        bool first = true;
        for (std::size_t i = 0; i != columns.size(); ++i) {
            if (widths[i] == 0) continue;
            if (!std::exchange(first, false)) spaces += column_gap;
            const auto text = shortened(text_of(i), widths[i], terminal.utf8);
            const auto padding = widths[i] - text_width(text);
            if (columns[i].right) spaces += padding;
            if (!text.empty()) {
                line.append(std::exchange(spaces, 0), ' ');
                line += painted(terminal, tone_of(i), text);
            }
            if (!columns[i].right) spaces += padding;
        }
        out += line + "\n";
    };
    add_line([&](std::size_t i) { return columns[i].heading; }, [](std::size_t) { return Tone::strong; });
    for (std::size_t r = 0; r != rows.size(); ++r)
        add_line([&](std::size_t i) { return texts[r][i]; },
                 [&](std::size_t i) { return i < rows[r].size() ? rows[r][i].tone : Tone::plain; });
    return out;
}

std::string render_lines(const std::vector<LabelledLine>& lines, const Terminal& terminal) {
    std::size_t label_width = 0;
    for (const auto& line : lines) label_width = std::max(label_width, text_width(line.label));
    std::string out;
    for (const auto& line : lines) {
        if (line.text.empty()) continue;
        const auto indent = label_width + column_gap;
        out += painted(terminal, Tone::strong, line.label) + std::string(indent - text_width(line.label), ' ');
        out += painted(terminal, line.tone, wrapped(visible(line.text, terminal.utf8), terminal.width, indent)) + "\n";
    }
    return out;
}

std::string bar(double part, std::size_t width, bool utf8) {
    const double all = std::clamp(part, 0.0, 1.0) * static_cast<double>(width);
    auto full = static_cast<std::size_t>(all);
    std::string out;
    if (!utf8) {
        // Something is something, and nothing but a full pool is full.
        if (full == 0 && part > 0) full = 1;
        out.append(full, '#').append(width - full, '.');
        return out;
    }
    constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    auto rest = static_cast<std::size_t>((all - static_cast<double>(full)) * 8);
    if (full == 0 && rest == 0 && part > 0) rest = 1;
    for (std::size_t i = 0; i != full; ++i) out += "█";
    out += eighths[rest];
    for (std::size_t i = full + (rest != 0 ? 1 : 0); i < width; ++i) out += "·";
    return out;
}

std::string sparkline(const std::vector<double>& values, bool utf8) {
    if (!utf8 || values.size() < 2) return {};
    constexpr const char* heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const auto [least, greatest] = std::ranges::minmax_element(values);
    const double range = *greatest - *least;
    std::string out;
    for (const double value : values)
        out += heights[range <= 0 ? 0 : static_cast<std::size_t>(std::lround((value - *least) / range * 7))];
    return out;
}

}  // namespace leasehold
