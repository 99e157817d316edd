#include "tests/bench/load/command_line.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace leasehold::bench::command_line_test {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

std::variant<Settings, Printed> read(const std::string& text) {
    std::istringstream in{text};
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return read_command_line(words, 77);
}
Settings settings(const std::string& text) {
    const auto result = read(text);
    if (const auto* printed = std::get_if<Printed>(&result)) {
        ADD_FAILURE() << text << ": " << printed->text;
        return {};
    }
    return std::get<Settings>(result);
}

TEST(LoadCommandLine, DefaultsAreThoseOfTheFamily) {
    const auto v4 = settings("-s 10.0.0.1");
    EXPECT_EQ(v4.sockets.server_port, 67);
    EXPECT_EQ(v4.sockets.client_port, 68);
    EXPECT_EQ(v4.shape.kind, ShapeKind::closed);
    EXPECT_EQ(v4.shape.size, 32u);
    EXPECT_EQ(v4.relays.step, 256u);
    EXPECT_EQ(v4.work.seed, 77u);
    const auto v6 = settings("-6 -i eth0 --want both");
    EXPECT_EQ(v6.clients.family, Family::v6);
    EXPECT_EQ(v6.sockets.server_port, 547);
    EXPECT_EQ(v6.relays.step, 1u);
    EXPECT_TRUE(v6.clients.wants_prefix && v6.clients.wants_address);
    EXPECT_FALSE(settings("-6 -i eth0 --want prefix").clients.wants_address);
}

TEST(LoadCommandLine, ShapesOfLoad) {
    EXPECT_EQ(settings("-i e --rate 500 --duration 0.5").shape.duration, milliseconds{500});
    EXPECT_EQ(settings("-i e --rate 500").shape.kind, ShapeKind::open);
    const auto bursts = settings("-i e --burst 10 --every 2");
    EXPECT_EQ(bursts.shape.kind, ShapeKind::bursts);
    EXPECT_EQ(bursts.shape.every, seconds{2});
    const auto avalanche = settings("-i e --avalanche --clients 1234 --time-scale 0.1");
    EXPECT_EQ(avalanche.shape.size, 1234u);
    EXPECT_TRUE(avalanche.work.retransmit);
    EXPECT_EQ(avalanche.shape.duration, seconds{300});
    EXPECT_EQ(settings("-i e --search --from 5 --to 50").activity, Activity::search);
}

TEST(LoadCommandLine, ClientsOfRunsDifferUnlessTheyAreNamed) {
    const auto random = settings("-i e").clients.base_mac;
    EXPECT_EQ(random >> 40, 2u) << "locally administered";
    EXPECT_EQ(random, settings("-i e --seed 77").clients.base_mac);
    EXPECT_NE(random, settings("-i e --seed 78").clients.base_mac);
    EXPECT_EQ(settings("-i e --base-mac 02:00:5e:00:00:01").clients.base_mac, 0x02005e000001u);
}

TEST(LoadCommandLine, TheEmptyServer) {
    const auto v4 = settings("respond -i lan --network 192.168.0.0/16");
    EXPECT_EQ(v4.activity, Activity::respond);
    EXPECT_EQ(network_text(*v4.network), "192.168.0.0/16");
    EXPECT_EQ(network_text(*settings("respond -6 -i lan").delegate), "3000::/16");
}

TEST(LoadCommandLine, HelpAndVersionAreNoErrors) {
    for (const char* text : {"--help", "--version", "respond --help"}) {
        const auto result = read(text);
        ASSERT_TRUE(std::holds_alternative<Printed>(result));
        EXPECT_FALSE(std::get<Printed>(result).is_error);
        EXPECT_FALSE(std::get<Printed>(result).text.empty());
    }
}

TEST(LoadCommandLine, WhatCannotBeIsToldWithWhatToDo) {
    for (const auto& [text, expected] : std::vector<std::pair<const char*, const char*>>{
             {"", "-s ADDRESS"},
             {"-s 2001:db8::1", "DHCPv6 needs -6"},
             {"-6 -s 10.0.0.1", "is no IPv6 address"},
             {"-s nonsense", "is no IPv4 address"},
             {"-i e --relay 10.0.0.1", "--relay needs --server"},
             {"-i e --rate 5 --window 5", "--window"},
             {"-i e --rate 0", "--rate"},
             {"-i e --base-mac 1234", "--base-mac"},
             {"-i e --renew 0.7 --release 0.7", "more than 1 together"},
             {"-i e --renew 0.7 --exchange offer", "no leases"},
             {"-i e --avalanche --renew 1", "avalanche"},
             {"-i e --clients 17000000", "--clients"},
             {"-i e --prepare 11 --clients 10", "--prepare"},
             {"-i e --search --from 10 --to 1", "--from"},
             {"-i e --exchange half", "--exchange"},
             {"-i e --nonsense", "--nonsense"},
             {"respond", "-i NAME"},
             {"respond -i e --network 10.0.0.0/30", "at most 29 bits"},
             {"respond -6 -i e --delegate 3000::/60", "at most 56 bits"},
         }) {
        const auto result = read(text);
        ASSERT_TRUE(std::holds_alternative<Printed>(result)) << text;
        EXPECT_TRUE(std::get<Printed>(result).is_error) << text;
        EXPECT_THAT(std::get<Printed>(result).text, HasSubstr(expected)) << text;
    }
}

}  // namespace leasehold::bench::command_line_test
