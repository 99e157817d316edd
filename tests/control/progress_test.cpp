// What a long work shows, on a terminal and elsewhere, by a clock of the test's own.
#include "control/progress.hpp"

#include <gmock/gmock.h>

#include <sstream>

namespace leasehold::progress_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

struct ProgressTest : testing::Test {
    ProgressDisplay display(bool terminal) {
        return {.out = &out, .terminal = terminal, .now = [this] { return now; }};
    }
    std::ostringstream out;
    std::chrono::steady_clock::time_point now{};
};

TEST_F(ProgressTest, ALineNowAndThenWhereNobodyWatches) {
    Progress progress{display(false), "writing", "leases", 1000};
    progress.set(100);
    EXPECT_EQ(out.str(), "");
    now += std::chrono::seconds{10};
    progress.set(500);
    EXPECT_EQ(out.str(), "writing: 50 %, 500 of 1000 leases, 50/s, 0:10 left\n");
    now += std::chrono::seconds{9};
    progress.set(900);
    EXPECT_THAT(out.str(), Not(HasSubstr("900")));
    now += std::chrono::seconds{1};
    progress.set(1000);
    EXPECT_THAT(out.str(), HasSubstr("100 %, 1000 of 1000 leases"));
}

TEST_F(ProgressTest, ABarOnATerminalThatIsGoneAtTheEnd) {
    {
        Progress progress{display(true), "copying", "pages"};
        now += std::chrono::seconds{2};
        progress.set(10);  // no total yet: no bar
        EXPECT_EQ(out.str(), "\r\x1b[Kcopying: 10 pages, 5/s");
        out.str("");
        progress.set_total(24);
        now += Progress::bar_interval;
        progress.set(12);
        EXPECT_THAT(out.str(),
                    StartsWith("\r\x1b[Kcopying: [############............] 50 %, 12 of 24 pages"));
        out.str("");
    }
    EXPECT_EQ(out.str(), "\r\x1b[K");
}

TEST_F(ProgressTest, NothingOfWhatIsSoonDoneAndNothingNowhere) {
    {
        Progress progress{display(true), "writing", "rows"};
        for (int i = 0; i < 1000; ++i) progress.advance();
        EXPECT_EQ(progress.done(), 1000U);
    }
    EXPECT_EQ(out.str(), "");
    Progress silent{{}, "writing", "rows"};
    silent.set(7);
    EXPECT_EQ(silent.done(), 7U);
}

TEST_F(ProgressTest, RowsAreLookedAtNowAndThen) {
    Progress progress{display(false), "reading", "rows"};
    now += std::chrono::minutes{1};
    for (int i = 0; i < 1000; ++i) progress.advance();
    EXPECT_THAT(out.str(), StartsWith("reading: "));
}

TEST(ClockText, HoursOnlyWhenThereAreSome) {
    EXPECT_EQ(clock_text(std::chrono::seconds{7}), "0:07");
    EXPECT_EQ(clock_text(std::chrono::seconds{3599}), "59:59");
    EXPECT_EQ(clock_text(std::chrono::seconds{3661}), "1:01:01");
}

}  // namespace
}  // namespace leasehold::progress_test
