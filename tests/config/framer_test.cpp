// The framer finds the same end however the octets are cut into pieces.
#include "config/framer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace leasehold::config::framer_test {
namespace {

using Status = Framer::Status;

struct Frame {
    const char* name;
    std::string text;
    Status status;
    std::size_t size = 0;
};
void PrintTo(const Frame& c, std::ostream* out) {
    *out << c.name;
}

class FramerTable : public testing::TestWithParam<Frame> {};

TEST_P(FramerTable, InAnyPieces) {
    for (std::size_t piece = 1; piece <= GetParam().text.size(); ++piece) {
        Framer framer{1000};
        for (std::size_t at = 0; at < GetParam().text.size(); at += piece)
            framer.feed(std::string_view{GetParam().text}.substr(at, piece));
        EXPECT_EQ(framer.status(), GetParam().status) << "pieces of " << piece;
        if (framer.status() != Status::complete) continue;
        EXPECT_EQ(framer.size(), GetParam().size) << "pieces of " << piece;
    }
}

const Frame frames[] = {
    {"map", "{\"a\": 1}", Status::complete, 8},
    {"rest_is_ignored", "{}\n{}", Status::complete, 2},
    {"leading_blank", " \r\n\t{}", Status::complete, 6},
    {"leading_comments", "# }\n// }\n/* } **/ {}", Status::complete, 20},
    {"brackets_in_strings", R"({"a": "}\"}", "b": ["]"]} x)", Status::complete, 25},
    {"brackets_in_comments", "{ # }\n /* } */ }", Status::complete, 16},
    {"slash_inside_is_the_parsers_business", "{ / }", Status::complete, 5},
    {"list", "[[1], 2]", Status::complete, 8},
    {"string", "\"a\\\"b\"", Status::complete, 6},
    {"number_needs_an_end", "12", Status::more},
    {"number", "12\n", Status::complete, 2},
    {"word", "true ", Status::complete, 4},
    {"open", "{\"a\": [1", Status::more},
    {"open_comment", "/* {}", Status::more},
    {"open_string", "{\"}", Status::more},
    {"nothing", "  ", Status::more},
    {"letter", " bad", Status::bad},
    {"closing", "}", Status::bad},
    {"comma", ",", Status::bad},
    {"lone_slash", "/x", Status::bad},
};
INSTANTIATE_TEST_SUITE_P(Table, FramerTable, testing::ValuesIn(frames),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Framer, NamesTheBadCharacter) {
    Framer framer{100};
    EXPECT_EQ(framer.feed("  xyz"), Status::bad);
    EXPECT_EQ(framer.bad_character(), 'x');
}

TEST(Framer, SizeLimitHoldsForBlanksToo) {
    Framer exact{4};
    EXPECT_EQ(exact.feed("  {}"), Status::complete);
    Framer small{4};
    EXPECT_EQ(small.feed(std::string(5, ' ')), Status::too_long);
    EXPECT_EQ(small.feed("{}"), Status::too_long);
}

TEST(Framer, EndOfStreamCompletesANumber) {
    Framer framer{100};
    EXPECT_EQ(framer.feed("42"), Status::more);
    EXPECT_EQ(framer.finish(), Status::complete);
    EXPECT_EQ(framer.size(), 2u);
    Framer open{100};
    open.feed("{");
    EXPECT_EQ(open.finish(), Status::more);
}

}  // namespace
}  // namespace leasehold::config::framer_test
