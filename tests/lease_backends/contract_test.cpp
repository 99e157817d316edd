// What every backend must do. One body per statement of the contract, each backend and each kind of lease a
// parameter: a new backend is one line in `backends`. Started by with_databases.py, the same program tests
// the database servers that it finds in the environment.
#include <gmock/gmock.h>

#include <functional>

#include "lease_backends/open.hpp"
#include "tests/support/database_servers.hpp"
#include "tests/support/leases.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::contract_test {
namespace {

using namespace testing_support;
using std::chrono::seconds;
using testing::ElementsAre;

struct Backend {
    std::string name;
    std::function<BackendConfig(const TemporaryDirectory&)> config;
    bool survives_reopen;
};
BackendConfig config_of(BackendType type, const std::string& path) {
    BackendConfig config;
    config.type = type;
    config.path = path;
    return config;
}
std::vector<Backend> backends() {
    std::vector<Backend> found;
    for (const DatabaseServer& server : database_servers())
        found.push_back({server.name, [config = server.config](const auto&) { return config; }, true});
    if (!found.empty()) return found;
    return {
        {"memory", [](const auto&) { return config_of(BackendType::memory, ""); }, true},
        {"sqlite_file",
         [](const auto& folder) { return config_of(BackendType::sqlite, folder / "leases.db"); }, true},
        {"sqlite_in_memory", [](const auto&) { return config_of(BackendType::sqlite, ":memory:"); }, false},
    };
}

class AllRows final : public RowSink {
public:
    explicit AllRows(std::size_t rows_max = 1000) : rows_max_{rows_max} {}
    bool row(Lease&& lease) override {
        leases.push_back(std::move(lease));
        return leases.size() < rows_max_;
    }
    bool unreadable(UnreadableRow&& bad) override {
        damaged.push_back(std::move(bad));
        return true;
    }
    std::vector<Lease> leases;
    std::vector<UnreadableRow> damaged;

private:
    std::size_t rows_max_;
};

class LeaseStoreContract : public testing::TestWithParam<std::tuple<Backend, LeaseKind>> {
protected:
    LeaseStoreContract() {
        config.family = std::get<LeaseKind>(GetParam()) == LeaseKind::v4 ? Family::v4 : Family::v6;
        if (config.type == BackendType::postgresql || config.type == BackendType::mariadb)
            empty_database(config);
        store = make_lease_store(config);
    }
    void SetUp() override { open(); }

    void open() {
        const auto opened = store->open(soon);
        ASSERT_TRUE(opened) << opened.error().detail;
    }
    Lease lease(std::uint32_t number, std::uint8_t client = 1) const {
        return lease_of(std::get<LeaseKind>(GetParam()), number, client);
    }
    /// Commits one list and expects an answer.
    std::vector<RowResult> commit(ChangeList changes) {
        auto rows = store->commit(std::span{&changes, 1}, soon);
        if (!rows) {
            ADD_FAILURE() << rows.error().detail;
            return std::vector<RowResult>(changes.size());
        }
        EXPECT_EQ(rows->size(), changes.size());
        return std::move(*rows);
    }
    Outcome outcome(Change change) { return commit({std::move(change)}).at(0).outcome; }
    std::optional<Lease> stored(const Prefix& address) {
        const auto found = store->find({&address, 1}, soon);
        EXPECT_TRUE(found) << found.error().detail;
        return found ? found->at(0) : std::nullopt;
    }

    const Deadline soon = std::chrono::steady_clock::now() + seconds{60};
    TemporaryDirectory folder;
    BackendConfig config = std::get<Backend>(GetParam()).config(folder);
    std::unique_ptr<LeaseStore> store;
};

TEST_P(LeaseStoreContract, KeepsEveryFieldOfALease) {
    ASSERT_EQ(outcome(Put{lease(1)}), Outcome::applied);
    EXPECT_EQ(stored(lease(1).address), lease(1));
}

TEST_P(LeaseStoreContract, KeepsEdgesOfEveryField) {
    Lease edge = lease(1);
    edge.subnet_id = edge.pool_id = edge.iaid = edge.hwaddr_source = 0xffffffff;
    edge.valid_lifetime = edge.preferred_lifetime = infinite_lifetime;
    edge.expire = edge.hold_until = edge.cltt + seconds{infinite_lifetime};
    edge.hwtype = 65535;
    edge.client_id.assign(client_id_size_max, 0);
    edge.duid.assign(duid_size_max, 255);
    edge.hwaddr.assign(hwaddr_size_max, 0);
    edge.relay_id.assign(255, 7);
    edge.remote_id.clear();
    edge.hostname = std::string(254, 'h') + '\0';
    edge.user_context = std::string("{\"a\":\"\0\xff\"}", 10);
    edge.state = LeaseState::registered;
    edge.fqdn_rev = true;
    edge.version = 0xffffffffffffffffULL;
    edge.last_writer = 0xfffffffffffffffeULL;
    ASSERT_EQ(outcome(Put{edge}), Outcome::applied);
    EXPECT_EQ(stored(edge.address), edge);

    Lease bare;
    bare.address = lease(2).address;
    bare.kind = edge.kind;
    bare.version = 1;
    ASSERT_EQ(outcome(Put{bare}), Outcome::applied);
    EXPECT_EQ(stored(bare.address), bare);
}

TEST_P(LeaseStoreContract, AppliesTheNextVersionOnly) {
    const Lease first = lease(1);
    ASSERT_EQ(outcome(Put{first}), Outcome::applied);
    const Lease second = renewed(first);
    EXPECT_EQ(outcome(Put{renewed(second)}), Outcome::lost);
    EXPECT_EQ(outcome(Put{second}), Outcome::applied);
    EXPECT_EQ(outcome(Put{second}), Outcome::lost);
    EXPECT_EQ(stored(first.address), second);
}

TEST_P(LeaseStoreContract, SecondPutOfTheSameVersionLosesAndBringsTheWinner) {
    ASSERT_EQ(outcome(Put{lease(1, 1)}), Outcome::applied);
    const auto rows = commit({Put{lease(1, 2)}});
    EXPECT_EQ(rows[0].outcome, Outcome::lost);
    EXPECT_EQ(rows[0].current, lease(1, 1));
    EXPECT_EQ(stored(lease(1).address), lease(1, 1));
}

TEST_P(LeaseStoreContract, VersionsAboveTwoToThe63AreComparedLikeOthers) {
    for (const std::uint64_t version :
         {0x7fffffffffffffffULL, 0x8000000000000000ULL, 0xfffffffffffffff0ULL}) {
        Lease old = lease(static_cast<std::uint32_t>(version & 0xff) + 1);
        old.version = version;
        ASSERT_EQ(outcome(Put{old}), Outcome::applied);
        EXPECT_EQ(outcome(Put{old}), Outcome::lost);
        EXPECT_EQ(outcome(Put{renewed(old)}), Outcome::applied);
        EXPECT_EQ(stored(old.address)->version, version + 1);
        EXPECT_EQ(outcome(Erase{old.address, version + 1}), Outcome::applied);
    }
}

TEST_P(LeaseStoreContract, ErasesByVersion) {
    ASSERT_EQ(outcome(Put{lease(1)}), Outcome::applied);
    const auto rows = commit({Erase{lease(1).address, lease(1).version + 1}});
    EXPECT_EQ(rows[0].outcome, Outcome::lost);
    EXPECT_EQ(rows[0].current, lease(1));
    EXPECT_EQ(outcome(Erase{lease(1).address, lease(1).version}), Outcome::applied);
    EXPECT_EQ(stored(lease(1).address), std::nullopt);
    EXPECT_EQ(outcome(Erase{lease(1).address, lease(1).version}), Outcome::applied) << "gone already";
}

// Two writers: what the first read is gone and another lease stands in its place when its change arrives.
TEST_P(LeaseStoreContract, ErasedAndInsertedAgainBetweenReadAndCommitTheOldPutLoses) {
    const Lease read = lease(1, 1);
    ASSERT_EQ(outcome(Put{read}), Outcome::applied);
    ASSERT_EQ(outcome(Erase{read.address, read.version}), Outcome::applied);
    Lease other = lease(1, 2);
    other.version = first_version(lease_test_now + seconds{1}, read.version);
    ASSERT_EQ(outcome(Put{other}), Outcome::applied);
    const auto rows = commit({Put{renewed(read)}});
    EXPECT_EQ(rows[0].outcome, Outcome::lost);
    EXPECT_EQ(rows[0].current, other);
}

TEST_P(LeaseStoreContract, APutWhoseRowVanishedIsApplied) {
    const Lease next = renewed(lease(1));
    EXPECT_EQ(outcome(Put{next}), Outcome::applied);
    EXPECT_EQ(stored(next.address), next);
}

TEST_P(LeaseStoreContract, TakesOverOnlyWhatIsPastItsHoldAndGrace) {
    const Lease held = lease(1, 1);
    ASSERT_EQ(outcome(Put{held}), Outcome::applied);
    Put take{renewed(held), true, 10, held.hold_until};
    take.lease.client_id = octets({7});
    EXPECT_EQ(outcome(take), Outcome::lost) << "at its end";
    take.now = held.hold_until + seconds{10};
    EXPECT_EQ(outcome(take), Outcome::lost) << "grace has not passed";
    take.now += seconds{1};
    EXPECT_EQ(outcome(take), Outcome::applied);
    EXPECT_EQ(stored(held.address), take.lease);
}

TEST_P(LeaseStoreContract, TakesOverWhatWasGivenBackOrReclaimedAtOnce) {
    std::uint32_t number = 1;
    for (const LeaseState state : {LeaseState::released, LeaseState::expired_reclaimed}) {
        Lease old = lease(number++);
        old.state = state;
        ASSERT_EQ(outcome(Put{old}), Outcome::applied);
        EXPECT_EQ(outcome(Put{renewed(old), true, 10, old.cltt}), Outcome::applied);
    }
    Lease declined = lease(number);
    declined.state = LeaseState::declined;
    ASSERT_EQ(outcome(Put{declined}), Outcome::applied);
    EXPECT_EQ(outcome(Put{renewed(declined), true, 0, declined.hold_until}), Outcome::lost);
    EXPECT_EQ(outcome(Put{renewed(declined), true, 0, declined.hold_until + seconds{1}}), Outcome::applied);
}

TEST_P(LeaseStoreContract, NeverTakesOverAnEndlessLease) {
    Lease endless = lease(1);
    endless.valid_lifetime = infinite_lifetime;
    ASSERT_EQ(outcome(Put{endless}), Outcome::applied);
    EXPECT_EQ(outcome(Put{renewed(endless), true, 0, endless.hold_until + seconds{1'000'000}}),
              Outcome::lost);
}

TEST_P(LeaseStoreContract, ABadRowIsRejectedAloneAndSaysWhy) {
    struct Bad {
        std::string field;
        std::function<void(Lease&)> spoil;
    };
    const Bad bads[] = {
        {"hostname", [](Lease& l) { l.hostname.assign(256, 'x'); }},
        {"user_context", [](Lease& l) { l.user_context.assign(65536, 'x'); }},
        {"client_id", [](Lease& l) { l.client_id.assign(256, 1); }},
        {"duid", [](Lease& l) { l.duid.assign(131, 1); }},
        {"hwaddr", [](Lease& l) { l.hwaddr.assign(21, 1); }},
        {"relay_id", [](Lease& l) { l.relay_id.assign(256, 1); }},
        {"remote_id", [](Lease& l) { l.remote_id.assign(256, 1); }},
        {"state", [](Lease& l) { l.state = static_cast<LeaseState>(5); }},
        {"expire", [](Lease& l) { l.expire = LeaseTime{seconds{-1}}; }},
        {"hold_until", [](Lease& l) { l.hold_until = LeaseTime::max(); }},
    };
    std::uint32_t number = 1;
    for (const Bad& bad : bads) {
        SCOPED_TRACE(bad.field);
        Lease spoiled = lease(number + 1);
        bad.spoil(spoiled);
        const auto rows = commit({Put{lease(number)}, Put{spoiled}, Put{lease(number + 2)}});
        EXPECT_EQ(rows[0].outcome, Outcome::applied);
        EXPECT_EQ(rows[1].outcome, Outcome::rejected);
        EXPECT_NE(rows[1].detail.find(bad.field), std::string::npos) << rows[1].detail;
        EXPECT_EQ(rows[2].outcome, Outcome::applied);
        EXPECT_EQ(stored(spoiled.address), std::nullopt);
        number += 3;
    }
}

TEST_P(LeaseStoreContract, AnswersListByListInTheOrderGiven) {
    ASSERT_EQ(outcome(Put{lease(5, 9)}), Outcome::applied);
    const std::vector<ChangeList> lists{
        {Put{lease(9)}, Put{lease(5)}},
        {},
        {Erase{lease(7).address, 1}, Put{lease(2)}, Put{lease(5, 3)}},
    };
    const auto rows = store->commit(lists, soon);
    ASSERT_TRUE(rows) << rows.error().detail;
    ASSERT_EQ(rows->size(), 5U);
    using enum Outcome;
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(rows->at(i).outcome, (std::array{applied, lost, applied, applied, lost}[i])) << i;
    EXPECT_EQ(rows->at(4).current, lease(5, 9));
}

TEST_P(LeaseStoreContract, ChangesOfOneAddressApplyInTheirOrder) {
    const Lease first = lease(1);
    const auto rows = commit({Put{first}, Put{renewed(first)}, Erase{first.address, first.version + 1}});
    for (const RowResult& row : rows) EXPECT_EQ(row.outcome, Outcome::applied);
    EXPECT_EQ(stored(first.address), std::nullopt);
}

TEST_P(LeaseStoreContract, AnEmptyCommitIsNone) {
    const auto rows = store->commit({}, soon);
    ASSERT_TRUE(rows) << rows.error().detail;
    EXPECT_TRUE(rows->empty());
}

TEST_P(LeaseStoreContract, FindsInTheOrderAskedFor) {
    commit({Put{lease(1)}, Put{lease(3)}});
    const std::vector keys{lease(3).address, lease(2).address, lease(1).address, lease(3).address};
    const auto found = store->find(keys, soon);
    ASSERT_TRUE(found);
    EXPECT_THAT(*found, ElementsAre(lease(3), std::nullopt, lease(1), lease(3)));
}

TEST_P(LeaseStoreContract, TheKeyIsAddressAndLength) {
    Lease wide = lease(1);
    wide.address.length = 56;
    Lease narrow = lease(1, 2);
    narrow.address.length = 64;
    commit({Put{wide}, Put{narrow}});
    EXPECT_EQ(stored(wide.address), wide);
    EXPECT_EQ(stored(narrow.address), narrow);
}

TEST_P(LeaseStoreContract, ScansInAddressOrderFromAnywhereAndEndsWhenToldTo) {
    ChangeList list;
    for (const std::uint32_t number : {300U, 2U, 65536U, 1U, 255U}) list.push_back(Put{lease(number)});
    commit(list);
    AllRows all;
    const auto end = store->scan(std::nullopt, all, soon);
    ASSERT_TRUE(end) << end.error().detail;
    EXPECT_EQ(end->rows, 5U);
    EXPECT_THAT(all.leases, ElementsAre(lease(1), lease(2), lease(255), lease(300), lease(65536)));

    AllRows rest;
    ASSERT_TRUE(store->scan(lease(255).address, rest, soon));
    EXPECT_THAT(rest.leases, ElementsAre(lease(300), lease(65536)));

    AllRows two{2};
    const auto early = store->scan(lease(1).address, two, soon);
    ASSERT_TRUE(early);
    EXPECT_THAT(two.leases, ElementsAre(lease(2), lease(255)));
    EXPECT_EQ(early->rows, 2U);

    AllRows none;
    ASSERT_TRUE(store->scan(lease(65536).address, none, soon));
    EXPECT_TRUE(none.leases.empty());
    EXPECT_EQ(outcome(Put{lease(4)}), Outcome::applied) << "a scan that ended early blocks nothing";
}

TEST_P(LeaseStoreContract, TellsWhoseTheRowsAreInPages) {
    const bool v4 = config.family == Family::v4;
    ChangeList list;
    std::vector<Octets> expected;
    for (std::uint32_t number = 1; number <= 5; ++number) {
        Lease one = lease(number, static_cast<std::uint8_t>(number));
        if (number == 3) one.client_id = one.duid = {};
        if (number == 4) one.hwaddr = {};
        if (number == 5) one.client_id = Octets(client_id_size_max, 5), one.duid = Octets(duid_size_max, 5);
        for (const Octets* identity : v4 ? std::vector{&one.client_id, &one.hwaddr} : std::vector{&one.duid})
            if (!identity->empty()) expected.push_back(*identity);
        list.push_back(Put{std::move(one)});
    }
    commit(list);
    std::vector<Octets> told;
    std::vector<std::size_t> rows;
    std::optional<Prefix> after;
    for (bool complete = false; !complete;) {
        const auto page = store->scan_identities(after, 2, soon);
        ASSERT_TRUE(page) << page.error().detail;
        ASSERT_TRUE(*page);
        (*page)->for_each([&](OctetView identity) { told.push_back(to_octets(identity)); });
        rows.push_back((*page)->rows);
        after = (*page)->last;
        complete = (*page)->complete;
    }
    EXPECT_EQ(told, expected);
    EXPECT_THAT(rows, ElementsAre(2U, 2U, 1U));
    EXPECT_EQ(after, lease(5).address);
}

// A database server may hold both families, each in view of its own program; an embedded store has one file
// each.
TEST_P(LeaseStoreContract, ScansOneFamilyOnly) {
    if (config.type == BackendType::memory || config.type == BackendType::sqlite) return;
    const LeaseKind other = std::get<LeaseKind>(GetParam()) == LeaseKind::v4 ? LeaseKind::na : LeaseKind::v4;
    Lease foreign = lease_of(other, 1, 9);
    foreign.cltt += seconds{1000};
    commit({Put{lease(1)}, Put{foreign}, Put{lease(2)}});
    AllRows all;
    ASSERT_TRUE(store->scan(std::nullopt, all, soon));
    EXPECT_THAT(all.leases, ElementsAre(lease(1), lease(2)));
    const auto page = store->scan_identities(std::nullopt, 10, soon);
    ASSERT_TRUE(page && *page);
    EXPECT_EQ((*page)->rows, 2U);
}

TEST_P(LeaseStoreContract, TellsTheNewestTransactionWhenItOpens) {
    Lease newest = lease(2);
    newest.cltt += seconds{5};
    commit({Put{lease(1)}, Put{newest}, Put{lease(3)}});
    if (!std::get<Backend>(GetParam()).survives_reopen) return;
    store->close();
    const auto opened = store->open(soon);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->newest_cltt, newest.cltt);
}

TEST_P(LeaseStoreContract, CanBeOpenedAgainAndThenKeepsWhatItPromised) {
    commit({Put{lease(1)}, Put{lease(2)}});
    commit({Erase{lease(2).address, lease(2).version}, Put{renewed(lease(1))}});
    store->close();
    open();
    AllRows all;
    ASSERT_TRUE(store->scan(std::nullopt, all, soon));
    if (std::get<Backend>(GetParam()).survives_reopen) {
        EXPECT_THAT(all.leases, ElementsAre(renewed(lease(1))));
    } else {
        EXPECT_TRUE(all.leases.empty());
    }
    EXPECT_EQ(outcome(Put{lease(3)}), Outcome::applied);
}

TEST_P(LeaseStoreContract, ProbeAndHousekeepingSucceedOnAHealthyStore) {
    EXPECT_TRUE(store->probe(soon));
    EXPECT_TRUE(store->between_commits(false, soon));
    EXPECT_TRUE(store->between_commits(true, soon));
    EXPECT_FALSE(store->describe().empty());
}

std::string kind_name(LeaseKind kind) {
    switch (kind) {
        case LeaseKind::v4: return "v4";
        case LeaseKind::na: return "na";
        case LeaseKind::ta: return "ta";
        case LeaseKind::pd: return "pd";
    }
    return "unknown";
}

INSTANTIATE_TEST_SUITE_P(Backends, LeaseStoreContract,
                         testing::Combine(testing::ValuesIn(backends()),
                                          testing::Values(LeaseKind::v4, LeaseKind::na, LeaseKind::pd)),
                         [](const auto& its) {
                             return std::get<Backend>(its.param).name + "_" +
                                    kind_name(std::get<LeaseKind>(its.param));
                         });

}  // namespace
}  // namespace leasehold::contract_test
