// The control socket over real UNIX sockets: framing, limits, time-outs, clients that do not behave.
#include "control/control_channel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/channel_thread.hpp"

namespace leasehold::control_channel_test {
namespace {

using testing::HasSubstr;

/// A client as scripts are: blocking, one socket.
class Client {
public:
    explicit Client(const std::string& path) : socket_{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        connected_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    ~Client() { close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool connected() const { return connected_; }
    /// @return false: the server closed before it had taken all
    bool say(std::string_view text) const {
        while (!text.empty()) {
            const auto size = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    void end() const { shutdown(socket_, SHUT_WR); }
    /// Sizes of the reads until the server closes.
    std::vector<std::size_t> read_all(std::string& out, std::size_t at_once = 65536) const {
        std::vector<std::size_t> sizes;
        std::string buffer(at_once, '\0');
        while (true) {
            const auto size = recv(socket_, buffer.data(), buffer.size(), 0);
            if (size <= 0) return sizes;
            sizes.push_back(static_cast<std::size_t>(size));
            out.append(buffer, 0, sizes.back());
        }
    }
    std::string answer() const {
        std::string out;
        read_all(out);
        return out;
    }

private:
    int socket_;
    bool connected_ = false;
};

struct ControlChannelTest : testing_support::ChannelThread {
    std::filesystem::path folder =
        std::filesystem::path{testing::TempDir()} / ("channel-" + std::to_string(getpid()));
    std::string path = folder / "socket";

    void SetUp() override {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    void TearDown() override {
        ChannelThread::TearDown();
        std::filesystem::remove_all(folder);
    }

    void start() {
        channel = std::make_unique<ControlChannel>(loop, side, limits, echo);
        auto prepared = channel->prepare({{path}});
        ASSERT_TRUE(prepared) << prepared.error();
        channel->activate(std::move(*prepared));
        run();
    }
    std::string ask(std::string_view text) const {
        const Client client{path};
        client.say(text);
        return client.answer();
    }
};

TEST_F(ControlChannelTest, AnswersOneCommandPerConnection) {
    start();
    EXPECT_EQ(ask(R"({ "command": "one" })"), R"({ "result": 0, "text": "one" })");
    EXPECT_EQ(ask("{ \"command\": \"line end\" }\n"), R"({ "result": 0, "text": "line end" })");
    EXPECT_EQ(ask("# why\n // how\n { /* } */ \"command\": \"comments\" }"),
              R"({ "result": 0, "text": "comments" })");
    EXPECT_EQ(ask(R"({ "command": "first" } { "command": "second" })"),
              R"({ "result": 0, "text": "first" })");
    stop();
    EXPECT_EQ(channel->counters().connections, 4U);
}

TEST_F(ControlChannelTest, CommandInSmallPieces) {
    start();
    const Client client{path};
    for (const char c : std::string_view{R"( { "command": "pi\"e}ce" } )"}) client.say({&c, 1});
    EXPECT_EQ(client.answer(), R"({ "result": 0, "text": "pi\"e}ce" })");
}

TEST_F(ControlChannelTest, SeveralClientsAtOnce) {
    start();
    const Client slow{path};
    slow.say(R"({ "command": )");
    EXPECT_THAT(ask(R"({ "command": "quick" })"), HasSubstr("quick"));
    slow.say(R"("slow" })");
    EXPECT_THAT(slow.answer(), HasSubstr("slow"));
}

TEST_F(ControlChannelTest, WhatCannotBeginAValueIsRefusedAtOnce) {
    start();
    const Client client{path};  // says no more, ends nothing: the answer comes all the same
    client.say("xyz");
    EXPECT_THAT(client.answer(), HasSubstr("invalid first character x"));
}

TEST_F(ControlChannelTest, BadJsonIsAnsweredWithItsPlace) {
    start();
    const auto answer = ask("{ \"command\": ,\n }");
    EXPECT_THAT(answer, HasSubstr("\"result\": 1"));
    EXPECT_THAT(answer, HasSubstr("<wire>:1:1"));
}

TEST_F(ControlChannelTest, DeepNestingIsAnError) {
    start();
    std::string bomb(100'000, '[');
    bomb.append(100'000, ']');
    EXPECT_THAT(ask(bomb), HasSubstr("\"result\": 1"));
    EXPECT_THAT(ask(R"({ "command": "still here" })"), HasSubstr("still here"));
}

TEST_F(ControlChannelTest, LongRequestIsParsedBesideTheLoop) {
    limits.parse_on_loop_size_max = 64;
    start();
    EXPECT_THAT(ask(R"({ "command": "long", "arguments": ")" + std::string(200'000, 'a') + "\" }"),
                HasSubstr("long"));
    EXPECT_THAT(ask("{ \"command\": " + std::string(200'000, ' ') + "]"), HasSubstr("\"result\": 1"));
}

TEST_F(ControlChannelTest, EndInTheMiddleGetsNoAnswer) {
    start();
    const Client client{path};
    client.say(R"({ "command": "ha)");
    client.end();
    EXPECT_EQ(client.answer(), "");
}

TEST_F(ControlChannelTest, SilenceTimesOut) {
    limits.progress_max = std::chrono::milliseconds{1};
    start();
    const Client nothing{path}, partly{path};
    partly.say("{bad");
    EXPECT_THAT(nothing.answer(), HasSubstr("\"result\": 1"));
    EXPECT_THAT(partly.answer(), HasSubstr("\"result\": 1"));
    stop();
    EXPECT_EQ(channel->counters().timeouts, 2U);
}

TEST_F(ControlChannelTest, TooLongRequestIsRefusedAndCounted) {
    limits.request_size_max = 1000;
    start();
    EXPECT_THAT(ask("{ \"command\": \"" + std::string(5000, 'x')), HasSubstr("longer than 1000 octets"));
    stop();
    EXPECT_EQ(channel->counters().requests_too_long, 1U);
}

TEST_F(ControlChannelTest, AllRequestsTogetherAreBounded) {
    limits.requests_size_max = 100'000;
    start();
    const Client first{path};
    const auto begun = "{ \"a\": \"" + std::string(90'000, 'x');
    EXPECT_TRUE(first.say(begun));
    wait_until([&] { return channel->octets_held() == begun.size(); });
    EXPECT_THAT(ask("{ \"command\": \"" + std::string(50'000, 'y') + "\" }"),
                HasSubstr("longer than 100000 octets together"));
    EXPECT_THAT(ask(R"({ "command": "small" })"), HasSubstr("small"));
    first.say(R"(", "command": "first" })");
    EXPECT_THAT(first.answer(), HasSubstr("first"));
    wait_until([&] { return channel->octets_held() == 0; });
    stop();
    EXPECT_EQ(channel->counters().requests_too_long, 1U);
}

// Most programs send all they have before they read, and take a reset for the end of everything.
TEST_F(ControlChannelTest, RefusedPeerMaySendTheRest) {
    limits.request_size_max = 1000;
    start();
    const Client client{path};
    EXPECT_TRUE(client.say("{ \"command\": \"" + std::string(5'000'000, 'x')));
    EXPECT_THAT(client.answer(), HasSubstr("longer than 1000 octets"));
}

TEST_F(ControlChannelTest, WhatARefusedPeerSendsIsBounded) {
    limits.request_size_max = 1000;
    limits.drain_size_max = 100'000;
    start();
    const Client client{path};
    EXPECT_FALSE(client.say("{ \"command\": \"" + std::string(5'000'000, 'x')));
    wait_until([&] { return channel->connections_open() == 0; });
}

TEST_F(ControlChannelTest, RefusedPeerThatStaysIsClosed) {
    limits.progress_max = std::chrono::milliseconds{1};
    start();
    const Client client{path};
    client.say("xyz");
    EXPECT_THAT(client.answer(), HasSubstr("\"result\": 1"));
    wait_until([&] { return channel->connections_open() == 0; });
}

TEST_F(ControlChannelTest, AnsweredPeerThatStaysIsClosedAtOnce) {
    limits.progress_max = std::chrono::hours{1};
    start();
    const Client client{path};
    client.say("{ \"command\": \"one\" }\n");
    EXPECT_THAT(client.answer(), HasSubstr("one"));
    wait_until([&] { return channel->connections_open() == 0; });
}

TEST_F(ControlChannelTest, ConnectionsAreBoundedAndCounted) {
    limits.connections_max = 2;
    start();
    {
        const Client first{path}, second{path};
        EXPECT_THAT(Client{path}.answer(), HasSubstr("too many control connections"));
        first.say(R"({ "command": "served" })");
        EXPECT_THAT(first.answer(), HasSubstr("served"));
    }
    while (ask(R"({ "command": "free again" })").find("free again") == std::string::npos)
        std::this_thread::yield();
    stop();
    EXPECT_GE(channel->counters().connections_refused, 1U);
}

// Clients that take a short read for the end must get whole blocks until the last one.
TEST_F(ControlChannelTest, LongAnswerComesInWholeBlocks) {
    start();
    const Client client{path};
    client.say(R"({ "command": "big" })");
    std::string out;
    auto sizes = client.read_all(out, 4096);
    EXPECT_EQ(out, std::string(5'000'000, 'b'));
    sizes.pop_back();
    for (const auto size : sizes) ASSERT_EQ(size, 4096U);
}

TEST_F(ControlChannelTest, PeerThatDoesNotReadStopsTheMaking) {
    std::promise<void> blocked;
    std::size_t made = 0;
    channel =
        std::make_unique<ControlChannel>(loop, side, limits, [&](const config::Value&, const Caller&, const Reply& reply) {
            Answer answer;
            answer.pieces = [&made](std::string& out) {
                out.append(answer_piece_size, 'e');
                made += answer_piece_size;
                return true;  // without end
            };
            reply(std::move(answer));
            // By now the pieces have gone out in turns; when the loop is idle the socket is full.
        });
    auto prepared = channel->prepare({{path}});
    ASSERT_TRUE(prepared);
    channel->activate(std::move(*prepared));
    const Client client{path};
    client.say("{}");
    while (loop.run_one_for(std::chrono::milliseconds{200}) != 0) {
    }
    EXPECT_GT(made, 0U);
    EXPECT_LT(made, 4U << 20) << "no more than the socket takes";
}

TEST_F(ControlChannelTest, PeerThatLeavesEndsTheMaking) {
    start();
    {
        const Client client{path};
        client.say(R"({ "command": "big" })");
    }
    wait_until([&] { return channel->connections_open() == 0; });
    EXPECT_THAT(ask(R"({ "command": "still here" })"), HasSubstr("still here"));
}

TEST_F(ControlChannelTest, SocketIsForOwnerAndGroup) {
    start();
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0660U);
}

TEST_F(ControlChannelTest, SecondServerIsRefusedAndADeadOnesSocketReplaced) {
    std::ofstream{path + ".lock"} << "left by a server that was killed";
    {
        Client nobody{path};
        EXPECT_FALSE(nobody.connected());
    }
    start();
    ControlChannel second{loop, side, limits, echo};
    const auto refused = second.prepare({{path}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr(path));
    EXPECT_THAT(ask(R"({ "command": "first is untouched" })"), HasSubstr("untouched"));
    stop();
    channel->close();
    EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ControlChannelTest, FileThatIsNoSocketIsNotRemoved) {
    std::ofstream{path} << "precious";
    ControlChannel other{loop, side, limits, echo};
    EXPECT_FALSE(other.prepare({{path}}));
    EXPECT_TRUE(std::filesystem::is_regular_file(path));
}

TEST_F(ControlChannelTest, TooLongAName) {
    ControlChannel other{loop, side, limits, echo};
    const auto refused = other.prepare({{folder / std::string(120, 'n')}});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("longer"));
}

TEST_F(ControlChannelTest, ReconfigurationKeepsTheSameSocketAndClosesOthers) {
    start();
    const std::string other = folder / "other";
    const Client waiting{path};
    std::promise<void> done;
    boost::asio::post(loop, [&] {
        auto both = channel->prepare({{path}, {other}});
        channel->activate(std::move(*both));
        auto one = channel->prepare({{other}});
        channel->activate(std::move(*one));
        done.set_value();
    });
    done.get_future().get();
    EXPECT_FALSE(Client{path}.connected());
    EXPECT_TRUE(Client{other}.connected());
}

// A configuration that fails later must leave no socket behind.
TEST_F(ControlChannelTest, PreparedButNotUsedIsClosed) {
    start();
    const std::string other = folder / "other";
    std::promise<void> done;
    boost::asio::post(loop, [&] {
        EXPECT_TRUE(channel->prepare({{path}, {other}}));
        done.set_value();
    });
    done.get_future().get();
    EXPECT_FALSE(std::filesystem::exists(other));
    EXPECT_THAT(ask(R"({ "command": "as before" })"), HasSubstr("as before"));
}

}  // namespace
}  // namespace leasehold::control_channel_test
