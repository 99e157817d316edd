// Operators and errors; the values between the operators are in expression_values.
#include "dhcp/expression_parser.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace leasehold::expression {

/// Those that connect truths, in Kea's order: a higher level binds closer. The older forms sand and sor look
/// at both sides in any case, which shows only where the right one cannot be evaluated.
struct Parser::BinaryOperator {
    std::string_view name;
    int level;
    bool lazy;
    OpCode code;
};

const Parser::BinaryOperator* Parser::binary_operator() const {
    static constexpr std::array operators{
        BinaryOperator{"sor", 0, false, OpCode::either},
        BinaryOperator{"or", 1, true, OpCode::keep_if_true},
        BinaryOperator{"sand", 2, false, OpCode::both},
        BinaryOperator{"and", 3, true, OpCode::keep_if_false},
    };
    if (token_.kind != TokenKind::word) return nullptr;
    const auto* const found = std::ranges::find(operators, token_.text, &BinaryOperator::name);
    return found == operators.end() ? nullptr : found;
}

Result<Program, ExpressionError> Parser::parse(Expression::Kind kind, std::string_view text,
                                               const ExpressionNames& names) {
    if (text.size() > text_size_max)
        return std::unexpected(ExpressionError{
            "the expression is longer than " + std::to_string(text_size_max) + " characters", text_size_max});
    Parser parser{text, names};
    parser.advance();
    const Type type = parser.disjunction();
    if (!parser.failed() && parser.token_.kind != TokenKind::end)
        parser.fail_here(type == Type::truth ? "the end, \"and\" or \"or\"" : "the end, \"+\" or \"==\"");
    if (kind == Expression::Kind::test && type == Type::octets)
        parser.fail(0,
                    "this is a text where a test is needed, true or false: compare it with \"==\", or use "
                    "\".exists\"");
    if (kind == Expression::Kind::text && type == Type::truth)
        parser.fail(0,
                    "this is true or false where a text is needed: use ifelse(test, 'text', 'other text')");
    if (parser.emit_.overruns())
        parser.fail(0, "the expression keeps more than " + std::to_string(stack_size_max) +
                           " values at a time: nest it less deeply");
    if (parser.failed()) return std::unexpected(std::move(*parser.error_));
    return parser.emit_.take();
}

// --- operators

Type Parser::disjunction(int lowest_level) {
    std::size_t left_at = token_.offset;
    Type left = operand();
    for (const auto* op = binary_operator(); op != nullptr && op->level >= lowest_level;
         op = binary_operator()) {
        require(Type::truth, left, left_at, op->name);
        advance();
        const std::size_t jump = op->lazy ? emit_.jump(op->code) : 0;
        const std::size_t right_at = token_.offset;
        require(Type::truth, disjunction(op->level + 1), right_at, op->name);
        if (op->lazy)
            emit_.land(jump);
        else
            emit_.op({.code = op->code});
        left = Type::truth;
    }
    return left;
}

Type Parser::operand() {
    if (!token_.is("not")) return comparison();
    if (nesting_ == nesting_max) {
        fail(token_.offset, "too many nested parts: at most " + std::to_string(nesting_max));
        return Type::truth;
    }
    advance();
    const std::size_t at = token_.offset;
    ++nesting_;
    require(Type::truth, operand(), at, "not");
    --nesting_;
    emit_.op({.code = OpCode::negate});
    return Type::truth;
}

Type Parser::comparison() {
    const std::size_t left_at = token_.offset;
    const Type left = sum();
    if (!token_.is("==")) return left;
    require(Type::octets, left, left_at, "==");
    advance();
    const std::size_t right_at = token_.offset;
    require(Type::octets, sum(), right_at, "==");
    emit_.equal();
    if (token_.is("==")) fail(token_.offset, "\"==\" compares two values: connect comparisons with \"and\"");
    return Type::truth;
}

Type Parser::sum() {
    const std::size_t left_at = token_.offset;
    const Type left = value();
    while (token_.is("+")) {
        require(Type::octets, left, left_at, "+");
        advance();
        const std::size_t right_at = token_.offset;
        require(Type::octets, value(), right_at, "+");
        emit_.op({.code = OpCode::concat});
    }
    return left;
}

Type Parser::value() {
    if (nesting_ == nesting_max) {
        fail(token_.offset, "too many nested parts: at most " + std::to_string(nesting_max));
        return Type::octets;
    }
    ++nesting_;
    Type type = Type::octets;
    if (token_.is("("))
        type = parenthesized();
    else if (token_.kind == TokenKind::word)
        type = word();
    else
        literal();
    --nesting_;
    return type;
}

Type Parser::parenthesized() {
    advance();
    const Type type = disjunction();
    expect(")");
    return type;
}

// --- tokens and errors

bool Parser::accept(std::string_view sign_or_word) {
    if (!token_.is(sign_or_word)) return false;
    advance();
    return true;
}

bool Parser::expect(std::string_view sign_or_word) {
    if (accept(sign_or_word)) return true;
    fail_here("\"" + std::string{sign_or_word} + "\"");
    return false;
}

/// @return the token, which is taken; after an error any.
Token Parser::expect_kind(TokenKind kind, std::string_view what) {
    const Token token = token_;
    if (token.kind == kind)
        advance();
    else
        fail_here(what);
    return token;
}

std::int64_t Parser::integer(std::int64_t min, std::int64_t max, std::string_view what) {
    const Token token = expect_kind(TokenKind::integer, what);
    if (token.kind != TokenKind::integer) return 0;
    std::int64_t number = 0;
    const auto [end, error] =
        std::from_chars(token.text.data(), token.text.data() + token.text.size(), number);
    if (error != std::errc{} || number < min || number > max)
        fail(token.offset, std::string{token.text} + " is out of range: " + std::string{what} + " is " +
                               std::to_string(min) + " to " + std::to_string(max));
    return number;
}

void Parser::require(Type wanted, Type got, std::size_t offset, std::string_view who) {
    if (wanted == got) return;
    const auto name = "\"" + std::string{who} + "\"";
    fail(offset, wanted == Type::truth
                     ? name + " needs a test, true or false, and this is a text: compare it with \"==\""
                     : name + " needs a text, and this is true or false");
}

void Parser::octets_argument() {
    const std::size_t at = token_.offset;
    if (disjunction() == Type::truth) fail(at, "a text is needed here, and this is true or false");
}

void Parser::truth_argument() {
    const std::size_t at = token_.offset;
    if (disjunction() == Type::octets)
        fail(at, "a test is needed here, true or false, and this is a text: compare it with \"==\"");
}

/// The first error counts; what follows it is noise.
void Parser::fail(std::size_t offset, std::string detail) {
    if (!error_) error_ = ExpressionError{std::move(detail), offset};
    token_ = {};
}

void Parser::fail_here(std::string_view wanted) {
    if (token_.kind == TokenKind::bad) return fail(token_.offset, std::string{token_.text});
    fail(token_.offset, "expected " + std::string{wanted} + ", found " + described());
}

std::string Parser::described() const {
    constexpr std::size_t shown_max = 40;
    if (token_.kind == TokenKind::end) return "the end";
    return "\"" + std::string{token_.text.substr(0, shown_max)} + "\"";
}

std::string near_name(std::string_view name, const std::function<bool(std::string_view)>& exists) {
    constexpr std::size_t name_size_max = 64;  // a bound for the number of trials
    constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    if (name.size() > name_size_max) return {};
    std::string trial{name};
    for (const auto convert : {&::tolower, &::toupper}) {
        std::ranges::transform(name, trial.begin(), [&](char c) {
            return static_cast<char>(convert(static_cast<unsigned char>(c)));
        });
        if (trial != name && exists(trial)) return trial;
    }
    for (std::size_t at = 0; at <= name.size(); ++at) {
        const std::string before{name.substr(0, at)}, rest{name.substr(at)};
        if (rest.size() > 1 && exists(trial = before + rest[1] + rest[0] + rest.substr(2))) return trial;
        if (!rest.empty() && exists(trial = before + rest.substr(1))) return trial;
        for (const char c : alphabet) {
            if (exists(trial = before + c + rest)) return trial;
            if (!rest.empty() && c != rest[0] && exists(trial = before + c + rest.substr(1))) return trial;
        }
    }
    return {};
}

}  // namespace leasehold::expression
