#include "lease_backends/commit_plan.hpp"

#include <gmock/gmock.h>

#include "tests/support/leases.hpp"

namespace leasehold::commit_plan_test {
namespace {

using namespace testing_support;
using std::chrono::seconds;
using testing::ElementsAre;
using Sort = ChangeGroup::Sort;

Lease lease(std::uint32_t number) {
    return lease_of(LeaseKind::v4, number, 1);
}
/// Groups point into `changes`, which must outlive them.
std::vector<ChangeGroup> plan(const std::vector<Change>& changes) {
    std::vector<PlannedChange> planned;
    for (const Change& change : changes) planned.push_back({&change, planned.size()});
    return plan_groups(planned);
}
std::vector<Prefix> keys(const ChangeGroup& group) {
    std::vector<Prefix> found;
    for (const Put* put : group.puts) found.push_back(put->lease.address);
    for (const Erase* erase : group.erases) found.push_back(erase->address);
    return found;
}

TEST(CommitPlan, NothingIsNoGroup) {
    const std::vector<Change> changes;
    EXPECT_TRUE(plan(changes).empty());
}

TEST(CommitPlan, PutsAreOneGroupInTheOrderOfKeysAndKnowWhereTheyBelong) {
    const std::vector<Change> changes{Put{lease(300)}, Put{lease(2)}, Put{lease(65536)}};
    const auto groups = plan(changes);
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_EQ(groups[0].sort, Sort::put);
    EXPECT_THAT(keys(groups[0]), ElementsAre(lease(2).address, lease(300).address, lease(65536).address));
    EXPECT_THAT(groups[0].at, ElementsAre(1U, 0U, 2U));
}

TEST(CommitPlan, TakeOversAreGroupedByTheTimeTheyCompareWith) {
    const LeaseTime now = lease_test_now;
    const std::vector<Change> changes{Put{lease(1), true, 10, now}, Put{lease(2), true, 0, now},
                                      Put{lease(3), true, 11, now + seconds{1}}, Put{lease(4)},
                                      Erase{lease(5).address, 1}};
    const auto groups = plan(changes);
    ASSERT_EQ(groups.size(), 4U);
    EXPECT_EQ(groups[0].sort, Sort::put);
    EXPECT_EQ(groups[1].sort, Sort::take_over);
    EXPECT_EQ(groups[1].held_before, (now - seconds{10}).time_since_epoch().count());
    EXPECT_THAT(groups[1].at, ElementsAre(0U, 2U)) << "the same second after the grace";
    EXPECT_EQ(groups[2].held_before, now.time_since_epoch().count());
    EXPECT_EQ(groups[3].sort, Sort::erase);
    EXPECT_THAT(groups[3].at, ElementsAre(4U));
}

TEST(CommitPlan, ChangesOfOneKeyFollowEachOtherInTheirOrder) {
    const Lease first = lease(1);
    const std::vector<Change> changes{Put{first}, Put{lease(2)}, Put{renewed(first)},
                                      Erase{first.address, first.version + 1}};
    const auto groups = plan(changes);
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_THAT(groups[0].at, ElementsAre(0U, 1U));
    EXPECT_THAT(groups[1].at, ElementsAre(2U));
    EXPECT_THAT(groups[2].at, ElementsAre(3U));
    EXPECT_EQ(groups[2].sort, Sort::erase);
}

TEST(CommitPlan, AnEraseThatComesFirstStaysBeforeThePutOfItsKey) {
    const std::vector<Change> changes{Erase{lease(1).address, 7}, Put{lease(1)}};
    const auto groups = plan(changes);
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].sort, Sort::erase);
    EXPECT_EQ(groups[1].sort, Sort::put);
}

TEST(CommitPlan, LengthBelongsToTheKey) {
    Lease wide = lease_of(LeaseKind::pd, 1, 1), narrow = wide;
    wide.address.length = 56;
    const std::vector<Change> changes{Put{narrow}, Put{wide}};
    const auto groups = plan(changes);
    ASSERT_EQ(groups.size(), 1U);
    EXPECT_THAT(groups[0].at, ElementsAre(1U, 0U));
}

}  // namespace
}  // namespace leasehold::commit_plan_test
