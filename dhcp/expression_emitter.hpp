// Builds a Program: the operations in order, the literals they read, and how deep the stack of values gets.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "dhcp/expression_program.hpp"

namespace leasehold::expression {

class Emitter {
public:
    explicit Emitter(std::string_view text) { program_.text = text; }

    void op(Op op) {
        depth_ += stack_effect(op.code);
        depth_max_ = std::max(depth_max_, depth_);
        program_.ops.push_back(op);
    }
    void literal(std::span<const std::uint8_t> octets) {
        op({.code = OpCode::literal,
            .place = static_cast<std::uint32_t>(program_.literals.size()),
            .size = static_cast<std::uint32_t>(octets.size())});
        program_.literals.insert(program_.literals.end(), octets.begin(), octets.end());
    }
    /// Most comparisons are with a literal, which then need not be put on the stack. (Not with the literal of
    /// a branch that ends here: other values may come to stand in its place.)
    void equal() {
        const bool with_literal = !program_.ops.empty() && program_.ops.back().code == OpCode::literal &&
                                  landed_at_ != program_.ops.size();
        if (!with_literal) return op({.code = OpCode::equal});
        program_.ops.back().code = OpCode::equal_literal;
        --depth_;
    }
    /// @return for land(): where the jump stands
    std::size_t jump(OpCode code) {
        op({.code = code});
        return program_.ops.size() - 1;
    }
    /// The jump goes to the operation that comes next.
    void land(std::size_t jump) {
        landed_at_ = program_.ops.size();
        program_.ops[jump].place = static_cast<std::uint32_t>(landed_at_);
    }
    /// The value of one branch is there; the other branch begins without it.
    void other_branch() { --depth_; }

    void member(ClassId id) {
        op({.code = OpCode::member, .place = id});
        if (std::ranges::find(program_.classes, id) == program_.classes.end()) program_.classes.push_back(id);
    }
    void match(Regex pattern) {
        op({.code = OpCode::matches, .place = static_cast<std::uint32_t>(program_.patterns.size())});
        program_.patterns.push_back(std::move(pattern));
    }
    void option_text(const OptionDef& def) {
        op({.code = OpCode::option_text, .place = static_cast<std::uint32_t>(program_.definitions.size())});
        program_.definitions.emplace_back(def);
    }

    bool overruns() const { return depth_max_ > static_cast<std::ptrdiff_t>(stack_size_max); }
    Program take() { return std::move(program_); }

private:
    /// Values on the stack after the operation, less those before.
    static int stack_effect(OpCode code) {
        switch (code) {
            case OpCode::literal:
            case OpCode::field:
            case OpCode::option:
            case OpCode::vendor_exists:
            case OpCode::vendor_class_exists:
            case OpCode::vendor_enterprise:
            case OpCode::vendor_class_enterprise:
            case OpCode::vendor_class_data:
            case OpCode::relay6_address:
            case OpCode::member: return 1;
            case OpCode::sub_option:
            case OpCode::option_text:
            case OpCode::raw_text:
            case OpCode::negate:
            case OpCode::substring:
            case OpCode::lower:
            case OpCode::upper:
            case OpCode::address_text:
            case OpCode::integer_text:
            case OpCode::matches:
            case OpCode::equal_literal:
            case OpCode::jump: return 0;
            case OpCode::equal:
            case OpCode::both:
            case OpCode::either:
            case OpCode::concat:
            case OpCode::split:
            case OpCode::hexstring:
            case OpCode::jump_if_false:
            case OpCode::keep_if_false:
            case OpCode::keep_if_true: return -1;
            case OpCode::select: return -2;
        }
        return 0;
    }

    Program program_;
    std::ptrdiff_t depth_ = 0, depth_max_ = 0;
    std::size_t landed_at_ = 0;  // the operation that a jump goes to, the last one of those known
};

}  // namespace leasehold::expression
