// Characters -> tokens of the configuration dialect: comments and includes vanish here, positions are made
// here. What tokens mean together is dialect.cpp's part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/dialect.hpp"

namespace leasehold::config {

struct Token {
    enum class Kind : std::uint8_t {
        open_map,
        close_map,
        open_list,
        close_list,
        comma,
        colon,
        string,
        integer,
        real,
        true_,
        false_,
        null,
        bad,  // told already; stands where a value may stand
        end,
    };
    Kind kind = Kind::end;
    Position position;
    std::string text;  // of a string, decoded; of a bad token, as written
    std::int64_t integer = 0;
    double real = 0;
};

/// How a token is named in a message: "a comma", "a string". Never with a text that could be a secret.
std::string describe(const Token& token);

class Lexer {
public:
    static constexpr std::size_t include_depth_max = 10;
    static constexpr std::size_t problems_max = 200;  // of one text; then reading stops

    /// `text` must outlive the lexer.
    Lexer(std::string_view text, const DialectOptions& options);

    /// `end` for ever once the text (and all that it includes) is read, or too many problems were found.
    Token next();

    void error(const Position& position, std::string what, std::string allowed = {}, std::string hint = {});
    void warning(const Position& position, std::string what);
    std::vector<Problem> errors;
    std::vector<Problem> warnings;

private:
    /// One file being read. The included ones own their text.
    struct Frame {
        std::shared_ptr<const std::string> file;
        std::string canonical;
        std::shared_ptr<const std::string> owned;
        std::string_view text;
        std::size_t at = 0;
        std::uint32_t line = 1, column = 1;
        Position included_at;
    };

    Frame& frame() { return frames_.back(); }
    Position here() const;
    bool starts_with(std::string_view prefix) const;
    char peek() const;
    void advance(std::size_t octets = 1);
    bool skip_blank();
    void skip_line();
    void skip_block_comment();
    void include();
    std::string include_name();
    void open_include(const Position& at, const std::string& name);
    std::string included_from() const;

    Token punctuation(Token::Kind kind);
    Token string();
    void string_escape(std::string& text);
    void unicode_escape(const Position& at, std::string& text);
    void string_octets(std::string& text);
    Token number();
    Token word();

    const DialectOptions& options_;
    std::vector<Frame> frames_;
    std::size_t size_ = 0;  // octets of all files so far
};

/// Reads a whole file. The error is a phrase such as "No such file or directory".
Result<std::string, std::string> read_text(const std::string& path, std::size_t size_max);

}  // namespace leasehold::config
