// Leases in PostgreSQL, through a session of its own and through PgBouncer in transaction mode: what goes in
// comes out, the conditions of each change hold, and nothing is left half done.
#include <array>
#include <barrier>

#include "lease_backends/lease_columns.hpp"
#include "tests/databases/postgres_fixture.hpp"

namespace leasehold::postgres_session_test {
namespace {

using namespace testing_support;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;
using Sort = ChangeGroup::Sort;

class PostgresLeases : public PostgresSessionTest {
protected:
    static ChangeGroup group_of(Sort sort, const std::vector<Put>& puts, LeaseTime held_before = {}) {
        ChangeGroup group;
        group.sort = sort;
        group.held_before = held_before.time_since_epoch().count();
        for (const Put& put : puts) {
            group.at.push_back(group.puts.size());
            group.puts.push_back(&put);
        }
        return group;
    }
    static ChangeGroup group_of(const std::vector<Erase>& erases) {
        ChangeGroup group;
        group.sort = Sort::erase;
        for (const Erase& erase : erases) {
            group.at.push_back(group.erases.size());
            group.erases.push_back(&erase);
        }
        return group;
    }
    /// As one transaction without a fence; every failure is the test's.
    std::vector<bool> apply(const ChangeGroup& group) {
        const auto applied = session->apply({&group, 1}, {}, Finish::commit);
        if (!applied) {
            ADD_FAILURE() << applied.error().detail;
            return {};
        }
        return applied->front();
    }
    bool put(const Lease& lease) {
        const std::vector<Put> puts{Put{lease}};
        return apply(group_of(Sort::put, puts)).at(0);
    }
    std::optional<Lease> stored(const Prefix& key) {
        const auto rows = session->find({&key, 1});
        EXPECT_TRUE(rows) << rows.error().detail;
        if (!rows || rows->empty()) return std::nullopt;
        EXPECT_TRUE(rows->front()) << rows->front().error().detail;
        return *rows->front();
    }
    std::string rows_stored() { return ask(*behind, "SELECT count(*) FROM lease"); }
};

TEST_P(PostgresLeases, EveryFieldComesBack) {
    std::vector<Put> puts;
    for (const LeaseKind kind : {LeaseKind::v4, LeaseKind::na, LeaseKind::ta, LeaseKind::pd})
        puts.push_back({lease_of(kind, static_cast<std::uint32_t>(kind) + 1, 5)});
    Lease widest = lease_of(LeaseKind::na, 9, 9);
    widest.client_id.assign(client_id_size_max, 0xff);
    widest.duid.assign(duid_size_max, 0);
    widest.iaid = widest.subnet_id = widest.pool_id = widest.hwaddr_source = 0xffffffff;
    widest.valid_lifetime = widest.preferred_lifetime = infinite_lifetime;
    widest.hwtype = 0xffff;
    widest.cltt = widest.expire = widest.hold_until = LeaseTime{seconds{lease_time_max}};
    widest.state = LeaseState::registered;
    widest.fqdn_fwd = widest.fqdn_rev = true;
    widest.hostname = std::string("\0\xff\\'", 4);
    widest.user_context.assign(65535, '\xc3');
    widest.relay_id.assign(255, 1);
    widest.remote_id.assign(255, 2);
    widest.version = widest.last_writer = ~std::uint64_t{0};
    puts.push_back({widest});
    Lease emptiest;
    emptiest.address = to_prefix(Ipv4{0});
    puts.push_back({emptiest});
    std::ranges::sort(puts, {}, [](const Put& one) { return one.lease.address; });

    EXPECT_EQ(apply(group_of(Sort::put, puts)), std::vector<bool>(puts.size(), true));
    std::vector<Prefix> keys;
    for (const Put& one : puts) {
        keys.push_back(one.lease.address);
        EXPECT_EQ(stored(one.lease.address), one.lease) << to_string(one.lease.address);
    }
    keys.push_back(to_prefix(Ipv4{1}));  // nobody's
    const auto found = session->find(keys);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->size(), puts.size());
}

TEST_P(PostgresLeases, APutIsAppliedToTheVersionBeforeItsOwn) {
    struct Case {
        std::uint64_t stored, ours;
        bool applied;
    };
    constexpr std::uint64_t most = ~std::uint64_t{0}, half = std::uint64_t{1} << 63;
    for (const auto& [before, ours, applied] :
         {Case{100, 101, true}, Case{100, 102, false}, Case{100, 100, false}, Case{100, 99, false},
          Case{half - 1, half, true}, Case{half, half + 1, true}, Case{most, 0, true}, Case{0, 1, true},
          Case{half, half - 1, false}}) {
        ask(*behind, "DELETE FROM lease");
        Lease lease = lease_of(LeaseKind::v4, 1, 1);
        lease.version = before;
        EXPECT_TRUE(put(lease)) << "without a row";
        Lease next = lease_of(LeaseKind::v4, 1, 2);
        next.version = ours;
        EXPECT_EQ(put(next), applied) << before << " then " << ours;
        EXPECT_EQ(stored(lease.address), applied ? next : lease);
    }
}

TEST_P(PostgresLeases, AnAddressChangesHandsOnlyWhenNobodyHoldsIt) {
    const LeaseTime now = lease_test_now;
    struct Case {
        const char* name;
        LeaseState state;
        std::uint32_t valid_lifetime;
        LeaseTime hold_until;
        bool applied;
    };
    for (const auto& [name, state, valid_lifetime, hold_until, applied] :
         {Case{"held", LeaseState::assigned, 60, now + seconds{1}, false},
          Case{"held until now", LeaseState::assigned, 60, now, false},
          Case{"over", LeaseState::assigned, 60, now - seconds{1}, true},
          Case{"never over", LeaseState::assigned, infinite_lifetime, now - seconds{1}, false},
          Case{"declined", LeaseState::declined, 60, now + seconds{1}, false},
          Case{"declined and over", LeaseState::declined, infinite_lifetime, now - seconds{1}, true},
          Case{"reclaimed", LeaseState::expired_reclaimed, 60, now + seconds{1}, true},
          Case{"released", LeaseState::released, infinite_lifetime, now + seconds{1}, true},
          Case{"registered", LeaseState::registered, 60, now + seconds{1}, false}}) {
        ask(*behind, "DELETE FROM lease");
        Lease lease = lease_of(LeaseKind::na, 1, 1);
        lease.state = state;
        lease.valid_lifetime = valid_lifetime;
        lease.hold_until = hold_until;
        ASSERT_TRUE(put(lease));
        Lease next = lease_of(LeaseKind::na, 1, 2);
        next.version = lease.version + 1;
        const std::vector<Put> puts{Put{next, true}};
        EXPECT_THAT(apply(group_of(Sort::take_over, puts, now)), ElementsAre(applied)) << name;
        EXPECT_EQ(stored(lease.address), applied ? next : lease) << name;
        // One that is behind loses, whatever the row's state is.
        const std::vector<Put> late{Put{lease, true}};
        EXPECT_THAT(apply(group_of(Sort::take_over, late, now + seconds{1000})), ElementsAre(false)) << name;
    }
}

TEST_P(PostgresLeases, AnEraseTakesOnlyItsVersion) {
    const Lease lease = lease_of(LeaseKind::pd, 1, 1), other = lease_of(LeaseKind::pd, 2, 2);
    ASSERT_TRUE(put(lease));
    ASSERT_TRUE(put(other));
    std::vector<Erase> erases{{lease.address, lease.version - 1}, {other.address, other.version}};
    EXPECT_THAT(apply(group_of(erases)), ElementsAre(false, true));
    EXPECT_THAT(apply(group_of(erases)), ElementsAre(false, false)) << "it is gone";
    EXPECT_EQ(stored(lease.address), lease);
    EXPECT_EQ(stored(other.address), std::nullopt);
}

TEST_P(PostgresLeases, GroupsFollowEachOtherInOneTransaction) {
    const Lease first = lease_of(LeaseKind::v4, 1, 1), second = renewed(first),
                other = lease_of(LeaseKind::v4, 2, 2);
    const std::vector<Put> put_first{Put{first}, Put{other}}, put_second{Put{second}};
    const std::vector<Erase> erase{{second.address, second.version}};
    const std::array groups{group_of(Sort::put, put_first), group_of(Sort::put, put_second), group_of(erase)};
    const auto applied = session->apply(groups, {}, Finish::commit);
    ASSERT_TRUE(applied) << applied.error().detail;
    EXPECT_THAT(*applied, ElementsAre(ElementsAre(true, true), ElementsAre(true), ElementsAre(true)));
    EXPECT_EQ(rows_stored(), "1");
}

/// After an answer was lost the same batch is sent again: it must change nothing, and be recognised.
TEST_P(PostgresLeases, TheSameBatchAgainChangesNothing) {
    const Lease lease = lease_of(LeaseKind::v4, 1, 1);
    EXPECT_TRUE(put(lease));
    EXPECT_FALSE(put(lease));
    EXPECT_EQ(stored(lease.address), lease);
}

TEST_P(PostgresLeases, AFenceKeepsOutWhoWasTakenOverFrom) {
    const std::vector<Put> puts{Put{lease_of(LeaseKind::v4, 1, 1)}};
    const std::vector<Erase> erases{{puts[0].lease.address, puts[0].lease.version}};
    const auto apply_as = [&](std::uint64_t epoch, const ChangeGroup& group, Family family = Family::v4) {
        return session->apply({&group, 1}, {family, epoch}, Finish::commit);
    };
    auto refused = apply_as(7, group_of(Sort::put, puts));
    ASSERT_FALSE(refused) << "nobody is registered";
    EXPECT_EQ(refused.error().fault, SqlFault::fenced);
    EXPECT_FALSE(refused.error().may_be_applied);

    ask(*behind, "INSERT INTO server_registry VALUES (4, 1, 'host', 7, 0, 0, 0)");
    EXPECT_TRUE(apply_as(7, group_of(Sort::put, puts)));
    for (const auto& again : {apply_as(6, group_of(erases)), apply_as(8, group_of(erases)),
                              apply_as(7, group_of(erases), Family::v6)}) {
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().fault, SqlFault::fenced);
    }
    EXPECT_EQ(rows_stored(), "1");
    EXPECT_TRUE(session->connected());
    EXPECT_TRUE(apply_as(7, group_of(erases)));
    EXPECT_EQ(rows_stored(), "0");
}

TEST_P(PostgresLeases, ARefusedRowLeavesNothingBehind) {
    ask(*behind, "ALTER TABLE lease ADD CONSTRAINT not_13 CHECK (subnet_id <> 13)");
    std::vector<Put> puts{Put{lease_of(LeaseKind::v4, 1, 1)}, Put{lease_of(LeaseKind::v4, 2, 2)}};
    puts[1].lease.subnet_id = 13;
    const auto group = group_of(Sort::put, puts);
    for (const Finish finish : {Finish::commit, Finish::roll_back}) {
        const auto refused = session->apply({&group, 1}, {}, finish);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().fault, SqlFault::data);
        EXPECT_EQ(refused.error().code, "23514");
        EXPECT_THAT(refused.error().detail, HasSubstr("not_13"));
        EXPECT_FALSE(refused.error().may_be_applied);
        EXPECT_TRUE(session->connected());
        EXPECT_EQ(rows_stored(), "0");
    }
    ask(*behind, "ALTER TABLE lease DROP CONSTRAINT not_13");
    EXPECT_EQ(apply(group), (std::vector{true, true})) << "the session is still good";
}

TEST_P(PostgresLeases, RollingBackTellsAndWritesNothing) {
    const std::vector<Put> puts{Put{lease_of(LeaseKind::v4, 1, 1)}};
    const auto group = group_of(Sort::put, puts);
    const auto tried = session->apply({&group, 1}, {}, Finish::roll_back);
    ASSERT_TRUE(tried) << tried.error().detail;
    EXPECT_THAT(tried->front(), ElementsAre(true));
    EXPECT_EQ(rows_stored(), "0");
}

TEST_P(PostgresLeases, PagesAreOneFamilyInOrder) {
    std::vector<Lease> v4, v6;
    for (const std::uint32_t number : {0U, 1U, 0xf5ffffffU})  // up to 255.255.255.255
        v4.push_back(lease_of(LeaseKind::v4, number, 1));
    v6.push_back(lease_of(LeaseKind::na, 1, 1));
    v6.back().address = {to_ipv6(1), 128};  // below the block of IPv4
    v6.push_back(lease_of(LeaseKind::pd, 1, 1));
    v6.push_back(v6.back());
    v6.back().address.length = 56;
    v6.push_back(lease_of(LeaseKind::na, 3, 1));
    v6.push_back(v6.back());
    v6.back().address = {to_ipv6(~Uint128{0}), 128};
    for (auto* const leases : {&v4, &v6}) {
        for (const Lease& lease : *leases) ASSERT_TRUE(put(lease));
        std::ranges::sort(*leases, {}, &Lease::address);
    }
    for (const auto& [family, expected] : {std::pair{Family::v4, v4}, std::pair{Family::v6, v6}}) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{100}}) {
            std::vector<Lease> seen;
            std::optional<Prefix> after;
            for (;;) {
                const auto page = session->page(family, after, size);
                ASSERT_TRUE(page) << page.error().detail;
                ASSERT_LE(page->size(), size);
                for (const StoredLease& row : *page) {
                    ASSERT_TRUE(row);
                    seen.push_back(*row);
                    after = row->address;
                }
                if (page->size() < size) break;
            }
            EXPECT_EQ(seen, expected) << "pages of " << size;
        }
    }
}

TEST_P(PostgresLeases, ARowThatIsNotOursIsSetAside) {
    for (const std::uint32_t number : {1U, 2U, 3U}) ASSERT_TRUE(put(lease_of(LeaseKind::v4, number, 1)));
    ask(*behind, "ALTER TABLE lease DROP CONSTRAINT kind_range, DROP CONSTRAINT address_size");
    ask(*behind, "UPDATE lease SET kind = 9 WHERE address = '\\x00000000000000000000ffff0a000002'");
    ask(*behind,
        "UPDATE lease SET address = '\\x00000000000000000000ffff0a0003' WHERE address = "
        "'\\x00000000000000000000ffff0a000003'");
    const auto page = session->page(Family::v4, std::nullopt, 10);
    ask(*behind, "DELETE FROM lease");
    ask(*behind,
        "ALTER TABLE lease ADD CONSTRAINT kind_range CHECK (kind BETWEEN 0 AND 3), "
        "ADD CONSTRAINT address_size CHECK (length(address) = 16)");
    ASSERT_TRUE(page) << page.error().detail;
    ASSERT_EQ(page->size(), 3U);
    EXPECT_TRUE((*page)[0]);
    ASSERT_FALSE((*page)[1]);
    EXPECT_EQ((*page)[1].error().address, to_prefix(Ipv4{0x0a000002}));
    EXPECT_THAT((*page)[1].error().detail, HasSubstr("kind cannot be 9"));
    ASSERT_FALSE((*page)[2]);
    EXPECT_EQ((*page)[2].error().address, Prefix{});
    EXPECT_THAT((*page)[2].error().detail, HasSubstr("address is not 16 octets"));
}

TEST_P(PostgresLeases, TheNewestClttIsOfItsFamily) {
    EXPECT_EQ(session->newest_cltt(Family::v4), std::nullopt);
    Lease lease = lease_of(LeaseKind::v4, 1, 1);
    ASSERT_TRUE(put(lease));
    Lease newer = lease_of(LeaseKind::na, 1, 1);
    newer.cltt += seconds{50};
    ASSERT_TRUE(put(newer));
    EXPECT_EQ(session->newest_cltt(Family::v4), lease.cltt);
    EXPECT_EQ(session->newest_cltt(Family::v6), newer.cltt);
}

TEST_P(PostgresLeases, ATableThatIsTooSlowToAskHasNoNewestCltt) {
    ASSERT_TRUE(behind->query("BEGIN"));
    ASSERT_TRUE(behind->query("LOCK TABLE lease"));
    const auto unknown = session->newest_cltt(Family::v4);
    ASSERT_TRUE(behind->query("ROLLBACK"));
    ASSERT_TRUE(unknown) << unknown.error().detail;
    EXPECT_EQ(*unknown, std::nullopt);
    EXPECT_TRUE(session->connected());
}

/// A default of SERIALIZABLE would refuse batches that meet; each transaction says what it needs.
TEST_P(PostgresLeases, BatchesAreReadCommittedWhateverTheDefaultIs) {
    ask(*behind, R"(CREATE OR REPLACE FUNCTION check_isolation() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('transaction_isolation') <> 'read committed' THEN RAISE 'isolation'; END IF;
            RETURN NEW;
        END $$)");
    ask(*behind,
        "CREATE TRIGGER isolation BEFORE INSERT ON lease FOR EACH ROW EXECUTE FUNCTION check_isolation()");
    ask(*behind,
        "ALTER DATABASE " + config.server.name + " SET default_transaction_isolation = 'serializable'");
    // A pooler's server connections keep what they began with: let it make new ones.
    ask(*behind,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
        "usename = current_user");
    session.reset();
    eventually(
        [&] {
            return ask(*behind, "SELECT count(*) FROM pg_stat_activity WHERE usename = current_user") == "1";
        },
        "the other connections end");
    session = session_of(config);
    ASSERT_TRUE(session);
    EXPECT_EQ(ask(*session, "SHOW transaction_isolation"), "serializable");
    EXPECT_TRUE(put(lease_of(LeaseKind::v4, 1, 1)));
    EXPECT_EQ(rows_stored(), "1");
    ask(*behind, "ALTER DATABASE " + config.server.name + " RESET default_transaction_isolation");
    ask(*behind, "DROP TRIGGER isolation ON lease");
    ask(*behind,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND "
        "usename = current_user");
}

/// Nothing stays on a connection: PgBouncer gives each transaction another one.
TEST_P(PostgresLeases, SettingsOfATransactionDoNotOutliveIt) {
    for (std::uint32_t number = 0; number < 12; ++number) {
        ASSERT_TRUE(put(lease_of(LeaseKind::v4, number, 1)));
        EXPECT_EQ(ask(*session, "SHOW statement_timeout"), "0");
        EXPECT_EQ(ask(*session, "SELECT count(*) FROM pg_prepared_statements"), "0");
    }
}

TEST_P(PostgresLeases, TwoSessionsNeverBothWin) {
    constexpr std::uint32_t addresses = 64;
    constexpr std::uint64_t rounds = 40;
    std::array<std::vector<std::vector<bool>>, 2> won;
    std::barrier round_begins{2};
    const auto quarrel = [&](std::size_t self) {
        const auto own = session_of(config);
        for (std::uint64_t round = 0; round < rounds; ++round) {
            std::vector<Put> puts;
            for (std::uint32_t number = 0; number < addresses; ++number) {
                puts.push_back({lease_of(LeaseKind::v4, number, static_cast<std::uint8_t>(self + 1))});
                puts.back().lease.version = 1000 + round;
            }
            const auto group = group_of(Sort::put, puts);
            round_begins.arrive_and_wait();
            auto applied = own->apply({&group, 1}, {}, Finish::commit);
            EXPECT_TRUE(applied) << applied.error().detail;
            won[self].push_back(applied ? applied->front() : std::vector<bool>(addresses));
        }
    };
    std::thread other{quarrel, 1};
    quarrel(0);
    other.join();
    for (std::uint64_t round = 0; round < rounds; ++round)
        for (std::uint32_t number = 0; number < addresses; ++number)
            EXPECT_NE(won[0][round][number], won[1][round][number]) << "round " << round << ", " << number;
    EXPECT_EQ(ask(*behind, "SELECT count(*) FROM lease WHERE version = 1039"), "64");
}

// --- bookkeeping statements

TEST_P(PostgresLeases, QueriesCarryValuesAsText) {
    EXPECT_EQ(ask(*session, "SELECT ?::int + 1, ?::text, ?::text IS NULL, NULL",
                  {{"41"}, {"it's \xc3\xa4"}, std::nullopt}),
              "42|it's \xc3\xa4|t|NULL");
    const auto inserted =
        session->query("INSERT INTO server_registry VALUES (4, 1, 'a', 1, 0, 0, 0), (6, 1, 'a', 1, 0, 0, 0)");
    ASSERT_TRUE(inserted);
    EXPECT_EQ(inserted->affected, 2U);
    const SqlValue epoch[]{"9"};
    const auto updated = session->query("UPDATE server_registry SET epoch = ? WHERE family = 6", epoch);
    ASSERT_TRUE(updated);
    EXPECT_EQ(updated->affected, 1U);
    EXPECT_EQ(query_one(*session, "SELECT epoch FROM server_registry WHERE family = 6"), "9");
}

TEST_P(PostgresLeases, ATransactionOfQueriesIsOne) {
    ASSERT_TRUE(session->query("BEGIN"));
    ASSERT_TRUE(session->query("INSERT INTO server_registry VALUES (4, 1, 'a', 1, 0, 0, 0)"));
    EXPECT_EQ(ask(*behind, "SELECT count(*) FROM server_registry"), "0");
    ASSERT_TRUE(session->query("COMMIT"));
    EXPECT_EQ(ask(*behind, "SELECT count(*) FROM server_registry"), "1");
}

TEST_P(PostgresLeases, FailuresOfStatementsHaveTheirMeaning) {
    const auto fault_of = [&](const std::string& sql) {
        const auto answer = session->query(sql);
        EXPECT_FALSE(answer) << sql;
        return answer ? SqlFault::statement : answer.error().fault;
    };
    EXPECT_EQ(fault_of("SELECT * FROM nowhere"), SqlFault::missing);
    EXPECT_EQ(fault_of("SELECT nothing FROM lease"), SqlFault::missing);
    EXPECT_EQ(fault_of("CREATE TABLE lease (a int)"), SqlFault::exists);
    EXPECT_EQ(fault_of("ALTER TABLE lease ADD COLUMN kind int"), SqlFault::exists);
    EXPECT_EQ(fault_of("SELEKT"), SqlFault::statement);
    EXPECT_EQ(fault_of("CREATE ROLE x SUPERUSER"), SqlFault::permission);
    EXPECT_EQ(fault_of("SELECT 1/0"), SqlFault::data);
    EXPECT_TRUE(session->connected());
    ASSERT_TRUE(session->query("BEGIN READ ONLY"));
    EXPECT_EQ(fault_of("DELETE FROM lease"), SqlFault::read_only);
    ASSERT_TRUE(session->query("ROLLBACK"));
}

TEST_P(PostgresLeases, AScriptIsOneTransaction) {
    const auto failed = session->script(
        "INSERT INTO server_registry VALUES (4, 1, 'a;''b', 1, 0, 0, 0); SELECT 1; SELECT * FROM nowhere;");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().fault, SqlFault::missing);
    EXPECT_EQ(ask(*behind, "SELECT count(*) FROM server_registry"), "0");
    EXPECT_TRUE(session->script("INSERT INTO server_registry VALUES (4, 1, 'a;''b', 1, 0, 0, 0);\n-- end\n"));
    EXPECT_EQ(ask(*behind, "SELECT name FROM server_registry"), "a;'b");
}

// --- views

TEST_P(PostgresLeases, ViewsShowKeasColumns) {
    Lease v4 = lease_of(LeaseKind::v4, 0x0203, 1), pd = lease_of(LeaseKind::pd, 1, 1);
    v4.hostname = std::string("a\xff\0b", 4);
    v4.valid_lifetime = infinite_lifetime;
    pd.hwtype = 0xffff;
    ASSERT_TRUE(put(v4));
    ASSERT_TRUE(put(pd));
    EXPECT_EQ(
        ask(*session,
            "SELECT address, hwaddr, client_id, valid_lifetime, expire AT TIME ZONE 'UTC', subnet_id, "
            "fqdn_fwd, fqdn_rev, hostname, state, user_context, relay_id, remote_id, pool_id FROM lease4"),
        "167772675|\\x020000000001|\\x010200000001|4294967295|2027-01-15 08:00:00|7|t|f|a\\377\\000b|0|"
        "{ \"comment\": \"naïve\" }|\\x090009|\\x0000|3");
    EXPECT_EQ(
        ask(*session,
            "SELECT address, duid, valid_lifetime, expire AT TIME ZONE 'UTC', subnet_id, pref_lifetime, "
            "lease_type, iaid, prefix_len, fqdn_fwd, fqdn_rev, hostname, hwaddr, hwtype, hwaddr_source, "
            "state, user_context, pool_id FROM lease6"),
        "2001:db8:0:1::|\\x00010001000001|3600|2027-01-15 09:00:00|7|1800|2|-15|64|t|f|host-1.example.org|"
        "\\x020000000001|-1|2|0|{ \"comment\": \"naïve\" }|3");
    EXPECT_EQ(
        ask(*session,
            "SELECT table_name, string_agg(data_type, ',' ORDER BY ordinal_position) FROM "
            "information_schema.columns WHERE table_name IN ('lease4', 'lease6') GROUP BY 1 ORDER BY 1"),
        "lease4|bigint,bytea,bytea,bigint,timestamp with time zone,bigint,boolean,boolean,character varying,"
        "bigint,text,bytea,bytea,bigint\n"
        "lease6|inet,bytea,bigint,timestamp with time zone,bigint,bigint,smallint,integer,smallint,boolean,"
        "boolean,character varying,bytea,smallint,smallint,bigint,text,bigint");
}

INSTANTIATE_TEST_SUITE_P(Servers, PostgresLeases, testing::Values("POSTGRESQL", "PGBOUNCER"),
                         [](const auto& server) { return std::string{server.param}; });

}  // namespace
}  // namespace leasehold::postgres_session_test
