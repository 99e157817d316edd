// What others see of an expression: it is made by expression_parser and run by expression_eval.
#include "dhcp/expression.hpp"

#include "dhcp/expression_parser.hpp"
#include "dhcp/expression_program.hpp"

namespace leasehold {

struct Expression::Program : expression::Program {};

Result<Expression, ExpressionError> Expression::compile(Kind kind, std::string_view text,
                                                        const ExpressionNames& names) {
    auto program = expression::Parser::parse(kind, text, names);
    if (!program) return std::unexpected(std::move(program.error()));
    return Expression{std::make_shared<const Program>(Program{std::move(*program)})};
}

Result<bool, std::string_view> Expression::matches(const ExpressionSource& source,
                                                   const ClassSet& classes) const {
    expression::Run run{*program_, source, classes};
    if (const char* const error = run.go()) return std::unexpected(std::string_view{error});
    return run.truth();
}

Result<void, std::string_view> Expression::evaluate(const ExpressionSource& source, const ClassSet& classes,
                                                    Output& out) const {
    expression::Run run{*program_, source, classes};
    if (const char* const error = run.go()) return std::unexpected(std::string_view{error});
    const auto octets = run.octets();
    out.insert(out.end(), octets.begin(), octets.end());
    return {};
}

std::span<const ClassId> Expression::referred_classes() const {
    return program_->classes;
}

std::string_view Expression::text() const {
    return program_->text;
}

}  // namespace leasehold
