// Edits of leases without I/O: a taker that answers when the test says so.
#include "dhcp/lease_editor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dhcp/lease_context.hpp"
#include "dhcp/statistics.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::lease_editor_test {
namespace {

using std::chrono::seconds;

constexpr DecisionId first_id = 5000;

/// Keeps what it is given until the test answers it.
class Taker final : public ChangeTaker {
public:
    bool submit(Submission&& submission) override {
        if (!takes) return false;
        submitted.push_back(std::move(submission));
        return true;
    }
    bool find(std::vector<Prefix> addresses, FindDone done) override {
        if (!takes) return false;
        asked = std::move(addresses);
        found = std::move(done);
        return true;
    }
    const std::string& where() const override { return name; }

    bool takes = true;
    std::vector<Submission> submitted;
    std::vector<Prefix> asked;
    FindDone found;
    std::string name = "the test's database";
};

Prefix address(std::uint32_t last_octet) {
    return to_prefix(Ipv4{0x0a000000 + last_octet});
}

class LeaseEditorTest : public testing::Test {
protected:
    LeaseEditorTest() {
        auto made = std::make_shared<ServerConfig>();
        made->server_id = 77;
        made->pool_ranges = {{address(10), address(250)}};
        config = made;
        keeper = std::make_unique<LeaseKeeper>(config, clock);
        keeper->load_finished();
        editor.use(config, keeper.get(), &taker);
        listener = bus.subscribe(100, [] {});
    }
    Lease lease_of(std::uint32_t last_octet, std::uint8_t client = 1) {
        Lease lease;
        lease.address = address(last_octet);
        lease.subnet_id = 1;
        lease.hwaddr = {2, 0, 0, 0, 0, client};
        lease.valid_lifetime = 100;
        lease.cltt = clock.now();
        lease.expire = lease.hold_until = lease.cltt + seconds{100};
        return lease;
    }
    void store(Lease lease) {
        lease.version = 5;
        keeper->load(lease);
    }
    void edit(EditKind kind, const Lease& lease) {
        editor.run({.kind = kind, .lease = lease}, [this](const EditResult& result) { results.push_back(result); });
    }
    void answer(RowResult row) {
        ASSERT_FALSE(taker.submitted.empty());
        auto& submitted = taker.submitted.front();
        Completion completion{submitted.id, SubmissionOutcome::answered, {}, std::move(submitted.changes)};
        completion.rows.push_back(std::move(row));
        taker.submitted.erase(taker.submitted.begin());
        EXPECT_TRUE(editor.on_completion(completion));
        editor.go_on(LeaseEditor::SteadyClock::now());
    }
    void apply() { answer({.outcome = Outcome::applied, .current = {}, .detail = {}}); }
    Lease put_lease() { return std::get<Put>(taker.submitted.front().changes.front()).lease; }
    std::vector<EditOutcome> outcomes() const {
        std::vector<EditOutcome> all;
        for (const auto& result : results) all.push_back(result.outcome);
        return all;
    }
    std::vector<LeaseCause> causes() {
        std::vector<LeaseCause> all;
        while (const auto events = listener->take())
            for (const auto& event : events->events) all.push_back(event.cause);
        return all;
    }

    testing_support::FakeTime time;
    LeaseClock clock{time};
    Statistics statistics{time};
    EventBus bus{statistics};
    std::vector<Prefix> freed;
    Taker taker;
    std::shared_ptr<const ServerConfig> config;
    std::unique_ptr<LeaseKeeper> keeper;
    LeaseEditor editor{clock, bus, first_id, [this](const Prefix& unit) { freed.push_back(unit); }};
    std::shared_ptr<EventBus::Subscription> listener;
    std::vector<EditResult> results;
};

using enum EditOutcome;
using testing::ElementsAre;
using testing::IsEmpty;

TEST_F(LeaseEditorTest, AnAddedLeaseIsAnsweredWhenItIsDurable) {
    edit(EditKind::add, lease_of(10));
    EXPECT_THAT(results, IsEmpty());
    EXPECT_FALSE(keeper->durable(address(10)));
    EXPECT_TRUE(keeper->busy(address(10)));
    EXPECT_EQ(keeper->pools().get(address(10)), Availability::taken);
    EXPECT_EQ(put_lease().last_writer, 77u);
    EXPECT_GT(put_lease().version, std::uint64_t{1} << 50) << "a first version";
    EXPECT_EQ(keeper->of_subnet(1, LeaseKind::v4), 1) << "it counts for limits already";
    apply();
    EXPECT_EQ(keeper->of_subnet(1, LeaseKind::v4), 1);
    EXPECT_THAT(outcomes(), ElementsAre(applied));
    EXPECT_FALSE(results.front().before);
    EXPECT_TRUE(keeper->durable(address(10)));
    EXPECT_THAT(causes(), ElementsAre(LeaseCause::granted));
    EXPECT_EQ(statistics.value(Stat::assigned_addresses), 1);
    EXPECT_EQ(statistics.value(Stat::cumulative_assigned_addresses), 1);
    EXPECT_THAT(freed, ElementsAre(address(10)));
    EXPECT_TRUE(editor.idle());
}

TEST_F(LeaseEditorTest, WhatIsNotAsTheEditSaysIsLeftAlone) {
    store(lease_of(10));
    edit(EditKind::add, lease_of(10, 2));
    edit(EditKind::update, lease_of(11));
    edit(EditKind::remove, lease_of(11));
    EXPECT_THAT(outcomes(), ElementsAre(exists, missing, missing));
    EXPECT_EQ(results.front().before->hwaddr, lease_of(10).hwaddr);
    EXPECT_THAT(taker.submitted, IsEmpty());
    EXPECT_TRUE(editor.idle());
}

TEST_F(LeaseEditorTest, ARowThatIsNotTheOneMeantIsNotRemoved) {
    store(lease_of(10));
    editor.run({.kind = EditKind::remove,
                .lease = lease_of(10),
                .means = [](const Lease& row) { return row.hwaddr == Octets{9}; }},
               [this](const EditResult& result) { results.push_back(result); });
    EXPECT_THAT(outcomes(), ElementsAre(missing));
}

TEST_F(LeaseEditorTest, AnUpdateKeepsThePromiseAndTheNotesOfItsClient) {
    Lease before = lease_of(10);
    before.hwtype = 6;
    before.user_context = R"({"ISC":{"client-classes":["guests"]}})";
    store(before);
    Lease wanted = lease_of(10);
    wanted.valid_lifetime = 10;
    wanted.expire = wanted.hold_until = wanted.cltt + seconds{10};
    wanted.user_context = R"({"comment":"short"})";
    edit(EditKind::update, wanted);
    EXPECT_EQ(put_lease().version, 6u);
    EXPECT_EQ(put_lease().expire, wanted.expire);
    EXPECT_EQ(put_lease().hold_until, before.hold_until);
    EXPECT_EQ(put_lease().hwtype, 6);
    EXPECT_THAT(read_notes(put_lease().user_context).client_classes, ElementsAre("guests"));
    EXPECT_NE(put_lease().user_context.find("short"), std::string::npos);
    apply();
    EXPECT_EQ(results.front().before->version, 5u);
    EXPECT_THAT(causes(), ElementsAre(LeaseCause::edited));
    EXPECT_EQ(statistics.value(Stat::cumulative_assigned_addresses), 0) << "it had it before";
}

TEST_F(LeaseEditorTest, AnotherClientGetsNothingOfTheFormerOne) {
    Lease before = lease_of(10, 1);
    before.hold_until += seconds{1000};
    before.user_context = R"({"ISC":{"client-classes":["guests"]}})";
    store(before);
    edit(EditKind::put, lease_of(10, 2));
    EXPECT_EQ(put_lease().hold_until, lease_of(10).expire);
    EXPECT_EQ(put_lease().user_context, "");
    apply();
    EXPECT_THAT(causes(), ElementsAre(LeaseCause::granted));
}

TEST_F(LeaseEditorTest, ADeletedAddressIsFreeWhenThatIsDurable) {
    store(lease_of(10));
    edit(EditKind::remove, lease_of(10));
    EXPECT_EQ(keeper->pools().get(address(10)), Availability::taken);
    EXPECT_TRUE(keeper->durable(address(10)));
    EXPECT_EQ(std::get<Erase>(taker.submitted.front().changes.front()).version, 5u);
    apply();
    EXPECT_EQ(keeper->pools().get(address(10)), Availability::free);
    EXPECT_THAT(causes(), ElementsAre(LeaseCause::removed));
}

TEST_F(LeaseEditorTest, EditsOfOneLeaseFollowEachOther) {
    edit(EditKind::add, lease_of(10));
    edit(EditKind::update, lease_of(10));
    edit(EditKind::remove, lease_of(10));
    EXPECT_EQ(taker.submitted.size(), 1u);
    apply();
    EXPECT_EQ(taker.submitted.size(), 1u);
    apply();
    apply();
    EXPECT_THAT(outcomes(), ElementsAre(applied, applied, applied));
    EXPECT_FALSE(keeper->durable(address(10)));
}

TEST_F(LeaseEditorTest, AnEditDoesNotWaitForEver) {
    edit(EditKind::add, lease_of(10));
    edit(EditKind::add, lease_of(10));
    const auto now = LeaseEditor::SteadyClock::now();
    editor.go_on(now);
    EXPECT_THAT(outcomes(), IsEmpty());
    editor.go_on(now + LeaseEditor::wait_max + seconds{1});
    EXPECT_THAT(outcomes(), ElementsAre(busy));
}

TEST_F(LeaseEditorTest, NoMoreWaitThanTheLimitSays) {
    edit(EditKind::add, lease_of(10));
    for (std::size_t i = 0; i < LeaseEditor::waiting_max; ++i) edit(EditKind::remove, lease_of(10));
    EXPECT_THAT(outcomes(), IsEmpty());
    edit(EditKind::remove, lease_of(10));
    EXPECT_THAT(outcomes(), ElementsAre(busy));
}

TEST_F(LeaseEditorTest, AfterALossItIsDecidedAgainOnTheRowThatWon) {
    edit(EditKind::put, lease_of(10));
    Lease other = lease_of(10, 9);
    other.version = 1u << 20;
    answer({.outcome = Outcome::lost, .current = other, .detail = {}});
    ASSERT_EQ(taker.submitted.size(), 1u);
    EXPECT_EQ(put_lease().version, (1u << 20) + 1);
    apply();
    EXPECT_THAT(outcomes(), ElementsAre(applied));
    EXPECT_EQ(results.front().before->hwaddr, other.hwaddr);

    results.clear();
    edit(EditKind::add, lease_of(11));
    other.address = address(11);
    answer({.outcome = Outcome::lost, .current = other, .detail = {}});
    EXPECT_THAT(outcomes(), ElementsAre(exists));
}

TEST_F(LeaseEditorTest, WhoLosesEachTimeIsRefused) {
    edit(EditKind::put, lease_of(10));
    for (int i = 0; i < LeaseEditor::decisions_max; ++i) {
        Lease other = lease_of(10, 9);
        other.version = 100u + static_cast<unsigned>(i);
        answer({.outcome = Outcome::lost, .current = other, .detail = {}});
    }
    EXPECT_THAT(outcomes(), ElementsAre(busy));
    EXPECT_TRUE(editor.idle());
}

TEST_F(LeaseEditorTest, WhatIsNotStoredIsUndone) {
    store(lease_of(10));
    edit(EditKind::remove, lease_of(10));
    answer({.outcome = Outcome::rejected, .current = {}, .detail = "no"});
    EXPECT_THAT(outcomes(), ElementsAre(rejected));
    EXPECT_EQ(results.front().detail, "no");
    EXPECT_TRUE(keeper->durable(address(10)));

    edit(EditKind::add, lease_of(11));
    Completion away{taker.submitted.front().id, SubmissionOutcome::unavailable, {}, {}};
    EXPECT_TRUE(editor.on_completion(away));
    EXPECT_EQ(outcomes().back(), unavailable);
    EXPECT_FALSE(keeper->durable(address(11)));
    EXPECT_EQ(keeper->pools().get(address(11)), Availability::free);

    taker.takes = false;
    edit(EditKind::add, lease_of(12));
    EXPECT_EQ(outcomes().back(), unavailable);
    EXPECT_FALSE(keeper->busy(address(12)));
    EXPECT_THAT(causes(), IsEmpty());
}

TEST_F(LeaseEditorTest, WhileLeasesAreLoadedTheOneThatMattersIsReadAlone) {
    keeper = std::make_unique<LeaseKeeper>(config, clock);
    editor.use(config, keeper.get(), &taker);
    edit(EditKind::add, lease_of(10));
    EXPECT_THAT(taker.asked, ElementsAre(address(10)));
    EXPECT_FALSE(editor.idle());
    Lease stored = lease_of(10, 3);
    stored.version = 9;
    taker.found(std::vector<std::optional<Lease>>{stored});
    EXPECT_THAT(outcomes(), ElementsAre(exists));
    EXPECT_TRUE(editor.idle());
}

TEST_F(LeaseEditorTest, AnAddressWhoseRowCannotBeReadIsNotTouched) {
    keeper->set_aside({address(10), "bad"});
    edit(EditKind::put, lease_of(10));
    EXPECT_THAT(outcomes(), ElementsAre(rejected));
}

TEST_F(LeaseEditorTest, WhoeverWaitsIsToldWhenTheDatabaseIsLeft) {
    edit(EditKind::add, lease_of(10));
    edit(EditKind::remove, lease_of(10));
    editor.abandon();
    EXPECT_THAT(outcomes(), ElementsAre(unavailable, unavailable));
    EXPECT_FALSE(keeper->busy(address(10)));
    EXPECT_TRUE(editor.idle());
}

TEST_F(LeaseEditorTest, WhatStaysInDoubtIsToldAndSettledLater) {
    edit(EditKind::add, lease_of(10));
    editor.go_on(LeaseEditor::SteadyClock::now() + LeaseEditor::answer_max + seconds{1});
    EXPECT_THAT(outcomes(), ElementsAre(unavailable));
    EXPECT_TRUE(keeper->busy(address(10)));
    apply();
    EXPECT_THAT(outcomes(), ElementsAre(unavailable)) << "answered once";
    EXPECT_TRUE(keeper->durable(address(10)));
}

TEST_F(LeaseEditorTest, CompletionsOfOthersAreNotTaken) {
    Completion completion{1, SubmissionOutcome::answered, {}, {}};
    EXPECT_FALSE(editor.on_completion(completion));
}

}  // namespace
}  // namespace leasehold::lease_editor_test
