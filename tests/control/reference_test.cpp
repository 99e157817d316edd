// The pages in docs/ show what the tables say.
#include "control/reference.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace leasehold::reference_test {
namespace {

struct Page {
    const char* file;
    const char* part;
};
class ReferencePage : public testing::TestWithParam<Page> {};

TEST_P(ReferencePage, IsUpToDate) {
    std::ifstream in{std::string{SOURCE_DIR} + "/docs/" + GetParam().file};
    ASSERT_TRUE(in) << GetParam().file;
    const std::string page{std::istreambuf_iterator<char>{in}, {}};
    const std::string part{GetParam().part};
    const std::string begin = "<!-- begin " + part + " -->\n", end = "<!-- end " + part + " -->";
    const auto from = page.find(begin), to = page.find(end);
    ASSERT_NE(from, page.npos) << begin;
    ASSERT_NE(to, page.npos) << end;
    EXPECT_EQ(page.substr(from + begin.size(), to - from - begin.size()), reference_page(part))
        << "put the output of `leasehold docs " << part << "` between the markers of docs/"
        << GetParam().file;
}

TEST(ExitCodePage, HasEveryCode) {
    std::ifstream in{std::string{SOURCE_DIR} + "/dhcp/exit_code.hpp"};
    const std::string header{std::istreambuf_iterator<char>{in}, {}};
    const std::regex enumerator{"\n    \\w+ = (\\d+),"};
    std::vector<std::string> codes;
    for (std::sregex_iterator at{header.begin(), header.end(), enumerator}, end; at != end; ++at)
        codes.push_back((*at)[1]);
    EXPECT_GE(codes.size(), 14u);

    std::vector<std::string> shown;
    std::istringstream page{reference_page("exit-codes")};
    std::smatch row;
    for (std::string line; std::getline(page, line);)
        if (std::regex_search(line, row, std::regex{"^\\| (\\d+) \\|"})) shown.push_back(row[1]);
    EXPECT_EQ(shown, codes);
}

INSTANTIATE_TEST_SUITE_P(Docs, ReferencePage,
                         testing::Values(Page{"commands.md", "commands"}, Page{"messages.md", "messages"},
                                         Page{"metrics.md", "metrics"}, Page{"operations.md", "exit-codes"}));

}  // namespace
}  // namespace leasehold::reference_test
