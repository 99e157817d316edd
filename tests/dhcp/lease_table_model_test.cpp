// The table against a map, under thousands of random changes: every query must give what the map gives, and
// the memory must not grow with the number of changes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

#include "dhcp/lease_table.hpp"
#include "tests/dhcp/lease_kinds.hpp"

namespace leasehold::lease_table_model_test {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t units = 3000;
constexpr std::uint32_t seed = 99'031'007;
const auto due_at_expire = [](const Lease& lease) { return lease.expire; };

struct LeaseTableModel : testing::TestWithParam<LeaseKindCase> {
    LeaseTable table{GetParam().family};
    std::map<Prefix, Lease> model;
    std::mt19937 random{seed};
    LeaseTime now{seconds{1'750'000'000}};

    std::uint32_t up_to(std::uint32_t limit) { return static_cast<std::uint32_t>(random()) % limit; }

    // Few different identities, so that many leases share one; some without; sizes that change.
    Lease random_lease() {
        auto lease = GetParam().lease(up_to(units));
        auto& client = GetParam().client_of(lease);
        client = Octets(up_to(12), static_cast<std::uint8_t>(up_to(9)));
        lease.hwaddr = Octets(up_to(3) * 3, static_cast<std::uint8_t>(up_to(200)));
        lease.hostname = std::string(up_to(8) == 0 ? up_to(2000) : up_to(30), 'h');
        lease.user_context = std::string(up_to(10) == 0 ? 40 : 0, ' ');
        lease.pool_id = up_to(2);
        lease.state = LeaseState{static_cast<std::uint8_t>(up_to(5))};
        lease.cltt = now;
        lease.valid_lifetime = up_to(20) == 0 ? infinite_lifetime : up_to(200'000);
        lease.expire = lease.hold_until = now + seconds{lease.valid_lifetime};
        lease.version = random();
        return lease;
    }
    void put(const Lease& lease) {
        table.put(lease, lease.expire);
        model[lease.address] = lease;
    }
    void renew(Lease lease) {
        lease.cltt = now;
        lease.expire = lease.hold_until = now + seconds{lease.valid_lifetime};
        ++lease.version;
        put(lease);
    }
    void change() {
        const auto choice = up_to(10);
        const auto wanted = GetParam().address(up_to(units));
        const auto place = model.lower_bound(wanted);
        if (choice < 4 || place == model.end()) {
            put(random_lease());
        } else if (choice < 7) {
            renew(place->second);
        } else {
            ASSERT_TRUE(table.erase(place->first));
            model.erase(place);
        }
    }
    // Whatever sweep returns is due, and is erased or renewed, as the engine does.
    void sweep() {
        now += seconds{up_to(40'000)};
        for (const auto& due : table.sweep(now, 1 + up_to(50), due_at_expire)) {
            ASSERT_LE(due.expire, now);
            ASSERT_EQ(model.at(due.address), due);
            if (up_to(2) == 0) {
                renew(due);
            } else {
                table.erase(due.address);
                model.erase(due.address);
            }
        }
    }

    template <class IdentityOf>
    std::vector<Lease> with(const Octets& identity, const IdentityOf& identity_of) {
        std::vector<Lease> found;
        for (const auto& [address, lease] : model)
            if (!identity.empty() && identity_of(lease) == identity) found.push_back(lease);
        return found;
    }
    void compare(const LeaseRows& rows, const std::vector<Lease>& expected) {
        EXPECT_THAT(std::vector(rows.begin(), rows.end()), testing::UnorderedElementsAreArray(expected));
    }
    void compare_queries() {
        ASSERT_EQ(table.size(), model.size());
        const auto probe = random_lease();
        const auto known = model.find(probe.address);
        ASSERT_EQ(table.contains(probe.address), known != model.end());
        ASSERT_EQ(table.find(probe.address),
                  known == model.end() ? std::nullopt : std::optional{known->second});
        const auto client_of = [](const Lease& l) { return l.kind == LeaseKind::v4 ? l.client_id : l.duid; };
        const auto client = client_of(probe);
        compare(table.by_client_id(view(client), units), with(client, client_of));
        compare(table.by_hwaddr(view(probe.hwaddr), units),
                with(probe.hwaddr, [](const Lease& l) { return l.hwaddr; }));
        compare_page(probe.address);
    }
    void compare_page(const Prefix& after) {
        const std::size_t limit = 1 + up_to(40);
        std::vector<Lease> rows, expected;
        const auto last = table.page(after, limit, [&](const Lease& lease) {
            rows.push_back(lease);
            return true;
        });
        for (auto row = model.upper_bound(after); row != model.end() && expected.size() < limit; ++row)
            expected.push_back(row->second);
        ASSERT_EQ(rows, expected);
        ASSERT_EQ(last, expected.empty() ? std::nullopt : std::optional{expected.back().address});
    }
    void compare_all() {
        std::vector<Lease> rows, expected;
        table.page({}, units, [&](const Lease& lease) {
            rows.push_back(lease);
            return true;
        });
        for (const auto& [address, lease] : model) expected.push_back(lease);
        ASSERT_EQ(rows, expected);
    }
};

TEST_P(LeaseTableModel, EveryQueryAgreesAfterRandomChanges) {
    SCOPED_TRACE(seed);
    for (int step = 0; step < 12'000; ++step) {
        ASSERT_NO_FATAL_FAILURE(change());
        if (step % 20 == 0) {
            ASSERT_NO_FATAL_FAILURE(sweep());
        }
        if (step % 15 == 0) {
            ASSERT_NO_FATAL_FAILURE(compare_queries());
        }
        if (step % 3000 == 0) {
            ASSERT_NO_FATAL_FAILURE(compare_all());
        }
        if (HasFailure()) return;
    }
    compare_all();
    while (!model.empty()) {
        ASSERT_TRUE(table.erase(model.begin()->first));
        model.erase(model.begin());
    }
    EXPECT_EQ(table.size(), 0u);
}

TEST_P(LeaseTableModel, MemoryDoesNotGrowWithTheNumberOfChanges) {
    SCOPED_TRACE(seed);
    std::size_t bytes_early = 0;
    for (int step = 0; step < 150'000; ++step) {
        ASSERT_NO_FATAL_FAILURE(change());
        if (step % 20 == 0) {
            ASSERT_NO_FATAL_FAILURE(sweep());
        }
        if (step == 30'000) bytes_early = table.stats().bytes;
    }
    EXPECT_LE(table.stats().bytes, bytes_early + bytes_early / 4);
    compare_all();
}

// Nothing that is due is forgotten: once sweep has nothing more to return, nothing overdue is left.
TEST_P(LeaseTableModel, SweepFindsEveryOverdueLease) {
    SCOPED_TRACE(seed);
    for (int round = 0; round < 30; ++round) {
        for (int i = 0; i < 200; ++i) ASSERT_NO_FATAL_FAILURE(change());
        now += seconds{up_to(round % 3 == 0 ? 400'000 : 3000)};
        for (auto due = table.sweep(now, units * 4, due_at_expire); !due.empty();
             due = table.sweep(now, units * 4, due_at_expire))
            for (const auto& lease : due) {
                ASSERT_LE(lease.expire, now);
                table.erase(lease.address);
                model.erase(lease.address);
            }
        for (const auto& [address, lease] : model) ASSERT_GT(lease.expire, now);
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, LeaseTableModel, testing::ValuesIn(lease_kind_cases()), kind_case_name);

}  // namespace
}  // namespace leasehold::lease_table_model_test
