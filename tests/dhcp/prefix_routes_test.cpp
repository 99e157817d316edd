// Leases, interfaces and a kernel that the test plays: what is told when. The real kernel is in tests/live.
#include "dhcp/prefix_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <map>

#include "dhcp/lease_context.hpp"
#include "dhcp/log.hpp"
#include "dhcp/statistics.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::prefix_routes_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Prefix prefix(unsigned number) {
    return *parse_ipv6_prefix("2001:db8:" + std::to_string(number) + "::/48");
}

Lease lease_of(unsigned number, std::string_view via = "fe80::1") {
    Lease lease;
    lease.address = prefix(number);
    lease.kind = LeaseKind::pd;
    lease.subnet_id = 1;
    lease.valid_lifetime = infinite_lifetime;
    if (!via.empty()) lease.user_context = with_next_hop("", NextHop{*parse_ipv6(via), "eth0"});
    return lease;
}

/// A kernel in which the test sees, and spoils, everything. Answers come when the test says.
struct FakeKernel {
    RouteKernel::Events events;
    std::map<Prefix, KernelRoute> routes;
    std::vector<std::pair<RouteOrder, std::uint32_t>> unanswered;
    std::vector<std::pair<RouteOwner, std::uint32_t>> looks;
    int refuses = 0;  // errno of every order
    int deaf = 0;     // errno of every call
    int looked = 0;

    class Face final : public RouteKernel {
    public:
        explicit Face(FakeKernel& of) : kernel_{of} {}
        int tell(const RouteOrder& order, std::uint32_t sequence) override {
            if (kernel_.deaf == 0) kernel_.unanswered.emplace_back(order, sequence);
            return kernel_.deaf;
        }
        int look(const RouteOwner& owner, std::uint32_t sequence) override {
            if (kernel_.deaf == 0) kernel_.looks.emplace_back(owner, sequence);
            return kernel_.deaf;
        }

    private:
        FakeKernel& kernel_;
    };

    /// @return false: nobody waited for an answer
    bool answer() {
        if (unanswered.empty() && looks.empty()) return false;
        for (const auto& [order, sequence] : std::exchange(unanswered, {})) {
            int error = refuses;
            if (error == 0 && order.set) routes[order.route.destination] = order.route;
            if (error == 0 && !order.set && routes.erase(order.route.destination) == 0) error = ESRCH;
            events.answers.done(sequence, error, error == EPERM ? "no right" : "");
        }
        for (const auto& [owner, sequence] : std::exchange(looks, {})) {
            ++looked;
            for (const auto& [destination, route] : std::map{routes}) events.answers.route(sequence, route);
            events.answers.end(sequence, 0);
        }
        return true;
    }
};

class LogLines final : public LogSink {
public:
    LogLines() { set_log_sink(this); }
    ~LogLines() override { set_log_sink(nullptr); }
    bool enabled(const MessageDef&) const noexcept override { return true; }
    void write(const MessageDef& def, std::span<const LogField> fields) override {
        lines.push_back(render(def, fields));
    }
    std::vector<std::string> lines;
};

class PrefixRoutesTest : public testing::Test {
protected:
    PrefixRoutesTest() {
        PrefixRoutes::Sources sources;
        sources.page = [this](std::optional<Prefix> after, std::size_t limit,
                              const std::function<bool(const Lease&)>& visit) -> std::optional<Prefix> {
            for (auto at = after ? leases.upper_bound(*after) : leases.begin(); at != leases.end(); ++at) {
                if (limit-- == 0) return after;
                after = at->first;
                visit(at->second);
            }
            return std::nullopt;
        };
        sources.now = [] { return LeaseTime{std::chrono::seconds{1'800'000'000}}; };
        sources.links = [this] { return links; };
        routes.emplace(loop, bus, std::move(sources), [this](boost::asio::io_context&, RouteKernel::Events events) {
            kernel.events = std::move(events);
            return std::make_unique<FakeKernel::Face>(kernel);
        });
    }

    static std::shared_ptr<const ServerConfig> config_with(bool managed, bool install, bool with_pool = true) {
        auto config = std::make_shared<ServerConfig>();
        config->family = Family::v6;
        SubnetConfig subnet;
        subnet.id = 1;
        subnet.network = *parse_ipv6_prefix("2001:db8::/64");
        subnet.prefix_routes.managed = managed;
        subnet.prefix_routes.install = install;
        if (with_pool) {
            PoolConfig pool;
            pool.kind = LeaseKind::pd;
            pool.range = {prefix(1), prefix(9999)};
            subnet.pools.push_back(pool);
        }
        config->subnets.push_back(subnet);
        finish(*config);
        return config;
    }

    /// Until nothing happens any more, but for timers.
    void settle() {
        do {
            loop.restart();
            while (loop.poll() > 0) continue;
        } while (kernel.answer());
    }
    void start() {
        routes->use(config_with(true, true), false);
        routes->leases_loaded();
        settle();
    }
    void tell(LeaseCause cause, std::optional<Lease> before, std::optional<Lease> after) {
        if (after)
            leases.insert_or_assign(after->address, *after);
        else
            leases.erase(before->address);
        bus.publish({{0, cause, std::move(before), std::move(after)}}, {});
    }
    std::vector<Prefix> in_kernel() const {
        std::vector<Prefix> found;
        for (const auto& [destination, route] : kernel.routes) found.push_back(destination);
        return found;
    }

    LogLines log;
    boost::asio::io_context loop;
    testing_support::FakeTime time;
    Statistics statistics{time, Family::v6};
    EventBus bus{statistics};
    std::map<Prefix, Lease> leases;
    RoutePlan::Links links{{"eth0", 2}};
    FakeKernel kernel;
    std::optional<PrefixRoutes> routes;
};

TEST_F(PrefixRoutesTest, StoredLeasesAreReplayedAndStaleRoutesRemoved) {
    leases = {{prefix(1), lease_of(1)}, {prefix(2), lease_of(2, "fe80::2")}};
    kernel.routes[prefix(3)] = {prefix(3), 254, 1024, 147, *parse_ipv6("fe80::9"), 2};
    start();
    EXPECT_THAT(in_kernel(), ElementsAre(prefix(1), prefix(2)));
    EXPECT_EQ(kernel.routes[prefix(2)], (KernelRoute{prefix(2), 254, 1024, 147, *parse_ipv6("fe80::2"), 2}));
    const auto status = routes->status();
    EXPECT_TRUE(status.managed);
    EXPECT_EQ(status.installed, 2u);
    EXPECT_EQ(status.counters.stale, 1u);
}

TEST_F(PrefixRoutesTest, NothingIsRemovedBeforeTheLeasesAreKnown) {
    kernel.routes[prefix(3)] = {prefix(3), 254, 1024, 147, *parse_ipv6("fe80::9"), 2};
    routes->use(config_with(true, true), false);
    settle();
    EXPECT_EQ(kernel.looked, 0);
    EXPECT_THAT(in_kernel(), ElementsAre(prefix(3)));
}

TEST_F(PrefixRoutesTest, RoutesFollowLeases) {
    start();
    tell(LeaseCause::granted, {}, lease_of(1));
    settle();
    EXPECT_THAT(in_kernel(), ElementsAre(prefix(1)));
    tell(LeaseCause::renewed, lease_of(1), lease_of(1, "fe80::5"));
    settle();
    EXPECT_EQ(kernel.routes[prefix(1)].via, *parse_ipv6("fe80::5"));
    auto released = lease_of(1);
    released.state = LeaseState::released;
    tell(LeaseCause::released, lease_of(1), released);
    settle();
    EXPECT_THAT(in_kernel(), IsEmpty());

    tell(LeaseCause::granted, {}, lease_of(2));
    settle();
    tell(LeaseCause::removed, lease_of(2), {});  // by command, or reclaimed without affinity
    settle();
    EXPECT_THAT(in_kernel(), IsEmpty());
}

TEST_F(PrefixRoutesTest, AddressesHaveNoRoutes) {
    start();
    auto address = lease_of(1);
    address.kind = LeaseKind::na;
    tell(LeaseCause::granted, {}, address);
    settle();
    EXPECT_EQ(routes->status().routes, 0u);
}

TEST_F(PrefixRoutesTest, APoolThatIsGoneTakesItsRoutesAlong) {
    leases = {{prefix(1), lease_of(1)}};
    start();
    routes->use(config_with(true, true, false), true);
    settle();
    EXPECT_THAT(in_kernel(), IsEmpty());
    routes->use(config_with(true, true), true);
    settle();
    EXPECT_THAT(in_kernel(), ElementsAre(prefix(1)));
}

TEST_F(PrefixRoutesTest, SwitchedOffOrNoLongerMentionedAllGo) {
    leases = {{prefix(1), lease_of(1)}};
    start();
    routes->use(config_with(true, false), true);
    settle();
    EXPECT_THAT(in_kernel(), IsEmpty());
    routes->use(config_with(true, true), true);
    settle();
    routes->use(config_with(false, false), true);
    settle();
    EXPECT_THAT(in_kernel(), IsEmpty());
    EXPECT_FALSE(routes->status().managed);
}

TEST_F(PrefixRoutesTest, AConfigurationThatSaysNothingNeverSpeaksToTheKernel) {
    leases = {{prefix(1), lease_of(1)}};
    kernel.routes[prefix(3)] = {prefix(3), 254, 1024, 147, *parse_ipv6("fe80::9"), 2};
    routes->use(config_with(false, false), true);
    routes->leases_loaded();
    routes->links_changed();
    tell(LeaseCause::granted, {}, lease_of(2));
    settle();
    EXPECT_FALSE(kernel.events.broken);
    EXPECT_THAT(in_kernel(), ElementsAre(prefix(3)));
}

TEST_F(PrefixRoutesTest, OthersRoutesAreLeftAlone) {
    kernel.routes[prefix(3)] = {prefix(3), 254, 1024, 4, *parse_ipv6("fe80::9"), 2};
    kernel.routes[prefix(4)] = {prefix(4), 100, 1024, 147, *parse_ipv6("fe80::9"), 2};
    start();
    EXPECT_THAT(in_kernel(), ElementsAre(prefix(3), prefix(4)));
}

TEST_F(PrefixRoutesTest, AnInterfaceThatComesUpGetsItsRoutes) {
    links.clear();
    leases = {{prefix(1), lease_of(1)}};
    start();
    EXPECT_EQ(routes->status().no_link, 1u);
    links = {{"eth0", 7}};
    routes->links_changed();
    settle();
    EXPECT_EQ(kernel.routes[prefix(1)].link, 7u);
}

TEST_F(PrefixRoutesTest, ALeaseWithoutANextHopIsCountedUntilItsRenewal) {
    leases = {{prefix(1), lease_of(1, "")}};
    start();
    EXPECT_EQ(routes->status().no_next_hop, 1u);
    tell(LeaseCause::renewed, lease_of(1, ""), lease_of(1));
    settle();
    EXPECT_THAT(in_kernel(), ElementsAre(prefix(1)));
}

TEST_F(PrefixRoutesTest, LostEventsAreMadeGoodByReadingTheLeases) {
    start();
    for (unsigned number = 1; number <= PrefixRoutes::events_max + 10; ++number)
        tell(LeaseCause::granted, {}, lease_of(number % 5000 + 1));
    settle();
    EXPECT_EQ(routes->status().events_lost, 10u);
    EXPECT_EQ(kernel.routes.size(), leases.size());
    EXPECT_EQ(routes->status().installed, leases.size());
}

TEST_F(PrefixRoutesTest, ARefusalSaysWhatToDoAndAFloodOfThemIsShort) {
    kernel.refuses = EPERM;
    for (unsigned number = 1; number <= 40; ++number) leases.emplace(prefix(number), lease_of(number));
    start();
    EXPECT_EQ(routes->status().refused, 40u);
    EXPECT_THAT(routes->status().last_error, HasSubstr("not permitted, no right"));
    const auto told = std::ranges::count_if(
        log.lines, [](const auto& line) { return line.find("CAP_NET_ADMIN") != std::string::npos; });
    EXPECT_LE(told, static_cast<int>(2 * PrefixRoutes::refusals_told_max));
    EXPECT_GE(told, 1);
}

TEST_F(PrefixRoutesTest, ABrokenSocketIsToldOnceAndTriedAgain) {
    kernel.deaf = EMFILE;
    leases = {{prefix(1), lease_of(1)}, {prefix(2), lease_of(2)}};
    start();
    const auto is_told = [](const auto& line) { return line.find("cannot be read or changed") != std::string::npos; };
    EXPECT_EQ(std::ranges::count_if(log.lines, is_told), 1);
    EXPECT_THAT(routes->status().last_error, HasSubstr("open files"));
    kernel.deaf = 0;
    while (in_kernel().size() < 2) {
        loop.restart();
        loop.run_one();
        settle();
    }
    EXPECT_EQ(routes->status().installed, 2u);
}

TEST_F(PrefixRoutesTest, LostAnswersAreMadeGood) {
    start();
    tell(LeaseCause::granted, {}, lease_of(1));
    loop.restart();
    loop.poll();
    ASSERT_FALSE(kernel.unanswered.empty());
    kernel.unanswered.clear();
    kernel.events.broken(ENOBUFS);
    while (in_kernel().empty()) {
        loop.restart();
        loop.run_one();
        settle();
    }
    EXPECT_EQ(routes->status().installed, 1u);
}

}  // namespace
}  // namespace leasehold::prefix_routes_test
