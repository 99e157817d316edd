#include "control/file_lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "control/pid_file.hpp"

namespace leasehold::file_lock_test {
namespace {

struct FileLockTest : testing::Test {
    std::filesystem::path folder =
        std::filesystem::path{testing::TempDir()} / ("lock-" + std::to_string(getpid()));
    std::string path = folder / "file.pid";
    void SetUp() override { std::filesystem::create_directories(folder); }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::string content() const {
        std::ifstream in{path};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
};

TEST_F(FileLockTest, SecondIsRefusedAndToldWhoHasIt) {
    auto first = FileLock::take(path);
    ASSERT_TRUE(first);
    ASSERT_TRUE(first->write("4711\n"));
    const auto second = FileLock::take(path);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().held_by_other);
    EXPECT_EQ(second.error().holder, "4711");
}

TEST_F(FileLockTest, RemovedAtTheEndAndFreeAgain) {
    {
        const auto lock = FileLock::take(path);
        ASSERT_TRUE(lock);
        EXPECT_TRUE(std::filesystem::exists(path));
    }
    EXPECT_FALSE(std::filesystem::exists(path));
    EXPECT_TRUE(FileLock::take(path));
}

TEST_F(FileLockTest, MovedLockIsHeldOnce) {
    std::optional<FileLock> kept;
    {
        auto lock = FileLock::take(path);
        ASSERT_TRUE(lock);
        kept.emplace(std::move(*lock));
    }
    EXPECT_FALSE(FileLock::take(path));
    kept.reset();
    EXPECT_TRUE(FileLock::take(path));
}

TEST_F(FileLockTest, MissingDirectoryIsAReason) {
    const auto lock = FileLock::take(folder / "no" / "file");
    ASSERT_FALSE(lock);
    EXPECT_FALSE(lock.error().held_by_other);
    EXPECT_FALSE(lock.error().reason.empty());
}

TEST_F(FileLockTest, PidFileHoldsThisProcess) {
    const auto lock = take_pid_file(path);
    ASSERT_TRUE(lock);
    EXPECT_EQ(content(), std::to_string(getpid()) + "\n");
}

// After a crash the number in the file may belong to any process, even one that lives: it does not matter.
TEST_F(FileLockTest, PidFileOfADeadServerIsTakenOver) {
    std::ofstream{path} << getppid() << "\n";
    const auto lock = take_pid_file(path);
    ASSERT_TRUE(lock);
    EXPECT_EQ(content(), std::to_string(getpid()) + "\n");
}

TEST_F(FileLockTest, PidFileOfARunningServerIsRespected) {
    const auto held = take_pid_file(path);
    ASSERT_TRUE(held);
    const auto second = take_pid_file(path);
    ASSERT_FALSE(second);
    EXPECT_TRUE(second.error().already_running);
    EXPECT_EQ(second.error().pid, std::to_string(getpid()));
}

TEST_F(FileLockTest, PidDirectoryIsMadeWhenOnlyItsLastPartIsMissing) {
    EXPECT_TRUE(take_pid_file(folder / "run" / "x.pid"));
    const auto deeper = take_pid_file(folder / "a" / "b" / "x.pid");
    ASSERT_FALSE(deeper);
    EXPECT_FALSE(deeper.error().already_running);
    EXPECT_NE(deeper.error().reason.find("KEA_PIDFILE_DIR"), std::string::npos);
}

TEST(PidFileName, IsTheOneThatKeaUses) {
    EXPECT_EQ(pid_file_name("/run/kea", "/etc/kea/kea-dhcp4.conf", "kea-dhcp4"),
              "/run/kea/kea-dhcp4.kea-dhcp4.pid");
    EXPECT_EQ(pid_file_name("/run", "leasehold.json", "kea-dhcp4"), "/run/leasehold.kea-dhcp4.pid");
}

}  // namespace
}  // namespace leasehold::file_lock_test
