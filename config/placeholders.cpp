// One scanner for placeholders; replacing, hiding and searching walk over what it finds.
#include "config/placeholders.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace leasehold::config {
namespace {

struct Piece {
    enum class Kind : std::uint8_t { literal, dollar, placeholder, unfinished };
    Kind kind = Kind::literal;
    std::size_t begin = 0, end = 0;  // in the text, marks included

    std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// Pieces that follow each other from the begin of the text to its end.
std::vector<Piece> pieces_of(std::string_view text) {
    std::vector<Piece> pieces;
    const auto add = [&](Piece::Kind kind, std::size_t begin, std::size_t end) {
        if (begin < end) pieces.push_back({kind, begin, end});
    };
    std::size_t literal = 0, at = 0;
    while ((at = text.find('$', at)) != std::string_view::npos) {
        const char next = at + 1 < text.size() ? text[at + 1] : '\0';
        if (next != '$' && next != '{') {
            ++at;
            continue;
        }
        add(Piece::Kind::literal, literal, at);
        const std::size_t close = next == '$' ? at + 1 : text.find('}', at);
        if (close == std::string_view::npos) {
            add(Piece::Kind::unfinished, at, text.size());
            return pieces;
        }
        add(next == '$' ? Piece::Kind::dollar : Piece::Kind::placeholder, at, close + 1);
        literal = at = close + 1;
    }
    add(Piece::Kind::literal, literal, text.size());
    return pieces;
}

bool is_variable_name(std::string_view name) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return !name.empty() && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || digit(c); });
}

/// @param inside  of the braces
Result<std::string, std::string> value_of(std::string_view inside, const Environment& environment) {
    const std::size_t mark = inside.find(":-");
    const std::string name{inside.substr(0, mark)};
    if (!is_variable_name(name))
        return std::unexpected{
            "a placeholder does not name an environment variable: \"${\" is followed by letters, digits and "
            "\"_\", then \"}\" or \":-default}\"; a \"$\" of the text itself is written \"$$\""};
    const auto value = environment(name);
    if (mark == std::string_view::npos) {
        if (!value) return std::unexpected{"the environment variable \"" + name + "\" is not set"};
        return *value;
    }
    const std::string_view fallback = inside.substr(mark + 2);
    if (fallback.find("${") != std::string_view::npos)
        return std::unexpected{"the default of the environment variable \"" + name +
                               "\" is a placeholder itself"};
    return value && !value->empty() ? *value : std::string{fallback};
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
    const char* const value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
}

Result<std::string, std::string> expand(std::string_view text, const Environment& environment,
                                        const LiteralReader& read_literal) {
    std::string expanded;
    for (const Piece& piece : pieces_of(text)) {
        const std::string_view written = piece.of(text);
        Result<std::string, std::string> value{};
        switch (piece.kind) {
            case Piece::Kind::literal:
                value = read_literal ? read_literal(written) : std::string{written};
                break;
            case Piece::Kind::dollar: value = "$"; break;
            case Piece::Kind::placeholder:
                value = value_of(written.substr(2, written.size() - 3), environment);
                break;
            case Piece::Kind::unfinished:
                value = std::unexpected{
                    "a placeholder that begins with \"${\" has no end \"}\"; a \"$\" of the text itself is "
                    "written \"$$\""};
                break;
        }
        if (!value) return std::unexpected{std::move(value.error())};
        expanded += *value;
    }
    return expanded;
}

bool has_placeholder(std::string_view text) {
    return std::ranges::any_of(pieces_of(text),
                               [](const Piece& piece) { return piece.kind == Piece::Kind::placeholder; });
}

std::string hide_placeholders(std::string_view text) {
    std::string shown;
    for (const Piece& piece : pieces_of(text))
        shown += piece.kind == Piece::Kind::placeholder ? hidden_mark : piece.of(text);
    return shown;
}

std::size_t find_outside(std::string_view text, std::string_view characters, std::size_t from) {
    for (const Piece& piece : pieces_of(text)) {
        if (piece.kind != Piece::Kind::literal || piece.end <= from) continue;
        const std::size_t begin = std::max(piece.begin, from);
        const std::size_t at = text.substr(begin, piece.end - begin).find_first_of(characters);
        if (at != std::string_view::npos) return begin + at;
    }
    return std::string_view::npos;
}

std::size_t rfind_outside(std::string_view text, char character) {
    std::size_t last = std::string_view::npos;
    for (const Piece& piece : pieces_of(text)) {
        const std::size_t at = piece.of(text).rfind(character);
        if (piece.kind == Piece::Kind::literal && at != std::string_view::npos) last = piece.begin + at;
    }
    return last;
}

}  // namespace leasehold::config
