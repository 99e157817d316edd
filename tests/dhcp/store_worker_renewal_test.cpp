// How StoreWorker takes over changed settings of the same database: between commits, without letting go of
// what works, and at once where it only waits.
#include <gmock/gmock.h>

#include <mutex>

#include "tests/support/worker_bench.hpp"

namespace leasehold::store_worker_renewal_test {
namespace {

using namespace testing_support;

using testing::ElementsAre;

BackendConfig with_user(const std::string& user) {
    BackendConfig config;
    config.type = BackendType::postgresql;
    config.server.user = user;
    return config;
}

WorkerOptions quick() {
    WorkerOptions options;
    options.renew_wait_min = options.renew_wait_max = std::chrono::milliseconds{0};
    return options;
}

/// The calls in their order, noted on the store's thread.
class CallLog {
public:
    void add(StoreCall call) {
        const std::lock_guard lock{mutex_};
        calls_.push_back(call);
    }
    std::vector<StoreCall> calls() const {
        const std::lock_guard lock{mutex_};
        return calls_;
    }

private:
    mutable std::mutex mutex_;
    std::vector<StoreCall> calls_;
};

void run_until_renewed(WorkerBench& bench, std::size_t times) {
    bench.loop.run_until([&] { return bench.renewals.size() >= times; });
}

TEST(StoreWorkerRenewal, WaitsForTheCommitUnderWayAndGoesBeforeTheNext) {
    Gate gate;
    CallLog log;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
        if (call == StoreCall::commit || call == StoreCall::renew) log.add(call);
        if (call == StoreCall::commit) gate.pass();
        return std::nullopt;
    }};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    bench.worker().renew(with_user("superseded"), {});
    bench.worker().renew(with_user("new"), {});
    ASSERT_TRUE(bench.submit_put(2, 2));
    gate.open();
    bench.run_until_completed(2);
    EXPECT_THAT(log.calls(), ElementsAre(StoreCall::commit, StoreCall::renew, StoreCall::commit));
    EXPECT_THAT(bench.store().renewed_users(), ElementsAre("new"));
    EXPECT_THAT(bench.renewals, ElementsAre(true));
}

TEST(StoreWorkerRenewal, AFailureKeepsServingAndIsTriedAgain) {
    int failures_left = 2;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          if (call == StoreCall::renew && failures_left-- > 0)
                              return StoreFault{StoreErrc::credentials};
                          return std::nullopt;
                      },
                      quick()};
    bench.serve();
    const std::size_t told = bench.statuses.size();
    bench.worker().renew(with_user("new"), quick());
    run_until_renewed(bench, 3);
    EXPECT_THAT(bench.renewals, ElementsAre(false, false, true));
    EXPECT_THAT(bench.store().renewed_users(), ElementsAre("new", "new", "new"));
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_completed(1);
    EXPECT_EQ(bench.statuses.size(), told) << "the service noticed";
}

TEST(StoreWorkerRenewal, OneThatWaitsForItsNextAttemptMakesItAtOnce) {
    CallLog log;
    std::size_t opens = 0;
    WorkerOptions options = quick();
    options.retry.wait = std::chrono::hours{1};
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          if (call == StoreCall::open || call == StoreCall::renew) log.add(call);
                          const bool first_attempt = call == StoreCall::open && ++opens == 2;
                          return call == StoreCall::commit || first_attempt
                                     ? std::optional{StoreFault{StoreErrc::unavailable}}
                                     : std::nullopt;
                      },
                      options};
    bench.serve();
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_it_waits_long();
    bench.worker().renew(with_user("new"), options);
    bench.run_until_state(BackendState::serving);
    EXPECT_THAT(log.calls(),
                ElementsAre(StoreCall::open, StoreCall::open, StoreCall::renew, StoreCall::open));
    EXPECT_THAT(bench.store().renewed_users(), ElementsAre("new"));
    EXPECT_TRUE(bench.renewals.empty()) << "what open() tells is not told twice";
}

TEST(StoreWorkerRenewal, BringsItsRulesForTryingAgain) {
    WorkerBench bench{[](StoreCall call, std::size_t nth) -> std::optional<StoreFault> {
                          if (call == StoreCall::commit || (call == StoreCall::open && nth > 0))
                              return StoreFault{StoreErrc::unavailable};
                          return std::nullopt;
                      },
                      quick()};
    bench.serve();
    WorkerOptions rules = quick();
    rules.retry.tries_max = 2;
    rules.retry.wait = std::chrono::milliseconds{0};
    bench.worker().renew(with_user("new"), rules);
    run_until_renewed(bench, 1);
    ASSERT_TRUE(bench.submit_put(1, 1));
    bench.run_until_state(BackendState::given_up);
    EXPECT_EQ(bench.worker().status().attempts_max, 2U);
}

TEST(StoreWorkerRenewal, ComesBetweenTwoPagesOfALoadToo) {
    CallLog log;
    Gate gate;
    WorkerOptions options = quick();
    options.load_page_rows = 2;
    WorkerBench bench{[&](StoreCall call, std::size_t) -> std::optional<StoreFault> {
                          if (call == StoreCall::scan || call == StoreCall::renew) log.add(call);
                          if (call == StoreCall::scan) gate.pass();
                          return std::nullopt;
                      },
                      options, 3};
    bench.start();
    bench.loop.run_ready();  // which wakes the thread
    gate.wait_for_arrival();
    bench.worker().renew(with_user("new"), options);
    gate.open();
    bench.run_until_state(BackendState::serving);
    EXPECT_THAT(log.calls(), ElementsAre(StoreCall::scan, StoreCall::renew, StoreCall::scan));
}

}  // namespace
}  // namespace leasehold::store_worker_renewal_test
