// A StoreWorker over a FaultyStore over a MemoryStore, with a loop turned by hand and a listener that keeps
// what it was told.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "dhcp/store_worker.hpp"
#include "lease_backends/memory_store.hpp"
#include "tests/support/faulty_store.hpp"
#include "tests/support/hand_loop.hpp"
#include "tests/support/leases.hpp"

namespace leasehold::testing_support {

class WorkerBench final : public StoreListener {
public:
    /// @param rows  leases that the store holds before: lease_of(v4, 0 .. rows - 1, 1).
    explicit WorkerBench(FaultyStore::OnCall on_call = {}, WorkerOptions options = {},
                         std::uint32_t rows = 0) {
        auto memory = std::make_unique<MemoryStore>();
        memory_ = memory.get();
        ChangeList list;
        for (std::uint32_t i = 0; i < rows; ++i) list.push_back(Put{lease_of(LeaseKind::v4, i, 1)});
        EXPECT_TRUE(memory->commit(std::span{&list, 1}, never()));
        auto faulty = std::make_unique<FaultyStore>(std::move(memory), std::move(on_call));
        faulty->on_destroyed = [gone = thread_gone_] { gone->open(); };
        store_ = faulty.get();
        worker_ = std::make_unique<StoreWorker>(
            std::move(faulty), options, [this](auto function) { loop.post(std::move(function)); }, *this);
    }
    ~WorkerBench() override {
        if (worker_) destroy_and_wait_for_thread();
    }

    static Deadline never() { return std::chrono::steady_clock::now() + std::chrono::hours{1}; }

    void start() { worker_->start(); }
    void run_until_state(BackendState state) {
        loop.run_until([&] { return worker_->status().state == state; });
    }
    /// The first attempt after a loss is made at once; this is before one that is to follow in an hour.
    void run_until_it_waits_long() {
        loop.run_until([&] {
            const BackendStatus& status = worker_->status();
            return status.state == BackendState::waiting && status.next_try &&
                   *status.next_try > std::chrono::steady_clock::now() + std::chrono::minutes{10};
        });
    }
    void serve() {
        start();
        run_until_state(BackendState::serving);
    }
    bool submit_put(DecisionId id, std::uint32_t number) {
        return worker_->submit({id, {Put{lease_of(LeaseKind::v4, number, 1)}}});
    }
    void run_until_completed(std::size_t count) {
        loop.run_until([&] { return completions.size() >= count; });
    }
    /// Stops in good order, so that the stored rows may be looked at.
    void stop() {
        bool stopped = false;
        worker_->stop(never(), [&] { stopped = true; });
        loop.run_until([&] { return stopped; });
    }
    void destroy() { worker_.reset(); }
    /// The thread and functions that wait in the loop have shares of the store: with the last one it goes.
    void wait_for_thread() {
        loop.run_ready();
        thread_gone_->pass();
    }
    void destroy_and_wait_for_thread() {
        destroy();
        wait_for_thread();
    }

    StoreWorker& worker() { return *worker_; }
    FaultyStore& store() { return *store_; }
    MemoryStore& memory() { return *memory_; }
    std::vector<BackendState> states() const {
        std::vector<BackendState> seen;
        for (const BackendStatus& status : statuses) seen.push_back(status.state);
        return seen;
    }

    HandLoop loop;
    std::vector<BackendStatus> statuses;
    std::vector<Opened> opened;
    std::vector<Lease> loaded;
    std::vector<std::size_t> page_sizes;
    std::vector<Completion> completions;
    std::vector<CommitReport> commits;
    std::vector<bool> renewals;  // did they work?
    std::vector<std::size_t> identities_rows;  // of each page
    bool identities_complete = false;
    std::function<void()> on_page_hook;

private:
    void on_backend(const BackendStatus& status) override { statuses.push_back(status); }
    void on_opened(const Opened& what) override { opened.push_back(what); }
    void on_identities(const IdentitiesPage& page) override {
        EXPECT_TRUE(loaded.empty()) << "they come before the rows";
        identities_rows.push_back(page.rows);
        identities_complete = page.complete;
    }
    void on_page(LoadedPage&& page) override {
        page_sizes.push_back(page.leases.size());
        for (Lease& lease : page.leases) loaded.push_back(std::move(lease));
        if (on_page_hook) on_page_hook();
    }
    void on_commit(const CommitReport& report) override { commits.push_back(report); }
    void on_completions(std::vector<Completion>&& what) override {
        for (Completion& completion : what) completions.push_back(std::move(completion));
    }

    void on_renewed(const StoreResult<void>& outcome) override { renewals.push_back(outcome.has_value()); }

    std::shared_ptr<Gate> thread_gone_ = std::make_shared<Gate>();
    MemoryStore* memory_ = nullptr;
    FaultyStore* store_ = nullptr;
    std::unique_ptr<StoreWorker> worker_;
};

}  // namespace leasehold::testing_support
