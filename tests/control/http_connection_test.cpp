// HTTP over real sockets: routes, streams, limits, time-outs, the end. What Kea's clients see is
// live/http_control_test's part.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/channel_thread.hpp"

namespace leasehold::http_connection_test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Client {
public:
    explicit Client(const std::string& url) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1))));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    }
    ~Client() { close(socket_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    bool say(std::string_view text) const {
        while (!text.empty()) {
            const auto size = send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (size <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(size));
        }
        return true;
    }
    /// Until the server closes, or `end` was read.
    std::string read(std::string_view end = {}) const {
        std::string out, buffer(65536, '\0');
        while (end.empty() || !out.ends_with(end)) {
            const auto size = recv(socket_, buffer.data(), buffer.size(), 0);
            if (size <= 0) return out;
            out.append(buffer, 0, static_cast<std::size_t>(size));
        }
        return out;
    }

private:
    int socket_;
};

std::string post(std::string_view body, std::string_view more = "") {
    return "POST / HTTP/1.1\r\nContent-Type: application/json\r\n" + std::string{more} +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body};
}
std::string last_post(std::string_view body) {
    return post(body, "Connection: close\r\n");
}

struct HttpConnectionTest : testing_support::ChannelThread {
    std::string url;
    std::shared_ptr<HttpStream> stream;
    std::vector<Reply> kept;  // of the command "later"

    void TearDown() override {
        stop();
        kept.clear();
        ChannelThread::TearDown();
    }

    void command(const config::Value& request, const Caller& caller, const Reply& reply) {
        const auto* const name = command_of(request);
        if (name != nullptr && *name == "later") return kept.push_back(reply);
        echo(request, caller, reply);
    }

    void add_routes() {
        channel->add_route({.method = "GET",
                            .path = "/open",
                            .access = RouteAccess::open,
                            .handler = [](const HttpRequest& request, const HttpReply& reply) {
                                HttpAnswer answer;
                                answer.content_type = "text/plain";
                                answer.body =
                                    request.caller.may(Access::read) ? "may read" : "hello " + request.query;
                                reply(answer);
                            }});
        channel->add_route({.method = "GET",
                            .path = "/read",
                            .access = RouteAccess::read,
                            .handler = [](const HttpRequest&, const HttpReply& reply) { reply({}); }});
        channel->add_route({.method = "GET",
                            .path = "/known",
                            .access = RouteAccess::open,
                            .handler = [](const HttpRequest&, const HttpReply& reply) {
                                HttpAnswer answer;
                                answer.status = 304;
                                reply(answer);
                            }});
        channel->add_route({.method = "GET",
                            .path = "/events",
                            .access = RouteAccess::open,
                            .handler = [this](const HttpRequest&, const HttpReply& reply) {
                                HttpAnswer answer;
                                answer.content_type = "text/event-stream";
                                answer.open = [this](std::shared_ptr<HttpStream> opened) {
                                    stream = std::move(opened);
                                };
                                reply(std::move(answer));
                            }});
    }

    void start(config::HttpSocketConfig socket = {}) {
        channel = std::make_unique<ControlChannel>(
            loop, side, limits, [this](const config::Value& request, const Caller& caller, const Reply& reply) {
                command(request, caller, reply);
            });
        add_routes();
        socket.port = 0;
        auto prepared = channel->prepare({}, {socket});
        ASSERT_TRUE(prepared) << prepared.error();
        channel->activate(std::move(*prepared));
        url = channel->urls().front();
        run();
    }
    std::string ask(std::string_view text) const {
        const Client client{url};
        client.say(text);
        return client.read();
    }
};

TEST_F(HttpConnectionTest, RoutesAreFoundByMethodAndPath) {
    config::HttpSocketConfig socket;
    socket.headers = {{"X-Where", "here"}};
    start(socket);
    const auto open = ask("GET /open?you HTTP/1.0\r\n\r\n");
    EXPECT_THAT(open,
                StartsWith("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Type: text/plain\r\nDate: "));
    EXPECT_THAT(open, HasSubstr("\r\nX-Where: here\r\n"));
    EXPECT_TRUE(open.ends_with("\r\n\r\nhello you"));
    const auto head = ask("HEAD /open?you HTTP/1.0\r\n\r\n");
    EXPECT_THAT(head, HasSubstr("Content-Length: 9\r\n"));
    EXPECT_TRUE(head.ends_with("\r\n\r\n"));
    EXPECT_THAT(ask("GET /elsewhere HTTP/1.1\r\n\r\n"), HasSubstr("Allow: POST\r\n"));
    EXPECT_THAT(ask("PUT /open HTTP/1.1\r\n\r\n"), HasSubstr("Allow: POST, GET, HEAD\r\n"));
    EXPECT_THAT(ask("GET /open HTTP/1.1\r\nContent-Length: 1\r\n\r\nx"), StartsWith("HTTP/1.1 413 "));
}

TEST_F(HttpConnectionTest, WhatIsKnownIsNotSentAgainAndTheConnectionGoesOn) {
    start();
    const auto both = ask("GET /known HTTP/1.1\r\n\r\nGET /open?you HTTP/1.0\r\n\r\n");
    EXPECT_THAT(both, StartsWith("HTTP/1.1 304 Not Modified\r\n"));
    const auto second = both.find("\r\n\r\nHTTP/1.1 200 OK\r\n");
    ASSERT_NE(second, std::string::npos) << both;
    EXPECT_EQ(both.substr(0, second).find("Content-Length"), std::string::npos);
    EXPECT_TRUE(both.ends_with("hello you"));
}

TEST_F(HttpConnectionTest, RoutesAskForRights) {
    config::HttpClientConfig anna;
    anna.user = "a";
    anna.password = Secret{"b"};
    anna.rights.level = config::CommandRights::Level::none;
    config::HttpSocketConfig socket;
    socket.clients = {anna};
    start(socket);
    EXPECT_THAT(ask("GET /open HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(ask("GET /read HTTP/1.0\r\n\r\n"), StartsWith("HTTP/1.1 401 "));
    EXPECT_THAT(ask("GET /read HTTP/1.0\r\nAuthorization: Basic YTpi\r\n\r\n"), StartsWith("HTTP/1.1 403 "));
    EXPECT_THAT(ask(last_post("{}")), StartsWith("HTTP/1.1 401 "));
    stop();
    EXPECT_EQ(channel->counters().unauthorized, 2u);
    EXPECT_EQ(channel->counters().forbidden, 1u);
}

TEST_F(HttpConnectionTest, CommandsOneAfterTheOther) {
    start();
    const Client client{url};
    client.say(post(R"({ "command": "one" })") + post(R"({ "command": "two" })"));
    EXPECT_THAT(client.read(R"([ { "result": 0, "text": "two" } ])"),
                HasSubstr(R"([ { "result": 0, "text": "one" } ])"));
    client.say(last_post(R"({ "command": "three" })"));
    EXPECT_THAT(client.read(), HasSubstr("three"));
    wait_until([this] { return channel->connections_open() == 0; });
    EXPECT_EQ(on_loop([this] { return channel->counters().connections; }), 1u);
}

TEST_F(HttpConnectionTest, LongAnswersInChunksOrToTheEnd) {
    start();
    const auto chunked = ask(last_post(R"({ "command": "big" })"));
    EXPECT_THAT(chunked, HasSubstr("Transfer-Encoding: chunked\r\n"));
    EXPECT_TRUE(chunked.ends_with("\r\n0\r\n\r\n"));
    EXPECT_EQ(std::ranges::count(chunked, 'b'), 5'000'000);
    const std::string request = R"({ "command": "big" })";
    const auto plain = ask("POST / HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: " +
                           std::to_string(request.size()) + "\r\n\r\n" + request);
    EXPECT_EQ(plain.find("chunked"), std::string::npos);
    EXPECT_EQ(plain.substr(plain.find("\r\n\r\n") + 4), "[ " + std::string(5'000'000, 'b') + " ]");
}

TEST_F(HttpConnectionTest, PeerThatLeavesEndsTheMaking) {
    start();
    {
        const Client client{url};
        client.say(post(R"({ "command": "big" })"));
    }
    wait_until([this] { return channel->connections_open() == 0; });
}

TEST_F(HttpConnectionTest, StreamsStayOpen) {
    start();
    const Client client{url};
    client.say("GET /events HTTP/1.1\r\n\r\n");
    EXPECT_THAT(client.read("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream\r\n"));
    wait_until([this] { return stream != nullptr; });
    for (const char* const event : {"data: 1\n\n", "data: 2\n\n"}) {
        EXPECT_TRUE(on_loop([&] { return stream->send(event); }));
        EXPECT_EQ(client.read("\n\n"), event);
    }
    on_loop([this] {
        stream->send("last");
        stream->end();
        return true;
    });
    EXPECT_EQ(client.read(), "last");
    wait_until([this] { return channel->connections_open() == 0; });
    EXPECT_FALSE(on_loop([this] { return stream->is_open() || stream->send("x"); }));
}

TEST_F(HttpConnectionTest, StreamsOfPeersThatDoNotReadAreCut) {
    start();
    const Client client{url};
    client.say("GET /events HTTP/1.1\r\n\r\n");
    wait_until([this] { return stream != nullptr; });
    const std::string event(100'000, 'e');
    wait_until([&] { return !stream->send(event); });
    EXPECT_EQ(on_loop([this] { return channel->counters().streams_cut; }), 1u);
    wait_until([this] { return channel->connections_open() == 0; });
}

TEST_F(HttpConnectionTest, StreamsEndWithTheirPeers) {
    start();
    {
        const Client client{url};
        client.say("GET /events HTTP/1.1\r\n\r\n");
        wait_until([this] { return stream != nullptr; });
    }
    wait_until([this] { return !stream->is_open(); });
    wait_until([this] { return channel->connections_open() == 0; });
}

TEST_F(HttpConnectionTest, SizesAreBounded) {
    limits.request_size_max = 1000;
    limits.http_header_size_max = 2000;
    start();
    EXPECT_THAT(ask(post(std::string(1001, ' '))), StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(ask("POST / HTTP/1.1\r\nX: " + std::string(50'000, 'x')), StartsWith("HTTP/1.1 431 "));
    EXPECT_THAT(ask("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, ' ')),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(ask(last_post(R"({ "command": "still here" })")), HasSubstr("still here"));
    stop();
    EXPECT_EQ(channel->counters().requests_too_long, 3u);
    EXPECT_EQ(channel->octets_held(), 0u);
}

TEST_F(HttpConnectionTest, AllRequestsTogetherAreBounded) {
    limits.requests_size_max = 100'000;
    start();
    const Client first{url};
    first.say(post(std::string(95'000, ' ')).substr(0, 90'000));
    wait_until([this] { return channel->octets_held() > 80'000; });
    EXPECT_THAT(ask(post(std::string(50'000, ' '))), StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(ask(last_post(R"({ "command": "small" })")), HasSubstr("small"));
}

TEST_F(HttpConnectionTest, DeepNestingIsAnError) {
    start();
    EXPECT_THAT(ask(last_post(std::string(100'000, '[') + std::string(100'000, ']'))),
                StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpConnectionTest, StalledRequestsTimeOut) {
    limits.http_request_max = std::chrono::milliseconds{1};
    start();
    const Client nothing{url}, partly{url};
    partly.say(post(std::string(100, ' ')).substr(0, 100));
    EXPECT_EQ(nothing.read(), "");
    EXPECT_THAT(partly.read(), HasSubstr(R"({ "result": 408, "text": "Request Timeout" })"));
    wait_until([this] { return channel->counters().timeouts == 2; });
}

TEST_F(HttpConnectionTest, IdleConnectionsEnd) {
    limits.http_idle_max = std::chrono::milliseconds{1};
    start();
    const Client client{url};
    client.say(post(R"({ "command": "one" })"));
    EXPECT_TRUE(client.read().ends_with("} ]"));
    wait_until([this] { return channel->connections_open() == 0; });
    EXPECT_EQ(on_loop([this] { return channel->counters().timeouts; }), 0u);
}

TEST_F(HttpConnectionTest, ConnectionsAreBounded) {
    limits.http_connections_per_socket_max = 2;
    start();
    const Client first{url}, second{url};
    EXPECT_THAT(Client{url}.read(), StartsWith("HTTP/1.1 503 "));
    first.say(last_post(R"({ "command": "served" })"));
    EXPECT_THAT(first.read(), HasSubstr("served"));
    EXPECT_EQ(on_loop([this] { return channel->counters().connections_refused; }), 1u);
}

TEST_F(HttpConnectionTest, ClosingSendsTheAnswerUnderWay) {
    start();
    const Client busy{url}, idle{url};
    busy.say(post(R"({ "command": "later" })"));
    idle.say(post(R"({ "command": "one" })"));
    EXPECT_THAT(idle.read("} ]"), HasSubstr("one"));
    wait_until([this] { return kept.size() == 1; });
    on_loop([this] {
        channel->close();
        return true;
    });
    EXPECT_EQ(idle.read(), "");
    on_loop([this] {
        kept.front()(success("at last"));
        kept.clear();
        return true;
    });
    const auto answer = busy.read();
    EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("at last"));
    wait_until([this] { return channel->connections_open() == 0; });
}

TEST_F(HttpConnectionTest, OtherPasswordsEndConnections) {
    config::HttpClientConfig anna;
    anna.user = "a";
    anna.password = Secret{"b"};
    config::HttpSocketConfig socket;
    socket.clients = {anna};
    start(socket);
    const Client client{url};
    client.say(post(R"({ "command": "one" })", "Authorization: Basic YTpi\r\n"));
    EXPECT_THAT(client.read("} ]"), HasSubstr("one"));
    const auto use = [&] {
        auto prepared = channel->prepare({}, {socket});
        if (prepared) channel->activate(std::move(*prepared));
        return prepared.has_value();
    };
    socket.port = 0;
    EXPECT_TRUE(on_loop(use));
    client.say(post(R"({ "command": "two" })", "Authorization: Basic YTpi\r\n"));
    EXPECT_THAT(client.read("} ]"), HasSubstr("two")) << "nothing has changed for it";
    socket.clients[0].password = Secret{"c"};
    EXPECT_TRUE(on_loop(use));
    EXPECT_EQ(client.read(), "");
    EXPECT_EQ(on_loop([this] { return channel->urls().front(); }), url);
}

TEST_F(HttpConnectionTest, PortThatIsTaken) {
    start();
    config::HttpSocketConfig socket;
    socket.port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    const auto refused = on_loop([&] { return channel->prepare({}, {socket}); });
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error(), HasSubstr("choose another socket-port"));
}

}  // namespace
}  // namespace leasehold::http_connection_test
