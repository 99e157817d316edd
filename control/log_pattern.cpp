#include "control/log_pattern.hpp"

#include <cctype>

#include "control/local_time.hpp"

namespace leasehold {
namespace {

constexpr std::string_view default_time_format = "%Y-%m-%d %H:%M:%S";
constexpr std::size_t width_max = 1000;

}  // namespace

std::string_view severity_name(LogSeverity severity) {
    switch (severity) {
        case LogSeverity::debug: return "DEBUG";
        case LogSeverity::info: return "INFO";
        case LogSeverity::warn: return "WARN";
        case LogSeverity::error: return "ERROR";
        case LogSeverity::fatal: return "FATAL";
    }
    return "";
}

void LogPattern::add_literal(char c) {
    if (parts_.empty() || parts_.back().kind != 0) parts_.emplace_back();
    parts_.back().text += c;
}

/// @param at  of the octet after '%'
/// @return where to read on; `at` when this is no specifier
std::size_t LogPattern::read_specifier(std::string_view pattern, std::size_t at) {
    Part part;
    auto next = at;
    const auto number = [&] {
        std::size_t value = 0;
        for (; next < pattern.size() && std::isdigit(static_cast<unsigned char>(pattern[next])) != 0; ++next)
            value = std::min(width_max, value * 10 + static_cast<std::size_t>(pattern[next] - '0'));
        return value;
    };
    if (next < pattern.size() && pattern[next] == '-') {
        part.left = true;
        ++next;
    }
    part.width = number();
    if (next < pattern.size() && pattern[next] == '.') {
        ++next;
        part.limit = number();
    }
    if (next == pattern.size() || std::string_view{"Ddpcitmn"}.find(pattern[next]) == std::string_view::npos)
        return at;
    part.kind = pattern[next++];
    if (part.kind == 'D' || part.kind == 'd') {
        part.text = default_time_format;
        const auto close = pattern.find('}', next);
        if (next < pattern.size() && pattern[next] == '{' && close != pattern.npos) {
            part.text = pattern.substr(next + 1, close - next - 1);
            next = close + 1;
        }
    }
    parts_.push_back(std::move(part));
    return next;
}

LogPattern::LogPattern(std::string_view pattern) {
    std::size_t at = 0;
    while (at < pattern.size()) {
        const char c = pattern[at];
        const char following = at + 1 < pattern.size() ? pattern[at + 1] : '\0';
        if (c == '\\' && following == 'n') {
            add_literal('\n');
            at += 2;
        } else if (c == '%' && following == '%') {
            add_literal('%');
            at += 2;
        } else if (c == '%') {
            const auto next = read_specifier(pattern, at + 1);
            if (next == at + 1) add_literal('%');
            at = next;
        } else {
            add_literal(c);
            ++at;
        }
    }
    const bool ends = !parts_.empty() && (parts_.back().kind == 'n' || parts_.back().text.ends_with('\n'));
    if (!ends) add_literal('\n');
}

void LogPattern::append(std::string& out, const LogRecord& record) const {
    std::string scratch;
    for (const auto& part : parts_) {
        std::string_view text;
        switch (part.kind) {
            case 'D':
            case 'd': text = scratch = format_time(part.text, record.at, part.kind == 'd' ? TimeZone::utc : TimeZone::local); break;
            case 'p': text = severity_name(record.severity); break;
            case 'c': text = record.logger; break;
            case 'i': text = scratch = std::to_string(record.process); break;
            case 't': text = scratch = std::to_string(record.thread); break;
            case 'm': text = record.message; break;
            case 'n': text = "\n"; break;
            default: text = part.text; break;
        }
        if (part.limit != 0 && text.size() > part.limit) text.remove_prefix(text.size() - part.limit);
        const auto padding = part.width > text.size() ? part.width - text.size() : 0;
        if (!part.left) out.append(padding, ' ');
        out += text;
        if (part.left) out.append(padding, ' ');
    }
}

}  // namespace leasehold
