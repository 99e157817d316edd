// What an expression's text is compiled to: operations on a stack of values, in postfix order, with jumps
// forward only, so that running it takes no more steps than it has operations.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "dhcp/expression.hpp"
#include "dhcp/expression_regex.hpp"

namespace leasehold::expression {

inline constexpr std::size_t text_size_max = 65535;  // of an expression, octets
inline constexpr std::size_t nesting_max = 200;      // parentheses, functions and "not" within each other
inline constexpr std::size_t stack_size_max = 64;    // values that wait for their operation
/// Octets made while running: concatenations, hexstring() and so on. More is an evaluation error.
inline constexpr std::size_t scratch_size = 8192;

enum class OpCode : std::uint8_t {
    // These push a value.
    literal,              // `size` octets of Program::literals from `place`
    field,                // detail: PacketField
    option,               // detail: OptionOrigin; option, first: which. An absent one is an empty value
    vendor_exists,        // first: enterprise, 0 for any
    vendor_class_exists,  // likewise
    vendor_enterprise,
    vendor_class_enterprise,
    vendor_class_data,  // first: enterprise, 0 for any; place: index
    relay6_address,     // first: level; detail: 1 for the peer's
    member,             // place: ClassId
    // These change the value on top.
    sub_option,   // option
    option_text,  // place: in Program::definitions
    raw_text,     // .text of an option without a definition
    negate,
    substring,  // first: start, second: length
    lower,
    upper,
    address_text,
    integer_text,   // size: octets; detail: 1 for a signed one
    matches,        // place: in Program::patterns
    equal_literal,  // place, size: as of `literal`
    // These put one value in place of two (select: three).
    equal,
    both,
    either,
    concat,
    split,  // first: which field, from 1
    hexstring,
    select,
    // place: the operation to go on with.
    jump,
    jump_if_false,  // takes the value off
    keep_if_false,  // jumps and keeps the value; otherwise takes it off
    keep_if_true,
};

struct Op {
    OpCode code = OpCode::literal;
    std::uint8_t detail = 0;
    std::uint16_t option = 0;
    std::uint32_t place = 0;
    std::uint32_t size = 0;
    std::int64_t first = 0, second = 0;
};

inline constexpr std::int64_t to_the_end = INT64_MAX;  // substring(..., all)

struct Program {
    std::string text;
    std::vector<Op> ops;
    std::vector<std::uint8_t> literals;
    std::vector<OwnedOptionDef> definitions;
    std::vector<Regex> patterns;
    std::vector<ClassId> classes;  // that member() names, each once
};

/// Runs a program that the parser made. What it made on the way lives in here: the result is valid as long as
/// this is. About 10 kilobyte, for the stack.
class Run {
public:
    Run(const Program& program, const ExpressionSource& source, const ClassSet& classes)
        : program_{program}, source_{source}, classes_{classes} {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    /// @return nullptr, or why it could not be evaluated, a literal
    const char* go();
    bool truth() const { return stack_[0].truth; }
    ExpressionBytes octets() const { return stack_[0].bytes(); }

private:
    /// Without initial values: the stack is not cleared for each packet.
    struct Value {
        const std::uint8_t* data;
        std::size_t size;
        bool truth;  // of a test; of an option whether it is there
        ExpressionBytes bytes() const { return {data, size}; }
    };

    std::size_t step(std::size_t at);
    void push_fact(const Op& op);
    void change_top(const Op& op);
    void join_two(const Op& op);

    Value& top() { return stack_[used_ - 1]; }
    Value pop() { return stack_[--used_]; }
    void push(ExpressionBytes bytes, bool truth = false) {
        stack_[used_++] = {bytes.data(), bytes.size(), truth};
    }
    void set_top(ExpressionBytes bytes, bool truth = false) { top() = {bytes.data(), bytes.size(), truth}; }
    /// Absent: empty, and not true.
    void push(std::optional<ExpressionBytes> bytes) {
        push(bytes.value_or(ExpressionBytes{}), bytes.has_value());
    }
    void push_number(std::optional<std::uint32_t> number);
    /// Room for so many octets; empty and an error when there is none.
    std::span<std::uint8_t> room(std::size_t size);
    ExpressionBytes keep(std::string_view text);

    void push_field(PacketField field);
    void push_relay6_address(const Op& op);
    void option_text(const OptionDef& def);
    void raw_text();
    void change_case(bool upper);
    void address_text();
    void integer_text(const Op& op);
    void concat();
    void hexstring();

    const Program& program_;
    const ExpressionSource& source_;
    const ClassSet& classes_;
    const char* error_ = nullptr;
    std::size_t used_ = 0;
    std::size_t scratch_used_ = 0;
    std::array<Value, stack_size_max> stack_;
    std::array<std::uint8_t, scratch_size> scratch_;
};

}  // namespace leasehold::expression
