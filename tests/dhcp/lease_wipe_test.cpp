// Wiping subnets without I/O: a table of leases, edits that the test answers, turns of the loop that it makes.
#include "dhcp/lease_wipe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>

namespace leasehold::lease_wipe_test {
namespace {

struct LeaseWipeTest : testing::Test {
    std::map<Prefix, Lease> table;
    std::deque<std::function<void()>> posted;
    std::deque<std::pair<LeaseEdit, EditDone>> edits;
    std::size_t most_in_flight = 0, rows_most = 0;
    std::optional<LeaseWipe::Result> result;

    void add(std::uint32_t number, std::uint32_t subnet) {
        Lease lease;
        lease.address = to_prefix(Ipv4{0x0a000000 + number});
        lease.subnet_id = subnet;
        table[lease.address] = lease;
    }
    std::optional<Prefix> page(std::optional<Prefix> after, std::size_t limit,
                               const std::function<bool(const Lease&)>& visit) {
        std::optional<Prefix> last;
        std::size_t rows = 0;
        for (auto at = after ? table.upper_bound(*after) : table.begin(); at != table.end() && rows < limit; ++at) {
            last = at->first;
            rows_most = std::max(rows_most, ++rows);
            if (!visit(at->second)) break;
        }
        return last;
    }
    void start(std::vector<std::uint32_t> subnets) {
        std::make_shared<LeaseWipe>(
            LeaseWipe::Sources{
                .page = [this](auto after, auto limit, const auto& visit) { return page(after, limit, visit); },
                .edit =
                    [this](LeaseEdit edit, EditDone done) {
                        edits.emplace_back(std::move(edit), std::move(done));
                        most_in_flight = std::max(most_in_flight, edits.size());
                    },
                .post = [this](std::function<void()> run) { posted.push_back(std::move(run)); }},
            std::move(subnets), [this](const LeaseWipe::Result& wiped) { result = wiped; })
            ->start();
    }
    void answer(EditOutcome outcome, std::string detail = {}) {
        auto [edit, done] = std::move(edits.front());
        edits.pop_front();
        if (outcome == EditOutcome::applied) table.erase(edit.lease.address);
        done({outcome, std::move(detail), {}});
    }
    bool turn() {
        if (posted.empty()) return false;
        auto run = std::move(posted.front());
        posted.pop_front();
        run();
        return true;
    }
    void run_out() {
        while (!result) {
            while (!edits.empty()) answer(EditOutcome::applied);
            ASSERT_TRUE(turn() || result);
        }
    }
};

TEST_F(LeaseWipeTest, TakesTheSubnetsThatItWasGivenAndNoOthers) {
    for (std::uint32_t i = 0; i < 2000; ++i) add(i, i % 4);
    start({1, 3});
    run_out();
    EXPECT_EQ(result->deleted, 1000u);
    EXPECT_EQ(result->left, 0u);
    EXPECT_EQ(table.size(), 1000u);
    EXPECT_LE(most_in_flight, LeaseWipe::edits_in_flight_max);
    EXPECT_LE(rows_most, LeaseWipe::rows_per_turn);
    EXPECT_TRUE(posted.empty());
}

TEST_F(LeaseWipeTest, NothingThereIsNoWork) {
    start({1});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->deleted, 0u);
}

TEST_F(LeaseWipeTest, LeasesOfOthersAreLookedAtInSlices) {
    for (std::uint32_t i = 0; i < 3000; ++i) add(i, 2);
    start({1});
    EXPECT_FALSE(result) << "the first slice is not all";
    run_out();
    EXPECT_EQ(result->deleted, 0u);
    EXPECT_EQ(table.size(), 3000u);
}

TEST_F(LeaseWipeTest, WhatIsLeftIsTold) {
    for (std::uint32_t i = 0; i < 3; ++i) add(i, 1);
    start({1});
    answer(EditOutcome::busy);
    answer(EditOutcome::missing);
    answer(EditOutcome::applied);
    while (turn()) {
    }
    ASSERT_TRUE(result);
    EXPECT_EQ(result->deleted, 1u);
    EXPECT_EQ(result->left, 1u);
    EXPECT_NE(result->problem, "");
}

TEST_F(LeaseWipeTest, EndsWhenTheDatabaseIsAway) {
    for (std::uint32_t i = 0; i < 1000; ++i) add(i, 1);
    start({1});
    while (!edits.empty()) answer(EditOutcome::unavailable, "gone");
    while (turn()) {
    }
    ASSERT_TRUE(result);
    EXPECT_EQ(result->deleted, 0u);
    EXPECT_EQ(result->left, LeaseWipe::edits_in_flight_max);
    EXPECT_EQ(result->problem, "gone");
    EXPECT_EQ(table.size(), 1000u);
}

TEST_F(LeaseWipeTest, ALeaseThatHasLeftTheSubnetIsNotMeant) {
    add(1, 1);
    start({1});
    Lease moved = table.begin()->second;
    EXPECT_TRUE(edits.front().first.means(moved));
    moved.subnet_id = 2;
    EXPECT_FALSE(edits.front().first.means(moved));
    answer(EditOutcome::missing);
    turn();
    EXPECT_TRUE(result);
}

}  // namespace
}  // namespace leasehold::lease_wipe_test
