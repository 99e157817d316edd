#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "control/configuration.hpp"

namespace leasehold::replace_file_test {
namespace {

struct ReplaceFileTest : testing::Test {
    std::filesystem::path folder =
        std::filesystem::path{testing::TempDir()} / ("write-" + std::to_string(getpid()));
    std::string file = folder / "kea.conf";
    void SetUp() override {
        std::filesystem::create_directories(folder / "sub");
        std::ofstream{file} << "old";
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::string content() const {
        std::ifstream in{file};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
    }
};

TEST_F(ReplaceFileTest, WholeContentUnderTheSameMode) {
    ASSERT_EQ(chmod(file.c_str(), 0604), 0);
    ASSERT_TRUE(replace_file(file, "new content"));
    EXPECT_EQ(content(), "new content");
    struct stat status {};
    ASSERT_EQ(stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0604U);
    EXPECT_EQ(files(), 2U) << "no temporary file stays";
}

// What a full disk does: the old file stays whole.
TEST_F(ReplaceFileTest, FailureLeavesTheOldContent) {
    const auto written = replace_file(folder / "sub", "a directory cannot be replaced by a file");
    ASSERT_FALSE(written);
    EXPECT_EQ(content(), "old");
    EXPECT_EQ(files(), 2U) << "no temporary file stays";
    EXPECT_FALSE(replace_file(folder / "no" / "file", "x"));
}

TEST_F(ReplaceFileTest, OnlyTheConfigurationsDirectory) {
    EXPECT_EQ(*write_target(file, ""), file);
    EXPECT_EQ(*write_target(file, "other.conf"), folder / "other.conf");
    EXPECT_EQ(*write_target(file, folder / "other.conf"), folder / "other.conf");
    EXPECT_EQ(*write_target(file, folder / "sub" / ".." / "other.conf"), folder / "other.conf");
    for (const auto* name : {"/etc/passwd", "../x", "sub/x", "/", ".", "..", "x/"}) {
        const auto target = write_target(file, name);
        ASSERT_FALSE(target) << name << " -> " << *target;
        EXPECT_NE(target.error().find(folder), std::string::npos) << target.error();
    }
}

// Otherwise a link in the directory would let a client write anywhere.
TEST_F(ReplaceFileTest, LinkIsReplacedNotFollowed) {
    const auto link = folder / "link.conf";
    std::filesystem::create_symlink(folder / "sub" / "target", link);
    ASSERT_TRUE(replace_file(link, "x"));
    EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(link)));
    EXPECT_FALSE(std::filesystem::exists(folder / "sub" / "target"));
}

}  // namespace
}  // namespace leasehold::replace_file_test
