// A capture through a configuration: the one that made it, and others. The captures are made by the server itself,
// which answers clients of tests/support/world.
#include "rehearsal/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/captures.hpp"
#include "tests/support/world.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::replay_test {
namespace {

using namespace rehearsal;
using testing::ElementsAre;
using testing_world::Client;
using testing_world6::Client6;
using std::chrono::seconds;

constexpr std::chrono::system_clock::time_point begin{seconds{1'800'000'000}};
constexpr std::string_view server4 = "192.0.2.1";

/// A capture that grows as clients talk to a server.
class Recorder {
public:
    Recorder(ServerConfig config, Place place)
        : server_{std::make_shared<const ServerConfig>(std::move(config)), begin}, place_{std::move(place)} {}

    /// @return the answer; empty: none
    std::vector<std::uint8_t> say(const Packet& packet) {
        at_ += seconds{1};
        server_.set_time(at_);
        add(packet.bytes, packet.source, packet.destination, packet.source_port, server_.config().family == Family::v4 ? 67 : 547);
        const auto outcome = server_.decide(packet, place_);
        server_.apply(outcome);
        if (!outcome.is_answered()) return {};
        const auto& reply = outcome.done->reply->bytes;
        std::vector<std::uint8_t> answer{reply.begin(), reply.end()};
        add(answer, place_.address4.is_zero() ? place_.address6 : to_ipv6(place_.address4), packet.source, 67, 68);
        return answer;
    }
    std::vector<std::uint8_t> say(const testing_world::Packet& packet) {
        return say(Packet{packet.bytes(), to_ipv6(packet.arrival.source), to_ipv6(packet.arrival.destination),
                          packet.arrival.source_port});
    }
    std::vector<std::uint8_t> say(const testing_world6::Packet6& packet) {
        return say(Packet{packet.bytes(), packet.arrival.source, packet.arrival.destination, packet.arrival.source_port});
    }
    void pass(seconds time) { at_ += time; }
    CaptureFile& capture() { return capture_; }

private:
    void add(std::vector<std::uint8_t> payload, const Ipv6& source, const Ipv6& destination, std::uint16_t from, std::uint16_t to) {
        CapturedDatagram datagram{++capture_.packets, at_, server_.config().family, source, destination, from, to, std::move(payload)};
        capture_.datagrams.push_back(std::move(datagram));
    }

    MemoryServer server_;
    Place place_;
    std::chrono::system_clock::time_point at_ = begin;
    CaptureFile capture_;
};

struct Played {
    ReplaySummary summary;
    std::vector<Turn> turns;
};

Played play(const CaptureFile& capture, ServerConfig config, const ReplayOptions& options = {},
            const std::vector<Lease>& leases = {}) {
    const auto captured = captured_server(capture, config.family);
    if (!captured.duid.empty()) config.duid = captured.duid;
    const auto family = config.family;
    MemoryServer server{std::make_shared<const ServerConfig>(std::move(config)), begin};
    for (const auto address : captured.addresses) server.add_address(address);
    for (const auto& lease : leases) server.load(lease);
    Played played;
    played.summary = replay(capture, server, OptionWords{family, nlohmann::json::object()}, options,
                            [&](const Turn& turn) { played.turns.push_back(turn); });
    return played;
}

Place lan4() {
    return {"lan0", testing_world::ip(server4), {}};
}

/// Two clients get addresses, renew, one releases, one declines, one asks for a foreign address, one informs.
CaptureFile office() {
    Recorder recorder{testing_world::measured_config(), lan4()};
    const auto anna = Client::number(1), bert = Client::number(2), carl = Client::number(3);
    recorder.say(anna.discover());
    recorder.say(anna.selecting("192.0.2.10"));
    recorder.say(bert.discover());
    recorder.say(bert.selecting("192.0.2.11"));
    recorder.pass(seconds{1800});
    recorder.say(anna.renewing("192.0.2.10"));
    recorder.say(bert.rebinding("192.0.2.11"));
    recorder.say(carl.selecting("192.0.2.10"));
    recorder.say(carl.inform("192.0.2.77"));
    recorder.say(anna.release("192.0.2.10"));
    recorder.say(bert.decline("192.0.2.11"));
    recorder.say(carl.discover());
    return std::move(recorder.capture());
}

TEST(Replay, OfTheConfigurationThatAnsweredIsTheSame) {
    const auto played = play(office(), testing_world::measured_config());
    EXPECT_EQ(played.summary.messages, 11u);
    EXPECT_EQ(played.summary.same, 11u);
    EXPECT_EQ(played.summary.different, 0u);
    EXPECT_EQ(played.summary.answers, 9u);
    for (const auto& turn : played.turns)
        for (const auto& one : turn.differences)
            ADD_FAILURE() << turn.message << " " << one.what << ": " << one.ours << ", " << one.theirs;
}

TEST(Replay, NamesWhatDiffers) {
    auto config = testing_world::measured_config();
    config.options.front() = testing_world::ipv4_option(6, "192.0.2.54");
    config.subnets[0].pools[0].range = {testing_world::unit("192.0.2.20"), testing_world::unit("192.0.2.30")};
    finish(config);
    const auto played = play(office(), std::move(config));
    ASSERT_FALSE(played.turns.empty());
    const auto& offer = played.turns.front();
    EXPECT_EQ(offer.packet, 1u);
    EXPECT_EQ(offer.answered_in, 2u);
    EXPECT_EQ(offer.ours, "DHCPOFFER 192.0.2.20");
    EXPECT_EQ(offer.theirs, "DHCPOFFER 192.0.2.10");
    EXPECT_THAT(offer.differences,
                ElementsAre(Difference{"address", "192.0.2.20", "192.0.2.10"},
                            Difference{"option 6 (domain-name-servers)", "192.0.2.54", "192.0.2.53"}));
    EXPECT_GT(played.summary.by_what.at("option 6 (domain-name-servers)"), 1u);
    EXPECT_EQ(played.turns[1].ours, "no answer") << "an address of no pool";
    EXPECT_THAT(played.turns[1].why, testing::HasSubstr("is in no pool of the subnet"));
}

TEST(Replay, LeavesOutWhatIsIgnored) {
    auto config = testing_world::measured_config();
    config.options.front() = testing_world::ipv4_option(6, "192.0.2.54");
    const auto played = play(office(), std::move(config), {.place = {}, .ignored = {"6"}});
    EXPECT_EQ(played.summary.different, 0u);
}

TEST(Replay, ASilentServerDiffersFromOneThatAnswers) {
    auto capture = office();
    std::erase_if(capture.datagrams, [](const CapturedDatagram& one) { return one.number == 2; });
    const auto played = play(capture, testing_world::measured_config());
    EXPECT_EQ(played.summary.different, 1u);
    EXPECT_EQ(played.turns.front().theirs, "no answer");
    EXPECT_FALSE(played.turns.front().answered_in);
}

TEST(Replay, LeasesOfBeforeCount) {
    Recorder recorder{testing_world::measured_config(), lan4()};
    const auto anna = Client::number(1);
    for (const auto* address : {"192.0.2.10", "192.0.2.11"}) recorder.say(Client::number(7).discover().with_ip(50, address));
    recorder.capture().datagrams.clear();
    recorder.say(anna.init_reboot("192.0.2.12"));  // unknown there: silence
    Lease lease;
    lease.address = testing_world::unit("192.0.2.12");
    lease.subnet_id = 1;
    lease.hwaddr = to_octets(anna.hwaddr);
    lease.valid_lifetime = infinite_lifetime;
    lease.cltt = std::chrono::floor<seconds>(begin);
    lease.expire = lease.hold_until = lease.cltt + seconds{infinite_lifetime};
    const ReplayOptions on_lan{.place = lan4(), .ignored = {}};
    EXPECT_EQ(play(recorder.capture(), testing_world::measured_config(), on_lan).summary.same, 1u);
    const auto played = play(recorder.capture(), testing_world::measured_config(), on_lan, {lease});
    EXPECT_EQ(played.turns.at(0).ours, "DHCPACK 192.0.2.12");
}

TEST(Replay, CopiesAreThrownAway) {
    auto capture = office();
    auto& datagrams = capture.datagrams;
    auto copy = datagrams.front();
    copy.at += std::chrono::milliseconds{1};
    datagrams.insert(datagrams.begin() + 1, copy);
    const auto played = play(capture, testing_world::measured_config());
    EXPECT_EQ(played.summary.repeated, 1u);
    EXPECT_EQ(played.summary.same, 11u);
}

TEST(Replay, WhatARelayPassedOnIsPlayedOnce) {
    auto config = testing_world::config_of({testing_world::subnet_of(1, "10.1.0.0/24", {{"10.1.0.10", "10.1.0.20"}}),
                                            testing_world::subnet_of(2, "10.2.0.0/24", {{"10.2.0.10", "10.2.0.20"}})});
    Recorder recorder{config, lan4()};
    auto client = Client::number(1);
    const auto on_link = client.discover();
    recorder.say(client.behind("10.1.0.1").discover());
    CapturedDatagram before_relay = recorder.capture().datagrams.front();
    before_relay.payload = on_link.bytes();
    recorder.capture().datagrams.insert(recorder.capture().datagrams.begin(), before_relay);
    const auto played = play(recorder.capture(), config);
    EXPECT_EQ(played.summary.repeated, 1u);
    EXPECT_EQ(played.summary.messages, 1u);
    EXPECT_EQ(played.summary.same, 1u);
}

TEST(Replay, WithoutAnyAnswerIsPlayedAllTheSame) {
    auto config = testing_world::config_of({testing_world::subnet_of(1, "10.1.0.0/24", {{"10.1.0.10", "10.1.0.20"}}),
                                            testing_world::subnet_of(2, "10.2.0.0/24", {{"10.2.0.10", "10.2.0.20"}})});
    Recorder recorder{config, lan4()};
    recorder.say(Client::number(1).behind("10.2.0.1").discover());
    recorder.capture().datagrams.resize(1);
    const auto played = play(recorder.capture(), config);
    EXPECT_EQ(played.turns.at(0).ours, "DHCPOFFER 10.2.0.10");
    EXPECT_EQ(played.summary.answers, 0u);
}

// --- DHCPv6

Place lan6() {
    return {"lan0", {}, testing_world6::ip6("2001:db8:1::1")};
}

CaptureFile home() {
    Recorder recorder{testing_world6::home_config(), lan6()};
    using testing_world6::SentIa;
    const SentIa address{.kind = LeaseKind::na, .iaid = 1, .units = {"2001:db8:1::10"}};
    const SentIa prefix{.kind = LeaseKind::pd, .iaid = 2, .units = {"2001:db8:f000::/56"}};
    const auto anna = Client6::number(1);
    recorder.say(anna.solicit({{.kind = LeaseKind::na, .iaid = 1}, {.kind = LeaseKind::pd, .iaid = 2}}));
    recorder.say(anna.request({address, prefix}));
    recorder.pass(seconds{1000});
    recorder.say(anna.renew({address, prefix}));
    recorder.say(anna.confirm({address}));
    recorder.say(anna.information_request());
    recorder.say(anna.release({address, prefix}));
    return std::move(recorder.capture());
}

TEST(Replay6, OfTheConfigurationThatAnsweredIsTheSame) {
    const auto played = play(home(), testing_world6::home_config());
    EXPECT_EQ(played.summary.messages, 6u);
    EXPECT_EQ(played.summary.same, 6u);
    for (const auto& turn : played.turns)
        for (const auto& one : turn.differences)
            ADD_FAILURE() << turn.message << " " << one.what << ": " << one.ours << ", " << one.theirs;
}

TEST(Replay6, GoesThroughRelays) {
    auto config = testing_world6::config6_of({testing_world6::subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::10", "2001:db8:1::12"}}),
                                              testing_world6::subnet6_of(2, "2001:db8:2::/64", {{"2001:db8:2::10", "2001:db8:2::12"}})});
    Recorder recorder{config, lan6()};
    auto solicit = Client6::number(1).solicit();
    recorder.say(solicit.relayed_by({.link = "2001:db8:2::1", .peer = "fe80::1"}));
    const auto played = play(recorder.capture(), config);
    EXPECT_EQ(played.summary.same, 1u);
    EXPECT_EQ(played.turns.at(0).ours, "ADVERTISE na 2001:db8:2::10");
}

TEST(Replay6, NamesWhatDiffers) {
    auto config = testing_world6::home_config();
    config.subnets[0].valid_lifetime = {5000, 5000, 5000};
    config.options.push_back(testing_world6::option6(23, "20010db8000000000000000000000053"));
    const auto played = play(home(), std::move(config));
    EXPECT_EQ(played.turns.at(1).ours, "REPLY na 2001:db8:1::10 pd 2001:db8:f000::/56");
    EXPECT_THAT(played.turns.at(1).differences,
                testing::Contains(Difference{"IA na 1", "2001:db8:1::10 3000/5000", "2001:db8:1::10 3000/4000"}));
}

// --- whatever comes

TEST(Replay, EveryPacketOfTheCollectionIsPlayed) {
    for (const auto family : {Family::v4, Family::v6}) {
        CaptureFile capture;
        const std::string folder = TESTS_DIR "/captures/";
        for (const auto& one : load_captures(folder + (family == Family::v4 ? "v4" : "v6"))) {
            for (std::size_t size = one.bytes.size(); size + 40 > one.bytes.size() && size > 0; size -= 13) {
                CapturedDatagram datagram;
                datagram.number = ++capture.packets;
                datagram.at = begin + seconds{capture.packets};
                datagram.family = family;
                datagram.destination_port = family == Family::v4 ? 67 : 547;
                datagram.payload.assign(one.bytes.begin(), one.bytes.begin() + static_cast<std::ptrdiff_t>(size));
                capture.datagrams.push_back(std::move(datagram));
                if (size < 13) break;
            }
        }
        auto config = family == Family::v4 ? testing_world::measured_config() : testing_world6::home_config();
        const auto played = play(capture, std::move(config));
        EXPECT_EQ(played.summary.messages + played.summary.repeated + played.summary.others + played.summary.answers, capture.packets);
        EXPECT_GT(played.summary.messages, 10u);
    }
}

}  // namespace
}  // namespace leasehold::replay_test
