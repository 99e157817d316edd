// control-sockets: what is loaded of each type, who may do what, and what is wrong with it.
#include "config/control_sockets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/config/configuration.hpp"

namespace leasehold::config::control_sockets_test {
namespace {

using testing::HasSubstr;

std::string sockets(const std::string& members) {
    return "\"control-sockets\": [{" + members + "}]";
}
std::string http(const std::string& members) {
    return sockets("\"socket-type\": \"http\", " + members);
}
std::string https(const std::string& members) {
    return sockets(
        R"("socket-type": "https", "trust-anchor": "ca", "cert-file": "/c/cert", "key-file": "key", )" +
        members);
}
std::string client(const std::string& members) {
    return http("\"authentication\": {\"clients\": [{" + members + "}]}");
}

TEST(ControlSockets, SeveralOfEachType) {
    LoadOptions options;
    options.directories.run = "/run/l";
    options.directories.data = "/data";
    const auto loaded = load_global(R"("control-sockets": [
        {"socket-type": "unix", "socket-name": "a"}, {"socket-type": "unix", "socket-name": "/b"},
        {"socket-type": "http"},
        {"socket-type": "https", "socket-address": "::", "socket-port": 8443, "trust-anchor": "/t",
         "cert-file": "c", "key-file": "k", "cert-required": false,
         "http-headers": [{"name": "Strict-Transport-Security", "value": "max-age=1"}],
         "authentication": {"realm": "here", "directory": "secrets", "clients": [
            {"user": "anna", "password-file": "p", "access": "read", "allow-commands": ["lease4-*"],
             "deny-commands": ["config-get"]}, {"password-file": "/both"}, {"certificate": "stork"}]}}])",
                                    options);
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->daemon.control_sockets,
              (std::vector{ControlSocketConfig{"/run/l/a"}, ControlSocketConfig{"/b"}}));
    ASSERT_EQ(loaded->daemon.http_sockets.size(), 2u);
    EXPECT_EQ(loaded->daemon.http_sockets[0], HttpSocketConfig{});
    EXPECT_EQ(loaded->daemon.http_sockets[0].url(), "http://127.0.0.1:8000");
    const auto& socket = loaded->daemon.http_sockets[1];
    EXPECT_EQ(socket.url(), "https://[::]:8443");
    EXPECT_EQ(
        socket.tls_files,
        (HttpTlsConfig{
            .trust_anchor = "/t", .cert_file = "/data/c", .key_file = "/data/k", .cert_required = false}));
    EXPECT_EQ(socket.headers, (std::vector{HttpHeader{"Strict-Transport-Security", "max-age=1"}}));
    EXPECT_EQ(socket.realm, "here");
    ASSERT_EQ(socket.clients.size(), 3u);
    EXPECT_EQ(socket.clients[0].user, "anna");
    EXPECT_EQ(socket.clients[0].password_file, "/data/secrets/p");
    EXPECT_EQ(socket.clients[0].rights.level, CommandRights::Level::read);
    EXPECT_EQ(socket.clients[1].password_file, "/both");
    EXPECT_EQ(socket.clients[2].certificate, "stork");
    EXPECT_EQ(socket.clients[2].rights, CommandRights{});
}

TEST(ControlSockets, HttpWithCertificatesHasTls) {
    const auto loaded = load_global(http(R"("trust-anchor": "/t", "cert-file": "/c", "key-file": "/k")"));
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->daemon.http_sockets[0].tls);
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
}

TEST(ControlSockets, OpenOnesAreToldOf) {
    const auto loopback = load_global(http("\"socket-port\": 1"));
    ASSERT_TRUE(loopback);
    EXPECT_THAT(format(loopback->warnings),
                HasSubstr("whoever reaches http://127.0.0.1:1 may give every command"));
    const auto everywhere = http("\"socket-address\": \"0.0.0.0\"");
    const auto refused = load_global(everywhere);
    ASSERT_FALSE(refused);
    EXPECT_THAT(format(refused.error()), HasSubstr("start with -X"));
    LoadOptions relaxed;
    relaxed.relax_security = true;
    const auto allowed = load_global(everywhere, relaxed);
    ASSERT_TRUE(allowed);
    EXPECT_THAT(format(allowed->warnings), HasSubstr("may give every command"));
    EXPECT_FALSE(load_global(https("\"cert-required\": false, \"socket-address\": \"::\"")));
    EXPECT_TRUE(load_global(https("\"socket-address\": \"::\"")));
}

TEST(ControlSockets, PasswordsAreHiddenAndFoundAgain) {
    const std::string text = client(R"("user": "anna", "password": "swordfish")");
    const auto loaded = load_global(text);
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->daemon.http_sockets[0].clients[0].password.reveal(), "swordfish");
    EXPECT_EQ(loaded->full->dump().find("swordfish"), std::string::npos);
    EXPECT_THAT(format(loaded->warnings), HasSubstr("password-file"));
    EXPECT_EQ(format(loaded->warnings).find("swordfish"), std::string::npos);

    LoadOptions options;
    options.present =
        std::make_shared<const ShownConfiguration>(ShownConfiguration{loaded->full, loaded->hidden});
    const auto again = load(from_json(*loaded->full, "<wire>"), options);
    ASSERT_TRUE(again) << format(again.error());
    EXPECT_EQ(again->daemon.http_sockets[0].clients[0].password.reveal(), "swordfish");
    EXPECT_FALSE(load(from_json(*loaded->full, "<wire>"), {}));
}

TEST(ControlSockets, WhatIsWrongIsToldAtItsPlace) {
    const std::string first = "/Dhcp4/control-sockets/0";
    expect_refused(http("\"socket-name\": @\"x\""), first + "/socket-name", "does not belong");
    expect_refused(sockets(R"("socket-type": "unix", "socket-name": "x", "socket-port": @1)"),
                   first + "/socket-port", "does not belong");
    expect_refused(http("\"socket-address\": @\"localhost\""), first + "/socket-address",
                   "not an IP address");
    expect_refused(http("\"socket-port\": @65536"), first + "/socket-port", "65536");
    expect_refused(
        "\"control-sockets\": [@{\"socket-type\": \"https\", \"cert-file\": \"c\", \"key-file\": \"k\"}]",
        first, "no \"trust-anchor\"");
    expect_refused(http(R"("http-headers": [{"name": @"a b", "value": "x"}])"),
                   first + "/http-headers/0/name", "cannot be the name");
    expect_refused(http(R"("http-headers": [{"name": @"Content-length", "value": "1"}])"),
                   first + "/http-headers/0/name", "set by the server itself");
    expect_refused(http(R"("http-headers": [{"name": "a", "value": @"x\r\ny: z"}])"),
                   first + "/http-headers/0/value", "end its line");
    const std::string of_client = first + "/authentication/clients/0";
    expect_refused(client(R"("user": @"a:b", "password-file": "p")"), of_client + "/user", "colon");
    expect_refused(client(R"("user": "a", "password": @"x", "password-file": "p")"), of_client + "/password",
                   "stands beside password-file");
    expect_refused(client(R"("user": "a", "password": @"")"), of_client + "/password", "empty");
    expect_refused(client(R"("certificate": @"a")"), of_client + "/certificate", "over TLS only");
    expect_refused(client(R"("user": "a", "password-file": "p", "access": @"all")"), of_client + "/access",
                   "all");
    expect_refused(client(R"("user": "a", "password-file": "p", "allow-commands": [@"a*b"])"),
                   of_client + "/allow-commands/0", "not the name of a command");
    expect_refused(
        R"("control-sockets": [{"socket-type": "http"}, {"socket-type": "http", "socket-port": @8000}])",
        "/Dhcp4/control-sockets/1/socket-port", "two control sockets");
    expect_refused(http(R"("authentication": {"type": @"digest"})"), first + "/authentication/type",
                   "digest");
    expect_refused(http(R"("authentication": {"clients": [{"user": "a", "password-file": "p"}, )"
                        R"({"user": @"a", "password-file": "q"}]})"),
                   first + "/authentication/clients/1/user", "stands twice");
}

TEST(CommandRights, LevelsAndNames) {
    using enum CommandRights::Level;
    struct Case {
        CommandRights rights;
        const char* command;
        bool writes, permitted;
    };
    const Case cases[] = {
        {{write, {}, {}}, "config-set", true, true},
        {{read, {}, {}}, "config-set", true, false},
        {{read, {}, {}}, "config-get", false, true},
        {{none, {}, {}}, "config-get", false, false},
        {{none, {"config-get"}, {}}, "config-get", false, true},
        {{none, {"config-get"}, {}}, "config-get-more", false, false},
        {{read, {"lease4-*"}, {}}, "lease4-del", true, true},
        {{read, {"lease4-*"}, {"lease4-wipe"}}, "lease4-wipe", true, false},
        {{write, {"config-get"}, {"*"}}, "config-get", false, false},
    };
    for (const Case& c : cases) EXPECT_EQ(c.rights.permit(c.command, c.writes), c.permitted) << c.command;
}

}  // namespace
}  // namespace leasehold::config::control_sockets_test
