// The words, literals and signs of an expression's text, each with its place. What they mean together:
// expression_parser.
#pragma once

#include <cstdint>
#include <string_view>

namespace leasehold::expression {

enum class TokenKind : std::uint8_t {
    end,
    word,
    text,     // 'abc'; Token::text is what is between the quotes
    hex,      // 0x0a1b; Token::text is what follows 0x
    integer,  // digits, with a minus or without
    address,  // something with dots or colons as addresses have them
    sign,     // ( ) [ ] , . + * ==
    bad,      // Token::text says what is wrong
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::size_t offset = 0;
    std::string_view text;

    bool is(std::string_view sign_or_word) const {
        return (kind == TokenKind::sign || kind == TokenKind::word) && text == sign_or_word;
    }
};

class Lexer {
public:
    /// @param text  outlives the tokens
    explicit Lexer(std::string_view text) : text_{text} {}
    Token next();
    /// Within "option[...]": a name may begin with a digit there and look like an address's beginning.
    Token next_option();

private:
    void skip_blanks();
    Token take(TokenKind kind, std::size_t size);
    Token bad(std::string_view what) const { return {TokenKind::bad, at_, what}; }
    Token number_or_address(std::size_t size);
    Token quoted();
    Token hex();
    Token sign();

    std::string_view text_;
    std::size_t at_ = 0;
};

}  // namespace leasehold::expression
