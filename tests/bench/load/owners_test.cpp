#include "tests/bench/load/owners.hpp"

#include <gtest/gtest.h>

namespace leasehold::bench::owners_test {

using std::chrono::seconds;

const Instant start{seconds{1000}};
const Prefix unit = to_prefix(Ipv4{0x0a000001});

struct LoadOwners : testing::Test {
    Owners owners{10};
    std::optional<Duplicate> take(ClientNumber client, seconds asked, seconds now,
                                  const Prefix& what = unit) {
        return owners.take(what, client, start + asked, start + now, seconds{60});
    }
};

TEST_F(LoadOwners, TwoAtATimeAreFound) {
    EXPECT_EQ(take(1, seconds{0}, seconds{0}), std::nullopt);
    EXPECT_EQ(take(2, seconds{10}, seconds{10}), (Duplicate{unit, 1, 2}));
    EXPECT_EQ(take(1, seconds{20}, seconds{20}), (Duplicate{unit, 2, 1}));
}

TEST_F(LoadOwners, ARenewalIsNone) {
    EXPECT_EQ(take(1, seconds{0}, seconds{0}), std::nullopt);
    EXPECT_EQ(take(1, seconds{50}, seconds{50}), std::nullopt);
    EXPECT_EQ(take(2, seconds{70}, seconds{70}), (Duplicate{unit, 1, 2}));
}

TEST_F(LoadOwners, OneAfterTheOtherIsNone) {
    EXPECT_EQ(take(1, seconds{0}, seconds{0}), std::nullopt);
    EXPECT_EQ(take(2, seconds{59}, seconds{60}),
              std::nullopt);    // the answer came when the first one's time was over
    owners.give_back(unit, 1);  // it is not its any more
    EXPECT_EQ(owners.size(), 1u);
    owners.give_back(unit, 2);
    EXPECT_EQ(take(3, seconds{61}, seconds{61}), std::nullopt);
}

TEST_F(LoadOwners, APrefixIsNoAddress) {
    const Ipv6 base = *parse_ipv6("2001:db8::");
    EXPECT_EQ(take(1, seconds{0}, seconds{0}, {base, 56}), std::nullopt);
    EXPECT_EQ(take(2, seconds{0}, seconds{0}, {base, 128}), std::nullopt);
    EXPECT_EQ(take(3, seconds{0}, seconds{0}, {base, 56}), (Duplicate{{base, 56}, 1, 3}));
}

}  // namespace leasehold::bench::owners_test
