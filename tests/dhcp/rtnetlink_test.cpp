// Netlink messages made by hand: what each says, and every way to cut or garble them.
#include "dhcp/rtnetlink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>

#include <cstring>
#include <random>
#include <string_view>

namespace leasehold::rtnetlink_test {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr DumpId ours{.port = 4711, .sequence = 3};

void append(Bytes& bytes, const void* value, std::size_t size) {
    const auto at = bytes.size();
    bytes.resize(at + (size + 3) / 4 * 4);
    std::memcpy(bytes.data() + at, value, size);
}

Bytes attribute(unsigned short type, const void* value, std::size_t size) {
    const rtattr header{.rta_len = static_cast<unsigned short>(sizeof(rtattr) + size), .rta_type = type};
    Bytes bytes;
    append(bytes, &header, sizeof header);
    append(bytes, value, size);
    return bytes;
}

struct Marks {
    DumpId id = ours;
    std::uint16_t flags = NLM_F_MULTI;
};

Bytes message(std::uint16_t type, const Bytes& body, Marks marks = {}) {
    const nlmsghdr header{.nlmsg_len = static_cast<std::uint32_t>(sizeof(nlmsghdr) + body.size()),
                          .nlmsg_type = type,
                          .nlmsg_flags = marks.flags,
                          .nlmsg_seq = marks.id.sequence,
                          .nlmsg_pid = marks.id.port};
    Bytes bytes;
    append(bytes, &header, sizeof header);
    bytes.insert(bytes.end(), body.begin(), body.end());
    return bytes;
}

Bytes link_body(int index, std::string_view name, unsigned flags) {
    ifinfomsg link{};
    link.ifi_type = ARPHRD_ETHER;
    link.ifi_index = index;
    link.ifi_flags = flags;
    const std::array<std::uint8_t, 6> mac{2, 0, 0, 0, 0, 9};
    const std::uint32_t mtu = 9000;
    Bytes body;
    append(body, &link, sizeof link);
    const std::string with_end{name};
    for (const auto& part :
         {attribute(IFLA_IFNAME, with_end.c_str(), with_end.size() + 1),
          attribute(IFLA_MTU, &mtu, sizeof mtu), attribute(IFLA_ADDRESS, mac.data(), mac.size())}) {
        body.insert(body.end(), part.begin(), part.end());
    }
    return body;
}

struct Attribute {
    unsigned short type;
    std::vector<std::uint8_t> value;
};
Bytes address_body(unsigned index, const std::vector<Attribute>& attributes, std::uint8_t family = AF_INET,
                   std::uint8_t flags = 0) {
    ifaddrmsg address{};
    address.ifa_family = family;
    address.ifa_index = index;
    address.ifa_flags = flags;
    Bytes body;
    append(body, &address, sizeof address);
    for (const auto& [type, value] : attributes) {
        const auto part = attribute(type, value.data(), value.size());
        body.insert(body.end(), part.begin(), part.end());
    }
    return body;
}

Bytes done(std::int32_t error = 0) {
    Bytes body;
    append(body, &error, sizeof error);
    return message(NLMSG_DONE, body);
}

Bytes operator+(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

const Bytes whole_dump =
    message(RTM_NEWLINK, link_body(2, "eth0", IFF_UP | IFF_RUNNING | IFF_BROADCAST)) +
    message(RTM_NEWLINK, link_body(5, "a-name-of-15-ch", 0)) +
    message(RTM_NEWADDR, address_body(2, {{IFA_ADDRESS, {10, 0, 0, 1}}, {IFA_LOCAL, {10, 0, 0, 1}}})) +
    done();

TEST(Rtnetlink, ADumpBecomesInterfaces) {
    InterfaceMap interfaces;
    const auto outcome = read_netlink(whole_dump, ours, interfaces);
    EXPECT_TRUE(outcome.dump_done);
    EXPECT_FALSE(outcome.dump_failed);
    EXPECT_FALSE(outcome.event);
    EXPECT_FALSE(outcome.garbled);
    ASSERT_EQ(interfaces.size(), 2u);
    const Interface expected{.index = 2,
                             .name = "eth0",
                             .hardware_type = ARPHRD_ETHER,
                             .mac = {2, 0, 0, 0, 0, 9},
                             .up = true,
                             .running = true,
                             .loopback = false,
                             .broadcast = true,
                             .mtu = 9000,
                             .addresses = {{0x0a000001}},
                             .addresses6 = {}};
    EXPECT_EQ(interfaces.at(2), expected);
    EXPECT_EQ(interfaces.at(5).name, "a-name-of-15-ch");
    EXPECT_FALSE(interfaces.at(5).up);
}

TEST(Rtnetlink, OnAPointToPointLinkTheLocalEndCounts) {
    InterfaceMap interfaces;
    read_netlink(message(RTM_NEWLINK, link_body(2, "ppp0", IFF_UP)) +
                     message(RTM_NEWADDR,
                             address_body(2, {{IFA_LOCAL, {10, 0, 0, 1}}, {IFA_ADDRESS, {10, 0, 0, 2}}})) +
                     message(RTM_NEWADDR, address_body(2, {{IFA_ADDRESS, {10, 0, 0, 3}}})),
                 ours, interfaces);
    EXPECT_THAT(interfaces.at(2).addresses, testing::ElementsAre(Ipv4{0x0a000001}, Ipv4{0x0a000003}));
}

TEST(Rtnetlink, AddressesOfOtherFamiliesAndUnknownInterfacesAreLeftOut) {
    InterfaceMap interfaces;
    read_netlink(message(RTM_NEWLINK, link_body(2, "eth0", IFF_UP)) +
                     message(RTM_NEWADDR, address_body(2, {{IFA_ADDRESS, {10, 0, 0, 3}}}, AF_INET6)) +
                     message(RTM_NEWADDR, address_body(9, {{IFA_ADDRESS, {10, 0, 0, 3}}})),
                 ours, interfaces);
    ASSERT_EQ(interfaces.size(), 1u);
    EXPECT_TRUE(interfaces.at(2).addresses.empty());
}

// RFC 4862 5.4, RFC 4429: what may not be used is told apart.
TEST(Rtnetlink, Ipv6AddressesComeWithWhatIsKnownOfDuplicates) {
    const auto octets_of = [](std::string_view text) {
        const auto address = *parse_ipv6(text);
        return std::vector<std::uint8_t>{address.bytes.begin(), address.bytes.end()};
    };
    const auto flags_attribute = [](std::uint32_t flags) {
        std::vector<std::uint8_t> value(4);
        std::memcpy(value.data(), &flags, 4);
        return Attribute{IFA_FLAGS, value};
    };
    const auto address = [&](std::string_view text, std::uint8_t flags, std::vector<Attribute> more = {}) {
        more.insert(more.begin(), Attribute{IFA_ADDRESS, octets_of(text)});
        return message(RTM_NEWADDR, address_body(2, more, AF_INET6, flags));
    };
    InterfaceMap interfaces;
    read_netlink(message(RTM_NEWLINK, link_body(2, "eth0", IFF_UP)) + address("fe80::1", IFA_F_TENTATIVE) +
                     address("fe80::2", IFA_F_PERMANENT) +
                     address("2001:db8::1", IFA_F_TENTATIVE, {flags_attribute(IFA_F_DADFAILED)}) +
                     address("2001:db8::2", IFA_F_TENTATIVE | IFA_F_OPTIMISTIC) +
                     address("2001:db8::3", 0, {flags_attribute(IFA_F_TENTATIVE)}),
                 ours, interfaces);
    const auto ip = [](std::string_view text) { return *parse_ipv6(text); };
    const Interface& eth0 = interfaces.at(2);
    EXPECT_THAT(eth0.addresses6,
                testing::ElementsAre(InterfaceAddress6{ip("fe80::1"), true, false}, InterfaceAddress6{ip("fe80::2")},
                                     InterfaceAddress6{ip("2001:db8::1"), false, true},
                                     InterfaceAddress6{ip("2001:db8::2")},
                                     InterfaceAddress6{ip("2001:db8::3"), true, false}));
    EXPECT_EQ(eth0.link_local(), ip("fe80::2"));
    EXPECT_EQ(eth0.global_address(), ip("2001:db8::2"));
    EXPECT_FALSE(eth0.has_usable(ip("2001:db8::3")));
    EXPECT_TRUE(eth0.addresses.empty());
}

TEST(Rtnetlink, TellsEventsFromRepliesByTheirMarks) {
    struct Row {
        const char* name;
        std::uint16_t type;
        DumpId id;
        bool is_event, is_reply;
    };
    const std::vector<Row> rows{
        {"reply", RTM_NEWLINK, ours, false, true},
        {"event", RTM_NEWLINK, {0, 0}, true, false},
        {"event caused by another process that counts as we do",
         RTM_NEWLINK,
         {99, ours.sequence},
         true,
         false},
        {"an interface went", RTM_DELLINK, {0, 0}, true, false},
        {"an address went", RTM_DELADDR, {0, 0}, true, false},
        {"a reply to an older dump", RTM_NEWLINK, {ours.port, ours.sequence - 1}, false, false},
        {"something else", RTM_NEWROUTE, {0, 0}, false, false},
    };
    for (const auto& row : rows) {
        InterfaceMap interfaces;
        const auto outcome =
            read_netlink(message(row.type, link_body(2, "eth0", 0), {.id = row.id}), ours, interfaces);
        EXPECT_EQ(outcome.event, row.is_event) << row.name;
        EXPECT_EQ(!interfaces.empty(), row.is_reply) << row.name;
        EXPECT_FALSE(outcome.dump_done) << row.name;
    }
}

TEST(Rtnetlink, ADumpThatFailedSaysSo) {
    struct Row {
        const char* name;
        Bytes bytes;
        bool is_done;
    };
    const std::vector<Row> rows{
        {"refused", message(NLMSG_ERROR, Bytes(20)), true},
        {"ended with an error", done(-ENOMEM), true},
        {"mixes two states",
         message(RTM_NEWLINK, link_body(2, "eth0", 0), {.flags = NLM_F_MULTI | NLM_F_DUMP_INTR}), false},
    };
    for (const auto& row : rows) {
        InterfaceMap interfaces;
        const auto outcome = read_netlink(row.bytes, ours, interfaces);
        EXPECT_TRUE(outcome.dump_failed) << row.name;
        EXPECT_EQ(outcome.dump_done, row.is_done) << row.name;
    }
}

TEST(Rtnetlink, ACutMessageIsGarbledAndNeverDone) {
    const auto link_size = message(RTM_NEWLINK, link_body(2, "eth0", 0)).size();
    for (std::size_t size = 1; size < whole_dump.size(); ++size) {
        InterfaceMap interfaces;
        const auto outcome = read_netlink(std::span{whole_dump}.first(size), ours, interfaces);
        EXPECT_FALSE(outcome.dump_done) << size;
        if (size < link_size) {
            EXPECT_TRUE(outcome.garbled) << size;
            EXPECT_TRUE(interfaces.empty()) << size;
        }
    }
}

// Nothing to expect but an end: run under sanitizers. The seed is fixed, so a failure repeats.
TEST(Rtnetlink, GarbledOctetsDoNoHarm) {
    std::mt19937 random{1};
    for (int round = 0; round < 20000; ++round) {
        auto bytes = whole_dump;
        for (int change = 0; change < 4; ++change)
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        InterfaceMap interfaces;
        read_netlink(bytes, ours, interfaces);
        ASSERT_LE(interfaces.size(), 2u);
    }
}

TEST(Rtnetlink, AsksForLinksOrForAddressesOfBothFamilies) {
    for (const auto kind : {DumpKind::links, DumpKind::addresses}) {
        const auto request = dump_request(kind, ours);
        nlmsghdr header;
        ASSERT_GE(request.size(), sizeof header + sizeof(rtgenmsg));
        std::memcpy(&header, request.data(), sizeof header);
        EXPECT_EQ(header.nlmsg_len, request.size());
        EXPECT_EQ(header.nlmsg_type, kind == DumpKind::links ? RTM_GETLINK : RTM_GETADDR);
        EXPECT_EQ(header.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
        EXPECT_EQ(header.nlmsg_seq, ours.sequence);
        EXPECT_EQ(request[sizeof header], AF_UNSPEC);
    }
}

}  // namespace
}  // namespace leasehold::rtnetlink_test
