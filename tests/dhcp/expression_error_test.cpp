// Expressions that are refused: each with its place and with words that help, and the limits.
#include <gtest/gtest.h>

#include "dhcp/expression_program.hpp"
#include "tests/dhcp/expression_source.hpp"

namespace leasehold::expression_error_test {
namespace {

using Kind = Expression::Kind;

Result<Expression, ExpressionError> compile(std::string_view text, Kind kind = Kind::test,
                                            Family family = Family::v4) {
    ClassNames classes;
    classes.intern("voip");
    return Expression::compile(kind, text, names_for_test(family, classes));
}

struct ErrorRow {
    std::string_view expression;
    std::size_t offset;
    std::string_view words;  // that the detail has
};
void expect_errors(std::span<const ErrorRow> rows, Kind kind = Kind::test, Family family = Family::v4) {
    for (const auto& row : rows) {
        const auto compiled = compile(row.expression, kind, family);
        ASSERT_FALSE(compiled) << row.expression;
        EXPECT_EQ(compiled.error().offset, row.offset) << row.expression << ": " << compiled.error().detail;
        EXPECT_NE(compiled.error().detail.find(row.words), std::string::npos)
            << row.expression << ": " << compiled.error().detail;
    }
}

TEST(ExpressionError, LettersAndSigns) {
    expect_errors(std::array{
        ErrorRow{"", 0, "found the end"},
        ErrorRow{"option[60].hex = 'a'", 15, "\"==\""},
        ErrorRow{"option[60].hex == \"a\"", 18, "single quotes"},
        ErrorRow{"option[60].hex == 'a", 18, "no closing quote"},
        ErrorRow{"option[60].hex == 'a\nb'", 18, "no closing quote"},
        ErrorRow{"known && unknown", 6, "\"and\""},
        ErrorRow{"known || unknown", 6, "\"or\""},
        ErrorRow{"!known", 0, "\"not\""},
        ErrorRow{"pkt.len > 5", 8, "equal"},
        ErrorRow{"option[60].hex == 0xg", 18, "hexadecimal digits"},
        ErrorRow{"option[60].hex == $", 18, "begins with this"},
        ErrorRow{"option[60].hex == 1.2.3", 18, "not an address"},
        ErrorRow{"option[60].hex == 1:2", 18, "not an address"},
        ErrorRow{"option[60].hex == 4294967296", 18, "0 to 4294967295"},
        ErrorRow{"option[60].hex == -1", 18, "0 to 4294967295"},
        ErrorRow{"option[60].hex == 99999999999999999999", 18, "out of range"},
    });
}

TEST(ExpressionError, WordsAndPlaces) {
    expect_errors(std::array{
        ErrorRow{"substrin('a', 0, 1) == 'a'", 0, "did you mean \"substring\"?"},
        ErrorRow{"Option[60].exists", 0, "did you mean \"option\"?"},
        ErrorRow{"and", 0, "expected a value"},
        ErrorRow{"known known", 6, "expected the end"},
        ErrorRow{"known)", 5, "expected the end"},
        ErrorRow{"(known", 6, "expected \")\""},
        ErrorRow{"known and", 9, "expected a value"},
        ErrorRow{"'a' ==", 6, "expected a value"},
        ErrorRow{"option60.exists", 0, "found \"option60\""},
        ErrorRow{"option.60", 6, "expected \"[\""},
        ErrorRow{"option[60.exists", 9, "expected \"]\""},
        ErrorRow{"option[60]", 10, "expected \".\""},
        ErrorRow{"option[60].foo", 11, "\"hex\", \"text\", \"exists\" or \"option\""},
        ErrorRow{"option[0].exists", 7, "1 to 254"},
        ErrorRow{"option[255].exists", 7, "1 to 254"},
        ErrorRow{"option[43].option[0].exists", 18, "1 to 254"},
        ErrorRow{"option[43].option[foo].exists", 18, "an option code"},
        ErrorRow{"option[-1].exists", 7, "1 to 254"},
        ErrorRow{"option[host-nam].exists", 7, "did you mean \"host-name\"?"},
        ErrorRow{"option[no-such-thing].exists", 7, "there is no option \"no-such-thing\""},
        ErrorRow{"relay4[host-name].exists", 7, "an option code"},
        ErrorRow{"member('VOIP')", 7, "did you mean \"voip\"?"},
        ErrorRow{"member('nobody')", 7, "there is no class \"nobody\""},
        ErrorRow{"member(voip)", 7, "in single quotes"},
        ErrorRow{"pkt.foo == 1", 4, "iface, src, dst, len"},
        ErrorRow{"pkt4.iface == 1", 5, "mac, hlen"},
        ErrorRow{"vendor[-1].exists", 7, "0 to 4294967295"},
        ErrorRow{"vendor[x].exists", 7, "an enterprise number"},
        ErrorRow{"vendor[1].hex", 10, "\"exists\" or \"option\""},
        ErrorRow{"vendor.foo == 1", 7, "expected \"enterprise\""},
        ErrorRow{"vendor-class[1].hex", 16, "\"exists\" or \"data\""},
        ErrorRow{"vendor-class[1].data[-1] == 'a'", 21, "0 to 65535"},
        ErrorRow{"substring('a', x, 1) == 'a'", 15, "where the substring starts"},
        ErrorRow{"substring('a', 0) == 'a'", 16, "expected \",\""},
        ErrorRow{"substring('a', 0, 9999999999) == 'a'", 18, "out of range"},
        ErrorRow{"split('a', 'b', all) == 'a'", 16, "number of a field"},
        ErrorRow{"match(option[60].hex, 'a')", 6, "a regular expression in single quotes"},
    });
}

TEST(ExpressionError, TextsAndTestsAreDifferentThings) {
    expect_errors(std::array{
        ErrorRow{"'a'", 0, "compare it with \"==\""},
        ErrorRow{"option[60].hex", 0, "\".exists\""},
        ErrorRow{"'a' and known", 0, "\"and\" needs a test"},
        ErrorRow{"known and 'a'", 10, "\"and\" needs a test"},
        ErrorRow{"known sor pkt4.mac", 10, "\"sor\" needs a test"},
        ErrorRow{"not 'a'", 4, "\"not\" needs a test"},
        ErrorRow{"known == 'a'", 0, "\"==\" needs a text"},
        ErrorRow{"'a' == known", 7, "\"==\" needs a text"},
        ErrorRow{"'a' == 'a' == 'a'", 11, "compares two values"},
        ErrorRow{"known + 'a' == 'b'", 0, "\"+\" needs a text"},
        ErrorRow{"'a' + known == 'b'", 6, "\"+\" needs a text"},
        ErrorRow{"lcase(known) == 'b'", 6, "a text is needed"},
        ErrorRow{"ifelse('a', 'b', 'c') == 'b'", 7, "a test is needed"},
        ErrorRow{"ifelse(known, known, 'c') == 'b'", 14, "a text is needed"},
    });
    expect_errors(std::array{ErrorRow{"known", 0, "ifelse("}, ErrorRow{"'a' == 'a'", 0, "ifelse("}},
                  Kind::text);
}

TEST(ExpressionError, PacketsOfTheOtherFamilyHaveOtherWords) {
    expect_errors(std::array{
        ErrorRow{"pkt6.msgtype == 1", 0, "\"pkt6\" is of DHCPv6 packets"},
        ErrorRow{"known and relay6[0].peeraddr == ::1", 10, "\"relay6\" is of DHCPv6 packets"},
    });
    expect_errors(std::array{ErrorRow{"pkt4.mac == 1", 0, "\"pkt4\" is of DHCPv4 packets"},
                             ErrorRow{"relay4[1].exists", 0, "\"relay4\" is of DHCPv4 packets"},
                             ErrorRow{"relay6[32].peeraddr == ::1", 7, "-32 to 31"},
                             ErrorRow{"relay6[-33].peeraddr == ::1", 7, "-32 to 31"},
                             ErrorRow{"relay6[0].foo == ::1", 10, "\"peeraddr\" or \"linkaddr\""},
                             ErrorRow{"option[65536].exists", 7, "0 to 65535"}},
                  Kind::test, Family::v6);
}

TEST(ExpressionError, RegularExpressionsThatCannotBeUsed) {
    expect_errors(std::array{
        ErrorRow{"match('(a', 'a')", 6, "without the other"},
        ErrorRow{"match('a)', 'a')", 6, "without the other"},
        ErrorRow{"match('[a', 'a')", 6, "without its \"]\""},
        ErrorRow{"match('[z-a]', 'a')", 6, "runs backwards"},
        ErrorRow{"match('*a', 'a')", 6, "nothing before it to repeat"},
        ErrorRow{"match('a{x}', 'a')", 6, "repetition count"},
        ErrorRow{"match('[[:foo:]]', 'a')", 6, "unknown name"},
        ErrorRow{"match('(a)\\1', 'aa')", 6, "not supported"},
        ErrorRow{"match('((a{100}){100}){100}', 'aa')", 6, "too large"},
        ErrorRow{"match('a{99999999999999999999}', 'aa')", 6, "too large"},
        ErrorRow{"match('(a?){1025}', 'aa')", 6, "too large"},
    });
    EXPECT_FALSE(compile("match('" + std::string(1025, 'a') + "', 'a')"));
    EXPECT_TRUE(compile("match('" + std::string(1024, 'a') + "', 'a')"));
    EXPECT_TRUE(compile("match('[\\]{999}]{100}\\\\{2}(a|b){9}', 'a')"));
}

TEST(ExpressionLimit, NestingOfEveryKind) {
    const auto nested = [](std::string_view before, std::string_view middle, std::string_view after,
                           std::size_t n) {
        std::string text;
        for (std::size_t i = 0; i < n; ++i) text += before;
        text += middle;
        for (std::size_t i = 0; i < n; ++i) text += after;
        return text;
    };
    constexpr std::size_t most = expression::nesting_max - 1;
    EXPECT_TRUE(compile(nested("(", "known", ")", most)));
    EXPECT_TRUE(compile(nested("not ", "known", "", most)));
    EXPECT_TRUE(compile(nested("lcase(", "'a'", ")", most), Kind::text));
    EXPECT_TRUE(compile(nested("ifelse(known, 'a', ", "'a'", ")", most), Kind::text));
    for (const auto& [before, middle, after, kind] :
         {std::tuple{"(", "known", ")", Kind::test}, std::tuple{"not ", "known", "", Kind::test},
          std::tuple{"lcase(", "'a'", ")", Kind::text}, std::tuple{"not(", "known", ")", Kind::test},
          std::tuple{"ifelse(known, 'a', ", "'a'", ")", Kind::text},
          std::tuple{"concat('a', ", "'a'", ")", Kind::text}}) {
        for (const std::size_t depth : {expression::nesting_max + 1, std::size_t{3000}}) {
            const auto compiled = compile(nested(before, middle, after, depth), kind);
            ASSERT_FALSE(compiled) << before << depth;
            EXPECT_NE(compiled.error().detail.find("nest"), std::string::npos) << compiled.error().detail;
        }
    }
}

TEST(ExpressionLimit, ValuesThatWait) {
    const auto waiting = [](std::size_t count) {
        std::string text;
        for (std::size_t i = 1; i < count; ++i) text += "concat('a', ";
        return text + "'a'" + std::string(count - 1, ')');
    };
    const auto deepest = compile(waiting(expression::stack_size_max), Kind::text);
    ASSERT_TRUE(deepest) << deepest.error().detail;
    Expression::Output out;
    ASSERT_TRUE(deepest->evaluate(FakeSource{}, {}, out));
    EXPECT_EQ(out.size(), expression::stack_size_max);
    EXPECT_FALSE(compile(waiting(expression::stack_size_max + 1), Kind::text));
}

TEST(ExpressionLimit, SizeOfTheText) {
    const std::string known = "known" + std::string(expression::text_size_max - 5, ' ');
    EXPECT_TRUE(compile(known));
    EXPECT_FALSE(compile(known + ' '));
    std::string long_chain = "known";
    while (long_chain.size() + 10 < expression::text_size_max) long_chain += " or known";
    const auto compiled = compile(long_chain);
    ASSERT_TRUE(compiled);
    EXPECT_FALSE(compiled->matches(FakeSource{}, {}).value());
}

TEST(ExpressionError, WithoutNamesThereAreNone) {
    const auto compiled = Expression::compile(Kind::test, "option[12].text == 'a'", {});
    ASSERT_TRUE(compiled);
    EXPECT_FALSE(Expression::compile(Kind::test, "option[host-name].exists", {}));
    EXPECT_FALSE(Expression::compile(Kind::test, "member('ALL')", {}));
}

}  // namespace
}  // namespace leasehold::expression_error_test
