// Seconds and memory per lease for the load at the start: StoreWorker streams the rows of a backend, the
// loop's side puts them into the lease table. Into SQLite on a real file, or from the servers that
// with_databases.py has started. The rows are written first, through the store.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "dhcp/lease_table.hpp"
#include "dhcp/store_worker.hpp"
#include "lease_backends/open.hpp"
#include "tests/support/database_servers.hpp"
#include "tests/support/hand_loop.hpp"
#include "tests/support/leases.hpp"

namespace leasehold {
namespace {

using namespace testing_support;
using Clock = std::chrono::steady_clock;

constexpr std::size_t rows_per_commit = 1000;

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(1);
}
double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}
double resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    double total_pages = 0, resident_pages = 0;
    statm >> total_pages >> resident_pages;
    return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// As clients of an access network have them: an own hardware address, a client-id made of it, a short name.
Lease lease_number(std::uint32_t number) {
    Lease lease = lease_of(LeaseKind::v4, number, 0);
    for (std::size_t i = 0; i < 4; ++i) lease.hwaddr[5 - i] = static_cast<std::uint8_t>(number >> (8 * i));
    lease.hwtype = 1;
    lease.client_id = octets({1});
    lease.client_id.insert(lease.client_id.end(), lease.hwaddr.begin(), lease.hwaddr.end());
    lease.hostname = "cpe-" + std::to_string(number);
    lease.user_context.clear();
    lease.relay_id.clear();
    lease.remote_id.clear();
    return lease;
}

void fill(const BackendConfig& config, std::uint32_t rows) {
    const auto store = make_lease_store(config);
    const auto soon = [] { return Clock::now() + std::chrono::minutes{1}; };
    if (const auto opened = store->open(soon()); !opened) give_up(opened.error().detail);
    for (std::uint32_t next = 0; next < rows;) {
        ChangeList list;
        while (list.size() < rows_per_commit && next < rows) list.push_back(Put{lease_number(next++)});
        if (const auto done = store->commit(std::span{&list, 1}, soon()); !done) give_up(done.error().detail);
        if (const auto done = store->between_commits(true, soon()); !done) give_up(done.error().detail);
    }
    store->close();
}

class Load final : public StoreListener {
public:
    explicit Load(const BackendConfig& config)
        : worker_{make_lease_store(config), {}, [this](auto what) { loop_.post(std::move(what)); }, *this} {}

    void run(const std::string& name) {
        const double before = resident_bytes();
        const auto began = Clock::now();
        worker_.start();
        loop_.run_until([&] { return worker_.status().state == BackendState::serving; });
        const double seconds = seconds_since(began);
        const double bytes = resident_bytes() - before;
        const auto leases = static_cast<double>(table_.size());
        std::printf("%-12s %10.0f leases loaded in %6.2f s (%.2f s per million), %.1f B resident per lease\n",
                    name.c_str(), leases, seconds, seconds / leases * 1e6, bytes / leases);
        bool stopped = false;
        worker_.stop(Clock::now() + std::chrono::minutes{1}, [&] { stopped = true; });
        loop_.run_until([&] { return stopped; });
    }

private:
    void on_backend(const BackendStatus& status) override {
        if (status.state == BackendState::waiting || status.state == BackendState::given_up)
            give_up(status.last_error);
    }
    void on_opened(const Opened&) override {}
    void on_page(LoadedPage&& page) override {
        for (const Lease& lease : page.leases) table_.put(lease, lease.expire);
    }
    void on_completions(std::vector<Completion>&&) override {}

    HandLoop loop_;
    LeaseTable table_{Family::v4};
    StoreWorker worker_;
};

void measure(const std::string& name, const BackendConfig& config, std::uint32_t rows) {
    const auto began = Clock::now();
    fill(config, rows);
    std::printf("%-12s %10u leases written in %.0f s\n", name.c_str(), rows, seconds_since(began));
    Load{config}.run(name);
}

}  // namespace
}  // namespace leasehold

/// load_bench [ROWS]: 10 million if not said otherwise; SQLite's file is made under TMPDIR or /var/tmp.
int main(int count, char** arguments) {
    using namespace leasehold;
    const auto rows =
        static_cast<std::uint32_t>(count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 10'000'000);
    const auto servers = testing_support::database_servers();
    for (const auto& server : servers) measure(server.name, server.config, rows);
    if (!servers.empty()) return 0;
    const char* base = std::getenv("TMPDIR");
    std::string folder = std::string{base != nullptr ? base : "/var/tmp"} + "/leasehold-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    BackendConfig config;
    config.path = folder + "/leases.db";
    measure("SQLite", config, rows);
    for (const char* suffix : {"", ".lock"}) std::remove((config.path + suffix).c_str());
    ::rmdir(folder.c_str());
    return 0;
}
