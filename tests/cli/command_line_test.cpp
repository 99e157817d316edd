#include "cli/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leasehold::command_line_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class Expected>
Expected read_as(std::vector<std::string> words) {
    const auto line = read_command_line(words);
    const auto* const found = std::get_if<Expected>(&line);
    EXPECT_NE(found, nullptr) << "read as alternative " << line.index();
    return found == nullptr ? Expected{} : *found;
}

TEST(CommandLineTest, ServesInEachForm) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"leasehold", "-c", "kea.conf", "-d", "-p", "6767", "-P", "6868"},
             {"leasehold", "run", "-c", "kea.conf", "-d", "-p", "6767", "-P", "6868"},
             {"leasehold", "-c", "kea.conf", "-d", "-p6767", "-P6868", "run"},
             {"/usr/sbin/kea-dhcp4", "-dc", "kea.conf", "-p", "6767", "-P", "6868", "-X", "-F"}}) {
        const auto run = read_as<RunArguments>(words);
        EXPECT_EQ(run.file, "kea.conf");
        EXPECT_TRUE(run.verbose);
        EXPECT_FALSE(run.allow_unsupported);
        EXPECT_EQ(run.server_port, 6767);
        EXPECT_EQ(run.client_port, 6868);
        EXPECT_EQ(run.family, words.front() == "leasehold" ? std::nullopt : std::optional{Family::v4});
    }
    EXPECT_TRUE(read_as<RunArguments>({"leasehold", "--allow-unsupported", "-c", "x"}).allow_unsupported);
    EXPECT_EQ(read_as<RunArguments>({"leasehold", "-c", "x"}).server_port, 0) << "the usual one";
    EXPECT_EQ(read_as<RunArguments>({"leasehold", "-6", "-c", "x"}).family, Family::v6);
    EXPECT_EQ(read_as<CheckArguments>({"leasehold", "-4", "-t", "x"}).family, Family::v4);
    EXPECT_EQ(read_as<CtlArguments>({"leasehold", "ctl", "-6", "version-get"}).family, Family::v6);
    EXPECT_EQ(read_as<RunArguments>({"kea-dhcp6", "-c", "x"}).family, Family::v6);
}

TEST(CommandLineTest, Checks) {
    EXPECT_EQ(read_as<CheckArguments>({"leasehold", "-t", "kea.conf"}).file, "kea.conf");
    EXPECT_FALSE(read_as<CheckArguments>({"leasehold", "-t", "kea.conf"}).opens_database);
    EXPECT_EQ(read_as<CheckArguments>({"kea-dhcp4", "-T", "kea.conf"}).file, "kea.conf");
    EXPECT_TRUE(read_as<CheckArguments>({"kea-dhcp4", "-T", "kea.conf"}).opens_database);
}

TEST(CommandLineTest, Ctl) {
    const auto ctl = read_as<CtlArguments>(
        {"leasehold", "ctl", "-s", "/run/sock", "lease4-get-page", "from=start", "limit=5"});
    EXPECT_EQ(ctl.socket, "/run/sock");
    EXPECT_EQ(ctl.command, "lease4-get-page");
    EXPECT_THAT(ctl.words, ElementsAre("from=start", "limit=5"));
    EXPECT_FALSE(ctl.json);

    const auto json = read_as<CtlArguments>(
        {"leasehold", "ctl", "--json", "-c", "kea.conf", "config-set", R"({ "a": [ -1 ] })"});
    EXPECT_EQ(json.file, "kea.conf");
    EXPECT_TRUE(json.json);
    EXPECT_THAT(json.words, ElementsAre(R"({ "a": [ -1 ] })"));
}

// Tools run "<binary> -v" and decide by the answer what the server can do.
TEST(CommandLineTest, VersionDependsOnTheName) {
    EXPECT_EQ(read_as<PrintAndExit>({"leasehold", "-v"}).text, std::string{LEASEHOLD_VERSION} + "\n");
    EXPECT_EQ(read_as<PrintAndExit>({"/opt/kea-dhcp4", "-v"}).text, "3.3.1\n");
    EXPECT_THAT(read_as<PrintAndExit>({"kea-dhcp4", "-V"}).text, HasSubstr("Leasehold"));
    EXPECT_THAT(read_as<PrintAndExit>({"leasehold", "-W"}).text, HasSubstr("Boost"));
    EXPECT_EQ(read_as<PrintAndExit>({"leasehold", "-v"}).exit_status, 0);
}

TEST(CommandLineTest, UsageErrorsHaveTheirStatus) {
    for (const auto& words : std::vector<std::vector<std::string>>{{"leasehold"},
                                                                   {"leasehold", "run"},
                                                                   {"leasehold", "-c"},
                                                                   {"leasehold", "--no-such"},
                                                                   {"leasehold", "word"},
                                                                   {"leasehold", "-t", "x", "-T", "x"},
                                                                   {"leasehold", "-4", "-6", "-c", "x"},
                                                                   {"kea-dhcp6", "-4", "-c", "x"},
                                                                   {"leasehold", "-c", "x", "-p", "70000"},
                                                                   {"leasehold", "-c", "x", "-p", "0"},
                                                                   {"leasehold", "-c", "x", "-p", "six"},
                                                                   {"leasehold", "ctl"},
                                                                   {"leasehold", "docs", "novel"},
                                                                   {"kea-dhcp4", "ctl", "version-get"},
                                                                   {"kea-dhcp4", "-c", "x", "word"},
                                                                   {}}) {
        const auto printed = read_as<PrintAndExit>(words);
        EXPECT_EQ(printed.exit_status, 64) << printed.text;
        EXPECT_TRUE(printed.to_stderr);
        EXPECT_FALSE(printed.text.empty());
    }
}

TEST(CommandLineTest, HelpIsNoError) {
    const auto help = read_as<PrintAndExit>({"leasehold", "--help"});
    EXPECT_EQ(help.exit_status, 0);
    EXPECT_FALSE(help.to_stderr);
    EXPECT_THAT(help.text, HasSubstr("ctl"));
    EXPECT_THAT(help.text, testing::Not(HasSubstr("docs")));
}

}  // namespace
}  // namespace leasehold::command_line_test
