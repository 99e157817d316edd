// The completion of bash, by bash itself: its function is given what bash gives it, and says what it would offer.
#include "cli/completion.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <fstream>

#include "cli/command_line.hpp"
#include "control/command_table.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::completion_test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

std::string script(const std::string& shell) {
    const auto line = read_command_line({"leasehold", "completion", shell});
    const auto* const printed = std::get_if<PrintAndExit>(&line);
    if (printed == nullptr) ADD_FAILURE() << "completion prints nothing";
    return printed == nullptr ? "" : printed->text;
}

std::vector<std::string> output_of(const std::string& command) {
    std::vector<std::string> lines;
    FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return lines;
    std::array<char, 1024> line{};
    while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
        lines.emplace_back(line.data());
        if (lines.back().ends_with('\n')) lines.back().pop_back();
    }
    EXPECT_EQ(pclose(pipe), 0) << command;
    return lines;
}

struct BashCompletion : testing::Test {
    BashCompletion() { std::ofstream{folder / "script"} << script("bash"); }

    /// @param words  as bash takes them apart: at '=' too; the last one is being typed
    std::vector<std::string> offered(const std::vector<std::string>& words) const {
        std::string quoted;
        for (const auto& word : words) quoted += " \"" + word + "\"";
        return output_of("cd " + folder.path() + " && bash -c 'set -u; source ./script; set -- " + quoted +
                         "; COMP_WORDS=(leasehold \"$@\"); COMP_CWORD=$#; _leasehold; [ ${#COMPREPLY[@]} -eq 0 ] || "
                         "printf \"%s\\n\" \"${COMPREPLY[@]}\"'");
    }
    testing_support::TemporaryDirectory folder;
};

TEST_F(BashCompletion, Subcommands) {
    EXPECT_THAT(offered({""}), IsSupersetOf({"run", "ctl", "completion", "import-kea", "leases", "migrate"}));
    EXPECT_THAT(offered({""}), Not(Contains("docs"))) << "is hidden in the help, too";
    EXPECT_THAT(offered({"comp"}), ElementsAre("completion"));
    EXPECT_THAT(offered({"completion", ""}), UnorderedElementsAre("bash", "zsh"));
    EXPECT_THAT(offered({"leases", ""}), IsSupersetOf({"dump", "load"}));
}

TEST_F(BashCompletion, ViewsAndCommandsOfTheServer) {
    const auto all = offered({"ctl", ""});
    EXPECT_THAT(all, IsSupersetOf({"status", "leases", "subnets", "backends", "reservations", "watch"}));
    for (const auto& command : command_table()) EXPECT_THAT(all, Contains(command.name));
    EXPECT_THAT(offered({"ctl", "lease4-get-p"}), ElementsAre("lease4-get-page"));
    EXPECT_THAT(offered({"ctl", "-6", "--json", "reconf"}), ElementsAre("reconfigure6"));
}

TEST_F(BashCompletion, Options) {
    EXPECT_THAT(offered({"ctl", "leases", "--fo"}), ElementsAre("--follow"));
    EXPECT_THAT(offered({"ctl", "leases", "--js"}), ElementsAre("--json")) << "of the command above";
    EXPECT_THAT(offered({"ctl", "status", "--"}), Not(Contains("--follow")));
    EXPECT_THAT(offered({"ctl", "leases", "--sort", ""}),
                UnorderedElementsAre("address", "ends", "hostname", "mac", "seen", "state", "subnet"));
    EXPECT_THAT(offered({"ctl", "leases", "--sort", "=", "e"}), ElementsAre("ends"));
    EXPECT_THAT(offered({"ctl", "leases", "--subnet", ""}), IsEmpty()) << "nobody knows";
    EXPECT_THAT(offered({"leases", "dump", "--format", ""}), UnorderedElementsAre("csv", "json"));
}

TEST_F(BashCompletion, ArgumentsOfCommands) {
    EXPECT_THAT(offered({"ctl", "lease4-get-page", ""}), UnorderedElementsAre("from=", "limit="));
    EXPECT_THAT(offered({"ctl", "-s", "x", "lease4-get", "ide"}), UnorderedElementsAre("identifier-type=", "identifier="));
    EXPECT_THAT(offered({"ctl", "lease4-get", "identifier-type", "=", "h"}), ElementsAre("hw-address"));
    EXPECT_THAT(offered({"ctl", "lease4-get", "identifier-type", "="}), UnorderedElementsAre("hw-address", "client-id"));
    EXPECT_THAT(offered({"ctl", "leases-reclaim", "remove", "=", ""}), UnorderedElementsAre("true", "false"));
    EXPECT_THAT(offered({"ctl", "version-get", ""}), IsEmpty());
}

TEST_F(BashCompletion, FilesWhereTheyAreMeant) {
    std::ofstream{folder / "my server.conf"} << "{}";
    EXPECT_THAT(offered({"-c", "my"}), ElementsAre("my server.conf"));
    EXPECT_THAT(offered({"ctl", "subnets", "-c", "my"}), ElementsAre("my server.conf"));
    EXPECT_THAT(offered({"ctl", "my"}), IsEmpty());
}

// Each name in the tables has to reach the script whole.
TEST(CompletionScript, IsShellForBoth) {
    for (const auto* const shell : {"bash", "zsh"}) {
        const auto text = script(shell);
        EXPECT_THAT(text, HasSubstr("'leasehold ctl leases'"));
        EXPECT_THAT(text, HasSubstr("subnet4-select-test"));
        // What could be something else to a shell than a word in quotes.
        for (const auto& command : command_table())
            EXPECT_EQ(command.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), command.name.npos);
    }
    testing_support::TemporaryDirectory folder;
    std::ofstream{folder / "script"} << script("zsh");
    // Where zsh is installed it says itself what it thinks.
    EXPECT_THAT(output_of("if command -v zsh >/dev/null; then zsh -n " + folder.path() + "/script 2>&1; fi"), IsEmpty());
}

}  // namespace
}  // namespace leasehold::completion_test
