#include "control/event_stream.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "dhcp/statistics.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::event_stream_test {
namespace {

using testing::HasSubstr;

struct FakeStream : HttpStream {
    bool send(std::string_view octets) override {
        if (opened) text += octets;
        return opened;
    }
    bool is_open() const override { return opened; }
    std::size_t queued() const override { return stuck ? text.size() : 0; }
    void end() override { opened = false; }
    void cut() override {
        opened = false;
        was_cut = true;
    }

    std::string text;
    bool opened = true, was_cut = false;
    bool stuck = false;  // its peer does not read
};

struct EventStreamTest : testing::Test {
    testing_support::FakeTime time;
    Statistics statistics{time};
    EventBus bus4{statistics}, bus6{statistics};
    boost::asio::io_context loop;
    EventStreams streams{loop,
                         [this] {
                             return std::vector<EventSource>{{Family::v4, bus4}, {Family::v6, bus6}};
                         },
                         {.events = 1000, .octets = 32u << 20}};
    HttpRoute route = streams.route();

    HttpAnswer ask(const std::string& query = "", const std::string& last = "") {
        HttpRequest request;
        request.method = "GET";
        request.query = query;
        if (!last.empty()) request.fields.emplace_back("last-event-id", last);
        HttpAnswer given;
        route.handler(request, [&](HttpAnswer answer) { given = std::move(answer); });
        return given;
    }
    std::shared_ptr<FakeStream> open(const std::string& query = "", const std::string& last = "") {
        const auto answer = ask(query, last);
        EXPECT_EQ(answer.status, 200u) << answer.body;
        auto stream = std::make_shared<FakeStream>();
        if (answer.open) answer.open(stream);
        return stream;
    }
    void run() {
        loop.restart();
        loop.run_for(std::chrono::milliseconds{1});
        while (loop.poll() != 0) {
        }
    }
    void publish(EventBus& bus, std::uint32_t subnet = 1, int count = 1) {
        for (int i = 0; i != count; ++i) {
            Lease lease;
            lease.address = to_prefix(Ipv4{0x0a000001});
            lease.subnet_id = subnet;
            bus.publish({{0, LeaseCause::granted, {}, lease}}, {});
        }
    }
    static std::string last_id(const std::string& text) {
        const auto at = text.rfind("id: ") + 4;
        return text.substr(at, text.find('\n', at) - at);
    }
    static auto events_in(const std::string& text) {
        std::size_t count = 0;
        for (auto at = text.find("event: lease"); at != text.npos; at = text.find("event: lease", at + 1))
            ++count;
        return count;
    }
};

TEST_F(EventStreamTest, BothFamiliesEventsArriveByFilter) {
    const auto all = open(), six = open("family=6"), other = open("subnet-id=9");
    EXPECT_EQ(streams.open(Family::v4), 2u);
    EXPECT_EQ(streams.open(Family::v6), 3u);
    EXPECT_TRUE(all->text.starts_with(":")) << "at once, so that the reader sees that it is open";
    publish(bus4);
    publish(bus6);
    run();
    EXPECT_EQ(events_in(all->text), 2u);
    EXPECT_EQ(events_in(six->text), 1u);
    EXPECT_THAT(six->text, HasSubstr("\"family\":6"));
    EXPECT_EQ(events_in(other->text), 0u);
}

TEST_F(EventStreamTest, GoesOnBehindTheLastOneSeen) {
    const auto first = open();
    publish(bus4);
    run();
    const auto seen = last_id(first->text);
    first->opened = false;
    publish(bus4, 2);
    publish(bus4, 3);
    run();
    const auto second = open("", seen);
    run();
    EXPECT_EQ(events_in(second->text), 2u);
    EXPECT_EQ(second->text.find("event: gap"), std::string::npos);
    EXPECT_THAT(second->text, HasSubstr("\"subnet-id\":2"));
}

TEST_F(EventStreamTest, TellsWhatIsMissing) {
    const auto first = open();
    publish(bus4);
    run();
    const auto seen = last_id(first->text);
    publish(bus4, 1, 1500);
    run();
    const auto second = open("", seen);
    run();
    EXPECT_THAT(second->text, HasSubstr("event: gap\ndata: {\"missing\":500,"));
    EXPECT_EQ(events_in(second->text), 1000u);
    const auto foreign = open("", "anything");
    EXPECT_THAT(foreign->text, HasSubstr("\"missing\":null"));
}

TEST_F(EventStreamTest, LostOnTheWayIsAGapToo) {
    const auto reader = open();
    publish(bus4, 1, static_cast<int>(EventStreams::changes_max) + 5);
    run();
    EXPECT_THAT(reader->text, HasSubstr("event: gap"));
    EXPECT_THAT(reader->text, HasSubstr("{\"missing\":5,"));
}

TEST_F(EventStreamTest, AReaderThatDoesNotReadIsHeldUpThenEnded) {
    const auto slow = open();
    slow->stuck = true;
    publish(bus4, 1, 900);
    run();
    publish(bus4, 1, 900);
    run();
    EXPECT_LT(slow->text.size(), 2 * EventStreams::octets_ahead);
    EXPECT_TRUE(slow->opened);
    publish(bus4, 1, 2000);
    run();
    EXPECT_FALSE(slow->opened);
    EXPECT_TRUE(slow->was_cut);
    EXPECT_EQ(streams.open(), 0u);
}

TEST_F(EventStreamTest, AreLimited) {
    std::vector<std::shared_ptr<FakeStream>> readers;
    for (std::size_t i = 0; i != EventStreams::streams_max; ++i) readers.push_back(open());
    EXPECT_EQ(ask().status, 503u);
    readers.front()->opened = false;
    EXPECT_EQ(ask().status, 200u);
    EXPECT_EQ(ask("cause=no").status, 400u);
}

// The command lease-events-get: no stream, an answer for each question.
TEST_F(EventStreamTest, ReadersWhoAskGetWhatIsNew) {
    const auto begin = streams.read({}, std::nullopt, 10);
    EXPECT_TRUE(begin.events.empty());
    publish(bus4, 7, 3);
    publish(bus6);
    run();
    const auto first = streams.read({.family = Family::v4, .subnets = {}, .causes = {}}, begin.next, 2);
    ASSERT_EQ(first.events.size(), 2u);
    EXPECT_TRUE(first.more);
    const auto event = nlohmann::json::parse(first.events[0]);
    EXPECT_EQ(event["event"], "lease");
    EXPECT_EQ(event["subnet-id"], 7);
    EXPECT_EQ(event["after"]["ip-address"], "10.0.0.1");
    const auto rest = streams.read({.family = Family::v4, .subnets = {}, .causes = {}}, first.next, 10);
    EXPECT_EQ(rest.events.size(), 1u) << "without those of the other family";
    EXPECT_FALSE(rest.more);
    EXPECT_TRUE(streams.read({}, rest.next, 10).events.empty());
}

TEST_F(EventStreamTest, ReadersWhoAskHearOfWhatIsLost) {
    const auto begin = streams.read({}, std::nullopt, 10);
    publish(bus4, 1, 1500);  // the ring keeps 1000
    while (streams.read({}, begin.next, 1).events.empty() || streams.read({}, std::nullopt, 1).next.sequence < 1500)
        run();
    const auto late = streams.read({}, begin.next, 1000);
    const auto gap = nlohmann::json::parse(late.events.at(0));
    EXPECT_EQ(gap["event"], "gap");
    EXPECT_EQ(gap["missing"], 500);
    const auto foreign = streams.read({}, EventPlace{1, 1}, 1000);
    EXPECT_EQ(nlohmann::json::parse(foreign.events.at(0))["missing"], nullptr) << "of another server run";
}

}  // namespace
}  // namespace leasehold::event_stream_test
