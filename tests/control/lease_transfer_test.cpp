// What happens to each lease on its way into a database: added, replaced, kept, refused; and what is never
// done.
#include "control/lease_transfer.hpp"

#include <gmock/gmock.h>

#include "lease_backends/memory_store.hpp"
#include "tests/support/leases.hpp"

namespace leasehold::lease_transfer_test {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::chrono::seconds minute{60};

/// Counts what is asked of it, and finds fault with chosen leases.
class WatchedStore final : public LeaseStore {
public:
    MemoryStore store;
    std::size_t commits = 0, between = 0, changes_max = 0;
    std::optional<Prefix> rejected, unreadable;

    StoreResult<Opened> open(Deadline deadline) override { return store.open(deadline); }
    void close() override { store.close(); }
    StoreResult<std::vector<std::optional<Lease>>> find(std::span<const Prefix> keys,
                                                        Deadline deadline) override {
        if (unreadable && std::ranges::find(keys, *unreadable) != keys.end())
            return std::unexpected(StoreError{StoreErrc::rejected, "the stored lease cannot be read"});
        return store.find(keys, deadline);
    }
    StoreResult<ScanEnd> scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) override {
        return store.scan(after, sink, deadline);
    }
    StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists,
                                               Deadline deadline) override {
        ++commits;
        changes_max = std::max(changes_max, lists.size());
        auto results = store.commit(lists, deadline);
        for (std::size_t i = 0; results && i < lists.size(); ++i)
            if (rejected == address_of(lists[i].front()))
                (*results)[i] = {Outcome::rejected, std::nullopt, "bad data"};
        return results;
    }
    StoreResult<void> between_commits(bool, Deadline) override {
        ++between;
        return {};
    }
    StoreResult<void> probe(Deadline deadline) override { return store.probe(deadline); }
    void cancel() noexcept override {}
    std::string describe() const override { return "watched"; }
};

struct LeaseTransferTest : testing::Test {
    LeaseTransferTest() { EXPECT_TRUE(target.open(soon())); }

    static Deadline soon() { return std::chrono::steady_clock::now() + minute; }
    static Lease lease(std::uint32_t number) {
        auto lease = lease_of(LeaseKind::v4, number, 7);
        lease.version = 0;
        lease.last_writer = 0;
        return lease;
    }
    std::optional<Lease> stored(std::uint32_t number) {
        const Prefix key = lease(number).address;
        auto found = target.store.find({&key, 1}, soon());
        return found ? found->front() : std::nullopt;
    }

    WatchedStore target;
    Progress progress{{}, "writing", "leases"};
};

TEST_F(LeaseTransferTest, WritesInBatchesAndTidiesUpBetweenThem) {
    LeaseTransfer transfer{&target, {.writer = 42}, progress};
    for (std::uint32_t i = 0; i < 2500; ++i) ASSERT_TRUE(transfer.row(lease(i)));
    ASSERT_TRUE(transfer.finish());
    EXPECT_EQ(transfer.counts().added, 2500U);
    EXPECT_EQ(target.commits, 3U);
    EXPECT_EQ(target.between, 3U);
    EXPECT_EQ(target.changes_max, LeaseTransfer::batch_max);
    EXPECT_EQ(stored(2499)->last_writer, 42U);
    EXPECT_GT(stored(0)->version, 0U);
}

TEST_F(LeaseTransferTest, TheLaterTransactionStays) {
    auto older = lease(1), same = lease(2), newer = lease(3);
    for (auto& one : {older, same, newer}) {
        auto first = one;
        first.version = 500;
        ASSERT_TRUE(target.store.commit(std::vector<ChangeList>{ChangeList{Put{first}}}, soon()));
    }
    older.cltt += minute;
    older.hostname = "later";
    same.hostname = newer.hostname = "not this";
    newer.cltt -= minute;
    LeaseTransfer transfer{&target, {}, progress};
    for (const auto& one : {older, same, newer}) transfer.row(Lease{one});
    ASSERT_TRUE(transfer.finish());
    EXPECT_EQ(transfer.counts().replaced, 1U);
    EXPECT_EQ(transfer.counts().kept, 2U);
    EXPECT_EQ(stored(1)->hostname, "later");
    EXPECT_EQ(stored(1)->version, 501U);
    EXPECT_EQ(stored(2)->version, 500U);
    EXPECT_NE(stored(3)->hostname, "not this");
}

TEST_F(LeaseTransferTest, KeepsVersionAndWriterOfADump) {
    auto dumped = lease(1);
    dumped.version = 77;
    dumped.last_writer = 5;
    LeaseTransfer transfer{&target, {}, progress};
    transfer.row(Lease{dumped});
    ASSERT_TRUE(transfer.finish());
    EXPECT_EQ(stored(1), dumped);
}

TEST_F(LeaseTransferTest, OnlyCountsWhenItMayNotWrite) {
    ASSERT_TRUE(target.store.commit(std::vector<ChangeList>{ChangeList{Put{lease(1)}}}, soon()));
    LeaseTransfer transfer{&target, {.writes = false}, progress};
    transfer.row(lease(1));
    transfer.row(lease(2));
    ASSERT_TRUE(transfer.finish());
    EXPECT_EQ(transfer.counts().added, 1U);
    EXPECT_EQ(transfer.counts().kept, 1U);
    EXPECT_EQ(target.commits, 0U);
    EXPECT_EQ(stored(2), std::nullopt);

    LeaseTransfer nowhere{nullptr, {}, progress};
    nowhere.row(lease(1));
    ASSERT_TRUE(nowhere.finish());
    EXPECT_EQ(nowhere.counts().added, 1U);
}

TEST_F(LeaseTransferTest, ARefusedLeaseIsNamedAndEndsItBeyondTheLimit) {
    target.rejected = lease(1).address;
    LeaseTransfer patient{&target, {.refusals_max = 1}, progress};
    for (std::uint32_t i = 0; i < 3; ++i) patient.row(lease(i));
    ASSERT_TRUE(patient.finish());
    EXPECT_THAT(patient.refusals().named, ElementsAre(HasSubstr("10.0.0.1: bad data")));
    EXPECT_EQ(patient.counts().added, 2U);

    target.rejected = lease(101).address;
    LeaseTransfer strict{&target, {}, progress};
    strict.row(lease(101));
    const auto finished = strict.finish();
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, StoreErrc::rejected);
    EXPECT_FALSE(strict.row(lease(102)));
}

TEST_F(LeaseTransferTest, AStoredRowThatDoesNotDecodeStaysAsItIs) {
    target.unreadable = lease(1).address;
    LeaseTransfer transfer{&target, {.refusals_max = 1}, progress};
    for (std::uint32_t i = 0; i < 3; ++i) transfer.row(lease(i));
    ASSERT_TRUE(transfer.finish());
    EXPECT_EQ(transfer.counts().added, 2U);
    EXPECT_EQ(transfer.refusals().count, 1U);
    EXPECT_EQ(stored(1), std::nullopt);
}

TEST_F(LeaseTransferTest, ASignalEndsItBetweenTwoBatches) {
    const std::atomic<bool> interrupted = true;
    LeaseTransfer transfer{&target, {}, progress};
    transfer.interrupt_when(interrupted);
    transfer.row(lease(1));
    EXPECT_FALSE(transfer.finish());
    EXPECT_EQ(target.commits, 0U);
}

TEST(Refusals, AllAreCountedAndTenAreNamed) {
    Refusals refusals;
    for (int i = 0; i < 25; ++i) refusals.add(std::to_string(i));
    EXPECT_EQ(refusals.count, 25U);
    EXPECT_EQ(refusals.named.size(), Refusals::named_max);
    EXPECT_EQ(refusals.named.back(), "9");
}

}  // namespace
}  // namespace leasehold::lease_transfer_test
