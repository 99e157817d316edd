// The MariaDB session: every field both ways, conditions and verdicts, in each of its forms and on a Galera
// node, against real servers.
#include <gmock/gmock.h>

#include "tests/databases/mariadb_servers.hpp"

namespace leasehold::mariadb_session_test {
namespace {

using namespace testing_support;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

struct Form {
    std::string name, server;
    MariadbForm form;
};

class MariadbRows : public testing::TestWithParam<Form> {
protected:
    void SetUp() override {
        const auto traits = server.connect(session);
        ASSERT_TRUE(traits) << traits.error().detail;
        prepare_database(session);
    }
    std::vector<bool> applied(std::vector<Change> changes) {
        const auto verdicts = apply_to(session, std::move(changes));
        EXPECT_TRUE(verdicts) << verdicts.error().detail;
        return verdicts ? *verdicts : std::vector<bool>{};
    }
    std::vector<Lease> stored(std::vector<Prefix> keys) {
        const auto rows = session.find(keys);
        EXPECT_TRUE(rows) << rows.error().detail;
        std::vector<Lease> leases;
        if (rows)
            for (const StoredLease& row : *rows)
                if (row) leases.push_back(*row);
        std::ranges::sort(leases, {}, &Lease::address);
        return leases;
    }

    const TestServer server{GetParam().server};
    MariadbSession session{server.config, GetParam().form};
};

TEST_P(MariadbRows, KeepsEveryFieldOfEachKindOfLease) {
    std::vector<Change> changes;
    std::vector<Prefix> keys;
    std::vector<Lease> leases;
    for (const LeaseKind kind : {LeaseKind::v4, LeaseKind::na, LeaseKind::pd}) {
        leases.push_back(lease_of(kind, 1, 1));
        Lease edge = lease_of(kind, 2, 1);
        edge.subnet_id = edge.pool_id = edge.iaid = edge.hwaddr_source = 0xffffffff;
        edge.valid_lifetime = edge.preferred_lifetime = infinite_lifetime;
        edge.hwtype = 65535;
        edge.client_id.assign(client_id_size_max, 0);
        edge.duid.assign(duid_size_max, 255);
        edge.hwaddr.clear();
        edge.remote_id.clear();
        edge.hostname = std::string(254, 'h') + '\0';
        edge.user_context = std::string(65000, '\'') + "\\\"" + std::string(533, '\xff');
        edge.state = LeaseState::registered;
        edge.version = 0xffffffffffffffffULL;
        edge.last_writer = 0x7fffffffffffffffULL;
        leases.push_back(edge);
    }
    for (const Lease& lease : leases) {
        changes.emplace_back(Put{lease});
        keys.push_back(lease.address);
    }
    EXPECT_THAT(applied(changes), testing::Each(true));
    std::ranges::sort(leases, {}, &Lease::address);
    EXPECT_EQ(stored(keys), leases);
}

TEST_P(MariadbRows, TellsExactlyWhichRowsWereApplied) {
    const auto lease = [](std::uint32_t number, std::uint8_t client = 1) {
        return lease_of(LeaseKind::v4, number, client);
    };
    EXPECT_THAT(applied({Put{lease(3)}, Put{lease(1)}}), ElementsAre(true, true));
    EXPECT_THAT(applied({Put{lease(1)}, Put{lease(2)}, Put{renewed(lease(3))}}),
                ElementsAre(false, true, true))
        << "the row of 1 has exactly this content already, and still it is not ours";
    EXPECT_THAT(applied({Erase{lease(1).address, 7}, Erase{lease(2).address, lease(2).version},
                         Erase{lease(9).address, 1}}),
                ElementsAre(false, true, false));
    EXPECT_EQ(stored({lease(1).address, lease(2).address, lease(3).address}),
              (std::vector{lease(1), renewed(lease(3))}));
    EXPECT_THAT(applied({}), ElementsAre());
}

TEST_P(MariadbRows, ComparesVersionsAsSignedNumbersThatWrap) {
    std::uint32_t number = 1;
    for (const std::uint64_t version :
         {0x7fffffffffffffffULL, 0x8000000000000000ULL, 0xffffffffffffffffULL}) {
        Lease old = lease_of(LeaseKind::na, number++, 1);
        old.version = version;
        EXPECT_THAT(applied({Put{old}}), ElementsAre(true));
        EXPECT_THAT(applied({Put{old}}), ElementsAre(false));
        EXPECT_THAT(applied({Put{renewed(old)}}), ElementsAre(true));
        EXPECT_THAT(applied({Erase{old.address, version + 1}}), ElementsAre(true));
    }
}

TEST_P(MariadbRows, TakesOverOnlyWhatMayChangeHands) {
    Lease held = lease_of(LeaseKind::v4, 1, 1), endless = lease_of(LeaseKind::v4, 2, 1),
          released = lease_of(LeaseKind::v4, 3, 1);
    endless.valid_lifetime = infinite_lifetime;
    released.state = LeaseState::released;
    applied({Put{held}, Put{endless}, Put{released}});
    const auto take = [](const Lease& old, LeaseTime now) {
        Put put{renewed(old), true, 10, now};
        put.lease.client_id = octets({7});
        return put;
    };
    const LeaseTime end = held.hold_until + seconds{10};
    EXPECT_THAT(applied({take(held, end), take(endless, end + seconds{100'000}), take(released, held.cltt)}),
                ElementsAre(false, false, true));
    EXPECT_THAT(applied({take(held, end + seconds{1})}), ElementsAre(true));
    EXPECT_EQ(stored({held.address}).at(0), take(held, end).lease);
}

TEST_P(MariadbRows, SeveralGroupsAreOneTransaction) {
    const Lease one = lease_of(LeaseKind::v4, 1, 1), two = lease_of(LeaseKind::v4, 2, 1);
    Lease bad = lease_of(LeaseKind::v4, 3, 1);
    bad.hostname.assign(256, 'x');
    applied({Put{one}});
    const auto refused = apply_to(session, {Erase{one.address, one.version}, Put{two}, Put{bad}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, SqlFault::data);
    EXPECT_THAT(refused.error().detail, HasSubstr("hostname"));
    EXPECT_FALSE(refused.error().may_be_applied);
    EXPECT_EQ(stored({one.address, two.address, bad.address}), std::vector{one});

    EXPECT_THAT(applied({Erase{one.address, one.version}, Put{two}, Put{renewed(two)},
                         Erase{two.address, two.version + 1}}),
                ElementsAre(true, true, true, true));
    EXPECT_EQ(stored({one.address, two.address}), std::vector<Lease>{});
}

TEST_P(MariadbRows, ARefusedRowLeavesNothingOfItsStatement) {
    Lease bad = lease_of(LeaseKind::v4, 2, 1);
    bad.state = static_cast<LeaseState>(5);
    const auto refused =
        apply_to(session, {Put{lease_of(LeaseKind::v4, 1, 1)}, Put{bad}, Put{lease_of(LeaseKind::v4, 3, 1)}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, SqlFault::data);
    EXPECT_THAT(refused.error().detail, HasSubstr("state"));
    EXPECT_EQ(expect_done(session, "SELECT COUNT(*) FROM lease"), "0");
}

TEST_P(MariadbRows, RollsBackWhenItIsOnlyAsked) {
    const auto verdicts = apply_to(session, {Put{lease_of(LeaseKind::v4, 1, 1)}}, {}, Finish::roll_back);
    ASSERT_TRUE(verdicts);
    EXPECT_THAT(*verdicts, ElementsAre(true));
    EXPECT_EQ(expect_done(session, "SELECT COUNT(*) FROM lease"), "0");
}

TEST_P(MariadbRows, WritesABatchThatIsLargerThanAPacket) {
    std::vector<Change> changes;
    for (std::uint32_t number = 0; number < 300; ++number) {
        Lease lease = lease_of(LeaseKind::v4, number, 1);
        lease.user_context.assign(65535, static_cast<char>('a' + number % 26));
        changes.emplace_back(Put{lease});
    }
    EXPECT_THAT(applied(changes), testing::AllOf(testing::SizeIs(300), testing::Each(true)));
    EXPECT_EQ(expect_done(session, "SELECT COUNT(*) FROM lease WHERE LENGTH(user_context) = 65535"), "300");
}

TEST_P(MariadbRows, FindsManyKeysAtOnce) {
    std::vector<Change> changes;
    std::vector<Prefix> keys;
    for (std::uint32_t number = 0; number < 2000; ++number) {
        if (number % 2 == 0) changes.emplace_back(Put{lease_of(LeaseKind::pd, number, 1)});
        keys.push_back(lease_of(LeaseKind::pd, number, 1).address);
    }
    applied(std::move(changes));
    EXPECT_EQ(stored(keys).size(), 1000U);
    EXPECT_TRUE(stored({}).empty());
}

TEST_P(MariadbRows, PagesThroughOneFamilyInTheOrderOfKeys) {
    std::vector<Change> changes;
    for (const std::uint32_t number : {3U, 1U, 65536U, 2U, 300U}) {
        changes.emplace_back(Put{lease_of(LeaseKind::v4, number, 1)});
        changes.emplace_back(Put{lease_of(LeaseKind::pd, number, 1)});
    }
    Lease below = lease_of(LeaseKind::na, 1, 1);
    below.address.address = Ipv6{};
    changes.emplace_back(Put{below});
    applied(std::move(changes));
    for (const Family family : {Family::v4, Family::v6}) {
        std::vector<Prefix> seen;
        std::optional<Prefix> after;
        for (;;) {
            const auto rows = session.page(family, after, 2);
            ASSERT_TRUE(rows) << rows.error().detail;
            for (const StoredLease& row : *rows) seen.push_back(row->address);
            if (rows->size() < 2) break;
            after = seen.back();
        }
        EXPECT_TRUE(std::ranges::is_sorted(seen));
        EXPECT_EQ(seen.size(), family == Family::v4 ? 5U : 6U);
        for (const Prefix& key : seen) EXPECT_EQ(is_ipv4(key), family == Family::v4);
        const auto newest = session.newest_cltt(family);
        ASSERT_TRUE(newest);
        EXPECT_EQ(*newest, lease_test_now);
    }
    EXPECT_EQ(expect_done(session, "DELETE FROM lease"), "");
    EXPECT_EQ(*session.newest_cltt(Family::v4), std::nullopt);
}

TEST_P(MariadbRows, StopsWhenAnotherServerTookOver) {
    const Fence ours{Family::v4, 7};
    const auto put = [&](std::uint32_t number) {
        return apply_to(session, {Put{lease_of(LeaseKind::v4, number, 1)}}, ours);
    };
    const auto unregistered = put(1);
    ASSERT_FALSE(unregistered);
    EXPECT_EQ(unregistered.error().fault, SqlFault::fenced);
    expect_done(session, "INSERT INTO server_registry VALUES (4, 5, 'first', 7, 0, 0, 0)");
    EXPECT_TRUE(put(1));
    expect_done(session, "UPDATE server_registry SET epoch = 8, server_id = 9, name = 'second'");
    ASSERT_TRUE(server.connect(session));
    const auto fenced = put(2);
    ASSERT_FALSE(fenced);
    EXPECT_EQ(fenced.error().fault, SqlFault::fenced);
    EXPECT_THAT(fenced.error().detail, HasSubstr("server 9 on host second"));
    EXPECT_EQ(expect_done(session, "SELECT COUNT(*) FROM lease"), "1");
}

TEST_P(MariadbRows, NoticesATakeOverOnAConnectionThatStays) {
    const Fence ours{Family::v6, 7};
    expect_done(session, "INSERT INTO server_registry VALUES (6, 5, 'first', 7, 0, 0, 0)");
    ASSERT_TRUE(apply_to(session, {Put{lease_of(LeaseKind::na, 1, 1)}}, ours));
    expect_done(session, "UPDATE server_registry SET epoch = 8");
    SqlResult<std::vector<bool>> verdict = std::vector<bool>{};
    for (std::uint32_t number = 2; verdict && std::chrono::steady_clock::now() < in_a_minute(); ++number)
        verdict = apply_to(session, {Put{lease_of(LeaseKind::na, number, 1)}}, ours);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().fault, SqlFault::fenced);
}

TEST_P(MariadbRows, ARowThatNoLeaseCanHaveIsNamed) {
    const auto administrator = server.administrator(GetParam().server == "GALERA" ? "/node1" : "");
    applied({Put{lease_of(LeaseKind::v4, 1, 1)}, Put{lease_of(LeaseKind::v4, 2, 1)}});
    expect_done(*administrator, "SET SESSION check_constraint_checks = 0");
    expect_done(*administrator,
                "UPDATE lease SET state = 9 WHERE address = x'00000000000000000000ffff0a000001'");
    const auto rows = session.page(Family::v4, std::nullopt, 10);
    ASSERT_TRUE(rows);
    ASSERT_EQ(rows->size(), 2U);
    ASSERT_FALSE(rows->at(0));
    EXPECT_EQ(rows->at(0).error().address, lease_of(LeaseKind::v4, 1, 1).address);
    EXPECT_THAT(rows->at(0).error().detail, HasSubstr("state cannot be 9"));
    EXPECT_TRUE(rows->at(1));
}

TEST_P(MariadbRows, TextsWithValuesAndScripts) {
    const SqlValue values[]{"it's \\ ? \xff", std::nullopt};
    const auto answer = session.query("SELECT ?, ?", values);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_EQ(answer->rows[0][0], "it's \\ ? \xff");
    EXPECT_EQ(answer->rows[0][1], std::nullopt);
    expect_done(session, "INSERT INTO server_registry VALUES (4, 5, 'first', 7, 0, 0, 0)");
    const auto again = session.query("UPDATE server_registry SET epoch = 7");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->affected, 1U) << "matched, though nothing changed";

    EXPECT_TRUE(session.script("SELECT 1; SELECT 2;\n-- the end\n"));
    const auto broken = session.script("SELECT 1; SELECT nothing; SELECT 3");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().fault, SqlFault::missing);
    const auto two = session.query("SELECT 1; SELECT 2");
    ASSERT_FALSE(two) << "several statements are for scripts only";
}

TEST_P(MariadbRows, ViewsShowKeasColumns) {
    Lease v4 = lease_of(LeaseKind::v4, 0x0203, 1), pd = lease_of(LeaseKind::pd, 1, 1);
    v4.valid_lifetime = infinite_lifetime;
    v4.hostname = "a\xff";  // no text: shown, and breaks nothing
    pd.expire = LeaseTime{seconds{std::int64_t{1} << 33}};
    ASSERT_THAT(applied({Put{v4}, Put{pd}}), testing::Each(true));
    const auto line = [&](const std::string& sql) {
        const auto answer = session.query(sql);
        EXPECT_TRUE(answer) << answer.error().detail;
        std::string text;
        if (answer && answer->rows.size() == 1)
            for (const SqlValue& value : answer->rows[0]) text += value.value_or("NULL") + "|";
        return text;
    };
    EXPECT_EQ(line("SELECT address, HEX(hwaddr), HEX(client_id), valid_lifetime, expire, subnet_id, "
                   "fqdn_fwd, fqdn_rev, "
                   "LEFT(hostname, 1), state, HEX(relay_id), HEX(remote_id), pool_id FROM lease4"),
              "167772675|020000000001|010200000001|4294967295|2027-01-15 08:00:00|7|1|0|a|0|090009|0000|3|");
    EXPECT_EQ(
        line("SELECT INET6_NTOA(address), HEX(duid), valid_lifetime, expire, subnet_id, pref_lifetime, "
             "lease_type, "
             "iaid, prefix_len, hostname, HEX(hwaddr), hwtype, hwaddr_source, state, user_context, pool_id "
             "FROM "
             "lease6"),
        "2001:db8:0:1::|00010001000001|3600|2038-01-19 03:14:07|7|1800|2|4294967281|64|host-1.example.org|"
        "020000000001|6|2|0|{ \"comment\": \"naïve\" }|3|");
}

INSTANTIATE_TEST_SUITE_P(Forms, MariadbRows,
                         testing::Values(Form{"arrays", "MARIADB", MariadbForm::best},
                                         Form{"portable", "MARIADB", MariadbForm::portable},
                                         Form{"galera", "GALERA", MariadbForm::best}),
                         [](const auto& its) { return its.param.name; });

}  // namespace
}  // namespace leasehold::mariadb_session_test
