// Leases per second through StoreWorker into SQLite on a real file: N clients, each waiting for its own lease
// before it asks for the next, beside one transaction per lease in the same run. Not Google Benchmark's
// shape: the interesting number is a ratio within one run, and the two ways take turns.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>

#include "dhcp/store_worker.hpp"
#include "lease_backends/open.hpp"
#include "tests/support/hand_loop.hpp"
#include "tests/support/leases.hpp"

namespace leasehold {
namespace {

using namespace testing_support;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t addresses = 100'000;

BackendConfig config_in(const std::string& folder, const std::string& name) {
    BackendConfig config;
    config.path = folder + "/" + name + ".db";
    return config;
}

/// The content of every address as it was stored last; gives random renewals.
class Clients {
public:
    Put next() {
        const auto number = static_cast<std::uint32_t>(random_() % addresses);
        Lease& lease = leases_[number];
        lease = lease.version == 0 ? lease_of(LeaseKind::v4, number, static_cast<std::uint8_t>(number))
                                   : renewed(std::move(lease));
        return Put{lease};
    }

private:
    std::map<std::uint32_t, Lease> leases_;
    std::mt19937 random_{1};
};

struct Rate {
    double leases = 0;
    double seconds = 0;
    double per_second() const { return seconds > 0 ? leases / seconds : 0; }
};

class WorkerRun final : public StoreListener {
public:
    explicit WorkerRun(const BackendConfig& config)
        : worker_{make_lease_store(config), {}, [this](auto what) { loop_.post(std::move(what)); }, *this} {
        worker_.start();
        loop_.run_until([&] {
            return worker_.status().state == BackendState::serving ||
                   worker_.status().state == BackendState::given_up;
        });
        if (worker_.status().state == BackendState::given_up) {
            std::fprintf(stderr, "%s\n", worker_.status().last_error.c_str());
            std::exit(1);
        }
    }
    ~WorkerRun() override {
        bool stopped = false;
        worker_.stop(Clock::now() + std::chrono::minutes{1}, [&] { stopped = true; });
        loop_.run_until([&] { return stopped; });
    }

    /// `waiting` clients in a closed loop for `duration`.
    void run(std::size_t waiting, Clock::duration duration, Rate& rate) {
        const auto began = Clock::now();
        const auto end = began + duration;
        std::size_t in_flight = 0;
        answered_ = 0;
        std::size_t seen = 0;
        while (in_flight < waiting) in_flight += ask();
        while (in_flight > 0) {
            loop_.run_one();
            in_flight -= answered_ - seen;
            seen = answered_;
            while (in_flight < waiting && Clock::now() < end) in_flight += ask();
        }
        rate.leases += static_cast<double>(answered_);
        rate.seconds += std::chrono::duration<double>(Clock::now() - began).count();
    }
    WorkerCounters counters() const { return worker_.counters(); }

private:
    std::size_t ask() { return worker_.submit({++next_id_, {clients_.next()}}) ? 1 : 0; }
    void on_backend(const BackendStatus&) override {}
    void on_opened(const Opened&) override {}
    void on_page(LoadedPage&&) override {}
    void on_completions(std::vector<Completion>&& completions) override { answered_ += completions.size(); }

    HandLoop loop_;
    StoreWorker worker_;
    Clients clients_;
    DecisionId next_id_ = 0;
    std::size_t answered_ = 0;
};

class OneByOne {
public:
    explicit OneByOne(const BackendConfig& config) : store_{make_lease_store(config)} {
        if (const auto opened = store_->open(soon()); !opened) {
            std::fprintf(stderr, "%s\n", opened.error().detail.c_str());
            std::exit(1);
        }
    }
    void run(Clock::duration duration, Rate& rate) {
        const auto began = Clock::now();
        while (Clock::now() < began + duration) {
            const ChangeList list{clients_.next()};
            if (!store_->commit(std::span{&list, 1}, soon()) || !store_->between_commits(false, soon()))
                std::exit(1);
            rate.leases += 1;
        }
        rate.seconds += std::chrono::duration<double>(Clock::now() - began).count();
    }

private:
    static Deadline soon() { return Clock::now() + std::chrono::seconds{10}; }
    std::unique_ptr<LeaseStore> store_;
    Clients clients_;
};

int run(const std::string& folder) {
    constexpr std::size_t batches[] = {1, 8, 64, 512};
    constexpr int rounds = 3;
    constexpr auto turn = std::chrono::milliseconds{700};
    WorkerRun worker{config_in(folder, "worker")};
    OneByOne single{config_in(folder, "single")};
    Rate one;
    std::map<std::size_t, Rate> grouped;
    for (int round = 0; round < rounds; ++round) {
        single.run(turn, one);
        for (const std::size_t waiting : batches) worker.run(waiting, turn, grouped[waiting]);
    }
    std::printf("one transaction per lease      %9.0f leases/s  x1.0\n", one.per_second());
    for (const auto& [waiting, rate] : grouped)
        std::printf("store worker, %4zu waiting     %9.0f leases/s  x%.1f\n", waiting, rate.per_second(),
                    rate.per_second() / one.per_second());
    const WorkerCounters counters = worker.counters();
    std::printf("batches %llu, changes %llu, largest batch %zu, lost %llu, rejected %llu\n",
                static_cast<unsigned long long>(counters.batches),
                static_cast<unsigned long long>(counters.changes), counters.largest_batch,
                static_cast<unsigned long long>(counters.lost),
                static_cast<unsigned long long>(counters.rejected));
    return 0;
}

}  // namespace
}  // namespace leasehold

/// commit_bench [FOLDER]: on the disk to be measured; without one in a new folder under TMPDIR or /var/tmp.
int main(int count, char** arguments) {
    if (count > 1) return leasehold::run(arguments[1]);
    const char* base = std::getenv("TMPDIR");
    std::string folder = std::string{base != nullptr ? base : "/var/tmp"} + "/leasehold-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    const int result = leasehold::run(folder);
    for (const char* name : {"worker", "single"})
        for (const char* suffix : {".db", ".db.lock"}) std::remove((folder + "/" + name + suffix).c_str());
    ::rmdir(folder.c_str());
    return result;
}
