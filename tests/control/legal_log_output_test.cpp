// Files of the forensic log: their names, when the next one begins, and that no line is lost or cut whatever
// becomes of a file meanwhile.
#include "control/legal_log_output.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>

#include "tests/support/temporary_directory.hpp"

namespace leasehold::legal_log_output_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::read_text;
using Unit = LegalLogTarget::Unit;

/// In local time, whichever that is where the test runs.
LogTime local(int year, int month, int day, int hour = 12, int minute = 0, int second = 0) {
    std::tm parts{};
    parts.tm_year = year - 1900;
    parts.tm_mon = month - 1;
    parts.tm_mday = day;
    parts.tm_hour = hour;
    parts.tm_min = minute;
    parts.tm_sec = second;
    parts.tm_isdst = -1;
    return std::chrono::system_clock::from_time_t(std::mktime(&parts));
}

TEST(LegalLogFileName, SaysWhenItsPeriodBegan) {
    LegalLogTarget target{.base_name = "forensic4"};
    EXPECT_EQ(legal_log_file_name(target, local(2026, 1, 31)), "forensic4.20260131.txt");
    target.unit = Unit::second;
    EXPECT_EQ(legal_log_file_name(target, LogTime{std::chrono::seconds{1769900000}}),
              "forensic4.T00000000001769900000.txt");
    target = {.base_name = "forensic4", .count = 0};
    EXPECT_EQ(legal_log_file_name(target, LogTime{std::chrono::seconds{5}}),
              "forensic4.T00000000000000000005.txt");
}

TEST(LegalLogPeriod, EndsWithItsDayMonthOrYear) {
    struct Case {
        Unit unit;
        std::uint32_t count;
        LogTime begin, now;
        bool over;
    };
    const auto noon = local(2026, 1, 30);
    const Case cases[] = {
        {Unit::day, 1, noon, local(2026, 1, 30, 23, 59, 59), false},
        {Unit::day, 1, noon, local(2026, 1, 31, 0), true},
        {Unit::day, 3, noon, local(2026, 2, 1, 23), false},
        {Unit::day, 3, noon, local(2026, 2, 2, 0), true},
        {Unit::month, 1, noon, local(2026, 1, 31, 23), false},
        {Unit::month, 1, noon, local(2026, 2, 1, 0), true},
        {Unit::month, 12, noon, local(2026, 12, 31), false},
        {Unit::month, 12, noon, local(2027, 1, 1), true},
        {Unit::year, 1, noon, local(2026, 12, 31), false},
        {Unit::year, 1, noon, local(2027, 1, 1, 0), true},
        {Unit::day, 1, noon, local(2026, 1, 29), false},  // the clock was set back
        {Unit::day, 0, noon, local(2036, 1, 1), false},
        {Unit::second, 0, noon, local(2036, 1, 1), false},
        {Unit::second, 2, noon, noon + std::chrono::seconds{1}, false},
        {Unit::second, 2, noon, noon + std::chrono::seconds{2}, true},
    };
    for (const Case& c : cases)
        EXPECT_EQ(legal_log_period_over({.unit = c.unit, .count = c.count}, c.begin, c.now), c.over)
            << static_cast<int>(c.unit) << " " << c.count << " " << c.now.time_since_epoch().count();
}

struct LegalLogOutputTest : testing::Test {
    testing_support::TemporaryDirectory folder;
    LegalLogTarget target{
        .directory = folder.path(), .base_name = "log", .prerotate = "/pre", .postrotate = "/post"};
    std::vector<std::string> told;
    std::unique_ptr<LegalLogOutput> output = make();
    const LogTime friday = local(2026, 1, 30), saturday = local(2026, 1, 31);
    const std::string of_friday = folder / "log.20260130.txt", of_saturday = folder / "log.20260131.txt";

    std::unique_ptr<LegalLogOutput> make() {
        return make_legal_log_output(target, [this](const std::string& program, const std::string& file) {
            told.push_back(program + " " + std::filesystem::path{file}.filename().string());
        });
    }
    void add(const std::string& line, LogTime at) {
        const std::vector<std::string> lines{line};
        EXPECT_TRUE(output->add(at, "T", lines));
    }
};

TEST_F(LegalLogOutputTest, ADayHasItsFile) {
    add("one", friday);
    add("two", friday + std::chrono::minutes{1});
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(of_friday), "T one\nT two\n");
    add("three", saturday);
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(of_friday), "T one\nT two\n");
    EXPECT_EQ(read_text(of_saturday), "T three\n");
    EXPECT_THAT(told, ElementsAre("/pre log.20260130.txt", "/post log.20260131.txt"));
    struct stat found {};
    ASSERT_EQ(::stat(of_friday.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777 & ~0640u, 0u);
    EXPECT_EQ(output->where(), of_saturday);
}

TEST_F(LegalLogOutputTest, AFileIsContinuedAfterARestart) {
    add("one", friday);
    ASSERT_TRUE(output->flush());
    output = make();
    add("two", friday);
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(of_friday), "T one\nT two\n");
}

TEST_F(LegalLogOutputTest, AFileThatIsRemovedOrRenamedIsMadeAnew) {
    add("one", friday);
    ASSERT_TRUE(output->flush());
    std::filesystem::rename(of_friday, folder / "kept");
    add("two", friday);
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(folder / "kept"), "T one\n");
    EXPECT_EQ(read_text(of_friday), "T two\n");
    std::filesystem::remove(of_friday);
    add("three", friday);
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(of_friday), "T three\n");
}

TEST_F(LegalLogOutputTest, WhatCannotBeWrittenIsKeptUntilItCan) {
    std::filesystem::create_directory(of_friday);  // root may write anywhere else
    add("one", friday);
    const auto refused = output->flush();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr(of_friday));
    const std::vector<std::string> next{"two"};
    EXPECT_FALSE(output->add(saturday, "T", next)) << "the former file has not all its lines";
    std::filesystem::remove(of_friday);
    EXPECT_TRUE(output->add(saturday, "T", next));
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(of_friday), "T one\n");
    EXPECT_EQ(read_text(of_saturday), "T two\n");
}

TEST_F(LegalLogOutputTest, WhatCannotBeWrittenHereCanBeWrittenElsewhere) {
    std::filesystem::create_directory(of_friday);
    add("one", friday);
    ASSERT_FALSE(output->flush());
    std::string rest = output->take_rest();
    target.base_name = "other";
    output = make();
    output->add_rest(std::move(rest));
    add("two", friday);
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(folder / "other.20260130.txt"), "T one\nT two\n");
}

/// A limit on the size of files does what a full disk does: a write takes a part, the next one fails.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t size) {
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{size, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

TEST_F(LegalLogOutputTest, ALineThatAFullDiskHasCutIsCompleted) {
    add("one", friday);
    add("two", friday);
    {
        const FileSizeLimit limit{9};
        ASSERT_FALSE(output->flush());
        EXPECT_EQ(read_text(of_friday), "T one\nT t");
    }
    add("three", friday);
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(of_friday), "T one\nT two\nT three\n");
}

TEST_F(LegalLogOutputTest, ALineThatWasCutIsWholeInTheNextFile) {
    add("one", friday);
    add("two", friday);
    {
        const FileSizeLimit limit{9};
        ASSERT_FALSE(output->flush());
    }
    std::filesystem::rename(of_friday, folder / "kept");
    ASSERT_TRUE(output->flush());
    EXPECT_EQ(read_text(of_friday), "T two\n");
}

TEST_F(LegalLogOutputTest, WhatIsNoFileIsNotWrittenTo) {
    ASSERT_EQ(::mkfifo(of_friday.c_str(), 0600), 0);
    add("one", friday);
    ASSERT_FALSE(output->flush());
}

TEST_F(LegalLogOutputTest, ChecksTellWhatToDo) {
    const auto check = [this] {
        ServerConfig config;
        LegalLogConfig legal;
        legal.target = target;
        config.legal_log = std::make_shared<const LegalLogConfig>(legal);
        return check_legal_log_of(config);
    };
    EXPECT_THAT(check().error(), HasSubstr("/pre, cannot be found"));
    target.prerotate = target.postrotate = "/bin/true";
    EXPECT_TRUE(check());
    target.directory = folder / "none";
    EXPECT_THAT(check().error(), HasSubstr("cannot be found"));
    testing_support::write_text(folder / "file", "");
    target.directory = folder / "file";
    EXPECT_THAT(check().error(), HasSubstr("is no directory"));
    target.type = LegalLogTarget::Type::syslog;
    EXPECT_TRUE(check());
    EXPECT_TRUE(check_legal_log_of({}));
}

}  // namespace
}  // namespace leasehold::legal_log_output_test
