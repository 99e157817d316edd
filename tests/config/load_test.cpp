// Whole configurations: what comes out of good ones, that config-get's form loads to the same, and that size
// does not matter.
#include "config/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>

#include "config/lexer.hpp"
#include "tests/config/configuration.hpp"

namespace leasehold::config::load_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> examples() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator{SOURCE_DIR "/config/examples"})
        if (entry.path().extension() == ".conf") paths.push_back(entry.path().string());
    std::ranges::sort(paths);
    return paths;
}

/// Names are compared by what they say, not by where they are kept.
std::vector<SubnetConfig> without_names(std::vector<SubnetConfig> subnets) {
    for (SubnetConfig& subnet : subnets) {
        subnet.ddns.reset();
        for (PoolConfig& pool : subnet.pools) pool.ddns.reset();
    }
    return subnets;
}
std::vector<DdnsConfig> names_of(const ServerConfig& server) {
    std::vector<DdnsConfig> names{*server.ddns};
    for (const SubnetConfig& subnet : server.subnets) {
        names.push_back(*subnet.ddns);
        for (const PoolConfig& pool : subnet.pools) names.push_back(pool.ddns ? *pool.ddns : *subnet.ddns);
    }
    return names;
}

/// Everything of a ServerConfig but the index, which is made from the rest.
void expect_same(const ServerConfig& a, const ServerConfig& b) {
    EXPECT_EQ(a.interfaces, b.interfaces);
    EXPECT_EQ(a.lease_database, b.lease_database);
    EXPECT_EQ(a.expiration, b.expiration);
    EXPECT_EQ(a.compatibility, b.compatibility);
    EXPECT_EQ(without_names(a.subnets), without_names(b.subnets));
    EXPECT_EQ(names_of(a), names_of(b));
    EXPECT_EQ(a.shared_networks, b.shared_networks);
    EXPECT_EQ(a.classes, b.classes);
    EXPECT_EQ(a.hosts->all(), b.hosts->all());
    EXPECT_EQ(a.host_identifiers, b.host_identifiers);
    EXPECT_EQ(a.flex_options, b.flex_options);
    EXPECT_EQ(a.flex_id, b.flex_id);
    EXPECT_EQ(a.answers_bootp, b.answers_bootp);
    EXPECT_EQ(a.packet_age_max, b.packet_age_max);
    EXPECT_EQ(a.dhcp_ddns, b.dhcp_ddns);
    EXPECT_EQ(a.run_script, b.run_script);
    EXPECT_EQ(a.pool_ranges, b.pool_ranges);
    EXPECT_EQ(a.options, b.options);
    EXPECT_EQ(a.echo_client_id, b.echo_client_id);
    EXPECT_EQ(a.authoritative, b.authoritative);
    EXPECT_EQ(a.decline_probation_period, b.decline_probation_period);
    EXPECT_EQ(a.lease_reuse_grace, b.lease_reuse_grace);
    EXPECT_EQ(a.server_id, b.server_id);
    EXPECT_EQ(a.statistic_sample_count, b.statistic_sample_count);
    EXPECT_EQ(a.statistic_sample_age, b.statistic_sample_age);
    EXPECT_EQ(a.server_duid, b.server_duid);
    EXPECT_EQ(a.mac_sources, b.mac_sources);
    EXPECT_EQ(a.relay_supplied_options, b.relay_supplied_options);
    EXPECT_EQ(a.allow_address_registration, b.allow_address_registration);
}

LoadOptions of_family(const Loaded& loaded) {
    LoadOptions options;
    options.family = loaded.server->family;
    return options;
}

class Example : public testing::TestWithParam<std::string> {};

TEST_P(Example, LoadsWithoutAWarning) {
    const auto loaded = load_any_file(GetParam());
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
    EXPECT_FALSE(loaded->server->subnets.empty());
}

TEST_P(Example, FullFormLoadsToTheSame) {
    const auto first = load_any_file(GetParam());
    ASSERT_TRUE(first);
    for (const std::string& text : {compact(*first->full), pretty(*first->full)}) {
        const auto parsed = parse(text, {});
        ASSERT_TRUE(parsed);
        const auto second = load(parsed->value, of_family(*first));
        ASSERT_TRUE(second) << format(second.error());
        EXPECT_EQ(*second->full, *first->full);
        EXPECT_EQ(second->hash, first->hash);
        expect_same(*second->server, *first->server);
        EXPECT_EQ(second->daemon.control_sockets, first->daemon.control_sockets);
        EXPECT_EQ(second->daemon.loggers, first->daemon.loggers);
    }
}

/// I6: a mutated configuration ends in an answer; the sanitizers watch. The seed is the same each time.
TEST_P(Example, MutationsEndInAnAnswer) {
    const auto text = read_text(GetParam(), 1 << 20);
    const auto first = load_any_file(GetParam());
    ASSERT_TRUE(text && first);
    constexpr std::string_view pieces[] = {"{", "}",          "[",    "]",    ",",   ":",     "\"",
                                           "0", "-1",         "null", "true", "1e9", "\\u00", "/*",
                                           "#", "4294967296", "\"\"", "[]",   "{}",  "<?",    "\xff"};
    std::mt19937 random{4711};
    const auto below = [&](std::size_t limit) { return random() % limit; };
    std::size_t accepted = 0;
    for (int round = 0; round < 1500; ++round) {
        std::string mutated = *text;
        for (std::size_t i = 0, changes = 1 + below(4); i < changes; ++i) {
            const std::size_t at = below(mutated.size());
            const std::size_t length = std::min(below(12), mutated.size() - at);
            mutated.replace(at, length, pieces[below(std::size(pieces))]);
        }
        const auto parsed = parse(mutated, {});
        if (!parsed) {
            EXPECT_FALSE(parsed.error().empty());
            continue;
        }
        LoadOptions options = of_family(*first);
        options.allow_unsupported = round % 2 == 0;
        const auto loaded = load(parsed->value, options);
        EXPECT_TRUE(loaded || !loaded.error().empty());
        accepted += loaded ? 1 : 0;
    }
    EXPECT_GT(accepted, 0u);
}

INSTANTIATE_TEST_SUITE_P(Files, Example, testing::ValuesIn(examples()), [](const auto& file) {
    std::string name = std::filesystem::path{file.param}.stem().string();
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(Load, ExamplesAreThere) {
    EXPECT_EQ(examples().size(), 14u);
}

TEST(Load, EmptyServerHasKeasDefaults) {
    const auto loaded = load_text("{\"Dhcp4\": {}}");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
    const ServerConfig& server = *loaded->server;
    EXPECT_EQ(server.lease_database.path, "/var/lib/leasehold/leases4.db");
    EXPECT_EQ(server.lease_database.import_csv, "/var/lib/leasehold/kea-leases4.csv");
    EXPECT_TRUE(server.echo_client_id);
    EXPECT_FALSE(server.authoritative);
    EXPECT_EQ(server.decline_probation_period, 86400u);
    EXPECT_EQ(server.expiration.hold_reclaimed, std::chrono::hours{1});
    EXPECT_EQ(loaded->hash.size(), 64u);
}

TEST(Load, DefaultsWrittenOutAreSilent) {
    const auto loaded = load_text(R"({"Dhcp4": {
        "multi-threading": {"enable-multi-threading": true, "thread-pool-size": 0},
        "dhcp-queue-control": {"enable-queue": false, "queue-type": "kea-ring4", "capacity": 64, "other": [1]},
        "dhcp-ddns": {"enable-updates": false}, "sanity-checks": {"lease-checks": "warn"},
        "parked-packet-limit": 256, "server-tag": "", "reservations": [], "client-classes": [], "shared-networks": [],
        "hosts-databases": [], "hooks-libraries": [], "reservations-in-subnet": true, "dhcp4o6-port": 0,
        "host-reservation-identifiers": ["hw-address", "duid", "circuit-id", "client-id"]}})");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
}

TEST(Load, SubnetsInheritAndAreInAscendingOrder) {
    const auto loaded = load_global(R"("valid-lifetime": 4000, "renew-timer": 900, "next-server": "192.0.2.5",
        "authoritative": true, "subnet4": [
        {"id": 7, "subnet": "10.7.0.0/16", "valid-lifetime": 100, "authoritative": false, "allocator": "random"},
        {"id": 3, "subnet": "10.3.0.0/16", "pools": [{"pool": "10.3.0.1-10.3.0.9"}, {"pool": "10.3.1.0/24"}]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& subnets = loaded->server->subnets;
    ASSERT_EQ(subnets.size(), 2u);
    EXPECT_EQ(subnets[0].id, 3u);
    EXPECT_EQ(subnets[0].valid_lifetime, (LifetimeRange{4000, 4000, 4000}));
    EXPECT_EQ(subnets[0].renew_timer, 900u);
    EXPECT_TRUE(subnets[0].authoritative);
    EXPECT_EQ(subnets[0].next_server, parse_ipv4("192.0.2.5"));
    EXPECT_EQ(subnets[0].pools[1].index, 1u);
    EXPECT_EQ(loaded->server->pool_ranges.size(), 2u);
    EXPECT_EQ(subnets[1].valid_lifetime.normal, 100u);
    EXPECT_FALSE(subnets[1].authoritative);
    EXPECT_EQ(subnets[1].allocator, AllocatorKind::random);
    EXPECT_EQ(loaded->server->subnet(7), &subnets[1]);
    EXPECT_EQ(loaded->server->subnet(5), nullptr);
}

struct Triple {
    const char* name;
    const char* text;
    LifetimeRange expected;
};
void PrintTo(const Triple& c, std::ostream* out) {
    *out << c.name;
}

class Lifetimes : public testing::TestWithParam<Triple> {};

TEST_P(Lifetimes, FollowTheTripleRule) {
    const auto loaded =
        load_global(std::string{GetParam().text} + R"("subnet4": [{"id": 1, "subnet": "10.0.0.0/8"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->subnets[0].valid_lifetime, GetParam().expected);
}
const Triple triples[] = {
    {"none", "", {7200, 7200, 7200}},
    {"value", "\"valid-lifetime\": 5,", {5, 5, 5}},
    {"value_and_max", "\"valid-lifetime\": 5, \"max-valid-lifetime\": 9,", {5, 5, 9}},
    {"value_and_min", "\"valid-lifetime\": 5, \"min-valid-lifetime\": 2,", {2, 5, 5}},
    {"only_min", "\"min-valid-lifetime\": 2,", {2, 2, 2}},
    {"only_max", "\"max-valid-lifetime\": 9,", {9, 9, 9}},
    {"all", "\"valid-lifetime\": 5, \"min-valid-lifetime\": 2, \"max-valid-lifetime\": 9,", {2, 5, 9}},
    {"for_ever", "\"valid-lifetime\": 4294967295,", {4294967295, 4294967295, 4294967295}},
};
INSTANTIATE_TEST_SUITE_P(Table, Lifetimes, testing::ValuesIn(triples),
                         [](const auto& c) { return std::string{c.param.name}; });

TEST(Load, FullFormShowsWhatConfigGetShows) {
    const auto loaded =
        load_global(R"("comment": "hello", "control-socket": {"socket-type": "unix", "socket-name": "s"},
        "cache-threshold": 0, "subnet4": [{"id": 1, "subnet": "192.0.2.9/24", "comment": "x",
        "pools": [{"pool": " 192.0.2.10  -  192.0.2.20 "}, {"pool": "192.0.2.64 - 192.0.2.127"}],
        "option-data": [{"code": 3, "data": "192.0.2.1"}]}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& full = loaded->full->at("Dhcp4");
    EXPECT_EQ(full["user-context"]["comment"], "hello");
    EXPECT_FALSE(full.contains("comment"));
    EXPECT_FALSE(full.contains("control-socket"));
    EXPECT_EQ(full["control-sockets"][0]["socket-name"], "s");
    EXPECT_EQ(compact(full["cache-threshold"]), "0.0");
    EXPECT_EQ(full["expired-leases-processing"]["max-reclaim-leases"], 100);
    EXPECT_EQ(full["dhcp-ddns"]["enable-updates"], false);
    EXPECT_EQ(full["valid-lifetime"], 7200);
    EXPECT_FALSE(full.contains("min-valid-lifetime"));
    const auto& subnet = full["subnet4"][0];
    EXPECT_EQ(subnet["subnet"], "192.0.2.0/24");
    EXPECT_EQ(subnet["max-valid-lifetime"], 7200);
    EXPECT_EQ(subnet["relay"], nlohmann::json::parse(R"({"ip-addresses": []})"));
    EXPECT_EQ(subnet["pools"][0]["pool"], "192.0.2.10-192.0.2.20");
    EXPECT_EQ(subnet["pools"][1]["pool"], "192.0.2.64/26");
    EXPECT_EQ(
        compact(subnet["option-data"][0]),
        R"({ "always-send": false, "code": 3, "csv-format": true, "data": "192.0.2.1", "name": "routers", )"
        R"("never-send": false, "space": "dhcp4" })");
}

TEST(Load, SecretsAreNotShown) {
    const auto loaded = load_global(R"("lease-database": {"type": "memory", "password": "swordfish"})");
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->full->at("Dhcp4")["lease-database"]["password"], "*****");
    EXPECT_EQ(format(loaded->warnings).find("swordfish"), std::string::npos);
    const auto wrong = load_global(R"("lease-database": {"type": "memory", "password": 12345})");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(format(wrong.error()).find("12345"), std::string::npos);
}

TEST(Load, LeaseDatabases) {
    struct Case {
        const char* text;
        BackendType type;
        const char *path, *csv;
    };
    const Case cases[] = {
        {R"({"type": "memory"})", BackendType::memory, "", ""},
        {R"({"type": "memfile", "persist": false, "name": "x.csv"})", BackendType::memory, "", ""},
        {R"({"type": "memfile"})", BackendType::sqlite, "/data/leases4.db", "/data/kea-leases4.csv"},
        {R"({"type": "memfile", "name": "/a/b.csv"})", BackendType::sqlite, "/a/b.db", "/a/b.csv"},
        {R"({"type": "memfile", "name": "b"})", BackendType::sqlite, "/data/b.db", "/data/b"},
        {R"({"type": "sqlite"})", BackendType::sqlite, "/data/leases4.db", ""},
        {R"({"type": "sqlite", "name": ":memory:"})", BackendType::sqlite, ":memory:", ""},
        {R"({"type": "sqlite", "name": "x/y.db"})", BackendType::sqlite, "/data/x/y.db", ""},
    };
    LoadOptions options;
    options.directories.data = "/data";
    for (const Case& c : cases) {
        const auto loaded = load_global("\"lease-database\": " + std::string{c.text}, options);
        ASSERT_TRUE(loaded) << format(loaded.error());
        EXPECT_EQ(loaded->server->lease_database.type, c.type) << c.text;
        EXPECT_EQ(loaded->server->lease_database.path, c.path) << c.text;
        EXPECT_EQ(loaded->server->lease_database.import_csv, c.csv) << c.text;
        EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
    }
}

TEST(Load, LoggersInBothSpellings) {
    LoadOptions options;
    options.directories.log = "/log";
    const auto loaded = load_global(R"("loggers": [
        {"name": "kea-dhcp4", "severity": "debug", "debuglevel": 40, "output_options": [{"output": "a.log", "maxver": 3}]},
        {"name": "leases", "severity": "NONE"}, {"name": "kea-dhcp4.commands", "output-options": [{"output": "syslog:local3"}]}])",
                                    options);
    ASSERT_TRUE(loaded) << format(loaded.error());
    const auto& loggers = loaded->daemon.loggers;
    ASSERT_EQ(loggers.size(), 3u);
    EXPECT_EQ(loggers[0].severity, LogSeverity::debug);
    EXPECT_EQ(loggers[0].debug_level, 40);
    EXPECT_EQ(loggers[0].outputs.at(0).output, "/log/a.log");
    EXPECT_EQ(loggers[0].outputs.at(0).maxver, 3u);
    EXPECT_EQ(loggers[1].name, "kea-dhcp4.leases");
    EXPECT_TRUE(loggers[1].silent);
    EXPECT_EQ(loggers[2].outputs.at(0).output, "syslog:local3");
    EXPECT_THAT(format(loaded->warnings), HasSubstr("old spelling"));
}

TEST(Load, GlobalSwitchesOfHostsAndChecks) {
    const auto plain = load_global("");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->server->packet_age_max, std::chrono::seconds{2});
    EXPECT_EQ(plain->server->lease_check, LeaseCheck::warn);
    const auto loaded = load_global(R"("stash-agent-options": true, "early-global-reservations-lookup": true,
        "ip-reservations-unique": false, "sanity-checks": {"lease-checks": "fix-del", "extended-info-checks": "pedantic"},
        "dhcp-queue-control": {"packet-age-max": "5s"})");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_TRUE(loaded->warnings.empty()) << format(loaded->warnings);
    EXPECT_TRUE(loaded->server->stash_agent_options);
    EXPECT_TRUE(loaded->server->early_global_reservations);
    EXPECT_FALSE(loaded->server->ip_reservations_unique);
    EXPECT_EQ(loaded->server->lease_check, LeaseCheck::fix_del);
    EXPECT_EQ(loaded->server->extended_info_check, ExtendedInfoCheck::pedantic);
    EXPECT_EQ(loaded->server->packet_age_max, std::chrono::seconds{5});
}

TEST(Load, InterfaceNamesNeedNotExist) {
    const auto loaded = load_global(
        R"("interfaces-config": {"interfaces": ["*", "nowhere0", "eth0/192.0.2.1", "eth0/192.0.2.2"]},
        "subnet4": [{"id": 1, "subnet": "10.0.0.0/8", "interface": "nowhere0"}])");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_THAT(loaded->server->interfaces.interfaces,
                ElementsAre(InterfaceChoice{"*", {}}, InterfaceChoice{"nowhere0", {}},
                            InterfaceChoice{"eth0", to_ipv6(*parse_ipv4("192.0.2.1"))},
                            InterfaceChoice{"eth0", to_ipv6(*parse_ipv4("192.0.2.2"))}));
}

TEST(Load, FortyThousandSubnets) {
    std::string text = "{\"Dhcp4\": {\"subnet4\": [";
    for (std::uint32_t i = 0; i < 40'000; ++i) {
        const std::string base = to_string(Ipv4{(10u << 24) + (i << 8)});
        const std::string start = base.substr(0, base.size() - 1);
        text += "{\"id\": " + std::to_string(i + 1) + ", \"subnet\": \"" + base +
                "/24\", \"pools\": [{\"pool\": \"" + start + "10 - " + start +
                "250\"}], \"relay\": {\"ip-addresses\": [\"" + start +
                "1\"]}, \"option-data\": [{\"name\": \"routers\", \"data\": \"" + start + "1\"}]},\n";
    }
    const auto loaded = load_text(text + "]}}");
    ASSERT_TRUE(loaded) << format(loaded.error());
    EXPECT_EQ(loaded->server->subnets.size(), 40'000u);
    EXPECT_EQ(loaded->server->pool_ranges.size(), 40'000u);
}

}  // namespace
}  // namespace leasehold::config::load_test
