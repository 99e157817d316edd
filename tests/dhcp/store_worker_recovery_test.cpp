// How StoreWorker gets over losses: attempts, giving up, commits in doubt, and a scenario repeated with each
// of its store calls failing in turn.
#include <gmock/gmock.h>

#include <atomic>
#include <map>

#include "tests/support/worker_bench.hpp"

namespace leasehold::store_worker_recovery_test {
namespace {

using namespace testing_support;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

WorkerOptions quick() {
    WorkerOptions options;
    options.retry.wait = std::chrono::milliseconds{0};
    return options;
}

/// Fails the calls of one kind: the first `times` of them, after `skip` good ones.
FaultyStore::OnCall fail(StoreCall kind, StoreFault fault, int times = 1, int skip = 0) {
    return [=, seen = 0](StoreCall call, std::size_t) mutable -> std::optional<StoreFault> {
        if (call != kind) return std::nullopt;
        const int mine = seen++;
        return mine >= skip && mine < skip + times ? std::optional{fault} : std::nullopt;
    };
}
constexpr StoreFault unavailable{StoreErrc::unavailable};

TEST(StoreWorkerStart, WithoutRetryAFailedFirstOpenIsGivenUp) {
    WorkerBench bench{fail(StoreCall::open, unavailable), quick()};
    bench.start();
    bench.run_until_state(BackendState::given_up);
    EXPECT_EQ(bench.worker().status().last_code, StoreErrc::unavailable);
    EXPECT_EQ(bench.worker().status().last_error, "failed by the test");
    bench.stop();
    EXPECT_EQ(bench.worker().status().state, BackendState::closed);
}

TEST(StoreWorkerStart, WithRetryItIsTriedAgainUntilItServes) {
    auto options = quick();
    options.retry.retry_on_startup = true;
    WorkerBench bench{fail(StoreCall::open, unavailable, 5), options};
    bench.serve();
    EXPECT_EQ(std::ranges::count(bench.states(), BackendState::waiting), 5);
}

TEST(StoreWorkerStart, WithRetryTheNumberOfTriesIsLimited) {
    auto options = quick();
    options.retry.retry_on_startup = true;
    options.retry.tries_max = 3;
    WorkerBench bench{fail(StoreCall::open, unavailable, 100), options};
    bench.start();
    bench.run_until_state(BackendState::given_up);
    EXPECT_EQ(std::ranges::count(bench.states(), BackendState::connecting), 1 + 3);
}

class StoreWorkerRefusal : public testing::TestWithParam<StoreErrc> {};

TEST_P(StoreWorkerRefusal, GivesUpAtTheStartWhateverRetrySays) {
    auto options = quick();
    options.retry.retry_on_startup = true;
    WorkerBench bench{fail(StoreCall::open, {GetParam()}, 100), options};
    bench.start();
    bench.run_until_state(BackendState::given_up);
    EXPECT_THAT(bench.states(), ElementsAre(BackendState::connecting, BackendState::given_up));
    EXPECT_EQ(bench.worker().status().last_code, GetParam());
}

/// Once it has served, only damage and another server end it: what else refuses may be put right.
TEST_P(StoreWorkerRefusal, WhenItIsOpenedAgainIsTriedAgainIfThatCanHelp) {
    auto options = quick();
    options.retry.tries_max = 3;
    WorkerBench bench{[](StoreCall call, std::size_t nth) -> std::optional<StoreFault> {
                          if (call == StoreCall::commit) return unavailable;
                          if (call == StoreCall::open && nth > 0) return StoreFault{GetParam()};
                          return std::nullopt;
                      },
                      options};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_state(BackendState::given_up);
    EXPECT_EQ(bench.worker().status().last_code, GetParam());
    const int attempts = is_refusal(GetParam(), true) ? 1 : 3;
    EXPECT_EQ(std::ranges::count(bench.states(), BackendState::connecting), 1 + attempts);
}

INSTANTIATE_TEST_SUITE_P(Codes, StoreWorkerRefusal,
                         testing::Values(StoreErrc::schema, StoreErrc::permissions, StoreErrc::configuration,
                                         StoreErrc::no_database, StoreErrc::corrupt, StoreErrc::fenced));

/// How long it is open or away: attempts are no change of that.
TEST(StoreWorkerRecovery, SinceIsWhenItOpenedOrClosed) {
    auto commit_once = fail(StoreCall::commit, unavailable);
    WorkerBench bench{[=](StoreCall call, std::size_t nth) mutable -> std::optional<StoreFault> {
                          if (call == StoreCall::open && nth > 0) return unavailable;
                          return commit_once(call, nth);
                      },
                      [] {
                          auto options = quick();
                          options.retry.tries_max = 3;
                          return options;
                      }()};
    EXPECT_FALSE(bench.worker().status().since);
    const auto begin = std::chrono::steady_clock::now();
    bench.serve();
    const auto opened = bench.worker().status().since;
    ASSERT_TRUE(opened);
    EXPECT_GE(*opened, begin);
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_state(BackendState::waiting);
    const auto lost = bench.worker().status().since;
    EXPECT_GT(lost, opened);
    bench.run_until_state(BackendState::given_up);
    EXPECT_EQ(bench.worker().status().since, lost);
}

TEST(StoreWorkerRecovery, AnUnavailableCommitCompletesAllAndServiceReturns) {
    Gate gate;
    auto once = fail(StoreCall::commit, unavailable);
    WorkerBench bench{[&, once](StoreCall call, std::size_t nth) mutable {
                          if (call == StoreCall::commit) gate.pass();
                          return once(call, nth);
                      },
                      quick()};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    ASSERT_TRUE(bench.submit_put(2, 2));
    ASSERT_TRUE(bench.worker().find({}, [](auto rows) { EXPECT_FALSE(rows); }));
    gate.open();
    bench.run_until_completed(2);
    for (const Completion& completion : bench.completions)
        EXPECT_EQ(completion.outcome, SubmissionOutcome::unavailable);
    bench.run_until_state(BackendState::serving);
    EXPECT_FALSE(bench.worker().status().last_code);
    ASSERT_TRUE(bench.submit_put(3, 3));
    bench.run_until_completed(3);
    EXPECT_EQ(bench.completions[2].outcome, SubmissionOutcome::answered);
}

TEST(StoreWorkerRecovery, TriesAfterALossAreLimitedToo) {
    auto options = quick();
    options.retry.tries_max = 2;
    WorkerBench bench{[](StoreCall call, std::size_t nth) -> std::optional<StoreFault> {
                          if (call == StoreCall::commit || (call == StoreCall::open && nth > 0))
                              return unavailable;
                          return std::nullopt;
                      },
                      options};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_state(BackendState::given_up);
    EXPECT_EQ(std::ranges::count(bench.states(), BackendState::connecting), 1 + 2);
    EXPECT_FALSE(bench.submit_put(2, 2));
}

/// It can be opened and read, and takes no change: a full disk, a column that is gone.
TEST(StoreWorkerRecovery, OneThatOpensAndStoresNothingIsNotBackAndItsTriesCountOn) {
    auto options = quick();
    options.retry.tries_max = 3;
    bool broken = false;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          return broken && call == StoreCall::commit ? std::optional{unavailable}
                                                                     : std::nullopt;
                      },
                      options};
    bench.serve();
    broken = true;
    for (DecisionId id = 1; bench.worker().status().state != BackendState::given_up; ++id) {
        if (bench.submit_put(id, static_cast<std::uint32_t>(id))) bench.run_until_completed(id);
        bench.loop.run_until([&] {
            const auto state = bench.worker().status().state;
            return state == BackendState::serving || state == BackendState::given_up;
        });
        ASSERT_LE(id, 10U) << "it is opened again and again";
    }
    EXPECT_EQ(std::ranges::count(bench.states(), BackendState::connecting), 1 + 3);
}

TEST(StoreWorkerRecovery, WhatIsStoredAgainMakesTheTriesStartOver) {
    auto options = quick();
    options.retry.tries_max = 2;
    WorkerBench bench{[seen = 0](StoreCall call, std::size_t) mutable -> std::optional<StoreFault> {
                          return call == StoreCall::commit && seen++ % 2 == 0 ? std::optional{unavailable}
                                                                              : std::nullopt;
                      },
                      options};
    bench.serve();
    for (DecisionId id = 1; id <= 12; ++id) {
        ASSERT_TRUE(bench.submit_put(id, static_cast<std::uint32_t>(id)));
        bench.run_until_completed(id);
        bench.run_until_state(BackendState::serving);
    }
    EXPECT_EQ(std::ranges::count(bench.states(), BackendState::connecting), 1 + 6);
}

TEST(StoreWorkerRecovery, AStopInterruptsTheWaitForTheNextTry) {
    WorkerOptions options;
    options.retry.wait = std::chrono::hours{1};
    options.retry.retry_on_startup = true;
    WorkerBench bench{fail(StoreCall::open, unavailable, 2), options};
    bench.start();
    bench.run_until_it_waits_long();
    bench.stop();
}

TEST(StoreWorkerRecovery, AnIdleStoreIsProbedAndItsLossNoticed) {
    auto options = quick();
    options.probe_interval = std::chrono::milliseconds{0};
    WorkerBench bench{fail(StoreCall::probe, unavailable, 1, 3), options};
    bench.serve();
    bench.run_until_state(BackendState::waiting);
    bench.run_until_state(BackendState::serving);
}

TEST(StoreWorkerRecovery, ALossOverHousekeepingTakesNoAnswerBack) {
    WorkerBench bench{fail(StoreCall::between_commits, unavailable), quick()};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_completed(1);
    EXPECT_EQ(bench.completions[0].outcome, SubmissionOutcome::answered);
    bench.run_until_state(BackendState::waiting);
    bench.run_until_state(BackendState::serving);
}

TEST(StoreWorkerRecovery, ARefusedStatementIsAnAnswerAndNoLoss) {
    WorkerBench bench{fail(StoreCall::commit, {StoreErrc::rejected}), quick()};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_completed(1);
    EXPECT_EQ(bench.completions[0].rows.at(0).outcome, Outcome::rejected);
    EXPECT_EQ(bench.worker().status().state, BackendState::serving);
}

TEST(StoreWorkerRecovery, ALoadThatBreaksOffGoesOnWhereItWas) {
    auto options = quick();
    options.retry.retry_on_startup = true;
    options.load_page_rows = 3;
    WorkerBench bench{fail(StoreCall::scan, unavailable, 2, 2), options, 10};
    bench.serve();
    ASSERT_EQ(bench.loaded.size(), 10U);
    for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(bench.loaded[i], lease_of(LeaseKind::v4, i, 1));
}

TEST(StoreWorkerRecovery, IdentitiesThatBreakOffGoOnWhereTheyWere) {
    auto options = quick();
    options.retry.retry_on_startup = true;
    options.load_identities_rows = 3;
    WorkerBench bench{fail(StoreCall::scan_identities, unavailable, 2, 2), options, 10};
    bench.serve();
    EXPECT_THAT(bench.identities_rows, ElementsAre(3, 3, 3, 1));
    EXPECT_TRUE(bench.identities_complete);
    EXPECT_EQ(bench.loaded.size(), 10U);
}

TEST(StoreWorkerRecovery, TheTableIsLoadedOnlyOnce) {
    WorkerBench bench{fail(StoreCall::commit, unavailable), quick(), 3};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 50));
    bench.run_until_state(BackendState::waiting);
    bench.run_until_state(BackendState::serving);
    EXPECT_EQ(bench.loaded.size(), 3U);
}

/// Row 0 is renewed, row 1 erased, row 2 inserted, all in one decision whose COMMIT is in doubt.
struct StoreWorkerInDoubt : testing::TestWithParam<bool> {
    const Lease row0 = lease_of(LeaseKind::v4, 0, 1);
    const Lease row1 = lease_of(LeaseKind::v4, 1, 1);
    const Lease row2 = lease_of(LeaseKind::v4, 2, 1);
    const ChangeList changes{Put{renewed(row0)}, Erase{row1.address, row1.version}, Put{row2}};
};

TEST_P(StoreWorkerInDoubt, IsSettledAsAppliedExactlyOnce) {
    WorkerBench bench{fail(StoreCall::commit, {StoreErrc::in_doubt, GetParam()}), quick(), 2};
    bench.serve();
    ASSERT_TRUE(bench.worker().submit({1, changes}));
    bench.run_until_completed(1);
    EXPECT_THAT(bench.states(), Contains(BackendState::waiting));
    ASSERT_EQ(bench.completions[0].outcome, SubmissionOutcome::answered);
    EXPECT_THAT(bench.completions[0].rows, IsEmpty()) << "all applied";
    EXPECT_EQ(bench.store().batches().size(), GetParam() ? 1U : 2U);  // applied: nothing is submitted again
    EXPECT_EQ(bench.worker().counters().in_doubt, 1U);
    bench.run_until_state(BackendState::serving);
    bench.stop();
    const std::vector keys{row0.address, row1.address, row2.address};
    EXPECT_THAT(*bench.memory().find(keys, bench.never()), ElementsAre(renewed(row0), std::nullopt, row2));
}

TEST_P(StoreWorkerInDoubt, StaysUnansweredWhileTheStoreIsAway) {
    int opens = 0;
    auto commit_fault = fail(StoreCall::commit, {StoreErrc::in_doubt, GetParam()});
    WorkerBench bench{
        [&, commit_fault](StoreCall call, std::size_t nth) mutable -> std::optional<StoreFault> {
            if (call == StoreCall::open && opens++ >= 1 && opens <= 4) return unavailable;
            return commit_fault(call, nth);
        },
        quick(), 2};
    bench.serve();
    ASSERT_TRUE(bench.worker().submit({1, changes}));
    for (int i = 0; i < 3; ++i) {
        bench.run_until_state(BackendState::waiting);
        EXPECT_TRUE(bench.completions.empty());
        bench.run_until_state(BackendState::connecting);
    }
    bench.run_until_completed(1);
    EXPECT_EQ(bench.completions[0].outcome, SubmissionOutcome::answered);
}

INSTANTIATE_TEST_SUITE_P(CommitWas, StoreWorkerInDoubt, testing::Bool(),
                         [](const auto& its) { return its.param ? "applied" : "not_applied"; });

TEST_F(StoreWorkerInDoubt, AnotherWritersRowIsALoss) {
    MemoryStore* memory = nullptr;
    const Lease rival = [&] {
        Lease lease = renewed(row0);
        lease.last_writer = 42;
        return lease;
    }();
    WorkerBench bench{[&, seen = 0](StoreCall call, std::size_t) mutable -> std::optional<StoreFault> {
                          if (call != StoreCall::commit || seen++ > 0) return std::nullopt;
                          const ChangeList theirs{Put{rival}};  // on the store's thread, before ours
                          EXPECT_TRUE(memory->commit(std::span{&theirs, 1}, WorkerBench::never()));
                          return StoreFault{StoreErrc::in_doubt, true};
                      },
                      quick(), 2};
    memory = &bench.memory();
    bench.serve();
    ASSERT_TRUE(bench.worker().submit({1, changes}));
    bench.run_until_completed(1);
    const auto& rows = bench.completions[0].rows;
    EXPECT_EQ(rows[0].outcome, Outcome::lost);
    EXPECT_EQ(rows[0].current, rival);
    EXPECT_EQ(rows[1].outcome, Outcome::applied);
    EXPECT_EQ(rows[2].outcome, Outcome::applied);
}

TEST_F(StoreWorkerInDoubt, AtAStopItIsAnsweredWithoutAReply) {
    WorkerOptions options;
    options.retry.wait = std::chrono::hours{1};
    WorkerBench bench{[](StoreCall call, std::size_t nth) -> std::optional<StoreFault> {
                          if (call == StoreCall::commit) return StoreFault{StoreErrc::in_doubt, true};
                          return call == StoreCall::open && nth > 0 ? std::optional{unavailable}
                                                                    : std::nullopt;
                      },
                      options, 2};
    bench.serve();
    ASSERT_TRUE(bench.worker().submit({1, changes}));
    bench.run_until_it_waits_long();
    EXPECT_TRUE(bench.completions.empty());
    bench.stop();
    ASSERT_EQ(bench.completions.size(), 1U);
    EXPECT_EQ(bench.completions[0].outcome, SubmissionOutcome::unavailable);
}

/// Ten clients renew in turn, each until it is told that it was stored, whatever fails meanwhile.
class RenewalScenario {
public:
    static constexpr std::uint32_t clients = 10;

    explicit RenewalScenario(FaultyStore::OnCall on_call) : bench_{std::move(on_call), options(), clients} {}

    /// @return how many store calls the scenario made.
    std::size_t run() {
        bench_.serve();
        for (std::uint32_t client = 0; client < clients; ++client) renew(client);
        const std::size_t calls = bench_.store().calls();
        bench_.stop();
        check();
        return calls;
    }

private:
    static WorkerOptions options() {
        auto options = quick();
        options.retry.retry_on_startup = true;
        options.load_page_rows = 4;
        return options;
    }

    void renew(std::uint32_t client) {
        for (bool stored = false; !stored;) {
            bench_.run_until_state(BackendState::serving);
            const DecisionId id = next_id_++;
            if (!bench_.worker().submit({id, {Put{renewed(lease_of(LeaseKind::v4, client, 1))}}})) {
                bench_.loop.run_one();  // the loss is on its way to us
                continue;
            }
            bench_.run_until_completed(++submitted_);
            const Completion& answer = bench_.completions.back();
            ASSERT_EQ(answer.id, id);
            stored = answer.outcome == SubmissionOutcome::answered;
            if (stored) {
                ASSERT_EQ(answer.outcome_of(0), Outcome::applied);
            }
        }
    }

    void check() {
        EXPECT_EQ(bench_.completions.size(), submitted_);
        EXPECT_EQ(bench_.loaded.size(), clients);
        for (std::uint32_t client = 0; client < clients; ++client) {
            const std::vector key{lease_of(LeaseKind::v4, client, 1).address};
            const auto rows = bench_.memory().find(key, WorkerBench::never());
            EXPECT_THAT(*rows, ElementsAre(renewed(lease_of(LeaseKind::v4, client, 1))));
        }
    }

    WorkerBench bench_;
    DecisionId next_id_ = 1;
    std::size_t submitted_ = 0;
};

TEST(StoreWorkerFailEachCall, NoRenewalIsLostOrStoredTwice) {
    const std::size_t calls = RenewalScenario{{}}.run();
    ASSERT_GT(calls, 20U);
    for (const StoreFault fault :
         {StoreFault{StoreErrc::unavailable, false}, StoreFault{StoreErrc::in_doubt, false},
          StoreFault{StoreErrc::in_doubt, true}}) {
        for (std::size_t failing = 0; failing < calls; ++failing) {
            SCOPED_TRACE("call " + std::to_string(failing) + (fault.applied ? " applied" : " not applied"));
            RenewalScenario{[=](StoreCall, std::size_t nth) {
                return nth == failing ? std::optional{fault} : std::nullopt;
            }}.run();
        }
    }
}

}  // namespace
}  // namespace leasehold::store_worker_recovery_test
