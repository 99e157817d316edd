// Cuts an expression into tokens. Bad ones carry the words that help: people write && and "text".
#include "dhcp/expression_lexer.hpp"

#include <algorithm>

namespace leasehold::expression {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::string_view digits = "0123456789";
constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";
constexpr std::string_view address_characters = "0123456789abcdefABCDEF:.";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view word_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/// How many characters from `at` on are of the set.
std::size_t run(std::string_view text, std::size_t at, std::string_view set) {
    return std::min(text.find_first_not_of(set, at), text.size()) - at;
}

}  // namespace

void Lexer::skip_blanks() {
    at_ += run(text_, at_, blanks);
}

Token Lexer::take(TokenKind kind, std::size_t size) {
    const Token token{kind, at_, text_.substr(at_, size)};
    at_ += size;
    return token;
}

Token Lexer::next() {
    skip_blanks();
    if (at_ == text_.size()) return {TokenKind::end, at_, "the end"};
    const char c = text_[at_];
    if (c == '\'') return quoted();
    if (c == '0' && at_ + 1 < text_.size() && (text_[at_ + 1] == 'x' || text_[at_ + 1] == 'X')) return hex();
    const std::size_t address_size = run(text_, at_, address_characters);
    // Words have no colon, so "fe80::1" is none although it begins like one.
    if (text_.substr(at_, address_size).find(':') != text_.npos)
        return take(TokenKind::address, address_size);
    if (digits.find(c) != digits.npos) return number_or_address(run(text_, at_, "0123456789."));
    if (letters.find(c) != letters.npos) return take(TokenKind::word, run(text_, at_, word_characters));
    if (c == '-' && run(text_, at_ + 1, digits) > 0)
        return take(TokenKind::integer, 1 + run(text_, at_ + 1, digits));
    return sign();
}

Token Lexer::next_option() {
    skip_blanks();
    const std::size_t size = run(text_, at_, word_characters);
    if (size == 0 || text_[at_] == '-') return next();
    return take(run(text_, at_, digits) == size ? TokenKind::integer : TokenKind::word, size);
}

Token Lexer::number_or_address(std::size_t size) {
    const bool has_dot = text_.substr(at_, size).find('.') != text_.npos;
    return take(has_dot ? TokenKind::address : TokenKind::integer, size);
}

Token Lexer::quoted() {
    const std::size_t end = text_.find_first_of("'\n", at_ + 1);
    if (end == text_.npos || text_[end] == '\n') return bad("this text has no closing quote in its line");
    const Token token{TokenKind::text, at_, text_.substr(at_ + 1, end - at_ - 1)};
    at_ = end + 1;
    return token;
}

Token Lexer::hex() {
    const std::size_t size = run(text_, at_ + 2, hex_digits);
    if (size == 0) return bad("0x has to be followed by hexadecimal digits");
    const Token token{TokenKind::hex, at_, text_.substr(at_ + 2, size)};
    at_ += 2 + size;
    return token;
}

Token Lexer::sign() {
    constexpr std::string_view single = "()[],.+*";
    if (text_.substr(at_).starts_with("==")) return take(TokenKind::sign, 2);
    if (single.find(text_[at_]) != single.npos) return take(TokenKind::sign, 1);
    switch (text_[at_]) {
        case '=': return bad("values are compared with \"==\"");
        case '"': return bad("texts are in single quotes: 'text'");
        case '&': return bad("there is no \"&\": use the word \"and\"");
        case '|': return bad("there is no \"|\": use the word \"or\"");
        case '!': return bad("there is no \"!\": use the word \"not\"");
        case '<':
        case '>': return bad("values can only be compared for being equal, with \"==\"");
        default: return bad("no part of an expression begins with this character");
    }
}

}  // namespace leasehold::expression
