// Any octets as an expression: it compiles, or there are words and a place; what compiles runs on packets in
// bounded room, twice with the same outcome.
#include <algorithm>
#include <array>
#include <string_view>

#include "dhcp/expression.hpp"
#include "dhcp/expression_program.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/packet_source.hpp"
#include "tests/fuzz/fuzz_check.hpp"

namespace leasehold {
namespace {

using fuzz::require;

/// A relayed DISCOVER with the options that expressions are about.
constexpr auto datagram = [] {
    std::array<std::uint8_t, 300> octets{1, 1, 6, 0, 0xde, 0xad, 0xbe, 0xef};
    octets[24] = 10;  // giaddr
    for (std::size_t i = 0; i < 6; ++i) octets[28 + i] = static_cast<std::uint8_t>(2 + i);
    constexpr std::array<std::uint8_t, 59> options{
        0x63, 0x82, 0x53, 0x63, 53,  1,   1,   12, 4,  'H', 'o', 's', 't', 60,  4,   'M', 'S', 'F', 'T', 61,
        7,    1,    2,    3,    4,   5,   6,   7,  82, 7,   1,   5,   'p', 'o', 'r', 't', '7', 124, 7,   0,
        0,    17,   139,  2,    'a', 'b', 125, 9,  0,  0,   17,  139, 4,   1,   2,   'x', 'y', 255, 0};
    std::copy(options.begin(), options.end(), octets.begin() + 236);
    return octets;
}();

ExpressionNames names_of(Family family, const ClassNames& classes) {
    return {.family = family,
            .option_named = [](std::string_view name) { return v4::find_option(name); },
            .option_coded = [](std::uint16_t code) -> const OptionDef* {
                return code > 255 ? nullptr : v4::find_option(static_cast<std::uint8_t>(code));
            },
            .class_named = [&classes](std::string_view name) { return classes.find(name); }};
}

void run(const Expression& expression, Expression::Kind kind, const ExpressionSource& source) {
    ClassSet classes;
    classes.add(class_id::all);
    if (kind == Expression::Kind::test) {
        const auto once = expression.matches(source, classes), again = expression.matches(source, classes);
        require(once.has_value() == again.has_value() && once.value_or(false) == again.value_or(false),
                "the same packet gives the same outcome");
        require(once || !once.error().empty(), "a failure has words");
        return;
    }
    Expression::Output out, again;
    const auto done = expression.evaluate(source, classes, out);
    require(done.has_value() == expression.evaluate(source, classes, again).has_value() && out == again,
            "the same packet gives the same value");
    require(done || (out.empty() && !done.error().empty()), "a failure has words and no value");
    require(out.size() <= std::max(expression.text().size(), expression::scratch_size), "values are bounded");
}

void compile_and_run(std::string_view text, Expression::Kind kind, Family family) {
    static const ClassNames classes = [] {
        ClassNames made;
        made.intern("voip");
        return made;
    }();
    const auto compiled = Expression::compile(kind, text, names_of(family, classes));
    if (!compiled) {
        require(!compiled.error().detail.empty() && compiled.error().offset <= text.size(),
                "errors have a place");
        return;
    }
    require(compiled->text() == text, "it knows its text");
    for (const ClassId id : compiled->referred_classes()) require(id < classes.size(), "classes exist");
    const auto message = v4::MessageView::parse(datagram);
    require(message.has_value(), "the packet is one");
    v4::Arrival arrival;
    arrival.interface_name = "lan0";
    run(*compiled, kind, v4::PacketSource{*message, arrival});
}

}  // namespace
}  // namespace leasehold

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace leasehold;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    for (const auto kind : {Expression::Kind::test, Expression::Kind::text})
        for (const auto family : {Family::v4, Family::v6}) compile_and_run(text, kind, family);
    return 0;
}
