// The dialect: what is accepted, what is refused and where, includes, and that hostile text ends in an
// answer.
#include "config/dialect.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace leasehold::config::dialect_test {
namespace {

struct Accepted {
    const char* name;
    std::string text;
    const char* json;
    std::size_t warnings = 0;
};
void PrintTo(const Accepted& c, std::ostream* out) {
    *out << c.name;
}

class DialectAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(DialectAccepts, TextAsJson) {
    const auto parsed = parse(GetParam().text, {});
    ASSERT_TRUE(parsed) << format(parsed.error());
    EXPECT_EQ(to_json(parsed->value), nlohmann::json::parse(GetParam().json));
    EXPECT_EQ(parsed->warnings.size(), GetParam().warnings) << format(parsed->warnings);
}

const Accepted accepted[] = {
    {"plain", R"({"a": [1, -2, 0.5, 1e3, true, false, null, "x", {}, []]})",
     R"({"a": [1, -2, 0.5, 1000.0, true, false, null, "x", {}, []]})"},
    {"comments",
     "// one\n# two\n/* three\n * lines **/ { /**/ \"a\" /* here */ : # and here\n 1 // end\n } # last",
     R"({"a": 1})"},
    {"comment_marks_in_strings", R"({"a": "// no # comment /* at */ all", "b": "<?include \"x\"?>"})",
     R"({"a": "// no # comment /* at */ all", "b": "<?include \"x\"?>"})"},
    {"extra_comma_in_map", R"({"a": 1,})", R"({"a": 1})", 1},
    {"extra_comma_in_list", "[1, 2, /* c */ ]", "[1, 2]", 1},
    {"leading_zeros", "[007, -01, 00.5]", "[7, -1, 0.5]", 3},
    {"zero_is_no_leading_zero", "[0, -0, 0.5]", "[0, 0, 0.5]"},
    {"escapes", R"(["\"\\\/\b\f\n\r\t\u0041\u00e9"])", R"(["\"\\\/\b\f\n\r\tA\u00e9"])"},
    {"utf8", "[\"größe 日本 😀\"]", "[\"größe 日本 😀\"]"},
    {"int64_limits", "[9223372036854775807, -9223372036854775808]",
     "[9223372036854775807, -9223372036854775808]"},
    {"scalar_alone", " 5 ", "5"},
    {"byte_order_mark", "\xef\xbb\xbf{}", "{}"},
    {"windows_lines", "{\r\n\"a\":\r\n1\r\n}\r\n", R"({"a": 1})"},
};
INSTANTIATE_TEST_SUITE_P(Table, DialectAccepts, testing::ValuesIn(accepted),
                         [](const auto& c) { return std::string{c.param.name}; });

struct Refused {
    const char* name;
    std::string text;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;  // line and column of each error, in order
    const char* first;                                            // words of the first message
};
void PrintTo(const Refused& c, std::ostream* out) {
    *out << c.name;
}

class DialectRefuses : public testing::TestWithParam<Refused> {};

TEST_P(DialectRefuses, TextAtItsPlace) {
    const auto parsed = parse(GetParam().text, {.source = "f"});
    ASSERT_FALSE(parsed);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> places;
    for (const Problem& problem : parsed.error()) {
        places.emplace_back(problem.line, problem.column);
        EXPECT_EQ(problem.kind, Problem::Kind::error);
        EXPECT_EQ(problem.file, "f");
    }
    EXPECT_EQ(places, GetParam().places) << format(parsed.error());
    EXPECT_NE(format(parsed.error().front()).find(GetParam().first), std::string::npos)
        << format(parsed.error().front());
}

const Refused refused[] = {
    {"empty", "", {{1, 1}}, "there is nothing in this text"},
    {"only_a_comment", "# x\n", {{2, 1}}, "there is nothing in this text"},
    {"two_values", "{} {}", {{1, 4}}, "follows after the end"},
    {"leading_comma", "[,1]", {{1, 2}}, "a comma stands where a value belongs"},
    {"double_comma", "[1,,2]", {{1, 4}}, "a comma stands where a value belongs"},
    {"comma_for_key", "{,\"a\":1}", {{1, 2}}, "a comma stands where a key"},
    {"missing_comma", "{\"a\":1\n \"b\":2}", {{2, 2}}, "follows without a comma"},
    {"missing_colon", "{\"a\" 1, \"b\": 2}", {{1, 6}, {1, 6}}, "follows a key"},
    {"unquoted_key", "{a: 1, \"b\": 2}", {{1, 2}}, "\"a\" is not a value"},
    {"wrong_case", "[True]", {{1, 2}}, "did you mean true?"},
    {"plus", "[+1]", {{1, 2}}, "without a plus sign"},
    {"no_digit_after_point", "[1.]", {{1, 2}}, "is not a number"},
    {"number_with_unit", "[10s]", {{1, 2}}, "\"10s\" is not a number"},
    {"beyond_64_bits", "[9223372036854775808]", {{1, 2}}, "does not fit in 64 bits"},
    {"beyond_real", "[1e999]", {{1, 2}}, "beyond what a real can hold"},
    {"two_errors", "{\"a\": tru,\n\"b\": +2}", {{1, 7}, {2, 6}}, "\"tru\" is not a value"},
    {"unknown_escape", R"(["a\xb"])", {{1, 4}}, "this escape is unknown"},
    {"wide_escape", R"(["\u0100"])", {{1, 3}}, "beyond \\u00ff"},
    {"short_escape", R"(["\u41"])", {{1, 3}}, "four hexadecimal digits"},
    {"raw_newline", "[\"a\nb\"]", {{1, 2}, {2, 1}, {2, 2}, {2, 4}}, "not closed on its line"},
    {"raw_tab", "[\"a\tb\"]", {{1, 4}}, "control character 0x09"},
    {"not_utf8", "[\"\xff\"]", {{1, 3}}, "0xff is not UTF-8"},
    {"overlong_utf8", "[\"\xc0\xaf\"]", {{1, 3}, {1, 4}}, "is not UTF-8"},
    {"column_counts_characters", "[\"é日\", x]", {{1, 8}}, "\"x\" is not a value"},
    {"unclosed_comment", "{} /* x", {{1, 4}}, "this comment is not closed"},
    {"unclosed_map", "{\"a\": 1", {{1, 8}}, "before the end of the map that begins at line 1, column 1"},
    {"unclosed_inner_list",
     "{\"a\": [1, 2}",
     {{1, 12}},
     "before the end of the list that begins at line 1, column 7"},
    {"stray_bracket_in_list", "[1, } 2]", {{1, 5}}, "before the end of the list"},
    {"stray_closing", "]", {{1, 1}}, "stands where a value belongs"},
    {"duplicate_key", "{\"a\": 1,\n \"b\": 2,\n  \"a\": 3}", {{3, 3}}, "the first is at f:1:2"},
    {"include_in_command", "{<?include \"x\"?>}", {{1, 2}}, "a command cannot include files"},
    {"strange_character", "[@]", {{1, 2}}, "the character @ cannot stand here"},
    {"nul", std::string("[\0]", 3), {{1, 2}}, "the character 0x00 cannot stand here"},
};
INSTANTIATE_TEST_SUITE_P(Table, DialectRefuses, testing::ValuesIn(refused),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Dialect, EveryValueAndKeyHasItsPosition) {
    const auto parsed = parse("{\n  \"a\": [ 1,\n   {\"é\": true} ]\n}", {.source = "f"});
    ASSERT_TRUE(parsed);
    const auto& member = std::get<Value::Map>(parsed->value.data).at(0);
    EXPECT_EQ(member.key_position.line, 2u);
    EXPECT_EQ(member.key_position.column, 3u);
    EXPECT_EQ(member.value.position.column, 8u);
    const Value& inner = std::get<Value::List>(member.value.data).at(1);
    EXPECT_EQ(inner.position.line, 3u);
    EXPECT_EQ(inner.position.column, 4u);
    EXPECT_EQ(inner.member("é")->position.column, 10u);
    EXPECT_EQ(inner.member("x"), nullptr);
}

TEST(Dialect, DeepNestingIsRefusedWithoutDeepRecursion) {
    for (const char* bracket : {"[", "{\"a\":"}) {
        std::string text;
        for (int i = 0; i < 1'000'000; ++i) text += bracket;
        const auto parsed = parse(text, {});
        ASSERT_FALSE(parsed);
        EXPECT_NE(parsed.error().front().what.find("nested too deep"), std::string::npos);
    }
}

TEST(Dialect, DepthLimitItselfIsAccepted) {
    EXPECT_TRUE(parse(std::string(100, '[') + std::string(100, ']'), {}));
    EXPECT_FALSE(parse(std::string(101, '[') + std::string(101, ']'), {}));
}

TEST(Dialect, SizeLimit) {
    EXPECT_TRUE(parse("[1, 2]", {.size_max = 6}));
    const auto parsed = parse("[1, 23]", {.size_max = 6});
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().front().allowed.find("at most 6"), std::string::npos);
}

TEST(Dialect, ProblemsAreLimited) {
    std::string text = "[";
    for (int i = 0; i < 100'000; ++i) text += "x,";
    const auto parsed = parse(text, {});
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().size(), 201u);
    EXPECT_EQ(parsed.error().back().what, "too many problems: reading stops here");
}

TEST(Dialect, RoundTripOverJson) {
    const auto json = nlohmann::json::parse(R"({"a": [1, 2.5, "x", true, null, {"b": []}]})");
    EXPECT_EQ(to_json(from_json(json, "made")), json);
    EXPECT_EQ(from_json(json, "made").position.line, 0u);
}

class DialectIncludes : public testing::Test {
protected:
    void SetUp() override {
        folder_ = testing::TempDir() + "dialect." + std::to_string(::getpid());
        std::filesystem::create_directories(folder_);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream{folder_ + "/" + name} << text;
        return folder_ + "/" + name;
    }
    std::string include(const std::string& name) const {
        return "<?include \"" + folder_ + "/" + name + "\"?>";
    }
    std::string folder_;
};

TEST_F(DialectIncludes, StandWhereATokenMayStand) {
    write("value", "[1, 2]");
    write("members", "\"b\": 2, \"c\"");
    const auto parsed =
        parse_file(write("top", "{\"a\": " + include("value") + ",\n" + include("members") + ": 3}"));
    ASSERT_TRUE(parsed) << format(parsed.error());
    EXPECT_EQ(to_json(parsed->value), nlohmann::json::parse(R"({"a": [1, 2], "b": 2, "c": 3})"));
    EXPECT_EQ(*parsed->value.member("b")->position.file, folder_ + "/members");
}

TEST_F(DialectIncludes, UnreadableFileNamesBothPlaces) {
    const auto top = write("top", "{\n " + include("missing") + "}");
    const auto parsed = parse_file(top);
    ASSERT_FALSE(parsed);
    const Problem& problem = parsed.error().front();
    EXPECT_EQ(problem.file, top);
    EXPECT_EQ(problem.line, 2u);
    EXPECT_EQ(problem.column, 2u);
    EXPECT_NE(problem.what.find("missing\" cannot be read: No such file"), std::string::npos) << problem.what;
}

TEST_F(DialectIncludes, ErrorInsideSaysWhereItWasIncluded) {
    const auto inner = write("inner", "1,\n x");
    const auto top = write("top", "[\n" + include("inner") + "]");
    const auto parsed = parse_file(top);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().front().file, inner);
    EXPECT_EQ(parsed.error().front().line, 2u);
    EXPECT_EQ(parsed.error().front().hint, "included from " + top + ":2:1");
}

TEST_F(DialectIncludes, CircleIsNamed) {
    const auto a = write("a", "[" + include("b") + "]");
    const auto b = write("b", include("a"));
    const auto parsed = parse_file(a);
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().front().what.find(a + " -> " + b + " -> " + a), std::string::npos)
        << parsed.error().front().what;
}

TEST_F(DialectIncludes, DepthIsLimited) {
    for (int i = 0; i < 12; ++i) write(std::to_string(i), include(std::to_string(i + 1)));
    write("10", "1");
    EXPECT_TRUE(parse_file(folder_ + "/0"));
    write("10", include("11"));
    write("11", "1");
    const auto parsed = parse_file(folder_ + "/0");
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().front().what.find("included too deep"), std::string::npos);
}

TEST_F(DialectIncludes, MalformedOnesAreErrors) {
    for (const char* text :
         {"<?include?>", "<?include \"\"?>", "<?include \"a\"", "<?other \"a\"?>", "<?include a?>"}) {
        const auto parsed = parse_file(write("top", text));
        ASSERT_FALSE(parsed) << text;
        EXPECT_NE(parsed.error().front().what.find("cannot be understood"), std::string::npos) << text;
    }
}

TEST_F(DialectIncludes, FolderIsNotAFile) {
    const auto parsed = parse_file(folder_);
    ASSERT_FALSE(parsed);
    EXPECT_NE(parsed.error().front().what.find("it is a directory"), std::string::npos);
}

}  // namespace
}  // namespace leasehold::config::dialect_test
