#include "control/event_ring.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace leasehold::event_ring_test {
namespace {

using testing::HasSubstr;

LeaseEvent event_of(LeaseCause cause = LeaseCause::granted, std::uint32_t subnet = 1) {
    Lease lease;
    lease.address = to_prefix(Ipv4{0x0a000001});
    lease.subnet_id = subnet;
    lease.hostname = "anna\nid: 9";  // no way to another line
    return {0, cause, {}, lease};
}

EventRing ring_with(std::size_t events, EventRing::Limits limits = {}) {
    EventRing ring{100, limits};
    for (std::size_t i = 0; i != events; ++i) ring.add(Family::v4, event_of());
    return ring;
}

TEST(EventRing, AnEventAsServersSendThem) {
    const auto ring = ring_with(1);
    const std::string text{ring.text(1, {})};
    ASSERT_TRUE(text.starts_with("event: lease\nid: 100-1\ndata: {")) << text;
    ASSERT_TRUE(text.ends_with("}\n\n")) << text;
    EXPECT_EQ(std::ranges::count(text, '\n'), 4);
    const auto data = nlohmann::json::parse(text.substr(text.find('{')));
    EXPECT_EQ(data["family"], 4);
    EXPECT_EQ(data["cause"], "granted");
    EXPECT_EQ(data["subnet-id"], 1);
    EXPECT_TRUE(data["before"].is_null());
    EXPECT_EQ(data["after"]["ip-address"], "10.0.0.1");
}

TEST(EventRing, TheOldestGo) {
    const auto ring = ring_with(5, {.events = 3, .octets = 1u << 20});
    EXPECT_EQ(ring.first(), 3u);
    EXPECT_EQ(ring.next(), 6u);
    EXPECT_THAT(std::string{ring.text(3, {})}, HasSubstr("id: 100-3\n"));
    const auto small = ring_with(5, {.events = 100, .octets = 10});
    EXPECT_EQ(small.next() - small.first(), 1u) << "the newest stays";
}

TEST(EventRing, WhereAReaderGoesOn) {
    const auto ring = ring_with(5, {.events = 3, .octets = 1u << 20});
    EXPECT_EQ(ring.resume(std::nullopt).next, 6u);
    EXPECT_EQ(ring.resume(EventPlace{100, 4}).next, 5u);
    EXPECT_EQ(ring.resume(EventPlace{100, 4}).text, "");
    EXPECT_EQ(ring.resume(EventPlace{100, 2}).text, "") << "the next one is here";
    const auto late = ring.resume(EventPlace{100, 1});
    EXPECT_EQ(late.next, 3u);
    EXPECT_THAT(late.text, HasSubstr("event: gap\ndata: {\"missing\":1,"));
    for (const EventPlace& other : {EventPlace{99, 4}, EventPlace{100, 6}, EventPlace{}}) {
        const auto unknown = ring.resume(other);
        EXPECT_EQ(unknown.next, 3u);
        EXPECT_THAT(unknown.text, HasSubstr("\"missing\":null"));
    }
}

TEST(EventRing, GapsAreForEverybody) {
    EventRing ring{100, {}};
    ring.add_gap(7);
    EventFilter filter;
    filter.subnets = {5};
    EXPECT_THAT(std::string{ring.text(1, filter)}, HasSubstr("event: gap\nid: 100-1\ndata: {\"missing\":7,"));
}

TEST(EventFilter, TakesWhatIsAskedFor) {
    const auto filter = parse_event_filter("family=4&subnet-id=1%2C2&cause=granted,renewed");
    ASSERT_TRUE(filter) << filter.error();
    EXPECT_TRUE(filter->takes(Family::v4, 2, LeaseCause::renewed));
    EXPECT_FALSE(filter->takes(Family::v6, 2, LeaseCause::renewed));
    EXPECT_FALSE(filter->takes(Family::v4, 3, LeaseCause::renewed));
    EXPECT_FALSE(filter->takes(Family::v4, 2, LeaseCause::released));
    const auto all = parse_event_filter("");
    ASSERT_TRUE(all);
    EXPECT_TRUE(all->takes(Family::v6, 0, LeaseCause::edited));
}

TEST(EventFilter, SaysWhatIsWrong) {
    for (const char* const query :
         {"family=5", "subnet-id=x", "subnet-id=4294967296", "cause=given", "sort=up", "family",
          "family=", "%", "cause=granted,,renewed", "subnet-id=1%"}) {
        const auto filter = parse_event_filter(query);
        ASSERT_FALSE(filter) << query;
        EXPECT_FALSE(filter.error().empty());
    }
}

TEST(EventPlace, AsItIsGivenOut) {
    EXPECT_EQ(to_string(EventPlace{100, 7}), "100-7");
    EXPECT_EQ(parse_event_place("100-7"), (EventPlace{100, 7}));
    for (const char* const text : {"", "7", "-", "100-", "-7", "a-7", "100-7x", "100-99999999999999999999"})
        EXPECT_FALSE(parse_event_place(text)) << text;
}

}  // namespace
}  // namespace leasehold::event_ring_test
