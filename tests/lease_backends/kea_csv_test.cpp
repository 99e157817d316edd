// Kea's lease files: rows and headers of every age, escapes, and the order in which the files apply.
#include "lease_backends/kea_csv.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/support/leases.hpp"
#include "tests/support/temporary_directory.hpp"

namespace leasehold::kea_csv_test {
namespace {

using namespace testing_support;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view header_v4 =
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,"
    "pool_id";
constexpr std::string_view header_v6 =
    "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,"
    "hostname,"
    "hwaddr,state,user_context,hwtype,hwaddr_source,pool_id";

LeaseTime at(std::int64_t seconds) {
    return LeaseTime{std::chrono::seconds{seconds}};
}

KeaCsvColumns columns(std::string_view header, Family family) {
    auto parsed = KeaCsvColumns::parse(header, family);
    EXPECT_TRUE(parsed) << parsed.error();
    return *parsed;
}

TEST(KeaCsvEscapes, AreUndoneAndWhatIsNoEscapeStays) {
    struct Case {
        std::string escaped, plain;
    };
    for (const Case& c : {Case{"a&#x2cb&#x26c", "a,b&c"}, Case{"&#x0A&#x7F", "\n\x7f"}, Case{"&#x2", "&#x2"},
                          Case{"&#xzz", "&#xzz"}, Case{"&#x2g", "&#x2g"}, Case{"&amp;&#", "&amp;&#"},
                          Case{"", ""}, Case{"&#x&#x2c", "&#x,"}, Case{"&#x-1", "&#x-1"}})
        EXPECT_EQ(unescape_kea_csv(c.escaped), c.plain) << c.escaped;
}

TEST(KeaCsvRows, OfV4HaveEveryColumn) {
    const auto row =
        columns(header_v4, Family::v4)
            .row(
                "192.0.2.10,02:00:00:00:00:01,01:02:00:00:00:00:01,3600,1767226800,1,1,0,host1.example."
                "org,2,{ \"a\": 1&#x2c \"b\": 2 },9");
    ASSERT_TRUE(row) << row.error();
    Lease expected;
    expected.address = to_prefix(*parse_ipv4("192.0.2.10"));
    expected.hwaddr = octets({2, 0, 0, 0, 0, 1});
    expected.client_id = octets({1, 2, 0, 0, 0, 0, 1});
    expected.valid_lifetime = 3600;
    expected.cltt = at(1767223200);
    expected.expire = expected.hold_until = at(1767226800);
    expected.subnet_id = 1;
    expected.fqdn_fwd = true;
    expected.hostname = "host1.example.org";
    expected.state = LeaseState::expired_reclaimed;
    expected.user_context = "{ \"a\": 1, \"b\": 2 }";
    expected.pool_id = 9;
    EXPECT_EQ(row->lease, expected);
    EXPECT_FALSE(row->erases);
}

TEST(KeaCsvRows, WhoTheRelayIsStandsInTheContext) {
    const auto row6 =
        columns(header_v6, Family::v6)
            .row(
                "2001:db8::5,00:01:02:03:04:05:06,3600,1767226800,1,2400,0,7,128,0,1,host,,0,"
                "{ \"ISC\": { \"relay-info\": [ { \"hop\": 0&#x2c \"link\": \"2001:db8::1\"&#x2c \"peer\": "
                "\"fe80::1\"&#x2c \"options\": \"0x0025000500000009AA\" } ] } },0,0,0");
    ASSERT_TRUE(row6) << row6.error();
    EXPECT_EQ(to_hex(view(row6->lease.remote_id), ""), "00000009aa");
    const auto row4 = columns(header_v4, Family::v4)
                          .row(
                              "192.0.2.10,02:00:00:00:00:01,,3600,1767226800,1,0,0,,0,"
                              "{ \"ISC\": { \"relay-agent-info\": { \"sub-options\": \"0x0C0172\" } } },0");
    ASSERT_TRUE(row4) << row4.error();
    EXPECT_EQ(to_hex(view(row4->lease.relay_id), ""), "72");
}

TEST(KeaCsvRows, OfV6HaveEveryColumn) {
    const auto v6 = columns(header_v6, Family::v6);
    const auto row = v6.row(
        "2001:db8:5::,00:01:02:03:04:05:06,3600,1767226800,1,2400,2,4294967295,56,0,1,host,"
        "02:00:00:00:00:01,0,,6,2,8");
    ASSERT_TRUE(row) << row.error();
    Lease expected;
    expected.kind = LeaseKind::pd;
    expected.address = {*parse_ipv6("2001:db8:5::"), 56};
    expected.duid = octets({0, 1, 2, 3, 4, 5, 6});
    expected.valid_lifetime = 3600;
    expected.preferred_lifetime = 2400;
    expected.cltt = at(1767223200);
    expected.expire = expected.hold_until = at(1767226800);
    expected.subnet_id = 1;
    expected.iaid = 4294967295;
    expected.fqdn_rev = true;
    expected.hostname = "host";
    expected.hwaddr = octets({2, 0, 0, 0, 0, 1});
    expected.hwtype = 6;
    expected.hwaddr_source = 2;
    expected.pool_id = 8;
    EXPECT_EQ(row->lease, expected);

    const auto address = v6.row("2001:db8::10,00:01:02,3600,1767226800,1,2400,0,7,64,0,0,,,0,,0,0,0");
    ASSERT_TRUE(address) << address.error();
    EXPECT_EQ(address->lease.kind, LeaseKind::na);
    EXPECT_EQ(address->lease.address.length, 128) << "of an address the column means nothing";
}

TEST(KeaCsvRows, OfOlderAndNewerFilesAreReadByTheirNames) {
    const auto older = columns(
        "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname", Family::v4);
    const auto row = older.row("192.0.2.1,02:00:00:00:00:01,,60,1000,1,0,0,");
    ASSERT_TRUE(row) << row.error();
    EXPECT_EQ(row->lease.state, LeaseState::assigned);
    EXPECT_EQ(row->lease.pool_id, 0U);

    const auto newer = columns("colour," + std::string{header_v4}, Family::v4);
    EXPECT_THAT(newer.unknown(), ElementsAre("colour"));
    const auto coloured = newer.row("green,192.0.2.1,02:00:00:00:00:01,,60,1000,1,0,0,h,0,,5");
    ASSERT_TRUE(coloured) << coloured.error();
    EXPECT_EQ(coloured->lease.pool_id, 5U);

    const auto oldest6 = columns(
        "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_"
        "rev,"
        "hostname",
        Family::v6);
    const auto six = oldest6.row("2001:db8::1,00:01:02,60,1000,1,30,0,1,128,0,0,");
    ASSERT_TRUE(six) << six.error();
    EXPECT_EQ(six->lease.hwtype, 1U);
}

TEST(KeaCsvRows, WithoutLifetimeErase) {
    const auto row =
        columns(header_v4, Family::v4).row("192.0.2.12,1a:1b:1c:1d:1e:1f,,0,1795240504,1,0,0,,0,,0");
    ASSERT_TRUE(row) << row.error();
    EXPECT_TRUE(row->erases);
}

TEST(KeaCsvRows, OfEndlessLeasesKeepTheirStart) {
    const auto row =
        columns(header_v4, Family::v4).row("192.0.2.1,02:00:00:00:00:01,,4294967295,6062194095,1,0,0,,0,,0");
    ASSERT_TRUE(row) << row.error();
    EXPECT_EQ(row->lease.cltt, at(1767226800));
    EXPECT_EQ(row->lease.valid_lifetime, infinite_lifetime);
}

TEST(KeaCsvRows, ThatAreBadSayWhy) {
    struct Case {
        std::string row, why;
    };
    const auto v4 = columns(header_v4, Family::v4);
    for (const Case& c : {
             Case{"", "address"},
             Case{"192.0.2.300,02:01,,60,1000,1,0,0,,0,,0", "address cannot be \"192.0.2.300\""},
             Case{"2001:db8::1,02:01,,60,1000,1,0,0,,0,,0", "address"},
             Case{"192.0.2.1,0g:01,,60,1000,1,0,0,,0,,0", "hwaddr"},
             Case{"192.0.2.1,,,60,1000,1,0,0,,0,,0", "neither hwaddr nor client_id"},
             Case{"192.0.2.1,02:01,,4294967296,1000,1,0,0,,0,,0", "valid_lifetime"},
             Case{"192.0.2.1,02:01,,-60,1000,1,0,0,,0,,0", "valid_lifetime"},
             Case{"192.0.2.1,02:01,,60,99999999999999,1,0,0,,0,,0", "expire"},
             Case{"192.0.2.1,02:01,,60,59,1,0,0,,0,,0", "expire lies before"},
             Case{"192.0.2.1,02:01,,60,1000,x,0,0,,0,,0", "subnet_id"},
             Case{"192.0.2.1,02:01,,60,1000,1,2,0,,0,,0", "fqdn_fwd"},
             Case{"192.0.2.1,02:01,,60,1000,1,0,0,,5,,0", "state"},
             Case{"192.0.2.1,02:01,,60,1000,1,0,0", "it has 8 values, the header 12"},
             Case{"192.0.2.1,02:01,,60,1000,1,0,0,,0,,0,,", "it has 14 values"},
             Case{"192.0.2.1,02:01,,60,1000,1,0,0," + std::string(256, 'h') + ",0,,0", "hostname"},
             Case{std::string(100000, ','), "address"},
         }) {
        const auto row = v4.row(c.row);
        ASSERT_FALSE(row) << c.row;
        EXPECT_THAT(row.error(), HasSubstr(c.why));
    }
    EXPECT_TRUE(v4.row("192.0.2.1,,,60,1000,1,0,0,,1,,0")) << "a declined address has no client";
    EXPECT_FALSE(columns(header_v6, Family::v6).row("2001:db8::1,,60,1000,1,30,0,1,128,0,0,,,0,,0,0,0"));
}

TEST(KeaCsvRows, EveryTruncationIsARowOrAnError) {
    const auto v4 = columns(header_v4, Family::v4);
    const std::string whole = "192.0.2.10,02:00:00:00:00:01,01:02,3600,1767226800,1,0,0,h&#x2c,0,{ },9";
    for (std::size_t size = 0; size + 1 < whole.size(); ++size)
        EXPECT_FALSE(v4.row(whole.substr(0, size))) << size;
    EXPECT_TRUE(v4.row(whole));
}

TEST(KeaCsvHeader, OfAnotherFileIsRefused) {
    for (const std::string& header : {std::string{}, std::string{"addres,hwaddr"}, std::string{header_v6}})
        EXPECT_FALSE(KeaCsvColumns::parse(header, Family::v4)) << header;
    EXPECT_FALSE(KeaCsvColumns::parse(header_v4, Family::v6));
}

struct KeaFiles : testing::Test {
    TemporaryDirectory folder;
    const std::string csv = folder / "kea-leases4.csv";
    std::vector<std::string> seen;

    void put(const std::string& suffix, const std::string& rows) {
        write_text(csv + suffix, std::string{header_v4} + "\n" + rows);
    }
    static std::string row(const std::string& address) { return address + ",02:01,,60,1000,1,0,0,,0,,0\n"; }
    StoreResult<KeaCsvReport> read(std::uint32_t max_row_errors = 0) {
        seen.clear();
        return read_kea_lease_files(csv, Family::v4, max_row_errors,
                                    [&](KeaCsvRow&& one) -> StoreResult<void> {
                                        seen.push_back(to_string(one.lease.address));
                                        return {};
                                    });
    }
};

TEST_F(KeaFiles, ApplyInTheOrderOfTheCleanUp) {
    EXPECT_THAT(kea_lease_files(csv), IsEmpty());
    put("", row("10.0.0.1"));
    put(".1", row("10.0.0.2"));
    put(".2", row("10.0.0.3"));
    EXPECT_THAT(kea_lease_files(csv), ElementsAre(csv + ".2", csv + ".1", csv));
    ASSERT_TRUE(read());
    EXPECT_THAT(seen, ElementsAre("10.0.0.3", "10.0.0.2", "10.0.0.1"));
    put(".completed", row("10.0.0.4"));
    EXPECT_THAT(kea_lease_files(csv), ElementsAre(csv + ".completed", csv));
}

TEST_F(KeaFiles, AreNotReadWhileTheCleanUpWorksOnThem) {
    put("", row("10.0.0.1"));
    write_text(csv + ".pid", std::to_string(::getpid()));
    const auto report = read();
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, StoreErrc::busy);
}

TEST_F(KeaFiles, BadRowsStopUnlessAllowedAndAreNamedByFileAndLine) {
    put("", row("10.0.0.1") + "nonsense\n\n" + row("10.0.0.2") + std::string(2 << 20, 'x') + "\n" +
                row("10.0.0.3"));
    const auto refused = read();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, StoreErrc::configuration);
    EXPECT_THAT(refused.error().detail, AllOf(HasSubstr(csv + ":3: "), HasSubstr("max-row-errors (now 0)")));
    EXPECT_FALSE(read(1));
    const auto allowed = read(2);
    ASSERT_TRUE(allowed) << allowed.error().detail;
    EXPECT_EQ(allowed->bad_rows, 2U);
    EXPECT_EQ(allowed->rows, 5U);
    EXPECT_THAT(allowed->notices, ElementsAre(HasSubstr(csv + ":3: "), HasSubstr(csv + ":6: ")));
    EXPECT_THAT(seen, ElementsAre("10.0.0.1", "10.0.0.2", "10.0.0.3"));
}

TEST_F(KeaFiles, WithoutAHeaderAreRefused) {
    write_text(csv, row("10.0.0.1"));
    const auto report = read(100);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, StoreErrc::configuration);
    EXPECT_THAT(report.error().detail, HasSubstr(csv + ":1: "));
}

TEST_F(KeaFiles, ALastLineThatIsTornIsABadRow) {
    put("", row("10.0.0.1") + "10.0.0.2,02:01,,60,10");
    EXPECT_FALSE(read());
    EXPECT_TRUE(read(1));
    EXPECT_THAT(seen, ElementsAre("10.0.0.1"));
}

}  // namespace
}  // namespace leasehold::kea_csv_test
