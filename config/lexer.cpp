// Characters -> tokens, one function per kind of token. What tokens mean together is dialect.cpp's part.
#include "config/lexer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace leasehold::config {
namespace {

using Kind = Token::Kind;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_word(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
           c == '.' || c == '+';
}

std::string hex_octet(char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(c);
    return {'0', 'x', digits[value >> 4], digits[value & 15]};
}

/// How many octets the UTF-8 character at the start of `text` has; 0: it is not UTF-8.
std::size_t utf8_length(std::string_view text) {
    const auto octet = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const auto tail = [&](std::size_t i) { return (octet(i) & 0xc0u) == 0x80u; };
    const unsigned lead = octet(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xc2 && lead <= 0xdf) return tail(1) ? 2 : 0;
    if ((lead & 0xf0u) == 0xe0u) {
        const bool overlong = lead == 0xe0 && octet(1) < 0xa0;
        const bool surrogate = lead == 0xed && octet(1) >= 0xa0;
        return tail(1) && tail(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xf0 && lead <= 0xf4) {
        const bool overlong = lead == 0xf0 && octet(1) < 0x90;
        const bool beyond = lead == 0xf4 && octet(1) >= 0x90;
        return tail(1) && tail(2) && tail(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

std::string canonical_name(const std::string& path) {
    std::error_code failed;
    auto canonical = std::filesystem::weakly_canonical(path, failed);
    return failed ? path : canonical.string();
}

std::string place(const Position& position) {
    return *position.file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

/// A password whose quotes were forgotten would be a word: only those of the length of a misspelt true, false
/// or null are shown. The place is told in any case.
std::string shown_word(const std::string& word) {
    return word.size() <= 5 ? "\"" + word + "\"" : "this word";
}

}  // namespace

std::string describe(const Token& token) {
    switch (token.kind) {
        case Kind::open_map: return "\"{\"";
        case Kind::close_map: return "\"}\"";
        case Kind::open_list: return "\"[\"";
        case Kind::close_list: return "\"]\"";
        case Kind::comma: return "a comma";
        case Kind::colon: return "a colon";
        case Kind::string: return "a string";
        case Kind::integer:
        case Kind::real: return "a number";
        case Kind::true_: return "true";
        case Kind::false_: return "false";
        case Kind::null: return "null";
        case Kind::bad: return shown_word(token.text);
        case Kind::end: return "the end of the text";
    }
    return {};
}

Result<std::string, std::string> read_text(const std::string& path, std::size_t size_max) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) return std::unexpected{"it is a directory"};
    errno = 0;
    std::ifstream file{path, std::ios::binary};
    if (!file) return std::unexpected{std::string{std::strerror(errno != 0 ? errno : ENOENT)}};

    std::string text;
    std::array<char, 65536> chunk;
    while (file.read(chunk.data(), chunk.size()) || file.gcount() > 0) {
        text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
        if (text.size() > size_max)
            return std::unexpected{"it is larger than the limit of " + std::to_string(size_max) + " octets"};
    }
    if (file.bad()) return std::unexpected{"reading it failed"};
    return text;
}

Lexer::Lexer(std::string_view text, const DialectOptions& options) : options_{options}, size_{text.size()} {
    Frame top;
    top.file = std::make_shared<const std::string>(options.source);
    if (options.includes) top.canonical = canonical_name(options.source);
    top.text = text;
    frames_.push_back(std::move(top));
    if (text.size() > options.size_max) {
        error(here(), "the text has " + std::to_string(text.size()) + " octets",
              "at most " + std::to_string(options.size_max));
        frame().at = text.size();
    }
    if (starts_with("\xef\xbb\xbf")) frame().at += 3;  // a byte order mark, as some editors leave it
}

void Lexer::error(const Position& position, std::string what, std::string allowed, std::string hint) {
    if (errors.size() > problems_max) return;
    if (errors.size() == problems_max) what = "too many problems: reading stops here", allowed = hint = {};
    if (hint.empty()) hint = included_from();
    errors.push_back({Problem::Kind::error,
                      *position.file,
                      position.line,
                      position.column,
                      {},
                      std::move(what),
                      std::move(allowed),
                      std::move(hint)});
}

void Lexer::warning(const Position& position, std::string what) {
    if (warnings.size() >= problems_max) return;
    warnings.push_back({Problem::Kind::warning,
                        *position.file,
                        position.line,
                        position.column,
                        {},
                        std::move(what),
                        {},
                        included_from()});
}

std::string Lexer::included_from() const {
    if (frames_.size() < 2) return {};
    std::string text = "included from ";
    for (std::size_t i = frames_.size(); i-- > 1;) {
        text += place(frames_[i].included_at);
        if (i > 1) text += ", from ";
    }
    return text;
}

Position Lexer::here() const {
    return {frames_.back().file, frames_.back().line, frames_.back().column};
}

bool Lexer::starts_with(std::string_view prefix) const {
    return frames_.back().text.substr(frames_.back().at).starts_with(prefix);
}

char Lexer::peek() const {
    const Frame& top = frames_.back();
    return top.at < top.text.size() ? top.text[top.at] : '\0';
}

/// Columns count characters, so the octets that continue a UTF-8 character do not move the column.
void Lexer::advance(std::size_t octets) {
    Frame& top = frame();
    for (; octets > 0 && top.at < top.text.size(); --octets, ++top.at) {
        const char c = top.text[top.at];
        if (c == '\n')
            ++top.line, top.column = 1;
        else if ((static_cast<unsigned char>(c) & 0xc0u) != 0x80u)
            ++top.column;
    }
}

void Lexer::skip_line() {
    Frame& top = frame();
    const std::size_t end = std::min(top.text.find('\n', top.at), top.text.size());
    advance(end - top.at);
}

void Lexer::skip_block_comment() {
    const Position start = here();
    Frame& top = frame();
    const std::size_t close = top.text.find("*/", top.at + 2);
    if (close == std::string_view::npos) {
        error(start, "this comment is not closed", "\"*/\" after the comment");
        top.at = top.text.size();
        return;
    }
    advance(close + 2 - top.at);
}

/// White space, comments and includes. @return false at the end of everything.
bool Lexer::skip_blank() {
    while (true) {
        if (errors.size() > problems_max) return false;
        Frame& top = frame();
        if (top.at >= top.text.size()) {
            if (frames_.size() == 1) return false;
            frames_.pop_back();
            continue;
        }
        const char c = peek();
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
            advance();
        else if (c == '#' || starts_with("//"))
            skip_line();
        else if (starts_with("/*"))
            skip_block_comment();
        else if (starts_with("<?"))
            include();
        else
            return true;
    }
}

/// @return the file's name, "" after an error that was told.
std::string Lexer::include_name() {
    constexpr std::string_view form = "<?include \"file\"?>";
    const Position start = here();
    const std::string_view line =
        frame().text.substr(frame().at, frame().text.find('\n', frame().at) - frame().at);
    const std::size_t close = line.find("?>");
    const auto malformed = [&](std::size_t octets) {
        error(start, "this include cannot be understood", std::string{form});
        advance(octets);
        return std::string{};
    };
    if (close == std::string_view::npos) return malformed(line.size());
    if (!line.starts_with("<?include")) return malformed(close + 2);

    const std::size_t first = line.find('"'), last = line.rfind('"', close);
    const auto blank = [&](std::size_t from, std::size_t to) {
        return line.substr(from, to - from).find_first_not_of(" \t") == std::string_view::npos;
    };
    if (first == std::string_view::npos || last <= first + 1 || !blank(9, first) || !blank(last + 1, close))
        return malformed(close + 2);
    std::string name{line.substr(first + 1, last - first - 1)};
    advance(close + 2);
    return name;
}

void Lexer::include() {
    const Position at = here();
    const std::string name = include_name();
    if (name.empty()) return;
    if (!options_.includes) return error(at, "a command cannot include files", "the text itself");
    open_include(at, name);
}

void Lexer::open_include(const Position& at, const std::string& name) {
    if (frames_.size() > include_depth_max)
        return error(at, "\"" + name + "\" is included too deep",
                     "at most " + std::to_string(include_depth_max) + " includes within each other");
    const std::string canonical = canonical_name(name);
    const auto same = std::ranges::find(frames_, canonical, &Frame::canonical);
    if (same != frames_.end()) {
        std::string circle;
        for (auto file = same; file != frames_.end(); ++file) circle += *file->file + " -> ";
        return error(at, "\"" + name + "\" includes itself: " + circle + name);
    }
    auto text = read_text(name, options_.size_max - std::min(size_, options_.size_max));
    if (!text) return error(at, "the included file \"" + name + "\" cannot be read: " + text.error());

    size_ += text->size() + 1;  // + 1: empty files count too, so that includes cannot go on for ever
    Frame inner;
    inner.file = std::make_shared<const std::string>(name);
    inner.canonical = canonical;
    inner.owned = std::make_shared<const std::string>(std::move(*text));
    inner.text = *inner.owned;
    inner.included_at = at;
    frames_.push_back(std::move(inner));
}

Token Lexer::next() {
    if (!skip_blank()) return {.kind = Kind::end, .position = here(), .text = {}};
    const char c = peek();
    switch (c) {
        case '{': return punctuation(Kind::open_map);
        case '}': return punctuation(Kind::close_map);
        case '[': return punctuation(Kind::open_list);
        case ']': return punctuation(Kind::close_list);
        case ',': return punctuation(Kind::comma);
        case ':': return punctuation(Kind::colon);
        case '"': return string();
        default: break;
    }
    if (is_digit(c) ||
        (c == '-' && frame().at + 1 < frame().text.size() && is_digit(frame().text[frame().at + 1])))
        return number();
    return word();
}

Token Lexer::punctuation(Token::Kind kind) {
    Token token{.kind = kind, .position = here(), .text = {}};
    advance();
    return token;
}

Token Lexer::string() {
    Token token{.kind = Kind::string, .position = here(), .text = {}};
    advance();
    while (true) {
        if (frame().at >= frame().text.size() || peek() == '\n') {
            error(token.position, "this string is not closed on its line",
                  "\\n for a line break within a string");
            return token;
        }
        if (peek() == '"') break;
        if (peek() == '\\')
            string_escape(token.text);
        else
            string_octets(token.text);
    }
    advance();
    return token;
}

/// The part of a string that stands for itself, up to a quote, an escape or the line's end.
void Lexer::string_octets(std::string& text) {
    Frame& top = frame();
    std::size_t end = top.at;
    while (end < top.text.size()) {
        const char c = top.text[end];
        if (c == '"' || c == '\\' || c == '\n') break;
        const std::size_t length = utf8_length(top.text.substr(end));
        if (length != 0 && (static_cast<unsigned char>(c) >= 0x20)) {
            end += length;
            continue;
        }
        text.append(top.text.substr(top.at, end - top.at));
        advance(end - top.at);
        if (length == 0)
            error(here(), "the octet " + hex_octet(c) + " is not UTF-8", "UTF-8 text");
        else
            error(here(), "the control character " + hex_octet(c) + " stands in a string",
                  "an escape such as \\t or \\u00" + hex_octet(c).substr(2));
        advance();
        end = top.at;
    }
    text.append(top.text.substr(top.at, end - top.at));
    advance(end - top.at);
}

void Lexer::string_escape(std::string& text) {
    constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
    const Position at = here();
    advance();
    const char c = peek();
    if (c == 'u') {
        advance();
        return unicode_escape(at, text);
    }
    const std::size_t index = c == '\0' ? std::string_view::npos : names.find(c);
    if (index == std::string_view::npos) {
        error(at, "this escape is unknown", "\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u00XX");
        return;  // what follows the backslash is read as itself
    }
    text += values[index];
    advance();
}

/// Code points up to 00ff, as in Kea; they become UTF-8.
void Lexer::unicode_escape(const Position& at, std::string& text) {
    const std::string_view digits = frame().text.substr(frame().at, 4);
    unsigned value = 0;
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 4 || bad != std::errc{} || end != digits.data() + 4)
        return error(at, "this escape has not four hexadecimal digits", "\\u0000 to \\u00ff");
    advance(4);
    if (value > 0xff)
        return error(at, "the escape \\u" + std::string{digits} + " is beyond \\u00ff",
                     "\\u0000 to \\u00ff, or the character itself in UTF-8");
    if (value < 0x80) {
        text += static_cast<char>(value);
    } else {
        text += static_cast<char>(0xc0u | value >> 6);
        text += static_cast<char>(0x80u | (value & 0x3fu));
    }
}

Token Lexer::number() {
    Token token{.kind = Kind::bad, .position = here(), .text = {}};
    const std::string_view rest = frame().text.substr(frame().at);
    std::size_t size = 0;
    while (size < rest.size() && is_word(rest[size])) ++size;
    const std::string_view text = rest.substr(0, size);
    token.text = text.substr(0, 40);
    advance(size);

    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    const std::size_t whole = std::min(digits.find_first_not_of("0123456789"), digits.size());
    const char* const end = text.data() + text.size();
    const auto told = [&](const std::string& what, const std::string& allowed) {
        error(token.position, what, allowed);
        return token;
    };
    if (whole == digits.size()) {
        const auto [stop, bad] = std::from_chars(text.data(), end, token.integer);
        if (bad == std::errc::result_out_of_range)
            return told("the number " + token.text + " does not fit in 64 bits",
                        "-9223372036854775808 to 9223372036854775807");
        token.kind = Kind::integer;
    } else {
        const auto [stop, bad] = std::from_chars(text.data(), end, token.real);
        const bool no_digit_after_point =
            digits[whole] == '.' && (whole + 1 >= digits.size() || !is_digit(digits[whole + 1]));
        if (bad == std::errc::result_out_of_range)
            return told("the number " + token.text + " is beyond what a real can hold", "up to 1e308");
        if (bad != std::errc{} || stop != end || no_digit_after_point)
            return told("\"" + token.text + "\" is not a number", "such as 10, -1, 0.5 or 1e3");
        token.kind = Kind::real;
    }
    if (whole > 1 && digits[0] == '0')
        warning(token.position, "the number " + token.text + " has a leading zero; it is read as decimal");
    return token;
}

Token Lexer::word() {
    Token token{.kind = Kind::bad, .position = here(), .text = {}};
    const std::string_view rest = frame().text.substr(frame().at);
    std::size_t size = 0;
    while (size < rest.size() && is_word(rest[size])) ++size;
    const std::string_view text = rest.substr(0, size);
    if (text == "true") token.kind = Kind::true_;
    if (text == "false") token.kind = Kind::false_;
    if (text == "null") token.kind = Kind::null;
    if (token.kind != Kind::bad) {
        advance(size);
        return token;
    }
    if (size == 0) {
        const std::size_t length = utf8_length(rest);
        const bool shown = length > 1 || static_cast<unsigned char>(rest[0]) > 0x20;
        token.text = length > 0 && shown ? std::string{rest.substr(0, length)} : hex_octet(rest[0]);
        error(token.position, "the character " + token.text + " cannot stand here");
        advance(std::max<std::size_t>(length, 1));
        return token;
    }
    token.text = text.substr(0, 40);
    std::string lower = token.text;
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    const bool keyword = lower == "true" || lower == "false" || lower == "null";
    const bool plus = text[0] == '+' && text.size() > 1 && is_digit(text[1]);
    error(token.position, shown_word(token.text) + " is not a value",
          plus ? "a number without a plus sign"
               : "a string in double quotes, a number, true, false, null, a list or a map",
          keyword ? "did you mean " + lower + "?" : "");
    advance(size);
    return token;
}

}  // namespace leasehold::config
