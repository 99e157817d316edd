// Two nodes of a Galera cluster: no address is won twice however they collide, nothing stale is read, and a
// node without quorum is refused.
#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "tests/databases/mariadb_servers.hpp"

namespace leasehold::mariadb_galera_test {
namespace {

using namespace testing_support;
using testing::HasSubstr;

class GaleraSession : public testing::Test {
protected:
    void SetUp() override {
        for (std::size_t node = 0; node < 2; ++node) {
            nodes[node] = std::make_unique<MariadbSession>(server.config);
            const auto traits = server.connect(*nodes[node], node);
            ASSERT_TRUE(traits) << traits.error().detail;
            EXPECT_THAT(traits->version, HasSubstr("Galera cluster of 2"));
            EXPECT_EQ(traits->batch_changes_max, 64U);
        }
        prepare_database(*nodes[0]);
        // A read waits until the other node has the tables, too; the first write would not.
        const std::array keys{lease_of(LeaseKind::v4, 1, 1).address};
        nodes[1]->set_deadline(in_a_minute());
        ASSERT_TRUE(nodes[1]->find(keys));
    }

    const TestServer server{"GALERA"};
    std::array<std::unique_ptr<MariadbSession>, 2> nodes;
};

/// Which writer a version of an address was won by.
class Wins {
public:
    /// @return false: it was won before
    bool note(std::uint32_t number, std::uint64_t version, std::size_t writer) {
        const std::lock_guard lock{mutex_};
        return won_.emplace(std::pair{number, version}, writer).second;
    }
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> all() const { return won_; }

private:
    std::mutex mutex_;
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> won_;
};

TEST_F(GaleraSession, NoVersionOfAnAddressIsWonTwice) {
    constexpr std::uint32_t addresses = 200;
    constexpr std::size_t batch = 48;
    constexpr int batches = 150;
    Wins wins;
    std::atomic<int> conflicts = 0, won_twice = 0, failures = 0;
    const auto write = [&](std::size_t writer) {
        LeaseSession& session = *nodes[writer];
        std::map<std::uint32_t, std::uint64_t> seen;
        std::minstd_rand random{static_cast<unsigned>(writer + 1)};
        for (int i = 0; i < batches; ++i) {
            std::set<std::uint32_t> numbers;
            while (numbers.size() < batch) numbers.insert(static_cast<std::uint32_t>(random() % addresses));
            std::vector<Change> changes;
            std::vector<Prefix> keys;
            for (const auto number : numbers) {
                Lease lease = lease_of(LeaseKind::v4, number, static_cast<std::uint8_t>(writer));
                lease.version = seen.contains(number) ? seen[number] + 1 : 1;
                lease.last_writer = writer;
                changes.emplace_back(Put{lease});
                keys.push_back(lease.address);
            }
            session.set_deadline(in_a_minute());
            const auto verdicts = apply_to(session, changes);
            if (!verdicts) {
                if (verdicts.error().fault != SqlFault::conflict) {
                    ++failures;
                    ADD_FAILURE() << verdicts.error().detail;
                    return;
                }
                ++conflicts;
            } else {
                std::size_t at = 0;
                for (const auto number : numbers)
                    if ((*verdicts)[at++]) {
                        const std::uint64_t version = seen.contains(number) ? seen[number] + 1 : 1;
                        if (!wins.note(number, version, writer)) ++won_twice;
                    }
            }
            const auto rows = session.find(keys);
            if (!rows) {
                ++failures;
                ADD_FAILURE() << rows.error().detail;
                return;
            }
            for (const StoredLease& row : *rows)
                seen[to_ipv4(row->address).value - 0x0a000000] = row->version;
        }
    };
    std::thread first{write, 0}, second{write, 1};
    first.join();
    second.join();
    EXPECT_EQ(won_twice, 0);
    EXPECT_EQ(failures, 0);
    EXPECT_GT(conflicts, 0) << "they did not collide: this test shows nothing";

    // Nothing that was won is missing: an address was won as often as its version says.
    std::map<std::uint32_t, std::uint64_t> newest;
    std::map<std::uint32_t, std::size_t> times;
    for (const auto& [key, writer] : wins.all()) {
        newest[key.first] = std::max(newest[key.first], key.second);
        ++times[key.first];
    }
    const auto rows = nodes[0]->page(Family::v4, std::nullopt, addresses);
    ASSERT_TRUE(rows);
    EXPECT_EQ(rows->size(), newest.size());
    for (const StoredLease& row : *rows) {
        const std::uint32_t number = to_ipv4(row->address).value - 0x0a000000;
        EXPECT_EQ(row->version, newest[number]);
        EXPECT_EQ(row->version, times[number]);
        EXPECT_EQ(row->last_writer, wins.all().at({number, row->version}));
    }
}

TEST_F(GaleraSession, ReadsWhatTheOtherNodeHasCommitted) {
    Lease lease = lease_of(LeaseKind::na, 1, 1);
    ASSERT_TRUE(apply_to(*nodes[0], {Put{lease}}));
    for (int i = 0; i < 300; ++i) {
        lease = renewed(lease);
        const auto verdicts = apply_to(*nodes[0], {Put{lease}});
        ASSERT_TRUE(verdicts) << verdicts.error().detail;
        const auto rows = nodes[1]->find({&lease.address, 1});
        ASSERT_TRUE(rows);
        ASSERT_EQ(rows->at(0)->version, lease.version) << "stale after " << i << " commits";
    }
}

/// The last test of the cluster: a node is cut off from its peer and joined again.
TEST(GaleraSessionQuorum, ANodeWithoutQuorumIsRefused) {
    const TestServer server{"GALERA"};
    MariadbSession session{server.config};
    ASSERT_TRUE(server.connect(session));
    prepare_database(session);
    const auto peer = server.administrator("/node2");
    expect_done(*peer, "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'");
    // Until the node has noticed, statements hang or fail: each of its own accord, none for ever.
    const Deadline give_up = in_a_minute();
    SqlResult<std::vector<bool>> verdict = std::vector<bool>{};
    for (std::uint32_t number = 1; std::chrono::steady_clock::now() < give_up; ++number) {
        verdict = apply_to(session, {Put{lease_of(LeaseKind::v4, number, 1)}});
        if (!verdict && (!session.connected() || verdict.error().fault == SqlFault::read_only)) break;
    }
    EXPECT_FALSE(verdict);
    SqlResult<ServerTraits> again = ServerTraits{};
    while (again && std::chrono::steady_clock::now() < give_up) again = server.connect(session);
    EXPECT_FALSE(again);
    if (!again) {
        EXPECT_EQ(again.error().fault, SqlFault::read_only);
        EXPECT_THAT(again.error().detail, HasSubstr("pc.bootstrap"));
    }
    expect_done(*peer, "SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'");
    for (const std::size_t node : {0, 1}) {
        do again = server.connect(session, node);
        while ((!again || again->version.find("cluster of 2") == std::string::npos) &&
               std::chrono::steady_clock::now() < give_up + std::chrono::minutes{1});
        EXPECT_TRUE(again) << again.error().detail;
    }
}

}  // namespace
}  // namespace leasehold::mariadb_galera_test
