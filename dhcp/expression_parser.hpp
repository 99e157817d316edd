// The text of an expression to a program: grammar, precedence and types. Running it: expression_eval.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "dhcp/expression.hpp"
#include "dhcp/expression_emitter.hpp"
#include "dhcp/expression_lexer.hpp"
#include "dhcp/expression_program.hpp"

namespace leasehold::expression {

/// What a part of an expression yields.
enum class Type : std::uint8_t { truth, octets };

/// Descends through the text once and emits operations as it goes. After the first error it sees only the end
/// of the text, so that every loop ends; the error is looked at once, at last.
class Parser {
public:
    /// The limits of expression_program.hpp are kept: what comes out of here cannot overrun a stack.
    static Result<Program, ExpressionError> parse(Expression::Kind kind, std::string_view text,
                                                  const ExpressionNames& names);

private:
    /// A word that begins a value, and what parses the rest of it.
    struct Word {
        std::string_view name;
        Type (Parser::*parse)(const Word&);
        OpCode code{};                 // of a function with one argument
        std::uint8_t size = 0;         // intNtotext: octets
        bool is_signed = false;        // likewise
        std::optional<Family> only{};  // packets of the other family do not have it
    };
    struct BinaryOperator;
    static std::span<const Word> words();

    Parser(std::string_view text, const ExpressionNames& names) : names_{names}, lexer_{text}, emit_{text} {}

    // --- operators (expression_parser)
    Type disjunction(int lowest_level = 0);
    Type operand();
    Type comparison();
    Type sum();
    Type value();
    Type parenthesized();
    const BinaryOperator* binary_operator() const;

    // --- values (expression_values)
    void literal();
    void hex_literal();
    void address_literal();
    Type word();
    Type packet_field(const Word& word);
    Type option_path(const Word& word);
    Type relay4(const Word& word);
    Type relay6(const Word& word);
    Type vendor(const Word& word);
    Type vendor_class(const Word& word);
    Type vendor_class_data(std::int64_t enterprise);
    Type path_end(const OptionDef* def);
    Type member(const Word& word);
    Type known(const Word& word);
    Type match(const Word& word);
    Type substring(const Word& word);
    Type split(const Word& word);
    Type two_texts(const Word& word);
    Type one_text(const Word& word);
    Type if_else(const Word& word);

    std::pair<std::uint16_t, const OptionDef*> option_name();
    std::uint16_t option_code();
    std::int64_t enterprise();
    void unknown_word(const Token& word);

    // --- tokens and errors
    void advance() { token_ = error_ ? Token{} : lexer_.next(); }
    bool accept(std::string_view sign_or_word);
    bool expect(std::string_view sign_or_word);
    Token expect_kind(TokenKind kind, std::string_view what);
    std::int64_t integer(std::int64_t min, std::int64_t max, std::string_view what);
    void require(Type wanted, Type got, std::size_t offset, std::string_view who);
    void octets_argument();
    void truth_argument();
    void fail(std::size_t offset, std::string detail);
    void fail_here(std::string_view wanted);
    std::string described() const;
    bool failed() const { return error_.has_value(); }

    const ExpressionNames& names_;
    Lexer lexer_;
    Emitter emit_;
    Token token_;
    std::size_t nesting_ = 0;
    std::optional<ExpressionError> error_;
};

/// A name that `exists` and differs from this one in one character, or in case only; "": there is none.
std::string near_name(std::string_view name, const std::function<bool(std::string_view)>& exists);

}  // namespace leasehold::expression
