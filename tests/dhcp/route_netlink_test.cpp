// Requests as the kernel reads them, and its answers: whole, cut and garbled.
#include "dhcp/route_netlink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <random>

#include "dhcp/netlink_wire.hpp"

namespace leasehold::route_netlink_test {
namespace {

using namespace netlink;
using Octets8 = std::vector<std::uint8_t>;

const KernelRoute route{*parse_ipv6_prefix("2001:db8:f000::/56"), 1000, 77, 147, *parse_ipv6("fe80::1"), 5};

struct Seen {
    nlmsghdr header{};
    rtmsg head{};
    std::map<unsigned, Octets8> attributes;
};

Seen read(const Octets8& octets) {
    Seen seen;
    EXPECT_TRUE(for_each_message(octets, [&](const nlmsghdr& header, Bytes body) {
        seen.header = header;
        seen.head = struct_at<rtmsg>(body).value_or(rtmsg{});
        for_each_attribute(after(body, sizeof(rtmsg)), [&](unsigned type, Bytes value) {
            seen.attributes[type] = {value.begin(), value.end()};
        });
    }));
    return seen;
}

std::uint32_t number_in(const Seen& seen, unsigned type) {
    const auto found = seen.attributes.find(type);
    return found == seen.attributes.end() ? 0 : struct_at<std::uint32_t>(found->second).value_or(0);
}

TEST(RouteNetlink, SettingReplacesAndSaysAll) {
    const auto seen = read(set_route_request(route, 9));
    EXPECT_EQ(seen.header.nlmsg_type, RTM_NEWROUTE);
    EXPECT_EQ(seen.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE);
    EXPECT_EQ(seen.header.nlmsg_seq, 9u);
    EXPECT_EQ(seen.head.rtm_family, AF_INET6);
    EXPECT_EQ(seen.head.rtm_dst_len, 56);
    EXPECT_EQ(seen.head.rtm_protocol, 147);
    EXPECT_EQ(seen.head.rtm_type, RTN_UNICAST);
    EXPECT_EQ(number_in(seen, RTA_TABLE), 1000u);
    EXPECT_EQ(number_in(seen, RTA_PRIORITY), 77u);
    EXPECT_EQ(number_in(seen, RTA_OIF), 5u);
    EXPECT_EQ(struct_at<Ipv6>(seen.attributes.at(RTA_GATEWAY)), route.via);
    EXPECT_EQ(struct_at<Ipv6>(seen.attributes.at(RTA_DST)), route.destination.address);
}

// A removal goes by the place and our number: whatever next hop stands there, another's route stays.
TEST(RouteNetlink, RemovingNamesNoNextHop) {
    const auto seen = read(remove_route_request(route, 10));
    EXPECT_EQ(seen.header.nlmsg_type, RTM_DELROUTE);
    EXPECT_EQ(seen.head.rtm_protocol, 147);
    EXPECT_EQ(number_in(seen, RTA_PRIORITY), 77u);
    EXPECT_FALSE(seen.attributes.contains(RTA_GATEWAY));
    EXPECT_FALSE(seen.attributes.contains(RTA_OIF));
}

TEST(RouteNetlink, LookingAsksForOneTableAndNumber) {
    const auto seen = read(routes_request(254, 147, 11));
    EXPECT_EQ(seen.header.nlmsg_type, RTM_GETROUTE);
    EXPECT_EQ(seen.header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
    EXPECT_EQ(seen.head.rtm_table, 254);
    EXPECT_EQ(seen.head.rtm_protocol, 147);
    EXPECT_EQ(number_in(seen, RTA_TABLE), 254u);
}

struct Answers {
    std::vector<KernelRoute> routes;
    std::vector<std::pair<int, std::string>> done;
    std::vector<int> ends;
    int interrupted = 0;
    bool sound = false;

    explicit Answers(Bytes octets) {
        RouteAnswers answers;
        answers.route = [this](std::uint32_t, const KernelRoute& found) { routes.push_back(found); };
        answers.done = [this](std::uint32_t, int error, std::string_view detail) {
            done.emplace_back(error, detail);
        };
        answers.interrupted = [this](std::uint32_t) { ++interrupted; };
        answers.end = [this](std::uint32_t, int error) { ends.push_back(error); };
        sound = read_route_answers(octets, answers);
    }
};

// A request that sets a route and the kernel's description of one differ in flags only.
TEST(RouteNetlink, ReadsRoutes) {
    const Answers answers{set_route_request(route, 3)};
    EXPECT_TRUE(answers.sound);
    EXPECT_THAT(answers.routes, testing::ElementsAre(route));
}

Octets8 error_of(int error, std::uint16_t flags, std::string_view words) {
    nlmsgerr body{};
    body.error = -error;
    body.msg.nlmsg_len = sizeof(nlmsghdr) + 8;
    Octets8 octets;
    if ((flags & NLM_F_CAPPED) != 0) {
        Message message{NLMSG_ERROR, flags, 3, body};
        std::array<char, 16> text{};
        words.copy(text.data(), text.size() - 1);
        message.add(NLMSGERR_ATTR_MSG, text);
        return message.take();
    }
    struct Repeated {
        nlmsgerr error;
        std::array<std::uint8_t, 8> request;
    } whole{body, {}};
    Message message{NLMSG_ERROR, flags, 3, whole};
    std::array<char, 16> text{};
    words.copy(text.data(), text.size() - 1);
    message.add(NLMSGERR_ATTR_MSG, text);
    return message.take();
}

TEST(RouteNetlink, ReadsAcknowledgementsWithTheKernelsWords) {
    using testing::ElementsAre;
    using testing::Pair;
    EXPECT_THAT(Answers(error_of(1, NLM_F_CAPPED | NLM_F_ACK_TLVS, "no right")).done, ElementsAre(Pair(1, "no right")));
    EXPECT_THAT(Answers(error_of(1, NLM_F_ACK_TLVS, "no right")).done, ElementsAre(Pair(1, "no right")));
    EXPECT_THAT(Answers(error_of(22, NLM_F_CAPPED, "no right")).done, ElementsAre(Pair(22, "")));
    EXPECT_THAT(Answers(error_of(0, NLM_F_CAPPED, "")).done, ElementsAre(Pair(0, "")));
}

TEST(RouteNetlink, ReadsTheEndOfALook) {
    const std::int32_t error = -2;
    const Answers answers{Message{NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, 3, error}.take()};
    EXPECT_THAT(answers.ends, testing::ElementsAre(2));
    EXPECT_EQ(answers.interrupted, 1);
}

TEST(RouteNetlink, CutAndGarbledAnswersAreSurvived) {
    auto whole = set_route_request(route, 3);
    const auto second = error_of(1, NLM_F_ACK_TLVS, "no right");
    whole.insert(whole.end(), second.begin(), second.end());
    for (std::size_t size = 0; size < whole.size(); ++size)
        Answers(Bytes{whole}.first(size));
    std::mt19937 random{7};
    for (int round = 0; round < 20000; ++round) {
        auto octets = whole;
        for (int i = 0; i < 3; ++i) octets[random() % octets.size()] = static_cast<std::uint8_t>(random());
        Answers{octets};
    }
}

}  // namespace
}  // namespace leasehold::route_netlink_test
