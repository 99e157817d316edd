#include "control/server_identity.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_directory.hpp"

namespace leasehold::server_identity_test {
namespace {

TEST(ServerIdentity, IsMadeOnceAndKept) {
    const testing_support::TemporaryDirectory folder;
    const std::string state = folder.path() + "/state";
    const auto made = server_identity(state);
    ASSERT_TRUE(made) << made.error();
    EXPECT_GT(*made, 0u);
    const auto again = server_identity(state), elsewhere = server_identity(folder.path());
    ASSERT_TRUE(again && elsewhere);
    EXPECT_EQ(*again, *made);
    EXPECT_NE(*elsewhere, *made);
}

TEST(ServerIdentity, AFileWithSomethingElseIsNamedAndLeftAlone) {
    const testing_support::TemporaryDirectory folder;
    const std::string path = folder.path() + "/server-id";
    for (const char* text : {"", "0", "twelve", "12 ", "-3", "99999999999999999999999"}) {
        std::ofstream{path} << text << "\n";
        const auto identity = server_identity(folder.path());
        ASSERT_FALSE(identity) << text;
        EXPECT_NE(identity.error().find(path), std::string::npos);
    }
}

TEST(ServerIdentity, WhereNothingCanBeWrittenItSaysSo) {
    const auto identity = server_identity("/proc/nowhere");
    ASSERT_FALSE(identity);
    EXPECT_NE(identity.error().find("writer-id"), std::string::npos);
}

}  // namespace
}  // namespace leasehold::server_identity_test
