#include "control/command.hpp"

#include <gtest/gtest.h>

#include <array>

namespace leasehold::command_test {
namespace {

config::Value value_of(std::string_view text) {
    auto parsed = config::parse(text, {});
    EXPECT_TRUE(parsed) << text;
    return parsed ? std::move(parsed->value) : config::Value{};
}

TEST(ReadRequest, TakesCommandArgumentsAndService) {
    auto request = read_request(
        value_of(
            R"({ "command": "lease4-get", "service": [ "dhcp4" ], "arguments": { "ip-address": "192.0.2.1" } })"),
        "dhcp4");
    ASSERT_TRUE(request) << request.error();
    EXPECT_EQ(request->command, "lease4-get");
    EXPECT_EQ(request->arguments.text("ip-address"), "192.0.2.1");
    EXPECT_FALSE(request->arguments.text("subnet-id"));
}

struct BadRequest {
    const char* text;
    const char* said;
};
class ReadBadRequest : public testing::TestWithParam<BadRequest> {};

TEST_P(ReadBadRequest, SaysWhatIsWrongAndWhere) {
    const auto request = read_request(value_of(GetParam().text), "dhcp4");
    ASSERT_FALSE(request);
    EXPECT_NE(request.error().find(GetParam().said), std::string::npos) << request.error();
}

INSTANTIATE_TEST_SUITE_P(
    Requests, ReadBadRequest,
    testing::Values(BadRequest{"[ 1 ]", "not a list"}, BadRequest{"7", "not an integer"},
                    BadRequest{"{}", "no 'command'"}, BadRequest{R"({ "command": 7 })", "(<wire>:1:14)"},
                    BadRequest{R"({ "command": "x", "arguments": [] })", "'arguments' must be a map"},
                    BadRequest{R"({ "command": "x", "wat": 1 })",
                               "unsupported parameter 'wat' (<wire>:1:19)"},
                    BadRequest{R"({ "command": "x", "service": "dhcp4" })", "list"},
                    BadRequest{R"({ "command": "x", "service": [ "dhcp6" ] })",
                               "unsupported service 'dhcp6', expected 'dhcp4'"},
                    BadRequest{R"({ "command": "x", "service": [ "dhcp4", "dhcp6" ] })", "one name"},
                    BadRequest{R"({ "command": "x", "service": [ 4 ] })", "one name"}));

TEST(ReadRequest, EmptyServiceAndNullArgumentsAreAsGoodAsNone) {
    const auto request = read_request(
        value_of(R"({ "command": "x", "service": [], "arguments": null, "remote-address": "::1" })"),
        "dhcp4");
    ASSERT_TRUE(request) << request.error();
    EXPECT_EQ(request->arguments.map(), nullptr);
}

constexpr std::array<std::string_view, 2> words{"red", "blue"};
constexpr std::array arguments{
    ArgumentDef{"name", ArgumentType::text, true, "which one"},
    ArgumentDef{"limit", ArgumentType::integer, false, "how many", 1, 10},
    ArgumentDef{"remove", ArgumentType::boolean, false, "whether"},
    ArgumentDef{"subnets", ArgumentType::integers, false, "which subnets", 1, 5},
    ArgumentDef{"kind", ArgumentType::text, false, "one of these", 0, 0, Families::both, words},
    ArgumentDef{"state", ArgumentType::text_or_integer, false, "one of these, or its number", 0, 2, Families::both, words},
    ArgumentDef{"many", ArgumentType::list, false, "some"},
    ArgumentDef{"context", ArgumentType::map, false, "anything"},
    ArgumentDef{"Dhcp6", ArgumentType::map, false, "of the other family", 0, 0, Families::v6},
};
const CommandDef command{"try-it", Access::read, arguments, nullptr, "tries it"};

struct ArgumentCase {
    const char* text;
    const char* said;  // nullptr: fine
};
class CheckArguments : public testing::TestWithParam<ArgumentCase> {};

TEST_P(CheckArguments, ByTheRow) {
    const Arguments given{std::make_shared<const config::Value>(value_of(GetParam().text))};
    const auto wrong = check_arguments(command, given);
    if (GetParam().said == nullptr)
        EXPECT_EQ(wrong, std::nullopt);
    else
        EXPECT_NE(wrong.value_or("accepted").find(GetParam().said), std::string::npos)
            << wrong.value_or("accepted");
}

INSTANTIATE_TEST_SUITE_P(
    Maps, CheckArguments,
    testing::Values(ArgumentCase{R"({ "name": "x" })", nullptr},
                    ArgumentCase{"{}", "missing parameter 'name'"},
                    ArgumentCase{R"({ "name": null })", "missing parameter 'name'"},
                    ArgumentCase{R"({ "name": 1 })", "'name' must be a string, not 1 (<wire>:1:11)"},
                    ArgumentCase{R"({ "name": "x", "limit": 10 })", nullptr},
                    ArgumentCase{R"({ "name": "x", "limit": 11 })", "from 1 to 10"},
                    ArgumentCase{R"({ "name": "x", "limit": 0 })", "from 1 to 10"},
                    ArgumentCase{R"({ "name": "x", "limit": "5" })", "from 1 to 10"},
                    ArgumentCase{R"({ "name": "x", "limit": 5.5 })", "from 1 to 10"},
                    ArgumentCase{R"({ "name": "x", "remove": 0 })", "a boolean"},
                    ArgumentCase{R"({ "name": "x", "subnets": [ 1, 5 ] })", nullptr},
                    ArgumentCase{R"({ "name": "x", "subnets": [] })", nullptr},
                    ArgumentCase{R"({ "name": "x", "subnets": 1 })", "a list of integers"},
                    ArgumentCase{R"({ "name": "x", "subnets": [ 1, "2" ] })", "from 1 to 5"},
                    ArgumentCase{R"({ "name": "x", "kind": "blue" })", nullptr},
                    ArgumentCase{R"({ "name": "x", "kind": "green" })",
                                 "parameter 'kind' must be \"red\" or \"blue\", not 'green'"},
                    ArgumentCase{R"({ "name": "x", "kind": 1 })", "not 1"},
                    ArgumentCase{R"({ "name": "x", "state": 2 })", nullptr},
                    ArgumentCase{R"({ "name": "x", "state": "red" })", nullptr},
                    ArgumentCase{R"({ "name": "x", "state": 3 })",
                                 "must be \"red\" or \"blue\", or an integer from 0 to 2, not 3"},
                    ArgumentCase{R"({ "name": "x", "state": true })", "not a boolean"},
                    ArgumentCase{R"({ "name": "x", "many": [], "context": {} })", nullptr},
                    ArgumentCase{R"({ "name": "x", "many": {} })", "must be a list, not a map"},
                    ArgumentCase{R"({ "name": "x", "context": [] })", "must be a map, not a list"},
                    ArgumentCase{R"({ "name": "x", "Dhcp6": 1 })", nullptr},
                    // as Kea does: what a command does not know is ignored
                    ArgumentCase{R"({ "name": "x", "colour": "red" })", nullptr}));

TEST(CheckArgumentsOfClosedRow, OthersAreErrors) {
    auto closed = command;
    closed.closed = true;
    const auto given = [](const char* text) { return Arguments{std::make_shared<const config::Value>(value_of(text))}; };
    EXPECT_FALSE(check_arguments(closed, given(R"({ "name": "x", "limit": 3 })")));
    EXPECT_FALSE(check_arguments(closed, given(R"({ "name": "x", "Dhcp6": {} })"), Family::v6));
    EXPECT_EQ(check_arguments(closed, given(R"({ "name": "x", "Dhcp6": {} })")).value_or("").find(
                  "unknown parameter 'Dhcp6' of command 'try-it', which takes 'name', 'limit', "),
              0U);
    EXPECT_EQ(unknown_argument(closed, given(R"({ "colour": "red" })"), Family::v4), "colour");
    EXPECT_EQ(unknown_argument(closed, given(R"({ "name": "x" })"), Family::v4), "");
}

TEST(CheckArgumentsOfNone, MandatoryOnesAreMissed) {
    EXPECT_TRUE(check_arguments(command, Arguments{}));
    EXPECT_FALSE(check_arguments(CommandDef{"plain", Access::read, {}, nullptr, ""}, Arguments{}));
}

}  // namespace
}  // namespace leasehold::command_test
