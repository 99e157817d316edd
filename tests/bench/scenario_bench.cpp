// What a DISCOVER costs from its octets to those of its reply (parse, read_request, complete_request,
// decide) in configurations of different size. The ratio to the plain one is what matters: scenarios take
// turns within each round, and a scenario's figure is the median of its rounds. Not here: sockets, the store,
// what a million clients do to each other (load_bench, commit_bench).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/v4/request.hpp"
#include "tests/bench/large_world.hpp"

namespace leasehold {
namespace {

using namespace testing_world;
using testing_world::World;
using namespace large_world_bench;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t nearly_all = 999'000;
constexpr std::uint32_t newcomers = 2'000'000;  // numbers of clients without a lease, from here on
constexpr std::uint32_t reserved = 100'000, reserved_addresses = 40'000;
constexpr std::uint32_t small_subnets = 10'000, small_subnet_size = 1024, small_pool = 100, small_leased = 90;
constexpr std::uint32_t packets_of_scenario = 4096;
constexpr int rounds = 9, turns_of_round = 5;

/// Fifty tests as operators write them: vendors and their prefixes, architectures, relays, hardware
/// addresses, user classes, and classes made of others.
std::vector<std::string> fifty_tests() {
    std::vector<std::string> tests;
    for (int i = 0; i < 10; ++i) {
        const auto n = std::to_string(i);
        tests.push_back("option[60].hex == 'vendor-" + n + "'");
        tests.push_back("substring(option[60].hex, 0, 9) == 'AcmePhon" + n + "'");
        tests.push_back("option[93].hex == 0x000" + n + " and not option[77].exists");
        tests.push_back("relay4[1].hex == 'olt" + n + "/1/7' or substring(relay4[2].hex, 0, 3) == 0x02005" +
                        n);
        tests.push_back("substring(pkt4.mac, 0, 3) == 0x00005" + n + " and not member('class-" +
                        std::to_string(5 * i) + "')");
    }
    return tests;
}

ServerConfig config_with_classes() {
    auto config = large_config();
    const ExpressionNames names{
        .family = Family::v4,
        .option_named = [](std::string_view name) { return v4::find_option(name); },
        .option_coded = [](std::uint16_t code) { return v4::find_option(static_cast<std::uint8_t>(code)); },
        .class_named = [&config](std::string_view name) { return config.class_names.find(name); }};
    for (const auto& test : fifty_tests()) {
        ClientClassConfig made;
        made.name = "class-" + std::to_string(config.classes.size());
        made.id = config.class_names.intern(made.name);
        made.test = Expression::compile(Expression::Kind::test, test, names).value();
        config.classes.push_back(std::move(made));
    }
    finish(config);
    return config;
}

ServerConfig config_with_hosts() {
    auto config = large_config();
    std::vector<Reservation> hosts;
    hosts.reserve(reserved);
    for (std::uint32_t n = 0; n < reserved; ++n) {
        const auto address = n < reserved_addresses ? to_string(above("10.15.66.65", n)) : "";
        hosts.push_back(host_of(Client::number(newcomers + n), 1, address));
    }
    set_hosts(config, std::move(hosts));
    finish(config);
    return config;
}

Ipv4 small_base(std::uint32_t place) {
    return above("10.0.0.0", place * small_subnet_size);
}

ServerConfig config_with_small_subnets() {
    std::vector<SubnetConfig> subnets;
    for (std::uint32_t place = 0; place < small_subnets; ++place) {
        const auto base = small_base(place).value;
        const auto first = to_string(Ipv4{base + 1}), last = to_string(Ipv4{base + small_pool});
        auto subnet = subnet_of(place + 1, to_string(Ipv4{base}) + "/22", {{first, last}});
        subnet.renew_timer = 900;
        subnet.rebind_timer = 1800;
        subnet.options = {ipv4_option(3, first)};
        subnets.push_back(std::move(subnet));
    }
    auto config = config_of(std::move(subnets));
    give_usual_options(config);
    return config;
}

std::unique_ptr<World> world_of_small_subnets() {
    auto world = std::make_unique<World>(config_with_small_subnets());
    for (std::uint32_t n = 0; n < small_subnets * small_leased; ++n) {
        const auto place = n / small_leased;
        lease_out(*world, Ipv4{small_base(place).value + 1 + n % small_leased}, place + 1, client_number(n));
    }
    return world;
}

/// One configuration with the packets that come to it, and what each round took.
class Scenario {
public:
    using MakeClient = std::function<Client(std::uint32_t)>;

    Scenario(std::string name, std::shared_ptr<const World> world, const MakeClient& client)
        : name_{std::move(name)}, world_{std::move(world)} {
        for (std::uint32_t i = 0; i < packets_of_scenario; ++i) {
            auto packet = client(i).discover();
            packet.requesting({1, 3, 6, 15, 42, 51, 58, 59, 119, 121}).with_text(60, "MSFT 5.0");
            packet.with(82, {1, 4, 0, 4, 1, 2, 2, 6, 2, 0, 0x5e, 0x10, 0, 0x25});
            arrivals_.push_back(packet.arrival);
            datagrams_.push_back(packet.bytes());
        }
    }

    void run() {
        const auto begin = Clock::now();
        for (int turn = 0; turn < turns_of_round; ++turn)
            for (std::size_t i = 0; i < datagrams_.size(); ++i) answered_ += answer(i) ? 1 : 0;
        const auto took = std::chrono::duration<double, std::nano>{Clock::now() - begin};
        packets_ += turns_of_round * datagrams_.size();
        times_.push_back(took.count() / (turns_of_round * packets_of_scenario));
    }

    double median() const {
        auto sorted = times_;
        std::ranges::sort(sorted);
        return sorted[sorted.size() / 2];
    }
    const std::string& name() const { return name_; }
    /// A scenario whose packets are dropped would look fast.
    bool all_answered() const { return answered_ == packets_; }

private:
    bool answer(std::size_t i) const {
        const auto message = v4::MessageView::parse(datagrams_[i]);
        if (!message) return false;
        auto request = v4::read_request(*message, arrivals_[i], world_->config(), *world_);
        if (!request || v4::complete_request(*request, world_->config())) return false;
        const auto decision = world_->decide_request(*request);
        const auto* done = std::get_if<Done>(&decision);
        return done != nullptr && done->reply.has_value();
    }

    std::string name_;
    std::shared_ptr<const World> world_;
    std::vector<Bytes> datagrams_;
    std::vector<v4::Arrival> arrivals_;
    std::vector<double> times_;
    std::size_t answered_ = 0, packets_ = 0;
};

std::vector<Scenario> scenarios() {
    const auto newcomer = [](std::uint32_t i) { return client_number(newcomers + i * 17); };
    const auto stranger = [](std::uint32_t i) { return client_number(newcomers + reserved + i); };
    const auto scattered = [](std::uint32_t i) {
        const auto place = i * 2654435761u % small_subnets;
        return client_number(newcomers + i, to_string(Ipv4{small_base(place).value + small_subnet_size - 2}));
    };
    const std::shared_ptr<const World> hosts = large_world(config_with_hosts(), leased);
    std::vector<Scenario> all;
    all.emplace_back("one subnet of a million, 90 % leased", large_world(large_config(), leased), newcomer);
    all.emplace_back("with 50 class expressions", large_world(config_with_classes(), leased), newcomer);
    all.emplace_back("with 100,000 reservations, reserved clients", hosts, newcomer);
    all.emplace_back("with 100,000 reservations, other clients", hosts, stranger);
    all.emplace_back("10,000 subnets, 90 % leased", world_of_small_subnets(), scattered);
    all.emplace_back("one subnet, 99.9 % leased", large_world(large_config(), nearly_all), newcomer);
    return all;
}

int run(std::string_view part) {
    static_assert(leased < nearly_all && nearly_all < addresses && addresses < newcomers);
    auto all = scenarios();
    std::erase_if(all, [&](const Scenario& scenario) { return !scenario.name().contains(part); });
    for (int round = 0; round < rounds; ++round)
        for (auto& scenario : all) scenario.run();
    bool sound = true;
    for (const auto& scenario : all) {
        std::printf("%-46s %7.0f ns  x%.2f%s\n", scenario.name().c_str(), scenario.median(),
                    scenario.median() / all.front().median(),
                    scenario.all_answered() ? "" : "  NOT ALL ANSWERED");
        sound = sound && scenario.all_answered();
    }
    return sound ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace leasehold

/// @param argv  a part of the names of the scenarios that are run, for a profiler; none: all
int main(int argc, char** argv) {
    return leasehold::run(argc > 1 ? argv[1] : "");
}
