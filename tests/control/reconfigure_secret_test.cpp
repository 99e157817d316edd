// The secret of RECONFIGURE keys: its file, and the digests (RFC 2104) as another implementation makes them.
#include "control/reconfigure_secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <numeric>

#include "tests/support/temporary_directory.hpp"

namespace leasehold::reconfigure_secret_test {
namespace {

using testing::HasSubstr;
using testing_support::TemporaryDirectory;

const Octets duid = *parse_hex("00:03:00:01:02:00:00:00:00:0a");

std::string text_of(const auto& octets) {
    return to_hex(octets, "");
}

TEST(SecretKeys, AreTheDigestsThatRfc8415Wants) {
    SecretKeys::Secret secret;
    std::iota(secret.begin(), secret.end(), std::uint8_t{0});
    const SecretKeys keys{secret};
    const auto key = keys.key_of(view(duid));
    EXPECT_EQ(text_of(key), "8927099f49e20b2160d38942939ea4ec");  // Python's hmac and hashlib
    const std::string message = "message";
    EXPECT_EQ(text_of(keys.sign(key, {reinterpret_cast<const std::uint8_t*>(message.data()), message.size()})),
              "927ca8883bea939200b22c4c04c58692");
}

std::string key_in(ReconfigureSecret& secret) {
    const auto keys = secret.make();
    EXPECT_TRUE(keys) << keys.error();
    return keys ? text_of((*keys)->key_of(view(duid))) : "";
}

TEST(ReconfigureSecret, IsTheSameAfterARestartOnceItIsKept) {
    const TemporaryDirectory directory;
    const std::string path = directory.path() + "/reconfigure-secret6";
    ReconfigureSecret first{directory.path()};
    const auto key = key_in(first);
    EXPECT_NE(access(path.c_str(), F_OK), 0) << "made, perhaps for a test: nothing is written";
    EXPECT_EQ(key_in(first), key);
    ASSERT_TRUE(first.keep());
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777u, 0600u);
    ASSERT_TRUE(first.keep());
    ReconfigureSecret second{directory.path()};
    EXPECT_EQ(key_in(second), key);
    const TemporaryDirectory elsewhere;
    ReconfigureSecret other{elsewhere.path()};
    EXPECT_NE(key_in(other), key);
}

TEST(ReconfigureSecret, AFileWithSomethingElseIsAnErrorThatSaysWhatToDo) {
    const TemporaryDirectory directory;
    for (const std::string text : {"", "no hexadecimal", "0102"}) {
        std::ofstream{directory.path() + "/reconfigure-secret6"} << text << "\n";
        ReconfigureSecret secret{directory.path()};
        const auto keys = secret.make();
        ASSERT_FALSE(keys) << text;
        EXPECT_THAT(keys.error(), HasSubstr("restore it, or remove it"));
    }
}

TEST(ReconfigureSecret, ADirectoryThatCannotBeWrittenIsNamed) {
    ReconfigureSecret secret{"/proc/none"};
    const auto kept = secret.keep();
    ASSERT_FALSE(kept);
    EXPECT_THAT(kept.error(), HasSubstr("/proc/none/reconfigure-secret6"));
}

}  // namespace
}  // namespace leasehold::reconfigure_secret_test
