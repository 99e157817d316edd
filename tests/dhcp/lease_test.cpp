// Versions, expiry and names of the lease record, and how changes name their lease.
#include "dhcp/lease.hpp"

#include <gtest/gtest.h>

#include "dhcp/lease_event.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold::lease_test {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

TEST(Lease, AFirstVersionIsAboveAnySeen) {
    const system_clock::time_point now{std::chrono::microseconds{1'700'000'000'000'000}};
    EXPECT_EQ(first_version(now, 0), 1'700'000'000'000'000ull * 1024);
    EXPECT_EQ(first_version(now, first_version(now, 0)), first_version(now, 0) + 1);
    EXPECT_EQ(first_version(system_clock::time_point{}, 77), 78u);  // a clock that was set back
}

TEST(Lease, ExpiresAfterItsLastSecond) {
    Lease lease;
    lease.valid_lifetime = 10;
    lease.expire = LeaseTime{seconds{110}};
    EXPECT_FALSE(is_expired(lease, LeaseTime{seconds{110}}));
    EXPECT_TRUE(is_expired(lease, LeaseTime{seconds{111}}));
    lease.valid_lifetime = infinite_lifetime;
    EXPECT_FALSE(is_expired(lease, LeaseTime{seconds{1'000'000}}));
}

TEST(Lease, NumbersOutsideTheEnumsHaveAName) {
    EXPECT_EQ(to_string(LeaseState::expired_reclaimed), "expired-reclaimed");
    EXPECT_EQ(to_string(static_cast<LeaseState>(9)), "unknown");
    EXPECT_EQ(to_string(LeaseKind::pd), "pd");
    EXPECT_EQ(to_string(static_cast<LeaseKind>(9)), "unknown");
    EXPECT_EQ(to_string(LeaseCause::probation_over), "probation-over");
}

TEST(Lease, HolderIsKnownByWhatTheClientIs) {
    Lease a, b;
    EXPECT_FALSE(same_holder(a, b)) << "nobody is nobody else";
    a.hwaddr = b.hwaddr = {1, 2};
    EXPECT_TRUE(same_holder(a, b));
    a.client_id = {7};
    EXPECT_TRUE(same_holder(a, b)) << "one has no client-id";
    b.client_id = {8};
    EXPECT_FALSE(same_holder(a, b)) << "before the hardware address";
    a.duid = b.duid = {9};
    EXPECT_TRUE(same_holder(a, b)) << "before both";
    b.iaid = 1;
    EXPECT_FALSE(same_holder(a, b));
}

TEST(Lease, AChangeNamesItsAddress) {
    const Prefix address = to_prefix(Ipv4{0xc0000201});
    Put put;
    put.lease.address = address;
    EXPECT_EQ(address_of(Change{put}), address);
    EXPECT_EQ(address_of(Change{Erase{address, 7}}), address);
}

}  // namespace
}  // namespace leasehold::lease_test
