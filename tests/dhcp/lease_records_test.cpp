#include "dhcp/lease_records.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace leasehold::lease_records_test {
namespace {

Lease plain(Family family) {
    Lease lease;
    lease.address =
        family == Family::v4 ? to_prefix(*parse_ipv4("192.0.2.7")) : Prefix{*parse_ipv6("2001:db8::7"), 128};
    lease.kind = family == Family::v4 ? LeaseKind::v4 : LeaseKind::na;
    lease.valid_lifetime = 3600;
    lease.cltt = LeaseTime{std::chrono::seconds{1'700'000'000}};
    lease.expire = lease.hold_until = lease.cltt + std::chrono::seconds{3600};
    lease.version =
        first_version(std::chrono::system_clock::time_point{std::chrono::seconds{1'700'000'000}}, 0);
    return lease;
}
LeaseTime at(std::int64_t seconds) {
    return LeaseTime{std::chrono::seconds{seconds}};
}

struct RecordCase {
    const char* name;
    std::function<void(Lease&)> change;
};
constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();
constexpr auto int64_min = std::numeric_limits<std::int64_t>::min();

// Each field alone, and its ends: what goes in comes out.
const std::vector<RecordCase> cases{
    {"Plain", [](Lease&) {}},
    {"ClientId", [](Lease& l) { l.client_id = {1, 2, 3, 4, 5, 6, 7}; }},
    {"LongestClientId", [](Lease& l) { l.client_id = Octets(client_id_size_max, 0xfe); }},
    {"Duid", [](Lease& l) { l.duid = Octets(duid_size_max, 0x80); }},
    {"Hwaddr", [](Lease& l) { l.hwaddr = Octets(hwaddr_size_max, 0xff); }},
    {"HwtypeAndSource", [](Lease& l) { l.hwtype = 0xffff, l.hwaddr_source = 0xffffffff; }},
    {"HwtypeZero", [](Lease& l) { l.hwtype = 0; }},
    {"Iaid", [](Lease& l) { l.iaid = 0xffffffff; }},
    {"SubnetAndPool", [](Lease& l) { l.subnet_id = 0xffffffff, l.pool_id = 0xffffffff; }},
    {"InfiniteLifetime",
     [](Lease& l) {
         l.valid_lifetime = infinite_lifetime;
         l.expire = l.hold_until = l.cltt + std::chrono::seconds{infinite_lifetime};
     }},
    {"Preferred", [](Lease& l) { l.preferred_lifetime = infinite_lifetime; }},
    {"ExpireElsewhere", [](Lease& l) { l.expire = at(5); }},
    {"HoldLonger", [](Lease& l) { l.hold_until += std::chrono::seconds{1}; }},
    {"Epoch", [](Lease& l) { l.cltt = l.expire = l.hold_until = at(0); }},
    {"CltBefore1970", [](Lease& l) { l.cltt = at(-1); }},
    {"LastCltOfFixedPart", [](Lease& l) { l.cltt = at((std::int64_t{1} << 40) - 1); }},
    {"CltBeyondFixedPart", [](Lease& l) { l.cltt = at(std::int64_t{1} << 40); }},
    {"LatestTimes", [](Lease& l) { l.cltt = l.expire = l.hold_until = at(int64_max); }},
    {"EarliestTimes", [](Lease& l) { l.cltt = l.expire = l.hold_until = at(int64_min); }},
    {"Declined", [](Lease& l) { l.state = LeaseState::declined; }},
    {"Registered", [](Lease& l) { l.state = LeaseState::registered; }},
    {"Delegated", [](Lease& l) { l.kind = LeaseKind::pd; }},
    {"FqdnForward", [](Lease& l) { l.fqdn_fwd = true; }},
    {"FqdnReverse", [](Lease& l) { l.fqdn_rev = true; }},
    {"Hostname", [](Lease& l) { l.hostname = std::string(255, 'h'); }},
    {"HostnameWithZero", [](Lease& l) { l.hostname = std::string("a\0b", 3); }},
    {"UserContext", [](Lease& l) { l.user_context = R"({"comment":"x"})"; }},
    {"LongUserContext", [](Lease& l) { l.user_context = std::string(100'000, 'u'); }},
    {"RelayIds", [](Lease& l) { l.relay_id = Octets(255, 1), l.remote_id = Octets(300, 2); }},
    {"Version", [](Lease& l) { l.version = ~std::uint64_t{0}; }},
    {"LastWriter", [](Lease& l) { l.last_writer = ~std::uint64_t{0}; }},
};

struct LeaseRecordsOf : testing::TestWithParam<Family> {};

TEST_P(LeaseRecordsOf, EveryFieldComesBack) {
    LeaseRecords records{GetParam()};
    for (const auto& c : cases) {
        SCOPED_TRACE(c.name);
        auto lease = plain(GetParam());
        c.change(lease);
        const auto record = records.add(lease);
        EXPECT_EQ(records.lease(record), lease);
        EXPECT_EQ(records.address(record), lease.address);
    }
}

TEST_P(LeaseRecordsOf, EveryChangeIntoEveryOtherComesBack) {
    LeaseRecords records{GetParam()};
    const auto record = records.add(plain(GetParam()));
    for (const auto& first : cases)
        for (const auto& second : cases) {
            SCOPED_TRACE(std::string(first.name) + " to " + second.name);
            for (const auto* c : {&first, &second}) {
                auto lease = plain(GetParam());
                c->change(lease);
                records.rewrite(record, lease);
                ASSERT_EQ(records.lease(record), lease);
            }
        }
    records.remove(record);
    EXPECT_EQ(records.size(), 0u);
}

// The table of writers has 255 places; the others' rows carry the number themselves.
TEST_P(LeaseRecordsOf, MoreWritersThanTheTableHolds) {
    LeaseRecords records{GetParam()};
    std::vector<RecordNumber> numbers;
    for (std::uint64_t writer = 0; writer < 600; ++writer) {
        auto lease = plain(GetParam());
        lease.last_writer = writer << 40;
        numbers.push_back(records.add(lease));
    }
    for (std::uint64_t writer = 0; writer < 600; ++writer)
        EXPECT_EQ(records.lease(numbers[writer]).last_writer, writer << 40);
}

TEST_P(LeaseRecordsOf, IdentitiesAreThoseOfTheFamily) {
    LeaseRecords records{GetParam()};
    auto lease = plain(GetParam());
    lease.client_id = {1};
    lease.duid = {2, 2};
    lease.hwaddr = {3, 3, 3};
    lease.hostname = "h";
    const auto record = records.add(lease);
    EXPECT_TRUE(same_octets(records.identity(record, IdentityPart::client),
                            view(GetParam() == Family::v4 ? lease.client_id : lease.duid)));
    EXPECT_TRUE(same_octets(records.identity(record, IdentityPart::hwaddr), view(lease.hwaddr)));
}

INSTANTIATE_TEST_SUITE_P(Families, LeaseRecordsOf, testing::Values(Family::v4, Family::v6),
                         [](const auto& tested) { return tested.param == Family::v4 ? "v4" : "v6"; });

}  // namespace
}  // namespace leasehold::lease_records_test
