// What StoreWorker promises the loop: batches, order, limits, stops, load. Its recovery from losses is in
// store_worker_recovery_test.cpp.
#include "dhcp/store_worker.hpp"

#include <gmock/gmock.h>

#include <atomic>

#include "tests/support/worker_bench.hpp"

namespace leasehold::store_worker_test {
namespace {

using namespace testing_support;
using testing::IsEmpty;
using testing::ElementsAre;
using testing::SizeIs;

TEST(StoreWorker, GoesThroughTheTableToServing) {
    WorkerBench bench;
    bench.serve();
    EXPECT_THAT(bench.states(),
                ElementsAre(BackendState::connecting, BackendState::checking, BackendState::settling,
                            BackendState::draining, BackendState::loading, BackendState::serving));
    EXPECT_TRUE(bench.worker().status().has_served);
    EXPECT_EQ(bench.worker().status().where, "memory");
    EXPECT_EQ(bench.opened.size(), 1U);
}

TEST(StoreWorker, TakesNothingBeforeItServes) {
    WorkerBench bench;
    EXPECT_FALSE(bench.submit_put(1, 1));
    EXPECT_FALSE(bench.worker().find({}, [](auto) {}));
}

TEST(StoreWorker, WhatQueuedWhileTheCommitRanIsTheNextBatch) {
    Gate gate;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
        if (call == StoreCall::commit) gate.pass();
        return std::nullopt;
    }};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    for (DecisionId id = 2; id <= 6; ++id) ASSERT_TRUE(bench.submit_put(id, static_cast<std::uint32_t>(id)));
    EXPECT_EQ(bench.worker().counters().queued, 5U);
    gate.open();
    bench.run_until_completed(6);
    EXPECT_THAT(bench.store().batches(), ElementsAre(SizeIs(1), SizeIs(5)));
    EXPECT_EQ(bench.worker().counters().largest_batch, 5U);
    EXPECT_EQ(bench.worker().counters().batches, 2U);
}

TEST(StoreWorker, TellsOfEachCommitWithWhatItCompleted) {
    WorkerBench bench{{}, {}, 1};
    bench.serve();
    ASSERT_TRUE(bench.worker().submit({1, {Put{lease_of(LeaseKind::v4, 0, 1)}, Put{lease_of(LeaseKind::v4, 1, 1)}}}));
    bench.run_until_completed(1);
    ASSERT_THAT(bench.commits, SizeIs(1));
    const CommitReport& report = bench.commits[0];
    EXPECT_EQ(report.changes, 2U);
    EXPECT_EQ(report.lost, 1U) << "the version is there already";
    EXPECT_EQ(report.rejected, 0U);
    EXPECT_TRUE(report.took);
}

TEST(StoreWorker, NothingIsCompletedBeforeItsCommitReturned) {
    Gate gate;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
        if (call == StoreCall::commit) gate.pass();
        return std::nullopt;
    }};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    bench.loop.run_ready();
    EXPECT_TRUE(bench.completions.empty());
    gate.open();
    bench.run_until_completed(1);
    EXPECT_EQ(bench.completions[0].outcome_of(0), Outcome::applied);
    EXPECT_EQ(address_of(bench.completions[0].changes.at(0)), lease_of(LeaseKind::v4, 1, 1).address);
}

TEST(StoreWorker, NeverSplitsADecisionOverTwoBatches) {
    Gate gate;
    WorkerOptions options;
    options.batch_changes_max = 4;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          if (call == StoreCall::commit) gate.pass();
                          return std::nullopt;
                      },
                      options};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    std::uint32_t number = 10;
    DecisionId id = 2;
    for (const std::size_t size : {3U, 3U, 1U, 6U, 1U}) {
        ChangeList list;
        for (std::size_t i = 0; i < size; ++i) list.push_back(Put{lease_of(LeaseKind::v4, number++, 1)});
        ASSERT_TRUE(bench.worker().submit({id++, std::move(list)}));
    }
    gate.open();
    bench.run_until_completed(6);
    EXPECT_THAT(bench.store().batches(), ElementsAre(ElementsAre(1), ElementsAre(3), ElementsAre(3, 1),
                                                     ElementsAre(6), ElementsAre(1)));
    for (const Completion& completion : bench.completions) {
        EXPECT_EQ(completion.outcome, SubmissionOutcome::answered);
        EXPECT_THAT(completion.rows, IsEmpty()) << "all applied";
    }
}

TEST(StoreWorker, AFullQueueRefusesAndCounts) {
    Gate gate;
    WorkerOptions options;
    options.queue_decisions_max = 2;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          if (call == StoreCall::commit) gate.pass();
                          return std::nullopt;
                      },
                      options};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    EXPECT_TRUE(bench.submit_put(2, 2));
    EXPECT_TRUE(bench.submit_put(3, 3));
    EXPECT_FALSE(bench.submit_put(4, 4));
    EXPECT_EQ(bench.worker().counters().queue_full, 1U);
    gate.open();
    bench.run_until_completed(3);
}

TEST(StoreWorker, LostAndRejectedRowsAreAnswersOfTheirDecision) {
    WorkerBench bench;
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_completed(1);
    Lease rival = lease_of(LeaseKind::v4, 1, 99);
    Lease too_long = lease_of(LeaseKind::v4, 2, 1);
    too_long.hostname.assign(300, 'x');
    ASSERT_TRUE(bench.worker().submit({2, {Put{rival}, Put{too_long}, Put{lease_of(LeaseKind::v4, 3, 1)}}}));
    bench.run_until_completed(2);
    const auto& rows = bench.completions[1].rows;
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].outcome, Outcome::lost);
    ASSERT_TRUE(rows[0].current);
    EXPECT_EQ(rows[0].current->client_id, lease_of(LeaseKind::v4, 1, 1).client_id);
    EXPECT_EQ(rows[1].outcome, Outcome::rejected);
    EXPECT_EQ(rows[2].outcome, Outcome::applied);
    EXPECT_EQ(bench.worker().counters().lost, 1U);
    EXPECT_EQ(bench.worker().counters().rejected, 1U);
}

TEST(StoreWorker, StopCommitsWhatIsQueuedThenCloses) {
    Gate gate;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
        if (call == StoreCall::commit) gate.pass();
        return std::nullopt;
    }};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    ASSERT_TRUE(bench.submit_put(2, 2));
    ASSERT_TRUE(bench.submit_put(3, 3));
    bool stopped = false;
    bench.worker().stop(bench.never(), [&] { stopped = true; });
    EXPECT_FALSE(bench.submit_put(4, 4));
    gate.open();
    bench.loop.run_until([&] { return stopped; });
    EXPECT_EQ(bench.completions.size(), 3U);
    for (const Completion& completion : bench.completions)
        EXPECT_EQ(completion.outcome, SubmissionOutcome::answered);
    EXPECT_EQ(bench.worker().status().state, BackendState::closed);
}

TEST(StoreWorker, StopBeforeStartIsDoneAtOnce) {
    WorkerBench bench;
    bool stopped = false;
    bench.worker().stop(bench.never(), [&] { stopped = true; });
    bench.loop.run_until([&] { return stopped; });
}

TEST(StoreWorker, StopEndsAtItsDeadlineThoughACallHangs) {
    Gate gate;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
        if (call == StoreCall::commit) gate.pass();
        return std::nullopt;
    }};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    ASSERT_TRUE(bench.submit_put(2, 2));
    bool stopped = false;
    bench.worker().stop(std::chrono::steady_clock::now(), [&] { stopped = true; });
    bench.loop.run_until([&] { return stopped; });
    ASSERT_EQ(bench.completions.size(), 1U);  // decision 1 stays unknown
    EXPECT_EQ(bench.completions[0].id, 2U);
    EXPECT_EQ(bench.completions[0].outcome, SubmissionOutcome::unavailable);
    gate.open();
    bench.destroy_and_wait_for_thread();
    bench.loop.run_ready();
    EXPECT_EQ(bench.completions.size(), 1U);
}

TEST(StoreWorker, DestructionWhileACommitHangsReturnsAtOnceAndSilencesIt) {
    Gate gate;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
        if (call == StoreCall::commit) gate.pass();
        return std::nullopt;
    }};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    const auto statuses = bench.statuses.size();
    bench.destroy();  // returns although nobody opens the gate
    EXPECT_EQ(bench.store().cancels(), 1U);
    gate.open();
    bench.wait_for_thread();
    bench.loop.run_ready();
    EXPECT_TRUE(bench.completions.empty());
    EXPECT_EQ(bench.statuses.size(), statuses);
}

TEST(StoreWorker, WhatWasPostedBeforeDestructionIsNotToldAfterIt) {
    WorkerBench bench;
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bool stopped = false;
    bench.worker().stop(bench.never(), [&] { stopped = true; });
    bench.destroy_and_wait_for_thread();
    bench.loop.run_ready();
    EXPECT_TRUE(bench.completions.empty());
    EXPECT_FALSE(stopped);
}

TEST(StoreWorker, FindReadsWhatIsStored) {
    WorkerBench bench;
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    const Lease stored = lease_of(LeaseKind::v4, 1, 1);
    std::vector<std::optional<Lease>> found;
    ASSERT_TRUE(bench.worker().find({lease_of(LeaseKind::v4, 2, 1).address, stored.address}, [&](auto rows) {
        ASSERT_TRUE(rows);
        found = *rows;
    }));
    bench.run_until_completed(1);
    bench.loop.run_until([&] { return !found.empty(); });
    // Finds go first: that one may have run before the commit; one asked after it sees its row.
    found.clear();
    ASSERT_TRUE(bench.worker().find({stored.address}, [&](auto rows) { found = *rows; }));
    bench.loop.run_until([&] { return !found.empty(); });
    EXPECT_THAT(found, ElementsAre(stored));
}

TEST(StoreWorker, LoadsEveryRowInPagesInOrder) {
    WorkerOptions options;
    options.load_page_rows = 4;
    WorkerBench bench{{}, options, 10};
    bench.serve();
    EXPECT_THAT(bench.page_sizes, ElementsAre(4, 4, 2));
    ASSERT_EQ(bench.loaded.size(), 10U);
    for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(bench.loaded[i], lease_of(LeaseKind::v4, i, 1));
    EXPECT_EQ(bench.worker().status().rows_loaded, 10U);
}

// While the store hangs in one of them, others queue up.
TEST(StoreWorker, AnswersManyFindsByOneQuestion) {
    std::atomic<std::size_t> questions = 0;
    Gate gate;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          if (call == StoreCall::find && questions++ == 0) gate.pass();
                          return std::nullopt;
                      },
                      {}, 10};
    bench.serve();
    std::vector<std::vector<std::optional<Lease>>> answers;
    const auto ask = [&](std::vector<std::uint32_t> numbers) {
        std::vector<Prefix> addresses;
        for (const std::uint32_t number : numbers) addresses.push_back(lease_of(LeaseKind::v4, number, 1).address);
        ASSERT_TRUE(bench.worker().find(addresses, [&](const auto& rows) { answers.push_back(*rows); }));
    };
    ask({0});
    gate.wait_for_arrival();
    ask({1, 2});
    ask({77});
    ask({3});
    gate.open();
    bench.loop.run_until([&] { return answers.size() == 4; });
    const auto row = [](std::uint32_t number) { return std::optional{lease_of(LeaseKind::v4, number, 1)}; };
    EXPECT_THAT(answers, ElementsAre(ElementsAre(row(0)), ElementsAre(row(1), row(2)), ElementsAre(std::nullopt),
                                     ElementsAre(row(3))));
    EXPECT_EQ(questions, 2U);
}

TEST(StoreWorker, ARowThatDoesNotDecodeSpoilsNoOtherAnswer) {
    std::atomic<std::size_t> questions = 0;
    Gate gate;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          if (call != StoreCall::find) return std::nullopt;
                          const std::size_t nth = questions++;
                          if (nth == 0) gate.pass();
                          // all together, and then the second of them
                          return nth == 1 || nth == 3 ? std::optional{StoreFault{StoreErrc::rejected}} : std::nullopt;
                      },
                      {}, 10};
    bench.serve();
    std::vector<bool> found;
    const auto ask = [&](std::uint32_t number) {
        ASSERT_TRUE(bench.worker().find({lease_of(LeaseKind::v4, number, 1).address},
                                        [&](const auto& rows) { found.push_back(rows.has_value()); }));
    };
    ask(0);
    gate.wait_for_arrival();
    for (const std::uint32_t number : {1U, 2U, 3U}) ask(number);
    gate.open();
    bench.loop.run_until([&] { return found.size() == 4; });
    EXPECT_THAT(found, ElementsAre(true, true, false, true));
}

TEST(StoreWorker, TellsWhoseTheRowsAreBeforeTheFirstOfThem) {
    WorkerOptions options;
    options.load_identities_rows = 4;
    WorkerBench bench{{}, options, 10};
    bench.serve();
    EXPECT_THAT(bench.identities_rows, ElementsAre(4, 4, 2));
    EXPECT_TRUE(bench.identities_complete);
    EXPECT_EQ(bench.loaded.size(), 10U);
}

TEST(StoreWorker, TheLoadStaysOnlySoFarAheadOfTheLoop) {
    std::atomic<std::size_t> scans = 0;
    std::atomic<std::size_t> digested = 0;
    std::atomic<std::size_t> furthest = 0;
    WorkerOptions options;
    options.load_page_rows = 1;
    options.load_pages_ahead_max = 2;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          if (call == StoreCall::scan)
                              furthest = std::max<std::size_t>(furthest, ++scans - digested);
                          return std::nullopt;
                      },
                      options, 20};
    bench.on_page_hook = [&] { ++digested; };
    bench.serve();
    EXPECT_EQ(bench.loaded.size(), 20U);
    EXPECT_EQ(scans, 21U);  // the last finds nothing
    EXPECT_LE(furthest, 2U);
}

TEST(StoreWorker, AnswersFindsAndChangesWhileTheLoadWaitsForTheLoop) {
    WorkerOptions options;
    options.load_page_rows = 1;
    options.load_pages_ahead_max = 1;
    WorkerBench bench{{}, options, 3};
    std::optional<std::size_t> loaded_at_answer;
    bench.on_page_hook = [&] {
        if (bench.loaded.size() != 1) return;
        // On the loop, before the next page can be read: the answer must not need the rest of the load.
        ASSERT_TRUE(bench.worker().find({lease_of(LeaseKind::v4, 2, 1).address}, [&](auto rows) {
            ASSERT_TRUE(rows && rows->at(0));
            loaded_at_answer = bench.loaded.size();
        }));
        ASSERT_TRUE(bench.worker().submit({1, {Put{lease_of(LeaseKind::v4, 100, 1)}}}));
    };
    bench.serve();
    EXPECT_EQ(bench.completions.size(), 1U);
    ASSERT_TRUE(loaded_at_answer);
    EXPECT_LT(*loaded_at_answer, 3U);
}

}  // namespace
}  // namespace leasehold::store_worker_test
