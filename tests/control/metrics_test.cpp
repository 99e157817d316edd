// Names that dashboards look for, every statistic somewhere, and a text that Prometheus reads.
#include "control/metrics.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <set>
#include <sstream>

#include "tests/support/fake_time.hpp"

namespace leasehold::metrics_test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string all_of(const AnswerPieces& pieces, std::size_t* count = nullptr, std::size_t* longest = nullptr) {
    std::string text;
    for (bool more = true; more;) {
        const auto before = text.size();
        more = pieces(text);
        if (count != nullptr) ++*count;
        if (longest != nullptr) *longest = std::max(*longest, text.size() - before);
    }
    return text;
}

std::shared_ptr<ServerConfig> config_of(Family family, std::uint32_t subnets = 1) {
    auto config = std::make_shared<ServerConfig>();
    config->family = family;
    config->shared_networks.resize(1);
    config->shared_networks[0].name = "a\"b\\c\n";
    for (std::uint32_t id = 1; id <= subnets; ++id) {
        SubnetConfig subnet;
        subnet.id = id;
        subnet.network = family == Family::v4 ? to_prefix(Ipv4{0x0a000000 + (id << 8)})
                                              : Prefix{*parse_ipv6("2001:db8::"), 64};
        if (family == Family::v4) subnet.network.length = 120;
        if (id == 1) subnet.shared_network = 0;
        PoolConfig pool;
        pool.kind = family == Family::v4 ? LeaseKind::v4 : LeaseKind::na;
        subnet.pools.push_back(pool);
        subnet.pools.push_back(pool);  // counts with the former
        if (family == Family::v6) {
            pool.kind = LeaseKind::pd;
            pool.pool_id = 5;
            subnet.pools.push_back(pool);
        }
        config->subnets.push_back(std::move(subnet));
    }
    return config;
}

struct MetricsTest : testing::Test {
    testing_support::FakeTime time;
    Statistics v4{time, Family::v4}, v6{time, Family::v6};

    void SetUp() override {
        v4.set_scopes({{1, {{0, false}}}});
        v6.set_scopes({{1, {{0, false}, {5, true}}}});
    }
    std::string text() {
        StatusInputs status4, status6;
        status6.family = Family::v6;
        return all_of(metric_pieces({{Family::v4, v4, config_of(Family::v4), status4},
                                     {Family::v6, v6, config_of(Family::v6), status6}}));
    }
    static std::set<std::string> names(const std::string& text) {
        std::set<std::string> found;
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);)
            if (!line.starts_with('#')) found.insert(line.substr(0, line.find_first_of("{ ")));
        return found;
    }
};

/// Of Stork 2.x, as its exporter names them.
constexpr std::array stork_names{"kea_dhcp4_global4_cumulative_addresses_assigned_total",
                                 "kea_dhcp4_global4_addresses_declined_total",
                                 "kea_dhcp4_global4_addresses_declined_reclaimed_total",
                                 "kea_dhcp4_global4_addresses_reclaimed_total",
                                 "kea_dhcp6_global6_addresses_declined_total",
                                 "kea_dhcp6_global6_cumulative_nas_assigned_total",
                                 "kea_dhcp6_global6_cumulative_pds_assigned_total",
                                 "kea_dhcp6_global6_addresses_declined_reclaimed_total",
                                 "kea_dhcp6_global6_addresses_reclaimed_total",
                                 "kea_dhcp4_packets_sent_total",
                                 "kea_dhcp4_packets_received_total",
                                 "kea_dhcp6_packets_sent_total",
                                 "kea_dhcp6_packets_received_total",
                                 "kea_dhcp6_packets_sent_dhcp4_total",
                                 "kea_dhcp6_packets_received_dhcp4_total",
                                 "kea_dhcp4_addresses_assigned_total",
                                 "kea_dhcp4_addresses_declined_total",
                                 "kea_dhcp4_addresses_declined_reclaimed_total",
                                 "kea_dhcp4_addresses_reclaimed_total",
                                 "kea_dhcp4_addresses_total",
                                 "kea_dhcp4_cumulative_addresses_assigned_total",
                                 "kea_dhcp6_na_total",
                                 "kea_dhcp6_na_assigned_total",
                                 "kea_dhcp6_pd_total",
                                 "kea_dhcp6_pd_assigned_total",
                                 "kea_dhcp6_addresses_reclaimed_total",
                                 "kea_dhcp6_addresses_declined_total",
                                 "kea_dhcp6_addresses_declined_reclaimed_total",
                                 "kea_dhcp6_cumulative_nas_assigned_total",
                                 "kea_dhcp6_cumulative_pds_assigned_total",
                                 "kea_dhcp4_pool_addresses_assigned_total",
                                 "kea_dhcp4_pool_addresses_declined_total",
                                 "kea_dhcp4_pool_addresses_reclaimed_total",
                                 "kea_dhcp4_pool_addresses_declined_reclaimed_total",
                                 "kea_dhcp4_pool_addresses_cumulative_assigned_total",
                                 "kea_dhcp4_pool_addresses_total",
                                 "kea_dhcp6_pool_na_assigned_total",
                                 "kea_dhcp6_pool_addresses_declined_total",
                                 "kea_dhcp6_pool_addresses_reclaimed_total",
                                 "kea_dhcp6_pool_addresses_declined_reclaimed_total",
                                 "kea_dhcp6_pool_cumulative_nas_assigned_total",
                                 "kea_dhcp6_pool_na_total",
                                 "kea_dhcp6_pool_pd_assigned_total",
                                 "kea_dhcp6_pool_pd_addresses_reclaimed_total",
                                 "kea_dhcp6_pool_cumulative_pds_assigned_total",
                                 "kea_dhcp6_pool_pd_total"};

TEST_F(MetricsTest, NamesThatStorksDashboardsLookFor) {
    const auto found = names(text());
    for (const char* const name : stork_names) EXPECT_TRUE(found.contains(name)) << name;
}

TEST_F(MetricsTest, OperationsAsStorkNamesThem) {
    const auto all = text();
    for (const char* const operation : {"ack", "nak", "decline", "discover", "inform", "offer", "drop",
                                        "parse-failed", "release", "request", "unknown"})
        EXPECT_THAT(all, HasSubstr("kea_dhcp4_packets_received_total{operation=\"" + std::string{operation} +
                                   "\"} "));
    for (const char* const operation :
         {"solicit", "advertise", "request", "reply", "renew", "rebind", "release", "decline", "infrequest",
          "unknown", "drop", "parse-failed"})
        EXPECT_THAT(all, HasSubstr("kea_dhcp6_packets_received_total{operation=\"" + std::string{operation} +
                                   "\"} "));
    EXPECT_THAT(all, HasSubstr("kea_dhcp6_packets_sent_dhcp4_total{operation=\"response\"} "));
    EXPECT_THAT(all, HasSubstr("kea_dhcp6_packets_received_dhcp4_total{operation=\"query\"} "));
}

TEST(MetricTable, NoStatisticIsMissing) {
    for (const Family family : {Family::v4, Family::v6}) {
        std::multiset<std::pair<Stat, MetricScope>> shown;
        std::set<std::string> metric_names;
        for (const StatMetric& metric : stat_metrics(family)) {
            EXPECT_TRUE(metric_names.insert(metric.name).second) << metric.name;
            std::set<std::string> labels;
            for (const MetricMember& member : metric.members) {
                EXPECT_EQ(member.scope, metric.members.front().scope) << metric.name;
                EXPECT_TRUE(labels.insert(member.label).second) << metric.name << member.label;
                shown.emplace(member.stat, member.scope);
            }
        }
        for (const StatDef& def : stat_defs()) {
            if (!includes(def.families, family)) continue;
            const auto times = [&](MetricScope scope) { return shown.count({def.stat, scope}); };
            const bool twice = def.name.ends_with("-parse-failed");
            EXPECT_EQ(times(MetricScope::global), def.scopes.global ? (twice ? 2u : 1u) : 0u) << def.name;
            EXPECT_EQ(times(MetricScope::subnet), def.scopes.subnet ? 1u : 0u) << def.name;
            EXPECT_EQ(times(MetricScope::pool), def.scopes.pool ? 1u : 0u) << def.name;
            EXPECT_EQ(times(MetricScope::pd_pool), def.scopes.pd_pool && family == Family::v6 ? 1u : 0u)
                << def.name;
        }
    }
}

TEST_F(MetricsTest, ValuesWithTheirLabels) {
    v4.add(Stat::assigned_addresses, 1, StatPool{0, false}, 3);
    v4.add(Stat::pkt4_ack_sent);
    v4.add(Stat::pkt4_queue_full, 4);
    v6.set(Stat::total_nas, 1, std::nullopt, static_cast<StatValue>(1) << 64);
    v6.set(Stat::assigned_pds, 1, StatPool{5, true}, 2);
    v6.add(Stat::pkt6_queue_full, 5);
    const auto all = text();
    const std::string labels =
        R"(subnet="10.0.1.0/24",subnet_id="1",prefix="10.0.1.0/24",shared_network="a\"b\\c\n"})";
    EXPECT_THAT(all, HasSubstr("\nkea_dhcp4_addresses_assigned_total{" + labels + " 3\n"));
    EXPECT_THAT(all, HasSubstr("\nkea_dhcp4_pool_addresses_assigned_total{pool_id=\"0\"," + labels + " 3\n"));
    EXPECT_THAT(all, HasSubstr("\nkea_dhcp4_packets_sent_total{operation=\"ack\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("\nkea_dhcp4_global4_addresses_assigned_total 3\n"));
    EXPECT_THAT(all, HasSubstr("\nleasehold_packets_dropped_total{family=\"4\",reason=\"queue-full\"} 4\n"));
    EXPECT_THAT(all, HasSubstr("\nleasehold_packets_dropped_total{family=\"6\",reason=\"queue-full\"} 5\n"));
    EXPECT_THAT(all, HasSubstr("kea_dhcp6_pool_pd_assigned_total{pool_id=\"5\",subnet=\"2001:db8::/64\","));
    EXPECT_THAT(all, HasSubstr("shared_network=\"a\\\"b\\\\c\\n\"} 18446744073709551616\n"));
    EXPECT_THAT(all, HasSubstr("leasehold_service_state{family=\"4\",state=\"closed\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("leasehold_backend_state{family=\"6\",state=\"serving\"} 0\n"));
}

TEST_F(MetricsTest, FailuresInSubnetsAppearWithTheFirst) {
    EXPECT_THAT(text(), Not(HasSubstr("\nkea_dhcp4_allocations_failed_total{context=")));
    v4.add(Stat::v4_allocation_fail_no_pools, 1, std::nullopt);
    EXPECT_THAT(text(), HasSubstr("\nkea_dhcp4_allocations_failed_total{context=\"no-pools\",subnet="));
}

TEST_F(MetricsTest, HistogramsAddUpToTheirCount) {
    StatusInputs status4, status6;
    status6.family = Family::v6;
    Histogram discovers{time_bounds}, solicits{time_bounds};
    constexpr std::array<std::uint64_t, 4> waits{50'000, 50'001, 1'000'000, 20'000'000'000};  // nanoseconds
    for (const std::uint64_t wait : waits) discovers.note(wait);
    solicits.note(std::uint64_t{1'500'000'000});
    status4.server.exchange_times = {{Stat::pkt4_discover_received, discovers}};
    status6.server.exchange_times = {{Stat::pkt6_solicit_received, solicits}};
    status4.server.store.batch_leases.note(3);
    const auto all = all_of(metric_pieces({{Family::v4, v4, nullptr, status4}, {Family::v6, v6, nullptr, status6}}));
    EXPECT_THAT(all, HasSubstr("\n# TYPE leasehold_exchange_seconds histogram\n"
                               "leasehold_exchange_seconds_bucket{family=\"4\",message=\"discover\",le=\"0.00005\"} 1\n"
                               "leasehold_exchange_seconds_bucket{family=\"4\",message=\"discover\",le=\"0.0001\"} 2\n"));
    EXPECT_THAT(all, HasSubstr("{family=\"4\",message=\"discover\",le=\"0.001\"} 3\n"));
    EXPECT_THAT(all, HasSubstr("{family=\"4\",message=\"discover\",le=\"10\"} 3\n"
                               "leasehold_exchange_seconds_bucket{family=\"4\",message=\"discover\",le=\"+Inf\"} 4\n"
                               "leasehold_exchange_seconds_sum{family=\"4\",message=\"discover\"} 20.001100001\n"
                               "leasehold_exchange_seconds_count{family=\"4\",message=\"discover\"} 4\n"
                               "leasehold_exchange_seconds_bucket{family=\"6\",message=\"solicit\",le=\"0.00005\"} 0\n"));
    EXPECT_THAT(all, HasSubstr("\nleasehold_exchange_seconds_sum{family=\"6\",message=\"solicit\"} 1.5\n"));
    EXPECT_THAT(all, HasSubstr("\nleasehold_commit_batch_leases_bucket{family=\"4\",le=\"2\"} 0\n"
                               "leasehold_commit_batch_leases_bucket{family=\"4\",le=\"4\"} 1\n"));
    EXPECT_THAT(all, HasSubstr("\nleasehold_commit_batch_leases_sum{family=\"4\"} 3\n"));
    EXPECT_THAT(all, HasSubstr("\nleasehold_commit_seconds_count{family=\"6\"} 0\n"));
}

TEST(UnitText, IsExactAndShort) {
    struct Row {
        std::uint64_t value;
        HistogramUnit unit;
        std::string_view text;
    };
    using enum HistogramUnit;
    for (const auto& [value, unit, wanted] :
         {Row{0, nanoseconds, "0"}, Row{1, nanoseconds, "0.000000001"}, Row{50'000, nanoseconds, "0.00005"},
          Row{1'000'000'000, nanoseconds, "1"}, Row{10'000'000'000, nanoseconds, "10"},
          Row{12'345'678'900, nanoseconds, "12.3456789"}, Row{~std::uint64_t{0}, nanoseconds, "18446744073.709551615"},
          Row{0, one, "0"}, Row{1024, one, "1024"}})
        EXPECT_EQ(unit_text(value, unit), wanted);
}

TEST_F(MetricsTest, WhatOnlyADatabaseServerHas) {
    StatusInputs status;
    const auto text_of = [&] { return all_of(metric_pieces({{Family::v4, v4, nullptr, status}})); };
    EXPECT_THAT(text_of(), Not(HasSubstr("leasehold_db_credentials")));
    status.server.credentials.emplace();
    EXPECT_THAT(text_of(), Not(HasSubstr("leasehold_db_credentials_age_seconds"))) << "none were read yet";
    status.server.credentials->loaded_at = std::chrono::system_clock::now() + std::chrono::hours{1};
    status.server.store.credentials_refused = 2;
    EXPECT_THAT(text_of(), HasSubstr("\nleasehold_db_credentials_age_seconds{family=\"4\"} 0\n")) << "a clock was set";
    EXPECT_THAT(text_of(), HasSubstr("\nleasehold_db_credentials_reload_total{family=\"4\",result=\"refused\"} 2\n"));
}

TEST_F(MetricsTest, WhatWaitsAndWhatIsOpen) {
    StatusInputs status;
    status.server.decisions_queued = 7;
    status.server.sockets = {.octets_queued = 4096, .dropped = 5};
    status.server.store.opened = 2;
    status.server.store.open_failed = 3;
    status.server.store.losses = 1;
    status.connections_open = 6;
    status.event_streams = 8;
    const auto all = all_of(metric_pieces({{Family::v6, v6, nullptr, status}}));
    for (const auto* const line : {"leasehold_queue_length{family=\"6\",queue=\"decisions-uncommitted\"} 7",
                                   "leasehold_receive_queue_bytes{family=\"6\"} 4096",
                                   "leasehold_receive_queue_drops_total{family=\"6\"} 5",
                                   "leasehold_db_reconnect_attempts_total{family=\"6\",result=\"succeeded\"} 2",
                                   "leasehold_db_reconnect_attempts_total{family=\"6\",result=\"failed\"} 3",
                                   "leasehold_db_losses_total{family=\"6\"} 1",
                                   "leasehold_control_connections{family=\"6\"} 6",
                                   "leasehold_event_streams{family=\"6\"} 8"})
        EXPECT_THAT(all, HasSubstr(std::string{"\n"} + line + "\n"));
}

/// Each line is one of the format's, and each metric's lines stand together behind its heading.
TEST_F(MetricsTest, IsInTheTextFormat) {
    const std::regex sample{
        R"re(^[a-z_0-9]+(\{[a-z_]+="([^"\\\n]|\\.)*"(,[a-z_]+="([^"\\\n]|\\.)*")*\})? -?[0-9]+(\.[0-9]+)?$)re"};
    std::set<std::string> seen, lines_seen;
    std::string now, type;
    const auto belongs = [&](std::string_view name) {
        if (name == now) return type != "histogram";
        if (!name.starts_with(now) || type != "histogram") return false;
        const auto part = name.substr(now.size());
        return part == "_bucket" || part == "_sum" || part == "_count";
    };
    std::istringstream lines{text()};
    for (std::string line; std::getline(lines, line);) {
        EXPECT_TRUE(lines_seen.insert(line.substr(0, line.rfind(' '))).second) << line;
        if (line.starts_with("# HELP ")) {
            now = line.substr(7, line.find(' ', 7) - 7);
            EXPECT_TRUE(seen.insert(now).second) << "twice: " << now;
            continue;
        }
        if (line.starts_with("# TYPE ")) {
            EXPECT_EQ(line.substr(7, line.find(' ', 7) - 7), now);
            type = line.substr(line.rfind(' ') + 1);
            continue;
        }
        EXPECT_TRUE(std::regex_match(line, sample)) << line;
        EXPECT_TRUE(belongs(std::string_view{line}.substr(0, line.find_first_of("{ ")))) << line;
    }
}

TEST_F(MetricsTest, ManySubnetsComeInPieces) {
    constexpr std::uint32_t subnets = 10000;
    std::size_t pieces = 0, longest = 0;
    const auto all =
        all_of(metric_pieces({{Family::v4, v4, config_of(Family::v4, subnets), {}}}), &pieces, &longest);
    EXPECT_THAT(all, HasSubstr("subnet_id=\"10000\""));
    EXPECT_LT(longest, 2 * answer_piece_size);
    EXPECT_GE(pieces, all.size() / (2 * answer_piece_size));
}

TEST_F(MetricsTest, WithoutSubnetsWhileNothingWasLoaded) {
    const auto all = all_of(metric_pieces({{Family::v4, v4, nullptr, {}}}));
    EXPECT_THAT(all, Not(HasSubstr("subnet_id")));
    EXPECT_THAT(all, HasSubstr("kea_dhcp4_packets_received_total"));
}

}  // namespace
}  // namespace leasehold::metrics_test
