#include "cli/ctl.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/temporary_directory.hpp"
#include "tests/support/utc.hpp"

namespace leasehold::ctl_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct WordsCase {
    std::vector<std::string> words;
    const char* expected;  // nullptr: refused
};
class CtlArgumentsTable : public testing::TestWithParam<WordsCase> {};

TEST_P(CtlArgumentsTable, AreRead) {
    const auto read = read_ctl_arguments(GetParam().words);
    ASSERT_EQ(read.has_value(), GetParam().expected != nullptr);
    if (!read) return;
    EXPECT_EQ(*read, json::parse(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    Words, CtlArgumentsTable,
    testing::Values(WordsCase{{}, "null"}, WordsCase{{R"({ "a": [ 1 ] })"}, R"({ "a": [ 1 ] })"},
                    WordsCase{{"ip-address=192.0.2.1"}, R"({ "ip-address": "192.0.2.1" })"},
                    WordsCase{{"limit=10", "from=start"}, R"({ "limit": 10, "from": "start" })"},
                    WordsCase{{"n=-5", "t=true", "f=false", "s=", "h=0x10", "big=99999999999999999999"},
                              R"({ "n": -5, "t": true, "f": false, "s": "", "h": "0x10",
                                   "big": "99999999999999999999" })"},
                    WordsCase{{"subnets=[ 1, 2 ]", "x={}"}, R"({ "subnets": [ 1, 2 ], "x": {} })"},
                    WordsCase{{"hostname=a=b"}, R"({ "hostname": "a=b" })"}, WordsCase{{"{ bad"}, nullptr},
                    WordsCase{{"x=[1"}, nullptr}, WordsCase{{"word"}, nullptr}, WordsCase{{"=x"}, nullptr},
                    WordsCase{{"{}", "a=1"}, nullptr}));

struct ShowAnswer : testing::Test {
    testing_support::Utc utc;
    static json lease(const char* address, const char* hostname) {
        return {{"ip-address", address}, {"hw-address", "1a:2b:3c:4d:5e:6f"},
                {"subnet-id", 1},        {"cltt", 1767319384},
                {"valid-lft", 3600},     {"state", 0},
                {"hostname", hostname}};
    }
};

TEST_F(ShowAnswer, LeasesAreATable) {
    auto declined = lease("192.0.2.100", "");
    declined["state"] = 1;
    declined["valid-lft"] = 0xffffffff;
    declined["client-id"] = "01:02";
    const json answer{{"result", 0},
                      {"text", "2 IPv4 lease(s) found."},
                      {"arguments", {{"leases", {lease("192.0.2.1", "anna"), declined}}}}};
    EXPECT_EQ(show_answer("lease4-get-all", answer),
              "ADDRESS      HARDWARE ADDRESS   CLIENT-ID  SUBNET  STATE     ENDS                 HOSTNAME\n"
              "192.0.2.1    1a:2b:3c:4d:5e:6f             1       assigned  2026-01-02 03:03:04  anna\n"
              "192.0.2.100  1a:2b:3c:4d:5e:6f  01:02      1       declined  never\n"
              "2 IPv4 lease(s) found.\n");
}

TEST_F(ShowAnswer, OneLeaseIsATableToo) {
    const auto shown =
        show_answer("lease4-get", {{"result", 0}, {"arguments", lease("192.0.2.1", "a\x1b[2Jb")}});
    EXPECT_THAT(shown, HasSubstr("192.0.2.1"));
    EXPECT_THAT(shown, HasSubstr("a?[2Jb")) << "a hostname must not steer the terminal";
}

TEST_F(ShowAnswer, NoLeaseIsAText) {
    EXPECT_EQ(show_answer("lease4-get-all", {{"result", 3},
                                             {"text", "0 IPv4 lease(s) found."},
                                             {"arguments", {{"leases", json::array()}}}}),
              "0 IPv4 lease(s) found.\n");
}

TEST_F(ShowAnswer, StatusInWords) {
    const json status{
        {"pid", 42},
        {"uptime", 90061},
        {"reload", 5},
        {"service", {{"state", "closed"}, {"reason", "the lease database is away"}}},
        {"database-status",
         {{"state", "waiting"},
          {"where", "sqlite:/x.db"},
          {"last-error", "disk full"},
          {"attempt", 2},
          {"attempts-max", 60},
          {"journal", {{"state", "serving"}, {"leases", 5}, {"full", false}, {"conflicts", 1}}},
          {"next-attempt-in", 3}}},
        {"clock", {{"step", 0}, {"reuse-paused", false}}},
        {"leases", {{"stored", 7}}},
        {"sockets", {{"status", "ready"}, {"listening", {"eth0 (raw)"}}, {"errors", {"eth1: gone"}}}}};
    EXPECT_EQ(show_answer("status-get", {{"result", 0}, {"arguments", status}}),
              "service    closed: the lease database is away\n"
              "database   sqlite:/x.db, waiting, attempt 2 of 60, next in 3 s: disk full\n"
              "journal    5 lease(s) wait for the database, 1 conflict(s) on record\n"
              "leases     7\n"
              "listening  eth0 (raw); eth1: gone\n"
              "clock      in step\n"
              "process    42, up for 1 d 1 h 1 min 1 s, configuration in use for 5 s\n");
}

// Whatever a server answers, even another one's shape: something readable, and no crash.
TEST_F(ShowAnswer, AnyShape) {
    for (
        const auto* text :
        {"{}", R"({ "arguments": null })", R"({ "arguments": [] })", R"({ "arguments": { "leases": 5 } })",
         R"({ "arguments": { "leases": [ 5, null, {}, { "ip-address": 7, "valid-lft": "x", "state": 99 } ] } })",
         R"({ "arguments": { "ip-address": [], "cltt": {} } })", R"({ "text": 5 })"}) {
        show_answer("lease4-get", json::parse(text));
    }
    EXPECT_FALSE(show_answer("status-get", json::parse(R"({ "arguments": {} })")).empty());
}

TEST_F(ShowAnswer, OtherAnswersAreTextAndJson) {
    EXPECT_EQ(show_answer("dhcp-disable", {{"result", 0}, {"text", "DHCPv4 service disabled"}}),
              "DHCPv4 service disabled\n");
    EXPECT_THAT(show_answer("config-hash-get", {{"result", 0}, {"arguments", {{"hash", "AB"}}}}),
                HasSubstr("\"AB\""));
}

// Without -4, -6 or a file: who has the command is asked.
TEST(RunCtl, AsksTheServerThatHasTheCommand) {
    const testing_support::TemporaryDirectory nobody_there;
    setenv("KEA_CONTROL_SOCKET_DIR", nobody_there.path().c_str(), 1);
    const auto tried = [](const std::string& command, std::optional<Family> family = {}) {
        std::ostringstream out, err;
        CtlArguments arguments;
        arguments.family = family;
        arguments.command = command;
        EXPECT_EQ(run_ctl(arguments, out, err), 69);
        return err.str();
    };
    for (const auto* command : {"config-get", "subnet4-list", "network4-add", "lease4-get", "no-such-command"})
        EXPECT_THAT(tried(command), HasSubstr("/kea4-ctrl-socket")) << command;
    for (const auto* command : {"subnet6-list", "network6-add", "lease6-get", "stat-lease6-get", "reconfigure6"})
        EXPECT_THAT(tried(command), HasSubstr("/kea6-ctrl-socket")) << command;
    EXPECT_THAT(tried("config-get", Family::v6), HasSubstr("/kea6-ctrl-socket"));
    unsetenv("KEA_CONTROL_SOCKET_DIR");
}

}  // namespace
}  // namespace leasehold::ctl_test
