// How an entry of the outage journal goes into the backend: case by case.
#include "dhcp/journal_drain.hpp"

#include <gmock/gmock.h>

#include "tests/support/leases.hpp"

namespace leasehold::journal_drain_test {
namespace {

using namespace testing_support;

constexpr std::uint64_t us = 1, others = 2;
constexpr LeaseTime now = lease_test_now + std::chrono::seconds{700};

Lease row(std::uint8_t client, std::uint64_t version, std::uint64_t writer = us) {
    Lease lease = lease_of(LeaseKind::v4, 5, client);
    lease.version = version;
    lease.last_writer = writer;
    return lease;
}
JournalEntry put(const Lease& lease, std::uint64_t base) {
    return {Put{lease, false, 0, {}}, base, 1};
}
JournalEntry erase(const Lease& lease, std::uint64_t base) {
    return {Erase{lease.address, lease.version}, base, 1};
}

TEST(JournalDrain, ANewLeaseIsInserted) {
    const Lease ours = row(1, 1000);
    const auto step = plan_drain(put(ours, 999), std::nullopt, us, now);
    ASSERT_EQ(step.changes.size(), 1U);
    EXPECT_EQ(std::get<Put>(step.changes[0]).lease, ours);
    EXPECT_EQ(step.result, ours);
    EXPECT_EQ(step.conflict, "");
}

TEST(JournalDrain, TheNextVersionFollowsTheStoredOne) {
    const auto step = plan_drain(put(row(1, 1001), 1000), row(1, 1000), us, now);
    ASSERT_EQ(step.changes.size(), 1U);
    EXPECT_EQ(std::get<Put>(step.changes[0]).lease.version, 1001U);
}

TEST(JournalDrain, AfterSeveralChangesTheOldRowGoesFirstInTheSameTransaction) {
    const auto step = plan_drain(put(row(1, 1004), 1000), row(1, 1000), us, now);
    ASSERT_EQ(step.changes.size(), 2U);
    EXPECT_EQ(std::get<Erase>(step.changes[0]).version, 1000U);
    EXPECT_EQ(std::get<Put>(step.changes[1]).lease, row(1, 1004));
    EXPECT_EQ(step.result, row(1, 1004));
}

TEST(JournalDrain, WhatIsThereAlreadyIsNotWrittenAgain) {
    const Lease ours = row(1, 1003);
    const auto step = plan_drain(put(ours, 1000), ours, us, now);
    EXPECT_TRUE(step.changes.empty());
    EXPECT_EQ(step.result, ours);
    EXPECT_TRUE(plan_drain(erase(ours, 1000), std::nullopt, us, now).changes.empty());
}

/// A commit that was under way when the database was lost, and was applied after all: ours, and older.
TEST(JournalDrain, OurOwnNewerRowGivesWay) {
    const auto step = plan_drain(put(row(2, 1003), 1000), row(1, 1001), us, now);
    ASSERT_EQ(step.changes.size(), 2U);
    EXPECT_EQ(step.conflict, "");
    EXPECT_EQ(step.result, row(2, 1003));
}

TEST(JournalDrain, VersionsNeverGoBack) {
    const auto step = plan_drain(put(row(1, 1001), 1000), row(1, 5000, others), us, now);
    ASSERT_EQ(step.changes.size(), 1U);
    EXPECT_EQ(std::get<Put>(step.changes[0]).lease.version, 5001U);
    EXPECT_EQ(step.result->version, 5001U);
}

TEST(JournalDrain, ARowOfAnotherWriterForAnotherClientStands) {
    const Lease theirs = row(9, 5000, others);
    const auto step = plan_drain(put(row(1, 1001), 1000), theirs, us, now);
    EXPECT_TRUE(step.changes.empty());
    EXPECT_EQ(step.result, theirs);
    EXPECT_THAT(step.conflict, testing::HasSubstr("server 2"));
}

TEST(JournalDrain, AnotherClientsRowThatWasThereBeforeIsNoConflict) {
    // Its lease had ended, so this server gave the address to somebody else during the outage.
    const auto step = plan_drain(put(row(1, 1001), 1000), row(9, 1000, others), us, now);
    EXPECT_EQ(step.conflict, "");
    EXPECT_EQ(step.changes.size(), 1U);
}

TEST(JournalDrain, ARowThatNobodyNeedsAnyMoreIsNoConflict) {
    Lease ended = row(9, 5000, others);
    ended.state = LeaseState::released;
    EXPECT_EQ(plan_drain(put(row(1, 1001), 1000), ended, us, now).conflict, "");
    ended = row(9, 5000, others);
    EXPECT_EQ(plan_drain(put(row(1, 1001), 1000), ended, us, ended.expire + std::chrono::seconds{1}).conflict,
              "");
    ended.valid_lifetime = infinite_lifetime;
    EXPECT_NE(plan_drain(put(row(1, 1001), 1000), ended, us, ended.expire + std::chrono::seconds{1}).conflict,
              "");
}

TEST(JournalDrain, TheSameClientsRowOfAnotherWriterIsReplaced) {
    EXPECT_EQ(plan_drain(put(row(1, 1001), 1000), row(1, 1001, others), us, now).conflict, "");
    Lease v6_ours = lease_of(LeaseKind::na, 5, 1), v6_theirs = lease_of(LeaseKind::na, 5, 1);
    v6_theirs.version = v6_ours.version + 10;
    v6_theirs.last_writer = others;
    EXPECT_EQ(plan_drain(put(v6_ours, v6_ours.version - 1), v6_theirs, us, now).conflict, "");
    ++v6_theirs.iaid;
    EXPECT_NE(plan_drain(put(v6_ours, v6_ours.version - 1), v6_theirs, us, now).conflict, "");
}

TEST(JournalDrain, AnEraseRemovesOurRowWhateverItsVersionAndNoOthers) {
    const auto ours = plan_drain(erase(row(1, 1002), 1000), row(1, 1001), us, now);
    ASSERT_EQ(ours.changes.size(), 1U);
    EXPECT_EQ(std::get<Erase>(ours.changes[0]).version, 1001U);
    EXPECT_FALSE(ours.result);
    const auto theirs = plan_drain(erase(row(1, 1002), 1000), row(9, 5000, others), us, now);
    EXPECT_TRUE(theirs.changes.empty());
    EXPECT_EQ(theirs.result, row(9, 5000, others));
    EXPECT_EQ(theirs.conflict, "");
}

}  // namespace
}  // namespace leasehold::journal_drain_test
