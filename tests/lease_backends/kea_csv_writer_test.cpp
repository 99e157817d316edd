// Kea's lease files as we write them: Kea's columns, Kea's escapes, and our own reader understands them.
#include "lease_backends/kea_csv_writer.hpp"

#include <gtest/gtest.h>

#include "lease_backends/kea_csv.hpp"
#include "tests/support/leases.hpp"

namespace leasehold::kea_csv_writer_test {
namespace {

using namespace testing_support;

TEST(KeaCsvWriter, WritesTheColumnsOfKea) {
    EXPECT_EQ(kea_csv_header(Family::v4),
              "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,"
              "user_context,pool_id");
    EXPECT_EQ(
        kea_csv_header(Family::v6),
        "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,"
        "fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id");
    auto lease = lease_of(LeaseKind::v4, 1, 7);
    lease.user_context = R"({ "a": 1, "b": "é" })";
    EXPECT_EQ(kea_csv_row(lease, Family::v4),
              "10.0.0.1,02:00:00:00:00:07,01:02:00:00:00:07,3600,1800003600,7,1,0,host-7.example.org,0,"
              R"({ "a": 1&#x2c "b": "&#xc3&#xa9" },3)");
    auto prefix = lease_of(LeaseKind::pd, 1, 7);
    prefix.hwaddr.clear();  // then Kea writes neither its type nor its source
    prefix.user_context.clear();
    EXPECT_EQ(kea_csv_row(prefix, Family::v6),
              "2001:db8:0:1::,00:01:00:01:00:00:07,3600,1800003600,7,1800,2,4294967287,64,1,0,"
              "host-7.example.org,,0,,0,0,3");
}

TEST(KeaCsvWriter, EscapesWhatTheFormatCannotHold) {
    const std::string text{"a,b&c\n\x7f\xff\0d", 10};
    EXPECT_EQ(escape_kea_csv(text), "a&#x2cb&#x26c&#x0a&#x7f&#xff&#x00d");
    EXPECT_EQ(unescape_kea_csv(escape_kea_csv(text)), text);
}

TEST(KeaCsvWriter, LeavesOutWhatWouldBeADeletion) {
    auto released = lease_of(LeaseKind::v4, 1, 7);
    released.valid_lifetime = 0;
    EXPECT_EQ(kea_csv_row(released, Family::v4), std::nullopt);
}

class KeaCsvRoundTrip : public testing::TestWithParam<LeaseKind> {};

TEST_P(KeaCsvRoundTrip, OurReaderUnderstandsIt) {
    const Family family = GetParam() == LeaseKind::v4 ? Family::v4 : Family::v6;
    auto original = lease_of(GetParam(), 9, 7);
    // What Kea's columns cannot hold takes the values that the reader gives.
    original.hold_until = original.expire;
    original.relay_id = original.remote_id = {};
    original.version = original.last_writer = 0;
    if (family == Family::v4) original.hwtype = 1;
    auto infinite = original;
    infinite.valid_lifetime = infinite_lifetime;
    infinite.expire = infinite.hold_until = infinite.cltt + std::chrono::seconds{infinite_lifetime};
    const auto columns = KeaCsvColumns::parse(kea_csv_header(family), family);
    ASSERT_TRUE(columns);
    for (const auto& lease : {original, infinite}) {
        const auto row = columns->row(kea_csv_row(lease, family).value_or(""));
        ASSERT_TRUE(row) << row.error();
        EXPECT_EQ(row->lease, lease);
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, KeaCsvRoundTrip,
                         testing::Values(LeaseKind::v4, LeaseKind::na, LeaseKind::ta, LeaseKind::pd));

}  // namespace
}  // namespace leasehold::kea_csv_writer_test
