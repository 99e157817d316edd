// ${NAME} in a text: what is put in, what is refused, and what is shown instead.
#include "config/placeholders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace leasehold::config::placeholders_test {
namespace {

std::optional<std::string> environment(const std::string& name) {
    if (name == "USER_1") return "app";
    if (name == "_PW") return "sword${fish}$$%41}";
    if (name == "EMPTY") return "";
    return std::nullopt;
}

struct Case {
    const char* name;
    const char* text;
    const char* expanded;  // nullptr: an error
    const char* shown;     // or the words of the error
};
void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}
class Placeholders : public testing::TestWithParam<Case> {};

TEST_P(Placeholders, Table) {
    const Case& c = GetParam();
    const auto expanded = expand(c.text, environment);
    if (c.expanded == nullptr) {
        ASSERT_FALSE(expanded);
        EXPECT_THAT(expanded.error(), testing::HasSubstr(c.shown));
        return;
    }
    ASSERT_TRUE(expanded) << expanded.error();
    EXPECT_EQ(*expanded, c.expanded);
    EXPECT_EQ(hide_placeholders(c.text), c.shown);
    EXPECT_EQ(has_placeholder(c.text), std::string_view{c.shown}.find("*****") != std::string_view::npos);
}

const Case cases[] = {
    {"nothing", "", "", ""},
    {"plain", "db1.example.org", "db1.example.org", "db1.example.org"},
    {"variable", "${USER_1}", "app", "*****"},
    {"between", "<${USER_1}-${USER_1}>", "<app-app>", "<*****-*****>"},
    {"value_is_not_read_again", "${_PW}", "sword${fish}$$%41}", "*****"},
    {"fallback", "${NONE:-a:b@c/d}", "a:b@c/d", "*****"},
    {"empty_fallback", "${NONE:-}", "", "*****"},
    {"fallback_unused", "${USER_1:-x}", "app", "*****"},
    {"fallback_for_empty", "${EMPTY:-x}", "x", "*****"},
    {"empty", "[${EMPTY}]", "[]", "[*****]"},
    {"dollars", "a$$b$$$$", "a$b$$", "a$$b$$$$"},
    {"dollar_then_brace", "$${USER_1}", "${USER_1}", "$${USER_1}"},
    {"lone_dollars", "pa$word$", "pa$word$", "pa$word$"},
    {"unset", "x${NOT_SET}", nullptr, "the environment variable \"NOT_SET\" is not set"},
    {"no_end", "${USER_1", nullptr, "has no end"},
    {"no_name", "${}", nullptr, "does not name an environment variable"},
    {"bad_name", "${1a}", nullptr, "does not name an environment variable"},
    {"nested", "${NONE:-${USER_1}}", nullptr, "the default of the environment variable \"NONE\""},
};
INSTANTIATE_TEST_SUITE_P(Config, Placeholders, testing::ValuesIn(cases),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(PlaceholderSearch, LooksOutsideOnly) {
    const std::string_view text = "a:${X:-@}:@${Y:-/@}/";
    EXPECT_EQ(find_outside(text, "@"), 10u);
    EXPECT_EQ(find_outside(text, "@/", 11), 19u);
    EXPECT_EQ(rfind_outside(text, '@'), 10u);
    EXPECT_EQ(rfind_outside(text, ':'), 9u);
    EXPECT_EQ(find_outside(text, "?"), std::string_view::npos);
    EXPECT_EQ(rfind_outside("${X:-@}", '@'), std::string_view::npos);
}

TEST(PlaceholderSearch, AnyOctetsEndInAnAnswer) {
    std::mt19937 random{4711};
    constexpr std::string_view alphabet = "$${}{:-A_1%\xff\n@";
    for (int round = 0; round < 20000; ++round) {
        std::string text;
        for (std::size_t i = random() % 24; i > 0; --i) text += alphabet[random() % alphabet.size()];
        const auto expanded = expand(text, environment);
        EXPECT_TRUE(expanded || !expanded.error().empty());
        const std::size_t at = find_outside(text, "@");
        EXPECT_TRUE(at == std::string::npos || text[at] == '@');
        if (!has_placeholder(text)) {
            EXPECT_EQ(hide_placeholders(text), text);
        }
    }
}

}  // namespace
}  // namespace leasehold::config::placeholders_test
