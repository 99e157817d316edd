#include "control/log_backend.hpp"

#include <fcntl.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace leasehold::log_backend_test {
namespace {

using config::LoggerConfig;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string root = "kea-dhcp4";
constexpr std::chrono::seconds never{60};

LoggerConfig logger(std::string name, std::optional<LogSeverity> severity, int level = 0) {
    return {
        .name = std::move(name), .severity = severity, .silent = false, .debug_level = level, .outputs = {}};
}

TEST(NearestLogger, IsItselfOrItsAncestor) {
    const std::vector<LoggerConfig> loggers{
        logger("kea-dhcp4", LogSeverity::warn), logger("kea-dhcp4.leases", LogSeverity::debug),
        logger("commands", LogSeverity::error), logger("kea-dhcp4.packets", std::nullopt)};
    EXPECT_EQ(nearest_logger(loggers, root, "leases"), &loggers[1]);
    EXPECT_EQ(nearest_logger(loggers, root, "leases.detail"), &loggers[1]);
    EXPECT_EQ(nearest_logger(loggers, root, "commands"), &loggers[2]) << "the root may be left out of a name";
    EXPECT_EQ(nearest_logger(loggers, root, "packets"), &loggers[0]) << "no severity of its own";
    EXPECT_EQ(nearest_logger(loggers, root, "database"), &loggers[0]);
    EXPECT_EQ(nearest_logger({}, root, "database"), nullptr);
}

TEST(Passes, BySeverityAndDebugLevel) {
    const MessageDef info{MessageId::DHCP4_STARTED, "", LogSeverity::info, 0, "", ""};
    const MessageDef fatal{MessageId::DHCP4_STARTED, "", LogSeverity::fatal, 0, "", ""};
    const MessageDef debug40{MessageId::DHCP4_STARTED, "", LogSeverity::debug, 40, "", ""};
    EXPECT_TRUE(passes(logger("x", LogSeverity::info), info));
    EXPECT_FALSE(passes(logger("x", LogSeverity::warn), info));
    EXPECT_FALSE(passes(logger("x", LogSeverity::info, 99), debug40));
    EXPECT_TRUE(passes(logger("x", LogSeverity::debug, 40), debug40));
    EXPECT_FALSE(passes(logger("x", LogSeverity::debug, 39), debug40));
    auto silent = logger("x", std::nullopt);
    silent.silent = true;
    EXPECT_FALSE(passes(silent, fatal));
}

struct LogBackendTest : testing::Test {
    std::filesystem::path folder =
        std::filesystem::path{testing::TempDir()} / ("log-" + std::to_string(getpid()));
    void SetUp() override { std::filesystem::create_directories(folder); }
    void TearDown() override {
        set_log_sink(nullptr);
        std::filesystem::remove_all(folder);
    }

    LoggerConfig to_file(std::string name, LogSeverity severity, const std::string& file,
                         std::string pattern = "%p %c %m") {
        auto result = logger(std::move(name), severity, 99);
        result.outputs = {{.output = folder / file,
                           .flush = true,
                           .maxsize = 0,
                           .maxver = 1,
                           .pattern = std::move(pattern)}};
        return result;
    }
    std::vector<std::string> lines(const std::string& file) const {
        std::ifstream in{folder / file};
        std::vector<std::string> result;
        for (std::string line; std::getline(in, line);) result.push_back(line);
        return result;
    }
};

TEST_F(LogBackendTest, WritesWhereTheNearestLoggerSays) {
    LogBackend logs{{}};
    auto prepared = logs.prepare({to_file("kea-dhcp4", LogSeverity::info, "root"),
                                  to_file("kea-dhcp4.leases", LogSeverity::debug, "leases")});
    ASSERT_TRUE(prepared) << prepared.error();
    logs.activate(*prepared);
    set_log_sink(&logs);
    log(MessageId::DHCP4_SHUTDOWN, {{"reason", "a\nb"}});
    log(MessageId::DHCP4_RELEASE, {{"client", "c"}, {"address", "192.0.2.1"}});
    log(MessageId::COMMAND_RECEIVED, {{"command", "debug of a logger at info"}});
    EXPECT_TRUE(log_enabled(MessageId::DHCP4_LEASE_REUSE));
    EXPECT_FALSE(log_enabled(MessageId::COMMAND_RECEIVED));
    set_log_sink(nullptr);
    ASSERT_TRUE(logs.drain(never));
    EXPECT_THAT(lines("root"), ElementsAre("INFO kea-dhcp4.dhcp4 DHCP4_SHUTDOWN stopped: a\\nb"));
    EXPECT_THAT(lines("leases"),
                ElementsAre("INFO kea-dhcp4.leases DHCP4_RELEASE c: address 192.0.2.1 released"));
}

TEST_F(LogBackendTest, VerboseOverrulesSeveritiesButNotDestinations) {
    LogBackend logs{{.verbose = true}};
    auto prepared = logs.prepare({to_file("kea-dhcp4", LogSeverity::fatal, "root")});
    ASSERT_TRUE(prepared);
    logs.activate(*prepared);
    set_log_sink(&logs);
    log(MessageId::COMMAND_RECEIVED, {{"command", "version-get"}});
    set_log_sink(nullptr);
    ASSERT_TRUE(logs.drain(never));
    EXPECT_THAT(lines("root"), ElementsAre("DEBUG kea-dhcp4.commands COMMAND_RECEIVED command version-get"));
}

// Both families in one process: each has its own loggers, and they may write to one file.
TEST_F(LogBackendTest, FamiliesHaveLoggersOfTheirOwn) {
    LogBackend logs{{.families = {Family::v4, Family::v6}}};
    auto v4 = logs.prepare({to_file("kea-dhcp4", LogSeverity::info, "root")}, Family::v4);
    ASSERT_TRUE(v4);
    logs.activate(*v4);
    auto v6 = logs.prepare({to_file("kea-dhcp6", LogSeverity::info, "root"),
                            to_file("kea-dhcp6.leases", LogSeverity::fatal, "root")},
                           Family::v6);
    ASSERT_TRUE(v6);
    logs.activate(*v6);
    set_log_sink(&logs);
    log(MessageId::DHCP4_SHUTDOWN, {{"reason", "a"}});
    log(MessageId::DHCP6_SHUTDOWN, {{"reason", "b"}});
    log(MessageId::DHCP6_RELEASE, {{"client", "c"}, {"lease", "address 2001:db8::1"}});
    log(MessageId::STORE_LOADED, {{"leases", 0}, {"where", "memory"}});
    EXPECT_TRUE(log_enabled(MessageId::DHCP4_RELEASE));
    EXPECT_FALSE(log_enabled(MessageId::DHCP6_RELEASE));
    set_log_sink(nullptr);
    ASSERT_TRUE(logs.drain(never));
    EXPECT_THAT(lines("root"),
                ElementsAre("INFO kea-dhcp4.dhcp4 DHCP4_SHUTDOWN stopped: a",
                            "INFO kea-dhcp6.dhcp6 DHCP6_SHUTDOWN stopped: b",
                            "INFO kea-dhcp4.database STORE_LOADED 0 lease(s) loaded from memory"));
}

TEST_F(LogBackendTest, AServerOfOneFamilyLogsEverythingUnderItsName) {
    LogBackend logs{{.families = {Family::v6}}};
    auto prepared = logs.prepare({to_file("kea-dhcp6", LogSeverity::info, "root")}, Family::v6);
    ASSERT_TRUE(prepared);
    logs.activate(*prepared);
    set_log_sink(&logs);
    log(MessageId::STORE_LOADED, {{"leases", 0}, {"where", "memory"}});
    set_log_sink(nullptr);
    ASSERT_TRUE(logs.drain(never));
    EXPECT_THAT(lines("root"),
                ElementsAre("INFO kea-dhcp6.database STORE_LOADED 0 lease(s) loaded from memory"));
}

// A configuration whose log file cannot be opened is refused, and what runs goes on writing.
TEST_F(LogBackendTest, WhatCannotBeOpenedChangesNothing) {
    LogBackend logs{{}};
    auto first = logs.prepare({to_file("kea-dhcp4", LogSeverity::info, "root")});
    ASSERT_TRUE(first);
    logs.activate(*first);
    set_log_sink(&logs);
    const auto second = logs.prepare({to_file("kea-dhcp4", LogSeverity::info, "root/file")});
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error(), HasSubstr("root/file"));
    log(MessageId::DHCP4_SHUTDOWN, {{"reason", "still here"}});
    set_log_sink(nullptr);
    ASSERT_TRUE(logs.drain(never));
    EXPECT_EQ(lines("root").size(), 1U);
}

TEST_F(LogBackendTest, FilesRotateWithTheLiveOneInFront) {
    auto config = to_file("kea-dhcp4", LogSeverity::info, "root", "%m");
    config.outputs.front().maxsize = 1;  // raised to 204800, as with Kea
    config.outputs.front().maxver = 2;
    LogBackend logs{{.queue_lines_max = 100000}};
    auto prepared = logs.prepare({config});
    ASSERT_TRUE(prepared);
    logs.activate(*prepared);
    set_log_sink(&logs);
    const std::string kilobyte(1000, 'x');
    for (int i = 0; i != 900; ++i) log(MessageId::DHCP4_SHUTDOWN, {{"reason", kilobyte}});
    set_log_sink(nullptr);
    ASSERT_TRUE(logs.drain(never));
    EXPECT_TRUE(std::filesystem::exists(folder / "root"));
    EXPECT_TRUE(std::filesystem::exists(folder / "root.1"));
    EXPECT_TRUE(std::filesystem::exists(folder / "root.2"));
    EXPECT_FALSE(std::filesystem::exists(folder / "root.3"));
    EXPECT_LE(std::filesystem::file_size(folder / "root.1"), 204800U);
}

/// Until not one more octet goes in.
void fill(int pipe) {
    const int flags = fcntl(pipe, F_GETFL);
    fcntl(pipe, F_SETFL, flags | O_NONBLOCK);
    while (write(pipe, "x", 1) == 1) {
    }
    fcntl(pipe, F_SETFL, flags);
}

/// A pipe whose reader does not read: what a stalled terminal or log collector is.
TEST_F(LogBackendTest, OverrunLosesTheOldestAndCounts) {
    const auto fifo = folder / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const int reader = open(fifo.c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_GE(reader, 0);
    fill(reader);
    LogBackend logs{{.queue_lines_max = 16}};
    auto prepared = logs.prepare({to_file("kea-dhcp4", LogSeverity::info, "fifo")});
    ASSERT_TRUE(prepared);
    logs.activate(*prepared);
    set_log_sink(&logs);
    const std::string kilobyte(1000, 'x');
    for (int i = 0; i != 500; ++i) log(MessageId::DHCP4_SHUTDOWN, {{"reason", kilobyte}});  // never blocks
    EXPECT_GT(logs.lost(), 0U);
    set_log_sink(nullptr);
    EXPECT_FALSE(logs.drain(std::chrono::milliseconds{1})) << "its lines are given up";
    std::signal(SIGPIPE, SIG_IGN);
    close(reader);  // ends the write that hangs
}

TEST(LoggersFromEnvironment, DefaultsAndValues) {
    unsetenv("KEA_LOGGER_DESTINATION");
    unsetenv("KEA_LOGGER_SEVERITY");
    unsetenv("KEA_LOGGER_DBGLEVEL");
    auto usual = loggers_from_environment(root).front();
    EXPECT_EQ(usual.severity, LogSeverity::info);
    EXPECT_EQ(usual.outputs.front().output, "stdout");
    setenv("KEA_LOGGER_DESTINATION", "stderr", 1);
    setenv("KEA_LOGGER_SEVERITY", "DEBUG", 1);
    setenv("KEA_LOGGER_DBGLEVEL", "40", 1);
    auto named = loggers_from_environment(root).front();
    EXPECT_EQ(named.severity, LogSeverity::debug);
    EXPECT_EQ(named.debug_level, 40);
    EXPECT_EQ(named.outputs.front().output, "stderr");
    unsetenv("KEA_LOGGER_DESTINATION");
    unsetenv("KEA_LOGGER_SEVERITY");
    unsetenv("KEA_LOGGER_DBGLEVEL");
}

}  // namespace
}  // namespace leasehold::log_backend_test
