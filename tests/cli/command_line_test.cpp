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
                                                                   {"leasehold", "config"},
                                                                   {"leasehold", "config", "diff", "a"},
                                                                   {"leasehold", "probe", "-4", "-6"},
                                                                   {"leasehold", "probe", "--mac", "zz"},
                                                                   {"leasehold", "probe", "--option", "0=00"},
                                                                   {"leasehold", "probe", "--option", "60"},
                                                                   {"leasehold", "probe", "--server", "here"},
                                                                   {"leasehold", "probe", "--timeout", "0"},
                                                                   {"leasehold", "probe", "--lease", "--request"},
                                                                   {"leasehold", "probe", "-6", "--relay", "10.0.0.1"},
                                                                   {"kea-dhcp4", "ctl", "version-get"},
                                                                   {"kea-dhcp4", "-c", "x", "word"},
                                                                   {}}) {
        const auto printed = read_as<PrintAndExit>(words);
        EXPECT_EQ(printed.exit_status, 64) << printed.text;
        EXPECT_TRUE(printed.to_stderr);
        EXPECT_FALSE(printed.text.empty());
    }
}

TEST(CommandLineTest, ProbeTakesAnAddressOfEitherFamilyAndItsUnits) {
    const auto v4 = read_as<ProbeArguments>({"leasehold", "probe", "-i", "eth0", "--server", "10.0.0.1", "--mac", "02:00:00:00:00:01",
                                             "--option", "60=4142", "--option", "12=61", "--timeout", "0.5"});
    EXPECT_EQ(v4.family, Family::v4);
    EXPECT_EQ(v4.server, to_ipv6(*parse_ipv4("10.0.0.1")));
    EXPECT_EQ(v4.timeout, std::chrono::milliseconds{500});
    EXPECT_EQ(v4.options.size(), 2u);
    EXPECT_EQ(v4.options.front().code, 60);
    EXPECT_EQ(v4.depth, ProbeDepth::discover);
    const auto v6 = read_as<ProbeArguments>({"leasehold", "probe", "--relay-v6", "2001:db8::1", "--request"});
    EXPECT_EQ(v6.family, Family::v6);
    EXPECT_EQ(v6.relay, parse_ipv6("2001:db8::1"));
    EXPECT_EQ(v6.depth, ProbeDepth::request);
}

TEST(CommandLineTest, HelpOfAllCommandsIsThereForTheManualPages) {
    const auto commands = command_help();
    ASSERT_FALSE(commands.empty());
    EXPECT_EQ(commands.front().words, "");
    const auto find = [&](const std::string& words) {
        return std::ranges::find(commands, words, &CommandHelp::words);
    };
    EXPECT_EQ(find("docs"), commands.end());  // not for everybody
    const auto import = find("import-kea");
    ASSERT_NE(import, commands.end());
    const auto csv = std::ranges::find(import->options, "--csv", &OptionHelp::names);  // in a group of its own
    ASSERT_NE(csv, import->options.end());
    EXPECT_EQ(csv->value, "FILE");
    const auto diff = find("config diff");
    ASSERT_NE(diff, commands.end());
    EXPECT_TRUE(std::ranges::any_of(diff->options, [](const OptionHelp& option) {
        return option.names == "before" && option.positional && option.needed;
    }));
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
