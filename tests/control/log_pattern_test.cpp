#include "control/log_pattern.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace leasehold::log_pattern_test {
namespace {

using namespace std::chrono_literals;

const LogRecord record{
    .at = std::chrono::system_clock::time_point{1767319384s + 7ms},  // 2026-01-02 02:03:04.007 UTC
    .severity = LogSeverity::info,
    .logger = "kea-dhcp4.leases",
    .message = "DHCP4_LEASE_ALLOC text",
    .process = 1234,
    .thread = 140001};

struct LogPatternTest : testing::Test {
    void SetUp() override {
        setenv("TZ", "UTC-1", 1);  // one hour east
        tzset();
    }
    void TearDown() override {
        unsetenv("TZ");
        tzset();
    }
};

std::string shown(std::string_view pattern) {
    std::string out;
    LogPattern{pattern}.append(out, record);
    return out;
}

TEST_F(LogPatternTest, DefaultLine) {
    EXPECT_EQ(shown(default_log_pattern),
              "2026-01-02 03:03:04.007 INFO  [kea-dhcp4.leases/1234.140001] DHCP4_LEASE_ALLOC text\n");
}

TEST_F(LogPatternTest, SyslogLine) {
    EXPECT_EQ(shown(default_syslog_pattern), "INFO  [kea-dhcp4.leases.140001] DHCP4_LEASE_ALLOC text\n");
}

struct PatternCase {
    const char* pattern;
    const char* line;  // without the line end
};
class LogPatternTable : public testing::TestWithParam<PatternCase> {};

TEST_P(LogPatternTable, Shows) {
    EXPECT_EQ(shown(GetParam().pattern), std::string{GetParam().line} + "\n");
}

INSTANTIATE_TEST_SUITE_P(Patterns, LogPatternTable,
                         testing::Values(PatternCase{"%d{%H:%M:%S}", "02:03:04"},        // UTC
                                         PatternCase{"%d", "2026-01-02 02:03:04"},       //
                                         PatternCase{"%d{%S.%q 100%%}", "04.007 100%"},  //
                                         PatternCase{"%d{%S%}", "04"},  // a lone percent sign
                                         PatternCase{"%d{%S", "2026-01-02 02:03:04{%S"},        // no end
                                         PatternCase{"%p|%7p|%-7p|", "INFO|   INFO|INFO   |"},  //
                                         PatternCase{"%.6c", "leases"},  // the end of a name tells most
                                         PatternCase{"%m%n", "DHCP4_LEASE_ALLOC text"},  //
                                         PatternCase{"100%% %i", "100% 1234"},           //
                                         PatternCase{"%t\\n", "140001"},  // as people write it in JSON
                                         PatternCase{"%x %", "%x %"},     //
                                         PatternCase{"%-", "%-"},         //
                                         PatternCase{"", ""}));

TEST(LogPattern, WidthIsBounded) {
    EXPECT_LE(shown("%99999999999999p").size(), 1001U);
}

}  // namespace
}  // namespace leasehold::log_pattern_test
