// Runs the program of an expression. Values are views of the packet, of literals, or of a scratch of fixed
// size; nothing is allocated, except by match() (the regular expression library) and by .text of an option
// that is no plain string (option_text).
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "dhcp/client_identity.hpp"
#include "dhcp/expression_program.hpp"
#include "dhcp/option_text.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::expression {
namespace {

constexpr std::size_t field_scratch_size = 16;  // an address

std::optional<std::int64_t> which_of(const Op& op) {
    // vendor[0] is vendor[*].
    if (OptionOrigin{op.detail} == OptionOrigin::vendor && op.first == 0) return std::nullopt;
    return op.first;
}

bool is_enterprise(std::optional<std::uint32_t> found, std::int64_t wanted) {
    return found && (wanted == 0 || *found == wanted);
}

/// A negative start counts from the end; a negative length is that of what stands before the start.
ExpressionBytes substring(ExpressionBytes value, std::int64_t start, std::int64_t length) {
    const auto size = static_cast<std::int64_t>(value.size());
    if (start < -size || start >= size) return {};
    if (start < 0) start += size;
    if (length < 0) {
        const std::int64_t before = std::min(-length, start);
        return value.subspan(static_cast<std::size_t>(start - before), static_cast<std::size_t>(before));
    }
    return value.subspan(static_cast<std::size_t>(start),
                         static_cast<std::size_t>(std::min(length, size - start)));
}

/// Field `number`, from 1; each delimiter ends one. Without delimiters the whole is the only field.
ExpressionBytes split(ExpressionBytes value, ExpressionBytes delimiters, std::int64_t number) {
    if (delimiters.empty()) return value;
    if (number < 1) return {};
    std::array<bool, 256> is_delimiter{};
    for (const std::uint8_t octet : delimiters) is_delimiter[octet] = true;
    const auto ends_at = [&](std::size_t from) {
        while (from < value.size() && !is_delimiter[value[from]]) ++from;
        return from;
    };
    std::size_t begin = 0, end = ends_at(0);
    for (; number > 1; --number) {
        if (end == value.size()) return {};
        begin = end + 1;
        end = ends_at(begin);
    }
    return value.subspan(begin, end - begin);
}

bool equals(ExpressionBytes value, const std::uint8_t* data, std::size_t size) {
    return value.size() == size && (size == 0 || std::memcmp(value.data(), data, size) == 0);
}

bool is_printable(ExpressionBytes octets) {
    return std::ranges::all_of(octets, [](std::uint8_t octet) { return octet >= ' ' && octet <= '~'; });
}

bool is_plain_string(const OptionDef& def) {
    return def.fields.size() == 1 && def.fields.front() == Shape::string && !def.array;
}

}  // namespace

/// @return the operation to go on with. Within the loop: a call for each operation would cost as much as most
/// of them.
[[gnu::always_inline]] inline std::size_t Run::step(std::size_t at) {
    const Op& op = program_.ops[at];
    switch (op.code) {
        // What most tests are made of comes first, without a further choice.
        case OpCode::option:
            push(source_.option(OptionOrigin{op.detail}, which_of(op), op.option));
            return at + 1;
        case OpCode::substring: set_top(substring(top().bytes(), op.first, op.second)); return at + 1;
        case OpCode::equal_literal:
            set_top({}, equals(top().bytes(), program_.literals.data() + op.place, op.size));
            return at + 1;
        case OpCode::jump: return op.place;
        case OpCode::jump_if_false: return pop().truth ? at + 1 : op.place;
        case OpCode::keep_if_false:
            if (!top().truth) return op.place;
            pop();
            return at + 1;
        case OpCode::keep_if_true:
            if (top().truth) return op.place;
            pop();
            return at + 1;
        default: break;
    }
    if (op.code < OpCode::sub_option)
        push_fact(op);
    else if (op.code < OpCode::equal)
        change_top(op);
    else
        join_two(op);
    return at + 1;
}

const char* Run::go() {
    for (std::size_t at = 0; at < program_.ops.size() && error_ == nullptr;) at = step(at);
    return error_;
}

void Run::push_fact(const Op& op) {
    switch (op.code) {
        case OpCode::literal: return push(ExpressionBytes{program_.literals}.subspan(op.place, op.size));
        case OpCode::field: return push_field(PacketField{op.detail});
        case OpCode::vendor_exists: return push({}, is_enterprise(source_.vendor_enterprise(), op.first));
        case OpCode::vendor_class_exists:
            return push({}, is_enterprise(source_.vendor_class_enterprise(), op.first));
        case OpCode::vendor_enterprise: return push_number(source_.vendor_enterprise());
        case OpCode::vendor_class_enterprise: return push_number(source_.vendor_class_enterprise());
        case OpCode::vendor_class_data: {
            const auto number = static_cast<std::uint32_t>(op.first);
            return push(
                source_.vendor_class_data(number == 0 ? std::nullopt : std::optional{number}, op.place));
        }
        case OpCode::relay6_address: return push(source_.relay6_address(op.first, op.detail != 0));
        default: return push({}, classes_.has(static_cast<ClassId>(op.place)));  // member
    }
}

void Run::change_top(const Op& op) {
    switch (op.code) {
        case OpCode::sub_option: {
            const auto found = top().truth ? source_.sub_option(top().bytes(), op.option) : std::nullopt;
            return set_top(found.value_or(ExpressionBytes{}), found.has_value());
        }
        case OpCode::option_text: return option_text(program_.definitions[op.place].view());
        case OpCode::raw_text: return raw_text();
        case OpCode::negate: top().truth = !top().truth; return;
        case OpCode::lower: return change_case(false);
        case OpCode::upper: return change_case(true);
        case OpCode::address_text: return address_text();
        case OpCode::integer_text: return integer_text(op);
        default: {  // matches
            const auto outcome = program_.patterns[op.place].matches(top().bytes());
            if (!outcome) error_ = outcome.error().data();
            return set_top({}, outcome.value_or(false));
        }
    }
}

void Run::join_two(const Op& op) {
    switch (op.code) {
        case OpCode::concat: return concat();
        case OpCode::hexstring: return hexstring();
        default: break;
    }
    const Value right = pop();
    switch (op.code) {
        case OpCode::equal: return set_top({}, equals(top().bytes(), right.data, right.size));
        case OpCode::both: top().truth = top().truth && right.truth; return;
        case OpCode::either: top().truth = top().truth || right.truth; return;
        case OpCode::split: return set_top(split(top().bytes(), right.bytes(), op.first));
        default: {  // select: test, its value when true, its value when false
            const Value left = pop();
            return set_top(top().truth ? left.bytes() : right.bytes());
        }
    }
}

void Run::push_number(std::optional<std::uint32_t> number) {
    if (!number) return push(ExpressionBytes{});
    const auto octets = room(4);
    if (!octets.empty()) write_u32(octets.data(), *number);
    push(ExpressionBytes{octets});
}

std::span<std::uint8_t> Run::room(std::size_t size) {
    if (size > scratch_.size() - scratch_used_) {
        error_ = "its values need more than 8192 octets";
        return {};
    }
    const auto space = std::span{scratch_}.subspan(scratch_used_, size);
    scratch_used_ += size;
    return space;
}

ExpressionBytes Run::keep(std::string_view text) {
    const auto space = room(text.size());
    if (!space.empty()) std::memcpy(space.data(), text.data(), text.size());
    return space;
}

// --- what the packet says

void Run::push_field(PacketField field) {
    const auto space = room(field_scratch_size);
    if (error_ == nullptr) push(source_.field(field, space));
}

/// Of a plain string the octets themselves: what option_to_text escapes for configurations is not in the
/// value.
void Run::option_text(const OptionDef& def) {
    if (!top().truth) return set_top({});
    auto octets = top().bytes();
    if (is_plain_string(def)) {
        while (!octets.empty() && octets.back() == 0) octets = octets.first(octets.size() - 1);
        if (is_printable(octets)) return set_top(octets);
    }
    set_top(keep(option_to_text(def, octets)));
}

/// Nothing says what the octets are: text as it is, anything else in hexadecimal.
void Run::raw_text() {
    const auto octets = top().bytes();
    set_top(is_printable(octets) ? octets : keep("0x" + to_hex(octets, "")));
}

// --- functions

void Run::change_case(bool upper) {
    const auto from = top().bytes();
    const auto to = room(from.size());
    if (error_ != nullptr) return;
    std::ranges::transform(from, to.begin(), [upper](std::uint8_t octet) -> std::uint8_t {
        const bool is_letter = upper ? octet >= 'a' && octet <= 'z' : octet >= 'A' && octet <= 'Z';
        return is_letter ? octet ^ 0x20 : octet;
    });
    set_top(to);
}

void Run::address_text() {
    const auto octets = top().bytes();
    if (octets.empty()) return;
    if (octets.size() != 4 && octets.size() != 16) {
        error_ = "addrtotext() of a value that has neither 4 nor 16 octets";
        return;
    }
    std::array<char, INET6_ADDRSTRLEN> text;
    inet_ntop(octets.size() == 4 ? AF_INET : AF_INET6, octets.data(), text.data(), text.size());
    set_top(keep(text.data()));
}

void Run::integer_text(const Op& op) {
    const auto octets = top().bytes();
    if (octets.empty()) return;
    if (octets.size() != op.size) {
        error_ = op.size == 1   ? "int8totext() or uint8totext() of a value that has not 1 octet"
                 : op.size == 2 ? "int16totext() or uint16totext() of a value that has not 2 octets"
                                : "int32totext() or uint32totext() of a value that has not 4 octets";
        return;
    }
    std::int64_t number = 0;
    for (const std::uint8_t octet : octets) number = number << 8 | octet;
    const std::int64_t beyond = std::int64_t{1} << 8 * op.size;
    if (op.detail != 0 && number >= beyond / 2) number -= beyond;  // two's complement
    std::array<char, 16> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    set_top(keep({text.data(), end}));
}

void Run::concat() {
    const auto right = pop().bytes();
    const auto left = top().bytes();
    // "a + b + c": what was made last grows in place instead of being copied each time.
    const bool is_last_made =
        left.data() >= scratch_.data() && left.data() + left.size() == scratch_.data() + scratch_used_;
    const std::size_t copied = is_last_made ? 0 : left.size();
    const auto space = room(copied + right.size());
    if (error_ != nullptr) return;
    std::ranges::copy(left.first(copied), space.begin());
    std::ranges::copy(right, space.begin() + static_cast<std::ptrdiff_t>(copied));
    set_top(is_last_made ? ExpressionBytes{left.data(), left.size() + right.size()} : ExpressionBytes{space});
}

void Run::hexstring() {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto separator = pop().bytes();
    const auto octets = top().bytes();
    if (octets.empty()) return;
    const auto space = room(octets.size() * 2 + (octets.size() - 1) * separator.size());
    if (error_ != nullptr) return;
    auto out = space.begin();
    for (std::size_t at = 0; at < octets.size(); ++at) {
        if (at > 0) out = std::ranges::copy(separator, out).out;
        *out++ = static_cast<std::uint8_t>(digits[octets[at] >> 4]);
        *out++ = static_cast<std::uint8_t>(digits[octets[at] & 0xf]);
    }
    set_top(space);
}

}  // namespace leasehold::expression
