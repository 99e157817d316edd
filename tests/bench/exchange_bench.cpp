// Whole exchanges per second, octets to octets, of both families in one run: DISCOVER, OFFER, REQUEST, ACK beside
// SOLICIT, ADVERTISE, REQUEST, REPLY, and renewals, each stored before it is answered, as the server does it: journey,
// decision, lease table, store worker, store. Only the sockets are missing. Families take turns within each round; a
// figure is the median of its rounds, and the ratio to DHCPv4 is what matters: of exchanges per second, which other
// programs on the machine disturb, and of this program's own processor time, which they hardly do (a database
// server's is not in it). Into memory and SQLite on a real file,
// or into the servers that with_databases.py has started:
//   cd tests && python3 -B -m support.with_databases postgresql mariadb --
//   ../build/release/tests/bench/exchange_bench
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "dhcp/lease_home.hpp"
#include "lease_backends/open.hpp"
#include "tests/support/exchange_clients.hpp"
#include "tests/support/database_servers.hpp"
#include "tests/support/fake_time.hpp"
#include "tests/support/hand_loop.hpp"

namespace leasehold {
namespace {

using namespace exchange_clients;
using Clock = std::chrono::steady_clock;

constexpr std::size_t waiting_counts[] = {64, 512};
constexpr std::uint32_t exchanges_of_turn = 10'000;
constexpr int rounds = 5;

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::exit(EXIT_FAILURE);
}

/// What the server sends, until the clients read it.
struct ReplyList final : PacketOutlet {
    explicit ReplyList(Ipv6 server) : local{server} {}
    void send_udp(std::uint32_t, const Outbound& datagram) override {
        replies.emplace_back(datagram.bytes.begin(), datagram.bytes.end());
    }
    void send_raw(std::uint32_t interface, const Outbound& datagram) override { send_udp(interface, datagram); }
    void flush() override {}
    bool is_local(const Ipv6& address) const override { return address == local; }

    Ipv6 local;
    std::vector<Datagram> replies;
};

using Address6 = Clients6<false>;
using Prefix6 = Clients6<true>;

struct Turn {
    double per_second = 0;
    double micros = 0;  // of processor time per exchange, both threads
};

/// A server of one family on a store, and what its clients hold. @param Family  any clients of it
template <typename Family>
class Side {
public:
    explicit Side(BackendConfig backend) {
        auto made = std::make_shared<ServerConfig>(Family::config());
        backend.family = made->family;
        made->lease_database = backend;
        finish(*made);
        config_ = made;
        interface_.index = 1;
        interface_.name = "lan0";
        LeaseHome::Events events;
        events.completions = [this](std::vector<Completion>&& list) {
            for (auto& completion : list) journey_.on_completion(completion);
        };
        events.backend = [](const BackendStatus& status) {
            if (status.state == BackendState::waiting || status.state == BackendState::given_up)
                give_up(status.last_error);
        };
        home_ = std::make_unique<LeaseHome>(
            config_, clock_, make_lease_store(backend), [this](std::move_only_function<void()> run) { loop_.post(std::move(run)); },
            std::move(events));
        home_->worker().start();
        loop_.run_until([&] { return home_->status().state == BackendState::serving; });
        journey_.use(config_, &home_->keeper(), home_.get());
        journey_.set_open(true);
    }
    ~Side() {
        bool stopped = false;
        home_->worker().stop(Clock::now() + std::chrono::minutes{1}, [&] { stopped = true; });
        loop_.run_until([&] { return stopped; });
    }
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;

    /// New clients, `waiting` of them at a time.
    template <typename Clients>
    Turn lease(std::size_t waiting) {
        bound_.clear();
        return run<Clients>(waiting, [this](std::uint32_t place) { return Clients::discover(next_client_++, place); });
    }
    /// Those of the last lease().
    template <typename Clients>
    Turn renew(std::size_t waiting) {
        return run<Clients>(waiting, [this](std::uint32_t place) {
            auto octets = Clients::renewal(bound_[place]);
            Clients::number(octets, place);
            return octets;
        });
    }

private:
    template <typename Clients, typename Begin>
    Turn run(std::size_t waiting, const Begin& begin) {
        bound_.resize(exchanges_of_turn);
        const auto began = Clock::now();
        const auto worked = std::clock();
        std::uint32_t begun = 0, ended = 0;
        while (ended < exchanges_of_turn) {
            while (begun < exchanges_of_turn && begun - ended < waiting) receive<Clients>(begin(begun++));
            auto replies = std::exchange(outlet_.replies, {});
            if (replies.empty()) loop_.run_one();
            for (auto& reply : replies) {
                if (Clients::is_offer(reply)) {
                    receive<Clients>(Clients::request(reply));
                } else if (Clients::is_whole(reply)) {
                    bound_[Clients::number_of(reply)] = std::move(reply);
                    ++ended;
                } else {
                    give_up(std::string{Clients::name} + ": a reply without all its leases");
                }
            }
        }
        const std::chrono::duration<double> took = Clock::now() - began;
        return {exchanges_of_turn / took.count(), 1e6 * static_cast<double>(std::clock() - worked) / CLOCKS_PER_SEC /
                                                      exchanges_of_turn};
    }
    template <typename Clients>
    void receive(const Datagram& octets) {
        journey_.on_datagram({interface_, Family::server(), true}, Clients::arrival(octets));
    }

    testing_support::FakeTime time_;
    testing_support::HandLoop loop_;
    LeaseClock clock_{time_};
    std::shared_ptr<const ServerConfig> config_;
    Statistics statistics_{time_, Family::config().family};
    EventBus bus_{statistics_};
    ReplyList outlet_{Family::server()};
    Interface interface_;
    std::unique_ptr<LeaseHome> home_;
    typename Family::Journey journey_{{clock_, statistics_, bus_, outlet_, 0}};
    std::uint32_t next_client_ = 0;
    std::vector<Datagram> bound_;  // the newest ACK of each client of the turn
};

Turn median(const std::vector<Turn>& turns) {
    const auto of = [&](double Turn::* field) {
        std::vector<double> values;
        for (const auto& turn : turns) values.push_back(turn.*field);
        std::ranges::sort(values);
        return values[values.size() / 2];
    };
    return {of(&Turn::per_second), of(&Turn::micros)};
}

/// What one kind of clients did in each round.
struct Figures {
    std::vector<Turn> leased, renewed;
};

template <typename Clients, typename Family>
void take_turn(Side<Family>& side, std::size_t waiting, Figures& figures) {
    figures.leased.push_back(side.template lease<Clients>(waiting));
    figures.renewed.push_back(side.template renew<Clients>(waiting));
}

void print(const char* what, const Turn& turn, const Turn& of_v4) {
    std::printf("  %s: %6.0f/s x%.2f, %5.1f us x%.2f", what, turn.per_second, turn.per_second / of_v4.per_second,
                turn.micros, of_v4.micros / turn.micros);
}

template <typename Clients>
void print(const Figures& figures, const Figures& of_v4) {
    std::printf("  %-26s", Clients::name);
    print("exchanges", median(figures.leased), median(of_v4.leased));
    print("renewals", median(figures.renewed), median(of_v4.renewed));
    std::printf("\n");
}

void measure(const std::string& name, const BackendConfig& four, const BackendConfig& six) {
    Side<Clients4> side4{four};
    Side<Address6> side6{six};
    for (const auto waiting : waiting_counts) {
        Figures v4, address, prefix;
        for (int round = 0; round < rounds; ++round) {
            take_turn<Clients4>(side4, waiting, v4);
            take_turn<Address6>(side6, waiting, address);
            take_turn<Prefix6>(side6, waiting, prefix);
        }
        std::printf("%s, %zu waiting\n", name.c_str(), waiting);
        print<Clients4>(v4, v4);
        print<Address6>(address, v4);
        print<Prefix6>(prefix, v4);
    }
}

void measure_embedded(const std::string& folder) {
    BackendConfig memory;
    memory.type = BackendType::memory;
    measure("Memory", memory, memory);
    BackendConfig four, six;
    four.path = folder + "/leases4.db";
    six.path = folder + "/leases6.db";
    measure("SQLite", four, six);
}

}  // namespace
}  // namespace leasehold

/// exchange_bench: SQLite's files are made under TMPDIR or /var/tmp.
int main() {
    using namespace leasehold;
    const auto servers = testing_support::database_servers();
    for (const auto& server : servers) measure(server.name, server.config, server.config);
    if (!servers.empty()) return EXIT_SUCCESS;
    const char* base = std::getenv("TMPDIR");
    std::string folder = std::string{base != nullptr ? base : "/var/tmp"} + "/leasehold-bench-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) return EXIT_FAILURE;
    measure_embedded(folder);
    for (const char* name : {"/leases4.db", "/leases6.db"})
        for (const char* suffix : {"", ".lock"}) std::remove((folder + name + suffix).c_str());
    ::rmdir(folder.c_str());
    return EXIT_SUCCESS;
}
