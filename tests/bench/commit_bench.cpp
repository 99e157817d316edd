// Leases per second and waiting times through StoreWorker: N clients, each waiting for its own lease before
// it asks for the next, beside one transaction per lease, and beside a bare loop of the same statement with N
// leases, in the same run. Not Google Benchmark's shape: the interesting numbers are ratios within one run,
// and the ways take turns. Into SQLite on a real file, or into the servers that with_databases.py has
// started:
//   cd tests && python3 -B -m support.with_databases postgresql mariadb --
//   ../build/release/tests/bench/commit_bench
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>

#include "dhcp/store_worker.hpp"
#include "lease_backends/open.hpp"
#include "tests/support/database_servers.hpp"
#include "tests/support/hand_loop.hpp"
#include "tests/support/leases.hpp"

namespace leasehold {
namespace {

using namespace testing_support;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t addresses = 100'000;
constexpr std::size_t batches[] = {1, 8, 64, 512};
constexpr int rounds = 3;
constexpr auto turn = std::chrono::milliseconds{700};

/// Ends the run: a benchmark with an error measures nothing.
[[noreturn]] void give_up(const StoreError& error) {
    std::fprintf(stderr, "%s\n", error.detail.c_str());
    std::exit(1);
}
Deadline soon() {
    return Clock::now() + std::chrono::seconds{30};
}

/// Where the three ways write: a file each, or one table with addresses of their own.
struct Target {
    std::string name;
    BackendConfig worker, single, bare;
};
Target sqlite_in(const std::string& folder) {
    const auto file = [&](const std::string& name) {
        BackendConfig config;
        config.path = folder + "/" + name + ".db";
        return config;
    };
    return {"SQLite", file("worker"), file("single"), file("bare")};
}
/// Only one server can be registered: the worker, whose fence is part of what it costs.
Target server_of(const DatabaseServer& server) {
    BackendConfig unregistered = server.config;
    unregistered.exclusive = false;
    return {server.name, server.config, unregistered, unregistered};
}

/// The content of every address as it was stored last; gives renewals all over the range. An address comes
/// again after all others, as in the server, where one change of it is in flight at a time.
class Clients {
public:
    explicit Clients(std::uint32_t first) : first_{first} {}
    Put next() {
        const auto number = first_ + next_;
        next_ = (next_ + stride) % addresses;
        Lease& lease = leases_[number];
        lease = lease.version == 0 ? lease_of(LeaseKind::v4, number, static_cast<std::uint8_t>(number))
                                   : renewed(std::move(lease));
        return Put{lease};
    }

private:
    std::uint32_t first_;
    std::map<std::uint32_t, Lease> leases_;
    static constexpr std::uint32_t stride = 48'271;  // has no divisor in common with the number of addresses
    std::uint32_t next_ = 0;
};

struct Rate {
    double leases = 0;
    double seconds = 0;
    std::vector<double> waited;  // per lease, milliseconds
    double percentile(double part) {
        if (waited.empty()) return 0;
        const auto at =
            waited.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(waited.size() - 1));
        std::nth_element(waited.begin(), at, waited.end());
        return *at;
    }
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
        if (worker_.status().state == BackendState::given_up)
            give_up({StoreErrc::unavailable, worker_.status().last_error});
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
        waited_ = &rate.waited;
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
    std::size_t ask() {
        if (!worker_.submit({next_id_, {clients_.next()}})) return 0;
        asked_.push_back(Clock::now());
        ++next_id_;
        return 1;
    }
    void on_backend(const BackendStatus& status) override {
        if (status.state == BackendState::waiting) give_up({StoreErrc::unavailable, status.last_error});
    }
    void on_opened(const Opened&) override {}
    void on_page(LoadedPage&&) override {}
    void on_completions(std::vector<Completion>&& completions) override {
        const auto now = Clock::now();
        for (const Completion& completion : completions)
            waited_->push_back(
                std::chrono::duration<double, std::milli>(now - asked_[completion.id]).count());
        answered_ += completions.size();
    }

    HandLoop loop_;
    StoreWorker worker_;
    Clients clients_{0};
    DecisionId next_id_ = 0;
    std::deque<Clock::time_point> asked_;  // by decision
    std::vector<double>* waited_ = nullptr;
    std::size_t answered_ = 0;
};

/// No queue, no second thread: `size` leases in each transaction.
class BareLoop {
public:
    BareLoop(const BackendConfig& config, std::uint32_t first)
        : store_{make_lease_store(config)}, clients_{first} {
        if (const auto opened = store_->open(soon()); !opened) give_up(opened.error());
    }
    void run(std::size_t size, Clock::duration duration, Rate& rate) {
        const auto began = Clock::now();
        while (Clock::now() < began + duration) {
            std::vector<ChangeList> lists;
            while (lists.size() < size) lists.push_back({clients_.next()});
            if (const auto done = store_->commit(lists, soon()); !done) give_up(done.error());
            if (const auto done = store_->between_commits(false, soon()); !done) give_up(done.error());
            rate.leases += static_cast<double>(size);
        }
        rate.seconds += std::chrono::duration<double>(Clock::now() - began).count();
    }

private:
    std::unique_ptr<LeaseStore> store_;
    Clients clients_;
};

void measure(const Target& target) {
    WorkerRun worker{target.worker};
    BareLoop single{target.single, 0x100000};
    BareLoop bare{target.bare, 0x200000};
    Rate one;
    std::map<std::size_t, Rate> grouped, bare_rates;
    for (int round = 0; round < rounds; ++round) {
        single.run(1, turn, one);
        for (const std::size_t size : batches) {
            worker.run(size, turn, grouped[size]);
            bare.run(size, turn, bare_rates[size]);
        }
    }
    std::printf("%s\n  one transaction per lease  %9.0f leases/s  x1.0\n", target.name.c_str(),
                one.per_second());
    for (auto& [size, rate] : grouped)
        std::printf(
            "  store worker, %4zu waiting %9.0f leases/s  x%4.1f  p50 %6.2f ms  p99 %6.2f ms  %3.0f %% of a "
            "bare "
            "loop (%.0f)\n",
            size, rate.per_second(), rate.per_second() / one.per_second(), rate.percentile(0.5),
            rate.percentile(0.99), 100 * rate.per_second() / bare_rates[size].per_second(),
            bare_rates[size].per_second());
    const WorkerCounters counters = worker.counters();
    std::printf("  batches %llu, changes %llu, largest batch %zu, lost %llu, rejected %llu\n",
                static_cast<unsigned long long>(counters.batches),
                static_cast<unsigned long long>(counters.changes), counters.largest_batch,
                static_cast<unsigned long long>(counters.lost),
                static_cast<unsigned long long>(counters.rejected));
}

int run(const std::string& folder) {
    const auto servers = database_servers();
    for (const DatabaseServer& server : servers) measure(server_of(server));
    if (servers.empty()) measure(sqlite_in(folder));
    return 0;
}

}  // namespace
}  // namespace leasehold

/// commit_bench [FOLDER]: SQLite on the disk to be measured; without one in a new folder under TMPDIR or
/// /var/tmp.
int main(int count, char** arguments) {
    if (count > 1) return leasehold::run(arguments[1]);
    const char* base = std::getenv("TMPDIR");
    std::string folder = std::string{base != nullptr ? base : "/var/tmp"} + "/leasehold-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    const int result = leasehold::run(folder);
    for (const char* name : {"worker", "single", "bare"})
        for (const char* suffix : {".db", ".db.lock"}) std::remove((folder + "/" + name + suffix).c_str());
    ::rmdir(folder.c_str());
    return result;
}
