// Who a request comes from, by password or by certificate.
#include "control/http_access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace leasehold::http_access_test {
namespace {

using testing::HasSubstr;

config::HttpClientConfig with_password(const std::string& user, const std::string& password) {
    config::HttpClientConfig client;
    client.user = user;
    client.password = Secret{password};
    return client;
}

struct HttpAccessTest : testing::Test {
    config::HttpSocketConfig socket;
    std::filesystem::path folder =
        std::filesystem::path{testing::TempDir()} / ("access-" + std::to_string(getpid()));

    void SetUp() override { std::filesystem::create_directories(folder); }
    void TearDown() override { std::filesystem::remove_all(folder); }

    std::string file(const std::string& name, const std::string& content, mode_t mode = 0600) const {
        const auto path = folder / name;
        std::ofstream{path} << content;
        chmod(path.c_str(), mode);
        return path;
    }
    HttpSettingsPtr settings() const {
        auto made = make_http_settings(socket);
        EXPECT_TRUE(made) << made.error();
        return made ? *made : nullptr;
    }
    std::string refusal() const {
        const auto made = make_http_settings(socket);
        return made ? "" : made.error();
    }
};

TEST_F(HttpAccessTest, WithoutClientsEverybodyMayDoEverything) {
    const auto caller = authenticate(*settings(), nullptr, {"192.0.2.1:5", ""});
    ASSERT_TRUE(caller);
    EXPECT_TRUE(caller->may("config-set", Access::write));
}

TEST_F(HttpAccessTest, Basic) {
    socket.clients = {with_password("anna", "pass:word"), with_password("bert", "")};
    socket.clients[0].rights.level = config::CommandRights::Level::read;
    const auto all = settings();
    struct Case {
        const char* field;
        bool known;
    };
    const Case cases[] = {
        {"Basic YW5uYTpwYXNzOndvcmQ=", true},  // anna:pass:word
        {"basic YW5uYTpwYXNzOndvcmQ=", true},
        {"BASIC  YW5uYTpwYXNzOndvcmQ=", true},
        {"Basic YW5uYTpwYXNzOndvcmR=", false},
        {"Basic YW5uYTpwYXNzOndvcmQ", false},
        {"Basic", false},
        {"Basic ", false},
        {"", false},
        {"Bearer YW5uYTpwYXNzOndvcmQ=", false},
        {"YW5uYTpwYXNzOndvcmQ=", false},
    };
    for (const Case& c : cases) {
        const std::string field = c.field;
        const auto caller = authenticate(*all, &field, {"192.0.2.1:5", ""});
        EXPECT_EQ(caller.has_value(), c.known) << field;
        if (!caller) {
            EXPECT_EQ(caller.error(), 401u);
            continue;
        }
        EXPECT_EQ(caller->name, "the user anna at 192.0.2.1:5");
        EXPECT_FALSE(caller->may("config-set", Access::write));
        EXPECT_TRUE(caller->may(Access::read));
        EXPECT_FALSE(caller->may(Access::write));
    }
    const auto nobody = authenticate(*all, nullptr, {"192.0.2.1:5", ""});
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error(), 401u);
}

TEST_F(HttpAccessTest, Certificates) {
    config::HttpClientConfig client;
    client.certificate = "stork";
    socket.clients = {client};
    const auto all = settings();
    EXPECT_TRUE(authenticate(*all, nullptr, {"p", "stork"}));
    EXPECT_EQ(authenticate(*all, nullptr, {"p", "other"}).error(), 403u);
    EXPECT_EQ(authenticate(*all, nullptr, {"p", ""}).error(), 403u);
    const std::string wrong = "Basic AAAA";
    EXPECT_EQ(authenticate(*all, &wrong, {"p", "stork"}).error(), 401u);
    socket.clients.push_back(with_password("anna", "x"));
    EXPECT_EQ(authenticate(*settings(), nullptr, {"p", ""}).error(), 401u);
}

TEST_F(HttpAccessTest, Files) {
    config::HttpClientConfig both, apart;
    both.password_file = file("both", "anna:pass:word\nmore\n");
    apart.user_file = file("user", "bert\n");
    apart.password_file = file("password", "x\r\n");
    socket.clients = {both, apart};
    EXPECT_EQ(secret_files({socket, socket}),
              (std::vector<std::string>{both.password_file, apart.user_file, apart.password_file}));
    const auto all = settings();
    ASSERT_EQ(all->users.size(), 2u);
    EXPECT_EQ(all->users[0].name, "anna");
    EXPECT_EQ(all->users[0].credentials.reveal(), "YW5uYTpwYXNzOndvcmQ=");
    EXPECT_EQ(all->users[1].name, "bert");
    EXPECT_EQ(all->users[1].credentials.reveal(), "YmVydDp4");
    EXPECT_TRUE(same_settings(*all, *settings()));
    file("password", "y\n");
    EXPECT_FALSE(same_settings(*all, *settings()));
}

TEST_F(HttpAccessTest, FilesThatCannotBeUsed) {
    config::HttpClientConfig client;
    client.user = "anna";
    client.password_file = folder / "missing";
    socket.clients = {client};
    EXPECT_THAT(refusal(), HasSubstr("missing"));
    EXPECT_THAT(refusal(), HasSubstr("http://127.0.0.1:8000"));
    socket.clients[0].password_file = file("open", "secret\n", 0644);
    EXPECT_THAT(refusal(), HasSubstr("chmod o-rwx"));
    socket.clients[0].password_file = file("blank", "\nsecret\n");
    EXPECT_THAT(refusal(), HasSubstr("empty first line"));
    socket.clients[0].user = "";
    socket.clients[0].password_file = file("alone", "secret\n");
    EXPECT_THAT(refusal(), HasSubstr("user:password"));
    EXPECT_EQ(refusal().find("secret"), std::string::npos);
    socket.clients = {with_password("anna", "a"), with_password("anna", "b")};
    EXPECT_THAT(refusal(), HasSubstr("two entries"));
    socket.clients = {};
    socket.tls = true;
    socket.tls_files = {.trust_anchor = "", .cert_file = file("cert", "no certificate"), .key_file = "x"};
    EXPECT_THAT(refusal(), HasSubstr("the cert-file " + socket.tls_files.cert_file));
}

TEST_F(HttpAccessTest, Challenge) {
    socket.realm = "a \"b\" \\";
    EXPECT_EQ(challenge(*settings()), R"(Basic realm="a \"b\" \\")");
}

}  // namespace
}  // namespace leasehold::http_access_test
