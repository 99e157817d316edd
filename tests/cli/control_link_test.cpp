#include "cli/control_link.hpp"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/support/temporary_directory.hpp"

namespace leasehold::control_link_test {
namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A socket that takes one connection, reads one request, and says what it is told.
class OneAnswer {
public:
    OneAnswer(const std::string& path, std::string answer, bool closes = true) : listener_{socket(AF_UNIX, SOCK_STREAM, 0)} {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(listen(listener_, 5), 0);
        thread_ = std::thread{[this, answer = std::move(answer), closes] {
            const int peer = accept(listener_, nullptr, nullptr);
            char request[4096];
            if (const auto size = read(peer, request, sizeof request); size > 0)
                heard_.assign(request, static_cast<std::size_t>(size));
            if (write(peer, answer.data(), answer.size()) < 0) ADD_FAILURE() << "nobody reads";
            // The one that asked ends: only then does this one.
            if (!closes && read(peer, request, sizeof request) > 0) ADD_FAILURE() << "said more";
            close(peer);
        }};
    }
    ~OneAnswer() {
        if (thread_.joinable()) thread_.join();
        close(listener_);
    }
    std::string heard() {
        thread_.join();
        return heard_;
    }

private:
    int listener_;
    std::string heard_;
    std::thread thread_;
};

struct ControlLinkTest : testing::Test {
    testing_support::TemporaryDirectory folder;
    ControlSocketPlace place{folder / "sock", "named with -s"};

    CtlFailure failure_of(std::string_view command = "status-get") {
        const auto answer = ask_through(place, std::chrono::milliseconds{50})(command, nullptr);
        if (answer) ADD_FAILURE() << "was answered: " << *answer;
        return answer ? CtlFailure{CtlExit::ok, ""} : answer.error();
    }
};

TEST_F(ControlLinkTest, AsksAndIsAnswered) {
    OneAnswer server{place.path, R"({ "result": 0, "arguments": { "a": 1 } })"};
    const auto answer = ask_through(place)("lease4-get", {{"ip-address", "192.0.2.1"}});
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(*answer, (json{{"a", 1}}));
    EXPECT_EQ(json::parse(server.heard()), (json{{"command", "lease4-get"}, {"arguments", {{"ip-address", "192.0.2.1"}}}}));
}

TEST_F(ControlLinkTest, NothingFoundIsAnAnswer) {
    OneAnswer server{place.path, R"({ "result": 3, "text": "0 leases", "arguments": { "leases": [] } })"};
    const auto answer = ask_through(place)("lease4-get-all", nullptr);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->is_null());
}

TEST_F(ControlLinkTest, ErrorsOfTheServerKeepTheirWords) {
    {
        OneAnswer server{place.path, R"({ "result": 1, "text": "no such subnet" })"};
        const auto failure = failure_of("subnet4-get");
        EXPECT_EQ(failure.exit, CtlExit::refused);
        EXPECT_EQ(failure.text, "subnet4-get: no such subnet");
    }
    unlink(place.path.c_str());
    {
        OneAnswer server{place.path, R"({ "result": 403, "text": "Forbidden" })"};
        EXPECT_EQ(failure_of().exit, CtlExit::not_permitted);
    }
    for (const auto* const odd : {"nonsense", "[]", "{}", R"({ "result": "x" })", R"({ "result": 1, "text": 7 })"}) {
        unlink(place.path.c_str());
        OneAnswer server{place.path, odd};
        EXPECT_EQ(failure_of().exit, CtlExit::refused) << odd;
    }
}

TEST_F(ControlLinkTest, WhoSaysNothingHasFailed) {
    OneAnswer server{place.path, "", false};
    const auto failure = failure_of();
    EXPECT_EQ(failure.exit, CtlExit::no_server);
    EXPECT_THAT(failure.text, HasSubstr("said nothing"));
}

TEST_F(ControlLinkTest, WhoClosesHasFailed) {
    OneAnswer server{place.path, ""};
    EXPECT_THAT(failure_of().text, HasSubstr("without an answer"));
}

TEST_F(ControlLinkTest, NoSocketSaysWhatToDo) {
    const auto failure = failure_of();
    EXPECT_EQ(failure.exit, CtlExit::no_server);
    EXPECT_THAT(failure.text, HasSubstr(place.path));
    EXPECT_THAT(failure.text, HasSubstr("named with -s"));
    EXPECT_THAT(failure.text, HasSubstr("Is the server running?"));
    EXPECT_THAT(failure.text, HasSubstr("-c FILE"));
}

TEST_F(ControlLinkTest, WhatIsNoSocketSaysSo) {
    std::ofstream{place.path} << "x";
    EXPECT_THAT(failure_of().text, HasSubstr("is no socket"));
}

TEST_F(ControlLinkTest, ASocketLeftBehindSaysSo) {
    { OneAnswer server{place.path, "{}"}; failure_of(); }
    const auto failure = failure_of();
    EXPECT_EQ(failure.exit, CtlExit::no_server);
    EXPECT_THAT(failure.text, HasSubstr("has ended"));
}

TEST_F(ControlLinkTest, ALongPathIsNoCrash) {
    place.path = std::string(200, 'x');
    EXPECT_EQ(failure_of().exit, CtlExit::usage);
}

TEST_F(ControlLinkTest, UsualSocketsOfBothFamilies) {
    setenv("KEA_CONTROL_SOCKET_DIR", folder.path().c_str(), 1);
    const auto found = [](const CtlArguments& arguments) {
        std::vector<std::string> names;
        const auto places = find_control_sockets(arguments);
        if (places)
            for (const auto& one : *places) names.push_back(one.path.substr(one.path.rfind('/') + 1));
        return names;
    };
    using testing::ElementsAre;
    EXPECT_THAT(found({}), ElementsAre("kea4-ctrl-socket")) << "to say that it is missing";
    std::ofstream{folder / "kea6-ctrl-socket"};
    EXPECT_THAT(found({}), ElementsAre("kea6-ctrl-socket"));
    std::ofstream{folder / "kea4-ctrl-socket"};
    EXPECT_THAT(found({}), ElementsAre("kea4-ctrl-socket", "kea6-ctrl-socket"));
    CtlArguments six;
    six.family = Family::v6;
    EXPECT_THAT(found(six), ElementsAre("kea6-ctrl-socket"));
    unsetenv("KEA_CONTROL_SOCKET_DIR");
}

TEST(CtlExits, StandInOrderOnceAndAreShown) {
    int before = -1;
    for (const auto& row : ctl_exits()) {
        EXPECT_GT(static_cast<int>(row.code), before);
        before = static_cast<int>(row.code);
        EXPECT_THAT(ctl_exits_help(), HasSubstr(std::string{row.meaning}));
    }
    std::ifstream in{std::string{SOURCE_DIR} + "/docs/terminal.md"};
    const std::string page{std::istreambuf_iterator<char>{in}, {}};
    EXPECT_THAT(page, HasSubstr("<!-- begin ctl-exit-codes -->\n" + ctl_exits_markdown() + "<!-- end ctl-exit-codes -->"))
        << "put the output of `leasehold docs ctl-exit-codes` between the markers";
}

}  // namespace
}  // namespace leasehold::control_link_test
