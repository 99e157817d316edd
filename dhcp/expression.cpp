#include "dhcp/expression.hpp"

namespace leasehold {

struct Expression::Program {
    std::string text;
    std::vector<ClassId> classes;
};

Result<Expression, ExpressionError> Expression::compile(Kind, std::string_view text, const ExpressionNames&) {
    return Expression{std::make_shared<const Program>(Program{std::string{text}, {}})};
}
Result<bool, std::string_view> Expression::matches(const ExpressionSource&, const ClassSet&) const {
    return false;
}
Result<void, std::string_view> Expression::evaluate(const ExpressionSource&, const ClassSet&, Output&) const {
    return {};
}
std::span<const ClassId> Expression::referred_classes() const {
    return program_->classes;
}
std::string_view Expression::text() const {
    return program_->text;
}

}  // namespace leasehold
