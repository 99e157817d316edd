#include "cli/roff.hpp"

#include <cstdint>
#include <cstdio>

namespace leasehold {
namespace {

constexpr std::size_t line_size_max = 76;

/// The octets of the UTF-8 character that begins with `first`.
std::size_t size_of_character(unsigned char first) {
    if (first < 0xc0) return 1;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

std::string unicode_escape(std::string_view character) {
    constexpr unsigned char masks[]{0, 0x7f, 0x1f, 0x0f, 0x07};
    std::uint32_t code = static_cast<unsigned char>(character[0]) & masks[character.size()];
    for (std::size_t i = 1; i < character.size(); ++i)
        code = (code << 6) | (static_cast<unsigned char>(character[i]) & 0x3f);
    char text[16];
    std::snprintf(text, sizeof text, "\\[u%04X]", static_cast<unsigned>(code));
    return text;
}

/// @param typed  what a person types: every "-" is a minus, not a hyphen at which a line may be broken
std::string escaped(std::string_view text, bool typed) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        const auto size = std::min(size_of_character(static_cast<unsigned char>(text[i])), text.size() - i);
        const char c = text[i];
        const bool begins_word = i == 0 || text[i - 1] == ' ' || text[i - 1] == '-' || text[i - 1] == '(';
        if (size > 1)
            result += unicode_escape(text.substr(i, size));
        else if (c == '\\')
            result += "\\e";
        else if (c == '-' && (typed || begins_word))
            result += "\\-";
        else if (c == '\'')
            result += typed ? "\\(aq" : "'";
        else if (c == '"')
            result += "\\(dq";
        else if (c == '^')
            result += "\\(ha";
        else if (c == '~')
            result += "\\(ti";
        else if (c == '`')
            result += "\\(ga";
        else
            result += c == '\n' || c == '\t' ? ' ' : c;
        i += size;
    }
    return result;
}

/// With what stands in backquotes bold.
std::string marked(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto begin = text.find('`');
        const auto end = begin == text.npos ? text.npos : text.find('`', begin + 1);
        if (end == text.npos) return result + escaped(text, false);
        result += escaped(text.substr(0, begin), false);
        result += "\\fB" + escaped(text.substr(begin + 1, end - begin - 1), true) + "\\fR";
        text.remove_prefix(end + 1);
    }
    return result;
}

/// A line that begins with one of these would be a macro.
bool is_control(std::string_view line) {
    return line.starts_with('.') || line.starts_with('\'');
}

}  // namespace

RoffPage::RoffPage(std::string_view title, int section, std::string_view date, std::string_view source) {
    text_ = ".TH " + std::string{title} + " " + std::to_string(section) + " " + std::string{date} + " \"" +
            escaped(source, false) + "\" Leasehold\n";
}

void RoffPage::section(std::string_view title) {
    text_ += ".SH " + escaped(title, false) + "\n";
    headed_ = text_.size();
}

void RoffPage::subsection(std::string_view title) {
    text_ += ".SS " + escaped(title, true) + "\n";
    headed_ = text_.size();
}

void RoffPage::paragraph(std::string_view text) {
    begin_paragraph();
    running_text(text);
}

void RoffPage::synopsis(std::string_view command, std::string_view rest) {
    begin_paragraph();
    text_ += "\\fB" + escaped(command, true) + "\\fR";
    if (!rest.empty()) text_ += " " + escaped(rest, true);
    text_ += "\n";
}

void RoffPage::item(std::string_view term, std::string_view text) {
    text_ += ".TP\n\\fB" + escaped(term, true) + "\\fR\n";
    running_text(text.empty() ? "No more is to be said of it." : text);
}

void RoffPage::example(std::string_view text) {
    begin_paragraph();
    text_ += ".EX\n";
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text_ += (is_control(line) ? "\\&" : "") + escaped(line, true) + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    text_ += ".EE\n";
}

/// The first one below a heading is one already.
void RoffPage::begin_paragraph() {
    if (text_.size() != headed_) text_ += ".PP\n";
}

/// Broken into lines between words: readers of the source, and mandoc, like short ones.
void RoffPage::running_text(std::string_view text) {
    const std::string whole = marked(text);
    std::string line;
    const auto finish = [&] {
        if (!line.empty()) text_ += (is_control(line) ? "\\&" : "") + line + "\n";
        line.clear();
    };
    for (std::size_t at = 0; at < whole.size();) {
        const auto end = std::min(whole.find(' ', at), whole.size());
        const auto word = whole.substr(at, end - at);
        at = end + 1;
        if (word.empty()) continue;
        if (!line.empty() && line.size() + word.size() >= line_size_max) finish();
        line += (line.empty() ? "" : " ") + word;
    }
    finish();
}

}  // namespace leasehold
