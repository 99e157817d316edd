// Two processes write one database at the same time and quarrel over few addresses: no address may be won
// twice (I2). Each process has its own store; on a cluster they begin on different nodes. What each of them
// won is compared afterwards, with the logical time at which it was decided.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <set>

#include "lease_backends/open.hpp"
#include "tests/support/database_servers.hpp"
#include "tests/support/leases.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::collision_test {
namespace {

using namespace testing_support;
using std::chrono::seconds;

constexpr std::uint32_t addresses = 400;
constexpr int batches = 100;
constexpr std::size_t changes_per_batch = 48;
constexpr std::int64_t held_for = 40;  // ticks of the logical clock

/// Counts decisions, in memory that both processes see.
class SharedClock {
public:
    SharedClock()
        : ticks_{static_cast<std::atomic<std::int64_t>*>(mmap(nullptr, sizeof(std::atomic<std::int64_t>),
                                                              PROT_READ | PROT_WRITE,
                                                              MAP_SHARED | MAP_ANONYMOUS, -1, 0))} {
        ticks_->store(1'000'000);
    }
    ~SharedClock() { munmap(ticks_, sizeof *ticks_); }
    LeaseTime tick() { return LeaseTime{seconds{ticks_->fetch_add(1)}}; }

private:
    std::atomic<std::int64_t>* ticks_;
};

struct Win {
    std::uint32_t number = 0;
    std::uint64_t version = 0;
    int client = 0;
    std::int64_t decided = 0, held_until = 0;
};

/// One of the quarrelling servers: believes what it saw last, and learns from what it loses.
class Quarreller {
public:
    Quarreller(const BackendConfig& config, int self, SharedClock& clock, const std::string& file)
        : store_{make_lease_store(config)}, self_{self}, clock_{clock}, wins_{file}, random_(self) {}

    bool run() {
        if (const auto opened = store_->open(soon()); !opened) return complain(opened.error());
        for (int i = 0; i < batches; ++i)
            if (!batch()) return false;
        return wins_.flush().good();
    }

private:
    static Deadline soon() { return std::chrono::steady_clock::now() + seconds{60}; }
    bool complain(const StoreError& error) {
        std::fprintf(stderr, "quarreller %d: %s\n", self_, error.detail.c_str());
        return false;
    }

    Put change_for(std::uint32_t number, LeaseTime now) {
        const auto client = static_cast<std::uint8_t>(random_() % 8 + static_cast<unsigned>(self_) * 8);
        Lease lease = lease_of(LeaseKind::v4, number, client);
        lease.last_writer = static_cast<std::uint64_t>(self_);
        lease.hold_until = now + seconds{held_for};
        const auto known = known_.find(number);
        if (known == known_.end()) {
            lease.version = first_version(std::chrono::system_clock::now(), 0);
            return Put{lease};
        }
        lease.version = known->second.version + 1;
        return Put{lease, known->second.client_id != lease.client_id, 0, now};
    }

    bool batch() {
        const LeaseTime now = clock_.tick();
        std::set<std::uint32_t> numbers;
        while (numbers.size() < changes_per_batch)
            numbers.insert(static_cast<std::uint32_t>(random_() % addresses));
        std::vector<ChangeList> lists;
        for (const auto number : numbers) lists.push_back({change_for(number, now)});
        const auto results = store_->commit(lists, soon());
        if (!results) return complain(results.error());
        std::size_t i = 0;
        for (const auto number : numbers) take(number, std::get<Put>(lists[i][0]), (*results)[i]), ++i;
        return true;
    }

    void take(std::uint32_t number, const Put& put, const RowResult& result) {
        if (result.outcome == Outcome::applied) {
            wins_ << number << ' ' << put.lease.version << ' ' << int{put.lease.client_id.back()} << ' '
                  << (put.lease.hold_until - seconds{held_for}).time_since_epoch().count() << ' '
                  << put.lease.hold_until.time_since_epoch().count() << '\n';
            known_[number] = put.lease;
        } else if (result.current) {
            known_[number] = *result.current;
        }
    }

    std::unique_ptr<LeaseStore> store_;
    int self_;
    SharedClock& clock_;
    std::ofstream wins_;
    std::mt19937 random_;
    std::map<std::uint32_t, Lease> known_;
};

std::vector<Win> wins_of(const std::string& file) {
    std::vector<Win> wins;
    std::ifstream in{file};
    for (Win win; in >> win.number >> win.version >> win.client >> win.decided >> win.held_until;)
        wins.push_back(win);
    return wins;
}

/// In the order of versions per address: no version twice, no other client before the one before was over.
std::vector<std::string> double_wins(std::vector<Win> wins) {
    std::ranges::sort(wins, {}, [](const Win& win) { return std::pair{win.number, win.version}; });
    std::vector<std::string> found;
    for (std::size_t i = 1; i < wins.size(); ++i) {
        const Win &before = wins[i - 1], &after = wins[i];
        if (before.number != after.number) continue;
        const bool twice = before.version == after.version;
        const bool taken = before.client != after.client && before.held_until >= after.decided;
        if (twice || taken)
            found.push_back("address " + std::to_string(after.number) + ": client " +
                            std::to_string(before.client) + " held it until " +
                            std::to_string(before.held_until) + ", client " + std::to_string(after.client) +
                            " won it at " + std::to_string(after.decided));
    }
    return found;
}

class Collision : public testing::TestWithParam<DatabaseServer> {};

TEST_P(Collision, NoAddressIsWonTwice) {
    BackendConfig config = GetParam().config;
    {  // the schema is made once, before they start
        const auto store = make_lease_store(config);
        const auto opened = store->open(std::chrono::steady_clock::now() + seconds{60});
        ASSERT_TRUE(opened) << opened.error().detail;
        store->close();
    }
    empty_database(config);
    config.exclusive = false;
    const TemporaryDirectory folder;
    SharedClock clock;
    std::vector<pid_t> children;
    for (const int self : {1, 2}) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const bool good = Quarreller{config, self, clock, folder / std::to_string(self)}.run();
            ::_exit(good ? 0 : 1);
        }
        children.push_back(child);
        std::ranges::reverse(config.server.hosts);  // the other one begins at the other end
    }
    for (const pid_t child : children) {
        int status = -1;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
    std::vector<Win> wins = wins_of(folder / "1");
    const auto second = wins_of(folder / "2");
    EXPECT_FALSE(wins.empty());
    EXPECT_FALSE(second.empty());
    wins.insert(wins.end(), second.begin(), second.end());
    EXPECT_LT(wins.size(), 2U * batches * changes_per_batch) << "nobody lost: they did not meet";
    EXPECT_THAT(double_wins(wins), testing::IsEmpty());
}

// The judge itself.
TEST(CollisionJudge, SeesWhatItShould) {
    const Win first{1, 10, 1, 100, 140};
    EXPECT_TRUE(double_wins({first, {1, 11, 2, 141, 181}}).empty());
    EXPECT_TRUE(double_wins({first, {1, 11, 1, 120, 160}}).empty()) << "a renewal";
    EXPECT_EQ(double_wins({first, {1, 11, 2, 140, 180}}).size(), 1U) << "still held";
    EXPECT_EQ(double_wins({first, {1, 10, 1, 100, 140}}).size(), 1U) << "one version, two winners";
}

INSTANTIATE_TEST_SUITE_P(Servers, Collision, testing::ValuesIn(database_servers()),
                         [](const auto& its) { return its.param.name; });

}  // namespace
}  // namespace leasehold::collision_test
