// Whole runs against servers that do right, and against servers that do each thing that must be found.
#include "tests/bench/load/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/wire.hpp"
#include "tests/bench/load/fake_server.hpp"
#include "tests/bench/load/report.hpp"

namespace leasehold::bench::engine_test {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

/// A short timeout: what is lost is lost at once here, and nothing else waits for it.
class LoadEngine : public testing::TestWithParam<Family> {
protected:
    Settings settings = relayed_settings(GetParam());
    std::unique_ptr<FakeServer> server;
    std::unique_ptr<Codec> codec;
    std::unique_ptr<Engine> engine;
    std::function<Replies(OctetSpan, Octets8)> change;

    void SetUp() override {
        settings.work.timeout = milliseconds{30};
        settings.shape = {
            .kind = ShapeKind::closed, .size = 8, .duration = seconds{60}, .exchange_count_max = 100};
    }
    Outcome run() {
        server = std::make_unique<FakeServer>(settings);
        if (change) server->change = change;
        codec = make_codec(settings.clients, settings.relays);
        engine = std::make_unique<Engine>(settings, *codec, *server);
        return engine->run(settings.shape, settings.work);
    }
    bool v4() const { return GetParam() == Family::v4; }
    static ExitStatus status(const Settings& settings, const Outcome& outcome) {
        return exit_status(settings, outcome);
    }

    /// Where the type of the message and the last octet of the first address are.
    std::size_t type_at(const Octets8& answer) const { return v4() ? 242 : relay_message_at(answer); }
    bool is_ack(const Octets8& answer) const { return answer[type_at(answer)] == (v4() ? 5 : 7); }
    std::size_t address_end(const Octets8& answer) const {
        return v4() ? 19 : find(answer, {0, 5, 0, 24}) + 4 + 15;
    }
    static std::size_t relay_message_at(const Octets8& answer) { return find(answer, {0, 9}) + 4; }
    static std::size_t find(const Octets8& octets, const Octets8& what) {
        const auto found = std::ranges::search(std::span{octets}.subspan(34), what);
        EXPECT_FALSE(found.empty());
        return static_cast<std::size_t>(found.begin() - std::span{octets}.begin());
    }
};
INSTANTIATE_TEST_SUITE_P(Families, LoadEngine, testing::Values(Family::v4, Family::v6),
                         [](const auto& tested) { return tested.param == Family::v4 ? "v4" : "v6"; });

TEST_P(LoadEngine, EveryClientGetsItsLease) {
    const auto outcome = run();
    EXPECT_EQ(outcome.begun, 100u);
    EXPECT_EQ(outcome.completed, 100u);
    EXPECT_EQ(outcome.of(Ask::discover).answered, 100u);
    EXPECT_EQ(outcome.of(Ask::request).answered, 100u);
    EXPECT_EQ(outcome.whole.count(), 100u);
    EXPECT_EQ(outcome.moved + outcome.orphans + outcome.surplus + outcome.unreadable, 0u);
    EXPECT_EQ(status(settings, outcome), ExitStatus::fine);
}

TEST_P(LoadEngine, RapidCommitTakesTwoMessages) {
    settings.work.exchange = Exchange::rapid;
    const auto outcome = run();
    EXPECT_EQ(outcome.completed, 100u);
    EXPECT_EQ(outcome.of(Ask::request).sent, 0u);
    EXPECT_EQ(outcome.whole.count(), 100u);
}

TEST_P(LoadEngine, OffersAloneGiveNoLeases) {
    settings.work.exchange = Exchange::offer;
    settings.shape.exchange_count_max = 150;  // some twice
    const auto outcome = run();
    EXPECT_EQ(outcome.completed, 150u);
    EXPECT_EQ(outcome.of(Ask::request).sent, 0u);
}

TEST_P(LoadEngine, RenewalsAndReleasesAreOfThoseThatHold) {
    settings.work.renewals = 0.5;
    settings.work.releases = 0.2;
    settings.shape.exchange_count_max = 5000;  // fifty turns of each client
    const auto outcome = run();
    EXPECT_EQ(outcome.completed, 5000u);
    EXPECT_GT(outcome.of(Ask::renew).answered, 2000u);
    EXPECT_GT(outcome.of(Ask::release).sent, 700u);
    EXPECT_EQ(outcome.of(Ask::release).answered, v4() ? 0 : outcome.of(Ask::release).sent);
    EXPECT_FALSE(outcome.is_wrong());
    EXPECT_EQ(server->from_clients, 0u);
}

TEST_P(LoadEngine, LeasesOfOneRunAreRenewedInTheNext) {
    run();
    settings.work.renewals = 1;
    const auto outcome = engine->run(settings.shape, settings.work);
    EXPECT_EQ(outcome.of(Ask::renew).answered, 100u);
    EXPECT_EQ(outcome.of(Ask::discover).sent, 0u);
}

TEST_P(LoadEngine, AnAddressThatTwoGetIsFoundWithBoth) {
    const auto two_clients_share_one = [this](OctetSpan, Octets8 answer) {
        answer[address_end(answer)] &= 0xfe;
        return Replies{answer};
    };
    change = two_clients_share_one;
    const auto outcome = run();
    EXPECT_EQ(outcome.duplicates, 50u);
    EXPECT_EQ(status(settings, outcome), ExitStatus::wrong_answers);
    ASSERT_EQ(outcome.findings.size(), finding_count_max);
    EXPECT_THAT(
        outcome.findings[0],
        HasSubstr("was given to two clients at a time: to 02:00:aa:bb:00:00 and then to 02:00:aa:bb:00:01"));
    EXPECT_THAT(table(settings, outcome), HasSubstr("WRONG: given twice 50"));
}

TEST_P(LoadEngine, AReleasedAddressMayBeGivenToAnother) {
    change = [this](OctetSpan, Octets8 answer) {
        if (const auto type = answer[type_at(answer)]; v4() ? type != 2 && type != 5 : answer.size() < 150)
            return Replies{answer};       // of a release
        answer[address_end(answer)] = 7;  // there is but one
        if (!v4()) answer[find(answer, {0, 26, 0, 25}) + 4 + 9 + 6] = 7;
        return Replies{answer};
    };
    settings.shape.size = 1;
    settings.work.releases = 1;  // whenever there is a lease
    const auto outcome = run();
    EXPECT_EQ(outcome.completed, 100u);
    EXPECT_EQ(outcome.duplicates, 0u);
}

TEST_P(LoadEngine, AnotherLeaseThanAskedForIsFound) {
    change = [this](OctetSpan, Octets8 answer) {
        if (is_ack(answer)) answer[address_end(answer)] ^= 0x80;
        return Replies{answer};
    };
    const auto outcome = run();
    EXPECT_EQ(outcome.wrong_leases, 100u);
    EXPECT_EQ(outcome.completed, 0u);
    EXPECT_EQ(status(settings, outcome), ExitStatus::wrong_answers);
    ASSERT_FALSE(outcome.findings.empty());
    EXPECT_THAT(outcome.findings[0], HasSubstr("and was acknowledged"));
}

TEST_P(LoadEngine, AnotherServerThanChosenIsFound) {
    change = [this](OctetSpan, Octets8 answer) {
        const auto at = v4() ? find(answer, {54, 4, 10, 0, 0, 1}) + 5 : find(answer, {0, 2, 0, 10}) + 13;
        if (is_ack(answer)) answer[at] ^= 1;
        return Replies{answer};
    };
    const auto outcome = run();
    EXPECT_EQ(outcome.wrong_servers, 100u);
    EXPECT_EQ(status(settings, outcome), ExitStatus::wrong_answers);
}

TEST_P(LoadEngine, WrongTransactionIdsAreOrphansAndTheExchangeIsLost) {
    change = [this](OctetSpan, Octets8 answer) {
        answer[v4() ? 7 : relay_message_at(answer) + 3] ^= 1;
        return Replies{answer};
    };
    settings.shape.exchange_count_max = 20;
    const auto outcome = run();
    EXPECT_EQ(outcome.orphans, 20u);
    EXPECT_EQ(outcome.lost, 20u);
    EXPECT_EQ(outcome.of(Ask::discover).unanswered, 20u);
    EXPECT_EQ(status(settings, outcome), ExitStatus::losses);
}

TEST_P(LoadEngine, SecondAnswersAndGarbageAreCountedAndChangeNothing) {
    change = [](OctetSpan, Octets8 answer) { return Replies{answer, answer, Octets8{1, 2, 3}}; };
    const auto outcome = run();
    EXPECT_EQ(outcome.completed, 100u);
    EXPECT_EQ(outcome.unreadable, 200u);
    EXPECT_EQ(outcome.surplus + outcome.orphans, 200u);
}

TEST_P(LoadEngine, RetransmissionReachesAServerThatLosesMost) {
    int count = 0;
    change = [&](OctetSpan, Octets8 answer) { return ++count % 3 == 0 ? Replies{answer} : Replies{}; };
    settings.shape = {.kind = ShapeKind::avalanche, .size = 100, .duration = seconds{60}};
    settings.work.retransmit = true;
    settings.work.time_scale = 0.0001;
    const auto outcome = run();
    EXPECT_EQ(outcome.completed, 100u);
    EXPECT_GT(outcome.of(Ask::discover).resent, 100u);
    ASSERT_TRUE(outcome.served_after[3]);
    EXPECT_LE(*outcome.served_after[0], *outcome.served_after[3]);
    EXPECT_THAT(table(
                    [&] {
                        settings.shape.kind = ShapeKind::avalanche;
                        return settings;
                    }(),
                    outcome),
                HasSubstr("100 % after"));
}

TEST_P(LoadEngine, AnAvalancheOverASilentServerEndsWithItsTime) {
    change = [](OctetSpan, Octets8) { return Replies{}; };
    settings.shape = {.kind = ShapeKind::avalanche, .size = 100, .duration = milliseconds{100}};
    settings.work.retransmit = true;
    const auto outcome = run();
    EXPECT_EQ(outcome.lost, 100u);
    EXPECT_FALSE(outcome.served_after[0]);
    EXPECT_EQ(status(settings, outcome), ExitStatus::losses);
}

TEST_P(LoadEngine, NobodyAnswersAKnockOfASilentServer) {
    run();
    EXPECT_TRUE(engine->knock(seconds{20}));
    server->change = [](OctetSpan, Octets8) { return Replies{}; };
    EXPECT_FALSE(engine->knock(milliseconds{20}));
}

TEST_P(LoadEngine, AnOpenLoopWithTooFewClientsSaysWhatItDidNotOffer) {
    change = [](OctetSpan, Octets8) { return Replies{}; };
    settings.shape = {.kind = ShapeKind::open, .rate = 10000, .duration = milliseconds{50}};
    settings.work.timeout = milliseconds{100};  // after the load: each client has one turn
    const auto outcome = run();
    EXPECT_LE(outcome.begun, 100u);
    EXPECT_EQ(outcome.due, 500u);
    EXPECT_THAT(table(settings, outcome), HasSubstr("NOT OFFERED"));
}

TEST_P(LoadEngine, ItIsBrokenOffAtOnce) {
    server = std::make_unique<FakeServer>(settings);
    codec = make_codec(settings.clients, settings.relays);
    engine = std::make_unique<Engine>(settings, *codec, *server, [] { return true; });
    const auto outcome = engine->run(settings.shape, settings.work);
    EXPECT_TRUE(outcome.interrupted);
    EXPECT_EQ(outcome.completed, 0u);
}

class LoadEngine4 : public LoadEngine {};
INSTANTIATE_TEST_SUITE_P(Families, LoadEngine4, testing::Values(Family::v4));

TEST_P(LoadEngine4, RenewalsComeFromClientsWhoseAddressesAreHere) {
    settings.work.renewals = 0.5;
    settings.work.renew_from = RenewFrom::client;
    const auto outcome = run();
    EXPECT_TRUE(outcome.renews_from_client);
    EXPECT_EQ(server->from_clients, outcome.of(Ask::renew).sent);
    EXPECT_EQ(outcome.of(Ask::renew).answered, outcome.of(Ask::renew).sent);
}

TEST_P(LoadEngine4, ANakRefuses) {
    change = [](OctetSpan, Octets8 answer) {
        if (answer[242] == 5) {
            answer[242] = 6;
            std::fill_n(answer.begin() + 16, 4, std::uint8_t{0});
        }
        return Replies{answer};
    };
    const auto outcome = run();
    EXPECT_EQ(outcome.refused, 100u);
    EXPECT_EQ(outcome.lost, 100u);
    EXPECT_EQ(status(settings, outcome), ExitStatus::losses);
}

TEST_P(LoadEngine4, AClientThatIsMovedIsToldAndFreesItsFirstAddress) {
    settings.clients.count = 2;
    settings.shape.exchange_count_max = 4;
    settings.shape.size = 1;
    int answers = 0;
    change = [&](OctetSpan, Octets8 answer) {
        if (++answers > 4) answer[18] ^= 1;
        return Replies{answer};
    };
    const auto outcome = run();
    EXPECT_EQ(outcome.completed, 4u);
    EXPECT_EQ(outcome.moved, 2u);
    EXPECT_EQ(outcome.duplicates, 0u);
}

TEST(LoadReport, AnEmptyRunIsAProperObject) {
    const auto settings = relayed_settings(Family::v4);
    const auto text = json(settings, Outcome{});
    EXPECT_THAT(text,
                testing::Not(testing::AnyOf(HasSubstr(": inf"), HasSubstr(": nan"), HasSubstr("null"))));
    EXPECT_FALSE(table(settings, Outcome{}).empty());
    EXPECT_EQ(exit_status(settings, Outcome{}), ExitStatus::losses) << "a run of nothing proves nothing";
}

}  // namespace leasehold::bench::engine_test
