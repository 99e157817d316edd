// DHCPv6 clients with addresses and prefixes on a real SQLite file: what they have is there after a restart, and
// stays theirs while every call to the database fails in turn. The real journey, home, journal file and threads;
// what is the same for both families is v4/outage_test's.
#include <gmock/gmock.h>

#include <map>
#include <set>

#include "dhcp/v6/journey.hpp"
#include "dhcp/v6/option_table.hpp"
#include "lease_backends/open.hpp"
#include "tests/support/outage_process.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/support/world6.hpp"

namespace leasehold::v6::outage_test {
namespace {

using namespace testing_support;
using testing::HasSubstr;
using testing_world6::Answer6;
using testing_world6::Bytes;
using testing_world6::Client6;
using testing_world6::config6_of;
using testing_world6::ip6;
using testing_world6::Packet6;
using testing_world6::SentIa;
using testing_world6::subnet6_of;
using testing_world6::unit;

const std::vector<SentIa> address_and_prefix{{LeaseKind::na, 1}, {LeaseKind::pd, 1}};

std::shared_ptr<ServerConfig> config_in(const TemporaryDirectory& folder) {
    auto config = std::make_shared<ServerConfig>(
        config6_of({subnet6_of(1, "2001:db8:1::/64", {{"2001:db8:1::10", "2001:db8:1::2f"}},
                               {{"2001:db8:f000::/48", 56}})}));
    config->server_id = 1;
    config->subnets[0].cache_threshold = 0;
    config->subnets[0].store_extended_info = true;
    BackendConfig& database = config->lease_database;
    database.type = BackendType::sqlite;
    database.family = Family::v6;
    database.path = folder / "leases6.db";
    database.outage_journal = folder / "outage6.db";
    database.on_fail = OnFail::serve_retry_continue;
    database.retry_on_startup = database.unlimited_reconnect_tries = true;
    database.reconnect_wait_time = std::chrono::milliseconds{1};
    database.server_id = 1;
    return config;
}

struct Outlet final : PacketOutlet {
    std::vector<std::string> sent;
    void send_udp(std::uint32_t, const Outbound& datagram) override {
        Answer6 answer;
        answer.done.emplace().reply.emplace().bytes.assign(datagram.bytes.begin(), datagram.bytes.end());
        sent.push_back(answer.text());
    }
    void send_raw(std::uint32_t, const Outbound&) override { FAIL(); }
    void flush() override {}
    bool is_local(const Ipv6&) const override { return false; }
};

/// One life of a server process on the files of a folder.
class Process : public OutageProcess<Journey, Outlet> {
public:
    explicit Process(std::shared_ptr<const ServerConfig> config, FaultyStore::OnCall on_call = {})
        : OutageProcess{config, make_lease_store(config->lease_database), {std::move(on_call), {}}} {
        interface_.index = 1;
        interface_.name = "lan0";
        interface_.addresses6 = {{ip6("fe80::99")}};
    }

    /// @return "": the server never got so far
    std::string ask(Packet6 packet) {
        packet.xid = ++xid_;
        const auto bytes = packet.bytes();
        return answer_to([&] {
                   journey.on_datagram({interface_, ip6("fe80::99"), false},
                                       {bytes, ip6("fe80::1"), ip6("ff02::1:2"), 546});
               })
            .value_or("");
    }
};

/// What each client was told last.
using Told = std::map<std::uint8_t, std::string>;

/// Three clients get an address and a prefix each, two of them renew, another one comes.
Told live(Process& process) {
    Told told;
    const auto ask = [&](std::uint8_t number, const Packet6& packet) {
        const auto reply = process.ask(packet);
        if (!reply.empty()) told[number] = reply;
    };
    for (std::uint8_t number = 1; number <= 3; ++number)
        ask(number, Client6::number(number).request(address_and_prefix));
    for (std::uint8_t number = 1; number <= 2; ++number)
        ask(number, Client6::number(number).renew(address_and_prefix));
    ask(4, Client6::number(4).request(address_and_prefix));
    return told;
}

/// After a restart with everything well each client is told the same as before, and nobody shares a lease.
void expect_kept(const Told& told, const std::shared_ptr<const ServerConfig>& config) {
    std::set<std::string> replies;
    for (const auto& [number, reply] : told) {
        EXPECT_THAT(reply, testing::MatchesRegex("REPLY; NA 1 [^ ]+ 3000/4000; PD 1 [^ ]+ 3000/4000"));
        EXPECT_TRUE(replies.insert(reply).second) << reply;
    }
    Process after{config};
    after.run_until(BackendState::serving);
    EXPECT_EQ(after.spool->status().entries, 0U);
    EXPECT_EQ(after.spool->status().conflicts, 0U);
    for (const auto& [number, reply] : told)
        EXPECT_EQ(after.ask(Client6::number(number).renew(address_and_prefix)), reply) << int{number};
}

struct Outage6Test : testing::Test {
    TemporaryDirectory folder;
    std::shared_ptr<ServerConfig> config = config_in(folder);
};

TEST_F(Outage6Test, WhatIsAcknowledgedIsInTheFileWithAllThatBelongsToIt) {
    Told told;
    {
        Process process{config};
        process.run_until(BackendState::serving);
        told = live(process);
        auto relayed = Client6::number(9).request(address_and_prefix);
        relayed.relayed_by({"2001:db8:1::fe", "fe80::9", {{option::remote_id, {0, 0, 0, 9, 'r'}}}});
        EXPECT_THAT(process.ask(relayed), HasSubstr("PD 1 2001:db8:f000:400::/56"));
        EXPECT_EQ(process.spool->status().entries, 0U);
    }
    EXPECT_EQ(told.size(), 4U);
    expect_kept(told, config);
    Process after{config};
    after.run_until(BackendState::serving);
    const auto lease = after.home->keeper().durable(unit("2001:db8:f000:400::/56"));
    ASSERT_TRUE(lease);
    EXPECT_EQ(lease->kind, LeaseKind::pd);
    EXPECT_EQ(lease->iaid, 1U);
    EXPECT_EQ(to_hex(view(lease->remote_id), ""), "0000000972");
    EXPECT_THAT(lease->user_context, HasSubstr(R"("link":"2001:db8:1::fe")"));
}

TEST_F(Outage6Test, EachDatabaseCallFailsInTurnAndNothingIsLost) {
    constexpr StoreFault faults[] = {
        {StoreErrc::unavailable, false}, {StoreErrc::in_doubt, false}, {StoreErrc::in_doubt, true}};
    std::size_t calls = 0;
    {
        Process process{config};
        process.run_until(BackendState::serving);
        live(process);
        calls = process.database_calls();
    }
    ASSERT_GT(calls, 8U);
    for (const StoreFault& fault : faults) {
        for (std::size_t failing = 0; failing < calls; ++failing) {
            SCOPED_TRACE("call " + std::to_string(failing) + (fault.code == StoreErrc::in_doubt ? ", in doubt" : "") +
                         (fault.applied ? ", applied" : ""));
            const TemporaryDirectory own;
            const auto there = config_in(own);
            Told told;
            {
                Process process{there, [&](StoreCall, std::size_t nth) {
                                    return nth == failing ? std::optional{fault} : std::nullopt;
                                }};
                process.loop.run_until([&] { return process.home->status().complete; });
                told = live(process);
            }
            EXPECT_EQ(told.size(), 4U) << "a client was not served";
            expect_kept(told, there);
            if (HasFailure()) return;
        }
    }
}

TEST_F(Outage6Test, WhileTheDatabaseIsAwayAllIsServedFromTheJournalWhichGoesIntoItLater) {
    Told told;
    {
        Process process{config, [](StoreCall call, std::size_t) {
                            return call == StoreCall::commit ? std::optional{StoreFault{}} : std::nullopt;
                        }};
        process.run_until(BackendState::serving);
        told = live(process);
        EXPECT_EQ(process.spool->status().entries, 8U) << "two leases of each client";
    }
    EXPECT_EQ(told.size(), 4U);
    expect_kept(told, config);
}

}  // namespace
}  // namespace leasehold::v6::outage_test
