// Files with names and passwords: what is read from them, what is refused, and that no message shows any.
#include "lease_backends/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temporary_directory.hpp"

namespace leasehold::credentials_test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_support::TemporaryDirectory;
using testing_support::write_text;

constexpr const char* password_key = "password-file";
constexpr const char* credentials_key = "credentials-file";

struct FileCase {
    const char* name;
    const char* key;
    std::string content;
    const char *user, *password;  // nullptr: it is refused
    const char* words;            // of the refusal
};
void PrintTo(const FileCase& c, std::ostream* out) {
    *out << c.name;
}
class CredentialFile : public testing::TestWithParam<FileCase> {
protected:
    TemporaryDirectory directory;
    std::string path = directory / "secret";

    DatabaseServerConfig config() const {
        DatabaseServerConfig server;
        server.user = "configured";
        const std::string key = GetParam().key;
        if (key == password_key) server.password_file = path;
        if (key == "user-file") server.user_file = path;
        if (key == credentials_key) server.credentials_file = path;
        return server;
    }
};

TEST_P(CredentialFile, Table) {
    const FileCase& c = GetParam();
    write_text(path, c.content);
    ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
    const auto read = read_credentials(config());
    if (c.user != nullptr) {
        ASSERT_TRUE(read) << read.error().detail;
        EXPECT_EQ(read->user, c.user);
        EXPECT_EQ(read->password.reveal(), c.password);
        return;
    }
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, StoreErrc::credentials);
    EXPECT_THAT(read.error().detail, HasSubstr(path));
    EXPECT_THAT(read.error().detail, HasSubstr(c.key));
    EXPECT_THAT(read.error().detail, HasSubstr(c.words));
    EXPECT_THAT(read.error().detail, Not(HasSubstr("swordfish")));
}

const FileCase files[] = {
    {"password", password_key, "swordfish", "configured", "swordfish", ""},
    {"password_with_line_end", password_key, "swordfish\n", "configured", "swordfish", ""},
    {"password_from_windows", password_key, "swordfish\r\n", "configured", "swordfish", ""},
    {"only_one_line_end_goes", password_key, " sword\nfish \n\n", "configured", " sword\nfish \n", ""},
    {"password_of_any_octets", password_key, "\xff\x01'\"\\${X}$$", "configured", "\xff\x01'\"\\${X}$$", ""},
    {"empty_password", password_key, "\n", nullptr, nullptr, "is empty"},
    {"nul", password_key, std::string("sword\0fish", 10), nullptr, nullptr, "NUL"},
    {"too_large", password_key, "swordfish" + std::string(65536, 'x'), nullptr, nullptr, "65536 octets"},
    {"user", "user-file", "v-token-7\n", "v-token-7", "", ""},
    {"two_lines", credentials_key, "app\nswordfish\n", "app", "swordfish", ""},
    {"two_lines_without_end", credentials_key, "app\r\nswordfish", "app", "swordfish", ""},
    {"one_line", credentials_key, "swordfish\n", nullptr, nullptr, "two lines"},
    {"three_lines", credentials_key, "app\nswordfish\nmore\n", nullptr, nullptr, "two lines"},
    {"no_name", credentials_key, "\nswordfish\n", nullptr, nullptr, "empty line"},
    {"no_password", credentials_key, "app\n\n", nullptr, nullptr, "empty line"},
    {"nothing", credentials_key, " \n", nullptr, nullptr, "is empty"},
    {"json", credentials_key, "\n{\"username\": \"app\", \"password\": \"sw\\u00f6rd\\\"fish\"}\n", "app",
     "sw\xc3\xb6rd\"fish", ""},
    {"json_with_more", credentials_key,
     "{\"lease\": {\"ttl\": 5}, \"password\": \"swordfish\", \"username\": \"app\"}", "app", "swordfish", ""},
    {"json_without_password", credentials_key, "{\"username\": \"swordfish\"}", nullptr, nullptr,
     "\"username\" and \"password\""},
    {"json_other_types", credentials_key, "{\"username\": \"app\", \"password\": [\"swordfish\"]}", nullptr,
     nullptr, "both texts"},
    {"json_broken", credentials_key, "{\"username\": \"app\",\n \"password\": \"swordfish", nullptr, nullptr,
     "not valid JSON, see its line 2"},
    {"json_nul", credentials_key, "{\"username\": \"app\", \"password\": \"swordfish\\u0000\"}", nullptr,
     nullptr, "NUL"},
};

INSTANTIATE_TEST_SUITE_P(Credentials, CredentialFile, testing::ValuesIn(files),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Credentials, TheLargestFileIsReadWhole) {
    const TemporaryDirectory directory;
    DatabaseServerConfig server;
    server.password_file = directory / "secret";
    write_text(server.password_file, std::string(65536, 'x'));
    ASSERT_EQ(::chmod(server.password_file.c_str(), 0600), 0);
    const auto read = read_credentials(server);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->password.reveal().size(), 65536u);
}

TEST(Credentials, OfTheConfigurationNeedNoFile) {
    DatabaseServerConfig server;
    server.user = "app";
    server.password = Secret{"swordfish"};
    const auto read = read_credentials(server);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->user, "app");
    EXPECT_EQ(read->password.reveal(), "swordfish");
}

TEST(Credentials, AreReadAgainEachTimeThroughTheLinksOfAMountedSecret) {
    const TemporaryDirectory directory;
    for (const char* version : {"1", "2"}) {
        write_text(directory / version, std::string{"swordfish-"} + version);
        ASSERT_EQ(::chmod((directory / version).c_str(), 0400), 0);
    }
    DatabaseServerConfig server;
    server.password_file = directory / "password";
    for (const char* version : {"1", "2"}) {
        ::unlink(server.password_file.c_str());
        ASSERT_EQ(::symlink(version, server.password_file.c_str()), 0);
        const auto read = read_credentials(server);
        ASSERT_TRUE(read) << read.error().detail;
        EXPECT_EQ(read->password.reveal(), std::string{"swordfish-"} + version);
    }
}

StoreError refusal_of(const std::string& path) {
    DatabaseServerConfig server;
    server.password_file = path;
    const auto read = read_credentials(server);
    EXPECT_FALSE(read);
    return read ? StoreError{} : read.error();
}

TEST(Credentials, AFileForEverybodyIsRefusedWithTheCommandThatCuresIt) {
    const TemporaryDirectory directory;
    const std::string path = directory / "secret";
    write_text(path, "swordfish");
    ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
    const StoreError error = refusal_of(path);
    EXPECT_EQ(error.code, StoreErrc::credentials);
    EXPECT_THAT(error.detail, HasSubstr("chmod o-rwx '" + path + "'"));
    EXPECT_THAT(error.detail, Not(HasSubstr("swordfish")));
}

TEST(Credentials, WhatIsNoFileIsRefusedAndNotWaitedFor) {
    const TemporaryDirectory directory;
    EXPECT_THAT(refusal_of(directory / "nowhere").detail, HasSubstr("No such file"));
    EXPECT_THAT(refusal_of(directory.path()).detail, HasSubstr("not a regular file"));
    ASSERT_EQ(::mkfifo((directory / "pipe").c_str(), 0600), 0);
    EXPECT_THAT(refusal_of(directory / "pipe").detail, HasSubstr("not a regular file"));
}

TEST(Credentials, AreTakenOutOfTheWordsOfALibrary) {
    const Credentials credentials{"app", Secret{"trout"}};
    EXPECT_EQ(without_secrets("user app, password trout, trouttrout.", credentials),
              "user app, password *****, **********.");
    EXPECT_EQ(without_secrets("nothing", credentials), "nothing");
    EXPECT_EQ(without_secrets("nothing", {"app", Secret{}}), "nothing");
    EXPECT_EQ(without_secrets("***", {"app", Secret{"*"}}), "***************");
}

}  // namespace
}  // namespace leasehold::credentials_test
