// Files with secrets that change in all the ways in which they do: real folders, real events.
#include "control/secret_watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/temporary_directory.hpp"

namespace leasehold::secret_watch_test {
namespace {

using namespace testing_support;
namespace fs = std::filesystem;

struct SecretWatchTest : testing::Test {
    /// Turns the loop until it was called so often; that it never is, is a test that does not end.
    void run_until(int count) {
        while (changes < count) loop.run_one();
    }
    /// Until the content as it is now was seen.
    void settle(SecretWatch& watch, std::vector<std::string> files) {
        watch.watch(std::move(files));
        bool done = false;
        while (!done) {  // the side thread works in order: what it is given now comes after the look
            side.run([] {}, [&] { done = true; });
            while (!done) loop.run_one();
        }
    }
    /// Events, and no look without one.
    SecretWatch::Intervals by_events() const { return {std::chrono::milliseconds{1}, std::chrono::hours{1}}; }

    TemporaryDirectory folder;
    boost::asio::io_context loop;
    SideThread side{loop};
    int changes = 0;
};

TEST_F(SecretWatchTest, AFileThatIsWrittenOrReplacedByARename) {
    SecretWatch watch{loop, side, [&] { ++changes; }, by_events()};
    const std::string file = folder / "password";
    write_text(file, "one\n");
    settle(watch, {file});
    EXPECT_EQ(changes, 0) << "what is there at first is no change";
    write_text(file, "two\n");
    run_until(1);
    write_text(folder / "new", "three\n");
    fs::rename(folder / "new", file);
    run_until(2);
    fs::remove(file);
    run_until(3);
}

TEST_F(SecretWatchTest, ALinkThatIsSwitchedBehindTheFile) {
    SecretWatch watch{loop, side, [&] { ++changes; }, by_events()};
    for (const char* const version : {"..1", "..2"}) {
        fs::create_directory(folder / version);
        write_text((folder / version) + "/password", version);
    }
    fs::create_symlink("..1", folder / "..data");
    fs::create_symlink("..data/password", folder / "password");
    settle(watch, {folder / "password"});
    fs::create_symlink("..2", folder / "..data_tmp");
    fs::rename(folder / "..data_tmp", folder / "..data");
    run_until(1);
}

TEST_F(SecretWatchTest, AFolderThatComesLaterIsFoundByLooking) {
    SecretWatch watch{
        loop, side, [&] { ++changes; }, {std::chrono::milliseconds{1}, std::chrono::milliseconds{5}}};
    settle(watch, {folder / "later/password"});
    fs::create_directory(folder / "later");
    write_text(folder / "later/password", "one");
    run_until(1);
}

TEST_F(SecretWatchTest, WhatOtherFilesOfTheFolderDoIsNoChange) {
    SecretWatch watch{loop, side, [&] { ++changes; }, by_events()};
    const std::string file = folder / "password";
    write_text(file, "one");
    settle(watch, {file});
    write_text(folder / "other", "x");
    write_text(file, "one");
    write_text(folder / "last", "x");
    watch.look();
    settle(watch, {file});
    EXPECT_EQ(changes, 0);
    write_text(file, "two");
    run_until(1);
}

TEST_F(SecretWatchTest, OtherFilesAreNoChangeAndNoFilesAreNone) {
    SecretWatch watch{loop, side, [&] { ++changes; }, by_events()};
    write_text(folder / "a", "one");
    write_text(folder / "b", "two");
    settle(watch, {folder / "a"});
    settle(watch, {folder / "b"});
    settle(watch, {});
    EXPECT_EQ(changes, 0);
}

TEST(CredentialFiles, AreThoseOfADatabaseServerEachOnce) {
    BackendConfig config;
    config.server.password_file = "/p";
    EXPECT_TRUE(credential_files(config).empty()) << "SQLite";
    config.type = BackendType::postgresql;
    config.server.user_file = "/u";
    config.server.tls.trust_anchor = "/ca";
    config.server.tls.cert_file = config.server.tls.key_file = "/both";
    EXPECT_EQ(credential_files(config), (std::vector<std::string>{"/u", "/p", "/ca", "/both"}));
}

}  // namespace
}  // namespace leasehold::secret_watch_test
