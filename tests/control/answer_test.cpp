#include "control/answer.hpp"

#include <gtest/gtest.h>

#include "config/load.hpp"

namespace leasehold::answer_test {
namespace {

std::string whole(Answer answer) {
    std::string out;
    for (const auto pieces = to_pieces(std::move(answer)); pieces(out);) {
    }
    return out;
}

Answer numbers(int count, bool with_count) {
    return list_answer({.name = "numbers",
                        .more =
                            [at = 0, count](const ListAnswer::Add& add) mutable {
                                while (at != count)
                                    if (!add(std::to_string(at++))) break;
                                return at != count;
                            },
                        .text = [](std::uint64_t found) { return std::to_string(found) + " found"; },
                        .with_count = with_count});
}

TEST(Answer, SmallOnes) {
    EXPECT_EQ(whole(success("done")), R"({ "result": 0, "text": "done" })");
    EXPECT_EQ(whole(success("", nlohmann::json::array({"a", "b"}))),
              R"({ "arguments": [ "a", "b" ], "result": 0 })");
    EXPECT_EQ(whole(failure("no \"x\"")), R"({ "result": 1, "text": "no \"x\"" })");
    EXPECT_EQ(whole(nothing_found("none")), R"({ "result": 3, "text": "none" })");
}

TEST(ListAnswer, HasFurtherMembersBesideTheList) {
    auto answer = list_answer({.name = "numbers",
                               .more = [](const ListAnswer::Add& add) { return add("7") && false; },
                               .text = [](std::uint64_t) { return std::string{"found"}; },
                               .beside = [](std::uint64_t count) {
                                   return nlohmann::json{{"count", count}, {"next", {{"from", 1}}}};
                               }});
    EXPECT_EQ(whole(std::move(answer)), R"({ "arguments": { "numbers": [ 7 ], "count": 1, "next": { "from": 1 } }, )"
                                        R"("result": 0, "text": "found" })");
}

// A list that is written as it comes looks as if it had been one value.
TEST(ListAnswer, LooksLikeAnyOtherAnswer) {
    EXPECT_EQ(whole(numbers(3, false)),
              R"({ "arguments": { "numbers": [ 0, 1, 2 ] }, "result": 0, "text": "3 found" })");
    EXPECT_EQ(whole(numbers(0, false)),
              R"({ "arguments": { "numbers": [  ] }, "result": 3, "text": "0 found" })");
    for (const int count : {0, 1, 5000}) {
        const auto text = whole(numbers(count, false));
        EXPECT_EQ(config::compact(nlohmann::json::parse(text)), text);
    }
}

TEST(ListAnswer, CountStandsBesideTheList) {
    const auto answer = nlohmann::json::parse(whole(numbers(2, true)));
    EXPECT_EQ(answer["arguments"]["count"], 2);
    EXPECT_EQ(answer["arguments"]["numbers"].size(), 2U);
}

TEST(ListAnswer, PiecesStaySmall) {
    const auto pieces = to_pieces(numbers(100'000, false));
    bool more = true;
    while (more) {
        std::string out;
        more = pieces(out);
        EXPECT_LE(out.size(), answer_piece_size + 100);
    }
}

TEST(TextPieces, HandOutEverythingOnce) {
    const auto text = std::make_shared<const std::string>(std::string(answer_piece_size, 'a') + "end");
    const auto pieces = text_pieces(text);
    std::string out;
    EXPECT_TRUE(pieces(out));
    EXPECT_EQ(out.size(), answer_piece_size);
    EXPECT_FALSE(pieces(out));
    EXPECT_EQ(out, *text);
}

}  // namespace
}  // namespace leasehold::answer_test
