// The two text forms of JSON: what existing clients of the command channel expect, and what people read.
#include "config/dump.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace leasehold::config::dump_test {
namespace {

using nlohmann::json;

TEST(Dump, CompactIsTheFormOfAnswers) {
    EXPECT_EQ(compact(json::parse(R"({"b": [2, {"x": []}], "a": 1, "c": {}})")),
              R"({ "a": 1, "b": [ 2, { "x": [  ] } ], "c": {  } })");
}

TEST(Dump, ScalarsOfEveryKind) {
    const std::pair<json, const char*> cases[] = {
        {nullptr, "null"}, {true, "true"},
        {-5, "-5"},        {18446744073709551615u, "18446744073709551615"},
        {1.0, "1.0"},      {0.25, "0.25"},
        {1e300, "1e+300"}, {"a\"\\\n\x01\x7fé", "\"a\\\"\\\\\\n\\u0001\\u007fé\""},
    };
    for (const auto& [value, text] : cases) EXPECT_EQ(compact(value), text);
}

TEST(Dump, PrettyHasOneMemberPerLine) {
    EXPECT_EQ(pretty(json::parse(R"({"a": [1, {}], "b": []})")),
              "{\n    \"a\": [\n        1,\n        {}\n    ],\n    \"b\": []\n}\n");
}

TEST(Dump, BothFormsAreReadBackAsTheSame) {
    const auto value = json::parse(R"({"a": [1, -2.5, "x\ty", true, null, {"b": {}}], "c": [[]]})");
    EXPECT_EQ(json::parse(compact(value)), value);
    EXPECT_EQ(json::parse(pretty(value)), value);
}

TEST(Dump, DepthCostsNoStack) {
    json deep = 1;
    for (int i = 0; i < 200'000; ++i) deep = json::array({std::move(deep)});
    EXPECT_EQ(compact(deep).size(), 4u * 200'000 + 1);
}

}  // namespace
}  // namespace leasehold::config::dump_test
