#include "cli/text_table.hpp"

#include <gmock/gmock.h>

#include "cli/text_width.hpp"

namespace leasehold::text_table_test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct VisibleCase {
    std::string_view text, shown;
};
class VisibleTable : public testing::TestWithParam<VisibleCase> {};

TEST_P(VisibleTable, SteersNoTerminal) {
    EXPECT_EQ(visible(GetParam().text), GetParam().shown);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, VisibleTable,
    testing::Values(VisibleCase{"anna", "anna"}, VisibleCase{"", ""}, VisibleCase{"a\x1b[2Jb", "a\\x1b[2Jb"},
                    VisibleCase{"a\nb\tc\x7f", "a\\x0ab\\x09c\\x7f"}, VisibleCase{"bücher", "bücher"},
                    VisibleCase{"東京", "東京"}, VisibleCase{"\xff\xfe", "\\xff\\xfe"},
                    VisibleCase{"\xc3", "\\xc3"}, VisibleCase{"\xe2\x82", "\\xe2\\x82"},
                    VisibleCase{"\xc0\xaf", "\\xc0\\xaf"}, VisibleCase{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
                    VisibleCase{"\xc2\x9b", "\\u{9b}"},           // the one-octet escape of old terminals
                    VisibleCase{"a\u202ecod.exe", "a\\u{202e}cod.exe"},  // would turn the text round
                    VisibleCase{"a\u200bb\ufeff", "a\\u{200b}b\\u{feff}"}));

TEST(TextWidth, CountsColumns) {
    EXPECT_EQ(text_width("anna"), 4u);
    EXPECT_EQ(text_width("bücher"), 6u);
    EXPECT_EQ(text_width("東京"), 4u) << "two columns each";
    EXPECT_EQ(text_width("e\u0301"), 1u) << "an accent stands on its letter";
    EXPECT_EQ(text_width("█▏"), 2u);
    EXPECT_EQ(visible("bü", false), "b\\u{fc}") << "for a terminal without UTF-8";
}

TEST(TextWidth, Shortens) {
    EXPECT_EQ(shortened("anna", 4), "anna");
    EXPECT_EQ(shortened("annabel", 4), "ann…");
    EXPECT_EQ(shortened("annabel", 4, false), "ann~");
    EXPECT_EQ(shortened("東京都", 4), "東…") << "half a character cannot be shown";
    EXPECT_EQ(shortened("x", 0), "");
}

TEST(TextWidth, WrapsAtSpaces) {
    EXPECT_EQ(wrapped("the quick brown fox jumps", 22, 4), "the quick brown\n    fox jumps");
    EXPECT_EQ(wrapped("abcdefghijklmnopqrstuvwxyz", 20, 4), "abcdefghijklmnop\n    qrstuvwxyz");
    EXPECT_EQ(wrapped("as long as it likes", 0, 4), "as long as it likes");
}

TEST(Words, DurationsAndNumbers) {
    EXPECT_EQ(short_duration(0), "0 s");
    EXPECT_EQ(short_duration(-5), "0 s");
    EXPECT_EQ(short_duration(59), "59 s");
    EXPECT_EQ(short_duration(3599), "59 min");
    EXPECT_EQ(short_duration(3600), "1 h");
    EXPECT_EQ(short_duration(5000), "1 h 23 min");
    EXPECT_EQ(short_duration(90061), "1 d 1 h");
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1234567), "1,234,567");
    EXPECT_EQ(grouped(-1000), "-1,000");
    EXPECT_EQ(grouped(18446744073709551616.0), "2^64");
    EXPECT_EQ(grouped(1.8e19), "1.8e19");
}

const std::vector<TableColumn> columns{{"ADDRESS"}, {"NAME", 2, 4}, {"NOTE", 3}, {"N", 1, 0, true}};
const std::vector<TableRow> rows{{{"192.0.2.1"}, {"annabel"}, {"first"}, {"7"}},
                                 {{"192.0.2.100"}, {"東京"}, {""}, {"1,000"}}};

std::string table(std::size_t width, bool colours = false) {
    return render_table(columns, rows, {.is_terminal = width != 0, .width = width, .height = 0, .colours = colours, .utf8 = true});
}

TEST(Table, IsAsWideAsItLikesWhereNobodySays) {
    EXPECT_EQ(table(0),
              "ADDRESS      NAME     NOTE       N\n"
              "192.0.2.1    annabel  first      7\n"
              "192.0.2.100  東京            1,000\n");
}

TEST(Table, ColumnsGiveWayInTheirOrder) {
    EXPECT_EQ(table(33),
              "ADDRESS      NAME    NOTE       N\n"
              "192.0.2.1    annab…  first      7\n"
              "192.0.2.100  東京           1,000\n")
        << "first shortened";
    EXPECT_EQ(table(25),
              "ADDRESS      NAME       N\n"
              "192.0.2.1    anna…      7\n"
              "192.0.2.100  東京   1,000\n")
        << "then NOTE is dropped, and NAME gets what is left";
    EXPECT_EQ(table(20),
              "ADDRESS          N\n"
              "192.0.2.1        7\n"
              "192.0.2.100  1,000\n")
        << "then NAME";
    EXPECT_EQ(table(8),
              "ADDRESS\n"
              "192.0.2…\n"
              "192.0.2…\n")
        << "and what stays is cut at the end";
}

TEST(Table, NoLineIsWiderThanTheTerminal) {
    for (std::size_t width = 5; width != 60; ++width) {
        const auto shown = table(width);
        for (std::size_t begin = 0; begin < shown.size();) {
            const auto end = shown.find('\n', begin);
            EXPECT_LE(text_width(std::string_view{shown}.substr(begin, end - begin)), width) << shown;
            begin = end + 1;
        }
    }
}

TEST(Table, ColoursTakeNoPlace) {
    const auto plain = table(25), coloured = table(25, true);
    EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
    EXPECT_THAT(coloured, HasSubstr("\x1b[1mADDRESS\x1b[0m"));
    std::string stripped;
    for (std::size_t i = 0; i < coloured.size(); ++i)
        if (coloured[i] == '\x1b')
            i = coloured.find('m', i);
        else
            stripped += coloured[i];
    EXPECT_EQ(stripped, plain);
}

TEST(Table, EmptyColumnsAreLeftOut) {
    EXPECT_EQ(render_table({{"A"}, {"B", 1}}, {{{"x"}, {""}}}, {}), "A\nx\n");
}

TEST(Bar, NothingAndEverythingAreSaidTruly) {
    EXPECT_EQ(bar(0, 4, true), "····");
    EXPECT_EQ(bar(0.5, 4, true), "██··");
    EXPECT_EQ(bar(1, 4, true), "████");
    EXPECT_EQ(bar(1e-9, 4, true), "▏···") << "something is something";
    EXPECT_EQ(bar(7, 4, true), "████");
    EXPECT_EQ(bar(0.5, 4, false), "##..");
    EXPECT_EQ(bar(0.001, 4, false), "#...");
}

TEST(Sparkline, ShowsTheWay) {
    EXPECT_EQ(sparkline({0, 7}, true), "▁█");
    EXPECT_EQ(sparkline({5, 5, 5}, true), "▁▁▁");
    EXPECT_EQ(sparkline({1}, true), "");
    EXPECT_EQ(sparkline({0, 7}, false), "");
}

}  // namespace
}  // namespace leasehold::text_table_test
