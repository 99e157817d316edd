// The operator's program: what it is told, and that it can neither hold up the server nor run wild.
#include "control/run_script.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "control/child_programs.hpp"
#include "control/script_environment.hpp"
#include "dhcp/statistics.hpp"
#include "tests/dhcp/v4/packet.hpp"
#include "tests/support/fake_time.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::run_script_test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Lease lease_at(std::uint32_t address, LeaseState state = LeaseState::assigned) {
    Lease lease;
    lease.address = to_prefix(Ipv4{address});
    lease.subnet_id = 7;
    lease.hwaddr = *parse_hex("02:00:00:00:00:01");
    lease.client_id = *parse_hex("01:02:00:00:00:00:01");
    lease.valid_lifetime = 3600;
    lease.cltt = LeaseTime{std::chrono::seconds{1000}};
    lease.hostname = "anna.example.org";
    lease.state = state;
    return lease;
}
constexpr std::uint32_t first = 0xc0000205, second = 0xc0000206;

std::shared_ptr<ServerConfig> config_with(std::string path) {
    auto config = std::make_shared<ServerConfig>();
    SubnetConfig subnet;
    subnet.id = 7;
    subnet.network = to_prefix(Ipv4Network{Ipv4{0xc0000200}, 24});
    config->subnets.push_back(subnet);
    config->run_script.path = std::move(path);
    finish(*config);
    return config;
}

std::shared_ptr<const QueryContext> a_query() {
    const auto packet = v4::packet_with({53, 1, 3, 82, 6, 1, 4, 'p', 'o', 'r', 't', 255});
    return std::make_shared<const QueryContext>(
        QueryContext{packet, "eth0", 2, to_ipv6(Ipv4{0xc0000201}), to_ipv6(Ipv4{first}), 68});
}

TEST(ScriptCalls, ACommitTellsWhatWasGrantedAndWhatWasRemoved) {
    const LeaseEvents events{
        a_query(),
        {{1, LeaseCause::moved, lease_at(second), {}}, {2, LeaseCause::granted, {}, lease_at(first)}}};
    const auto calls = script_calls(events, *config_with("/x"));
    ASSERT_EQ(calls.size(), 1u);
    EXPECT_EQ(calls[0].occasion, "leases4_committed");
    for (const auto* line :
         {"LEASES4_SIZE=1", "LEASES4_AT0_ADDRESS=192.0.2.5", "LEASES4_AT0_HOSTNAME=anna.example.org",
          "LEASES4_AT0_HWADDR=02:00:00:00:00:01", "LEASES4_AT0_CLTT=1000", "LEASES4_AT0_VALID_LIFETIME=3600",
          "DELETED_LEASES4_SIZE=1", "DELETED_LEASES4_AT0_ADDRESS=192.0.2.6", "SUBNET4_ID=7",
          "SUBNET4_NAME=192.0.2.0/24", "SUBNET4_PREFIX=192.0.2.0", "SUBNET4_PREFIX_LEN=24",
          "QUERY4_TYPE=DHCPREQUEST", "QUERY4_IFACE_NAME=eth0", "QUERY4_LOCAL_ADDR=192.0.2.1",
          "QUERY4_OPTION_82_SUB_OPTION_1=70:6f:72:74"})
        EXPECT_THAT(calls[0].environment, Contains(line));
}

struct Occasion {
    LeaseCause cause;
    std::string_view name;
};
class ScriptOccasions : public testing::TestWithParam<Occasion> {};

TEST_P(ScriptOccasions, HaveKeasNames) {
    auto after = lease_at(first);
    const LeaseEvents events{{}, {{1, GetParam().cause, lease_at(first), after}}};
    const auto calls = script_calls(events, *config_with("/x"));
    if (GetParam().name.empty()) {
        EXPECT_THAT(calls, IsEmpty());
        return;
    }
    ASSERT_FALSE(calls.empty());
    EXPECT_EQ(calls[0].occasion, GetParam().name);
    EXPECT_THAT(calls[0].environment, Contains("LEASE4_ADDRESS=192.0.2.5"));
}
INSTANTIATE_TEST_SUITE_P(All, ScriptOccasions,
                         testing::Values(Occasion{LeaseCause::renewed, "lease4_renew"},
                                         Occasion{LeaseCause::released, "lease4_release"},
                                         Occasion{LeaseCause::declined, "lease4_decline"},
                                         Occasion{LeaseCause::reclaimed, "lease4_expire"},
                                         Occasion{LeaseCause::probation_over, "lease4_recover"},
                                         Occasion{LeaseCause::offered, ""},
                                         Occasion{LeaseCause::removed, ""}));

Lease prefix_at(std::uint8_t length) {
    auto lease = lease_at(first);
    lease.kind = LeaseKind::pd;
    lease.address = {*parse_ipv6("2001:db8:5::"), length};
    lease.duid = *parse_hex("00:03:00:01:02:00:00:00:00:01");
    lease.client_id.clear();
    lease.iaid = 3;
    lease.preferred_lifetime = 1800;
    return lease;
}

std::shared_ptr<const ServerConfig> config6() {
    auto config = std::make_shared<ServerConfig>();
    config->family = Family::v6;
    SubnetConfig subnet;
    subnet.id = 7;
    subnet.network = *parse_ipv6_prefix("2001:db8::/32");
    config->subnets.push_back(subnet);
    finish(*config);
    return config;
}

/// @param type  of the client's message, which carries its DUID
std::shared_ptr<const QueryContext> a_query6(std::uint8_t type) {
    const std::vector<std::uint8_t> packet{type, 0, 1, 2, 0, 1, 0, 6, 0, 3, 0, 1, 2, 9};
    return std::make_shared<const QueryContext>(
        QueryContext{packet, "eth0", 2, *parse_ipv6("ff02::1:2"), *parse_ipv6("fe80::ff:fe00:5"), 546});
}

// What scripts that set routes for delegated prefixes read.
TEST(ScriptCalls6, ACommitTellsPrefixesAndTheirNextHop) {
    const LeaseEvents events{
        a_query6(3),
        {{1, LeaseCause::moved, prefix_at(64), {}}, {2, LeaseCause::granted, {}, prefix_at(56)}}};
    const auto calls = script_calls(events, *config6());
    ASSERT_EQ(calls.size(), 1u);
    EXPECT_EQ(calls[0].occasion, "leases6_committed");
    for (const auto* line : {"LEASES6_SIZE=1",
                             "LEASES6_AT0_ADDRESS=2001:db8:5::",
                             "LEASES6_AT0_PREFIX_LEN=56",
                             "LEASES6_AT0_TYPE=IA_PD",
                             "LEASES6_AT0_DUID=00:03:00:01:02:00:00:00:00:01",
                             "LEASES6_AT0_IAID=3",
                             "LEASES6_AT0_PREFERRED_LIFETIME=1800",
                             "DELETED_LEASES6_SIZE=1",
                             "DELETED_LEASES6_AT0_PREFIX_LEN=64",
                             "SUBNET6_ID=7",
                             "SUBNET6_NAME=2001:db8::/32",
                             "SUBNET6_PREFIX=2001:db8::",
                             "SUBNET6_PREFIX_LEN=32",
                             "QUERY6_TYPE=REQUEST",
                             "QUERY6_TXID=258",
                             "QUERY6_REMOTE_ADDR=fe80::ff:fe00:5",
                             "QUERY6_PEER_ADDR=fe80::ff:fe00:5",
                             "QUERY6_NEXT_HOP_ADDR=fe80::ff:fe00:5",
                             "QUERY6_NEXT_HOP_IFACE=eth0",
                             "QUERY6_REMOTE_HWADDR=02:00:00:00:00:05",
                             "QUERY6_IFACE_NAME=eth0",
                             "QUERY6_PROTO=UDP",
                             "QUERY6_CLIENT_ID=00:03:00:01:02:09"})
        EXPECT_THAT(calls[0].environment, Contains(line));
}

TEST(ScriptCalls6, ARenewalIsToldByItsMessage) {
    const std::pair<std::uint8_t, std::string_view> messages[] = {{5, "lease6_renew"}, {6, "lease6_rebind"}};
    for (const auto& [type, occasion] : messages) {
        const auto calls = script_calls(
            {a_query6(type), {{1, LeaseCause::renewed, prefix_at(56), prefix_at(56)}}}, *config6());
        ASSERT_EQ(calls.size(), 2u);
        EXPECT_EQ(calls[0].occasion, occasion);
        EXPECT_THAT(calls[0].environment, Contains("LEASE6_PREFIX_LEN=56"));
        EXPECT_EQ(calls[1].occasion, "leases6_committed");
    }
    const auto ended = script_calls({{}, {{1, LeaseCause::reclaimed, prefix_at(56), {}}}}, *config6());
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].occasion, "lease6_expire");
    EXPECT_THAT(ended[0].environment, Contains("REMOVE_LEASE=true"));
}

TEST(ScriptCalls6, ARenewalTellsTheIaThatTheClientSent) {
    std::vector<std::uint8_t> packet{5, 0, 1, 2, 0, 1, 0, 6, 0, 3, 0, 1, 2, 9};
    for (const std::uint8_t iaid : {9, 3})  // the lease is of the second
        packet.insert(packet.end(), {0, 25, 0, 12, 0, 0, 0, iaid, 0, 0, 0, iaid, 0, 0, 1, 0});
    const auto query = std::make_shared<const QueryContext>(
        QueryContext{packet, "eth0", 2, *parse_ipv6("ff02::1:2"), *parse_ipv6("fe80::ff:fe00:5"), 546});
    const LeaseEvents events{query, {{1, LeaseCause::renewed, prefix_at(56), prefix_at(56)}}};
    const auto calls = script_calls(events, *config6());
    ASSERT_EQ(calls.size(), 2u);
    for (const auto* line : {"PKT6_IA_IAID=3", "PKT6_IA_IA_TYPE=25", "PKT6_IA_IA_T1=3", "PKT6_IA_IA_T2=256"})
        EXPECT_THAT(calls[0].environment, Contains(line));
    EXPECT_THAT(calls[1].environment, Not(Contains(HasSubstr("PKT6_IA")))) << "as with Kea";
}

TEST(ScriptCalls6, ARegisteredAddressIsAnOccasionOfItsOwn) {
    Lease registered = prefix_at(128);
    registered.kind = LeaseKind::na;
    registered.state = LeaseState::registered;
    const auto once = script_calls({a_query6(36), {{1, LeaseCause::granted, {}, registered}}}, *config6());
    ASSERT_EQ(once.size(), 1u) << "it is no lease that was committed";
    EXPECT_EQ(once[0].occasion, "addr6_register");
    for (const auto* line : {"ADDRESS6=2001:db8:5::", "NEW_LEASE6_ADDRESS=2001:db8:5::", "NEW_LEASE6_STATE=registered",
                             "QUERY6_TYPE=ADDR-REG-INFORM", "SUBNET6_ID=7"})
        EXPECT_THAT(once[0].environment, Contains(line));
    EXPECT_THAT(once[0].environment, Not(Contains(HasSubstr("OLD_LEASE6"))));
    const auto again =
        script_calls({a_query6(36), {{1, LeaseCause::renewed, registered, registered}}}, *config6());
    ASSERT_EQ(again.size(), 1u);
    EXPECT_THAT(again[0].environment, Contains("OLD_LEASE6_ADDRESS=2001:db8:5::"));
}

TEST(ScriptCalls, WhatAClientSendsIsNoLineOfItsOwn) {
    auto lease = lease_at(first);
    lease.hostname = "a\nLEASE4_ADDRESS=10.0.0.1";
    const auto calls = script_calls({{}, {{1, LeaseCause::granted, {}, lease}}}, *config_with("/x"));
    EXPECT_THAT(calls.at(0).environment, Contains("LEASES4_AT0_HOSTNAME=a?LEASE4_ADDRESS=10.0.0.1"));
}

struct RunScriptTest : testing::Test {
    testing_support::TemporaryDirectory folder;
    boost::asio::io_context loop;
    testing_support::FakeTime time;
    Statistics statistics{time};
    EventBus bus{statistics};

    std::string path(const std::string& name) const { return folder / name; }
    std::string script(const std::string& body, mode_t mode = 0755) {
        const auto file = path("script");
        std::ofstream{file} << "#!/bin/sh\n" << body << "\n";
        chmod(file.c_str(), mode);
        return file;
    }
    std::string content(const std::string& name) const {
        std::ifstream in{path(name)};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    void grant() {
        bus.publish({{0, LeaseCause::granted, {}, lease_at(first)}}, [] { return a_query(); });
    }
    template <class Until>
    void run_until(Until until) {
        while (!until()) loop.run_one();
    }
};

TEST_F(RunScriptTest, TheProgramGetsTheOccasionAndNothingOfOursButItsVariables) {
    setenv("LEASEHOLD_TEST_SECRET", "do not tell", 1);
    RunScript run{loop, bus};
    run.use(config_with(script("{ echo \"$# $1\"; env; ls /proc/self/fd; } > " + path("out.new") + " && mv " +
                               path("out.new") + " " + path("out"))));
    grant();
    run_until([&] { return run.status().started == 1 && run.status().running == 0; });
    const auto out = content("out");
    EXPECT_THAT(out, testing::StartsWith("1 leases4_committed\n"));
    EXPECT_THAT(out, HasSubstr("LEASES4_AT0_ADDRESS=192.0.2.5\n"));
    EXPECT_THAT(out, HasSubstr("PATH="));
    EXPECT_THAT(out, Not(HasSubstr("do not tell")));
    EXPECT_EQ(run.status().failed, 0u);
}

TEST_F(RunScriptTest, AProgramThatHangsIsEndedWithWhatItStarted) {
    RunScript run{loop, bus, std::chrono::seconds{3}};
    run.use(config_with(script("echo $$ > " + path("pid") + "; sleep 1000")));
    grant();
    run_until([&] { return run.status().failed == 1; });
    EXPECT_EQ(run.status().running, 0u);
    EXPECT_FALSE(std::filesystem::exists("/proc/" + content("pid").substr(0, content("pid").find('\n'))));
}

TEST_F(RunScriptTest, SoManyAtATimeAndTheOthersWait) {
    RunScript run{loop, bus};
    run.use(config_with(script("while [ ! -e " + path("go") + " ]; do sleep 0.01; done")));
    for (int i = 0; i < 10; ++i) grant();
    run_until([&] { return run.status().running == RunScript::running_max; });
    EXPECT_EQ(run.status().waiting, 10 - RunScript::running_max);
    std::ofstream{path("go")} << "1";
    run_until([&] { return run.status().started == 10 && run.status().running == 0; });
    EXPECT_EQ(run.status().waiting, 0u);
}

TEST_F(RunScriptTest, AFloodIsBoundedAndWhatIsLostIsCounted) {
    RunScript run{loop, bus};
    run.use(config_with(script("exec sleep 1000")));
    const std::size_t flood = RunScript::waiting_max + 50;
    for (std::size_t i = 0; i < flood; ++i) grant();
    EXPECT_EQ(run.status().lost, 50u);
    EXPECT_LE(run.status().waiting, RunScript::waiting_max);
    run_until([&] { return run.status().running == RunScript::running_max; });
    run.use(config_with(""));
    EXPECT_EQ(run.status().waiting, 0u);
    EXPECT_EQ(run.status().lost, 50u);
}

TEST_F(RunScriptTest, AnotherStatusThanZeroIsAFailure) {
    RunScript run{loop, bus};
    run.use(config_with(script("exit 3")));
    grant();
    run_until([&] { return run.status().failed == 1; });
    run.use(config_with(path("gone")));
    grant();
    run_until([&] { return run.status().failed == 2; });
}

TEST_F(RunScriptTest, ChecksTellWhatToDo) {
    EXPECT_TRUE(check_program(script("true"), "the program"));
    EXPECT_THAT(check_program(path("none"), "the program").error(), HasSubstr("cannot be found"));
    EXPECT_THAT(check_program(folder.path(), "the program").error(), HasSubstr("is no file"));
    EXPECT_THAT(check_program(script("true", 0757), "the program").error(), HasSubstr("chmod o-w"));
    EXPECT_THAT(check_program(script("true", 0644), "the program").error(), HasSubstr("chmod +x"));
}

}  // namespace
}  // namespace leasehold::run_script_test
