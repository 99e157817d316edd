// The three kinds of leases that everything about the table is tested with: an IPv4 address, an IPv6 address
// and a delegated prefix, each from a running number and with identities of its own.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/leases.hpp"

namespace leasehold {

struct LeaseKindCase {
    std::string name;
    Family family;
    LeaseKind kind;

    /// The lease number `unit`, with identities of its own.
    Lease lease(std::uint32_t unit) const {
        auto made = testing_support::lease_of(kind, unit, 0);
        made.hwaddr = {2,
                       0,
                       static_cast<std::uint8_t>(unit >> 24),
                       static_cast<std::uint8_t>(unit >> 16),
                       static_cast<std::uint8_t>(unit >> 8),
                       static_cast<std::uint8_t>(unit)};
        client_of(made) = made.hwaddr;
        client_of(made).insert(client_of(made).begin(), 1);
        made.version = unit + 1;
        return made;
    }
    Prefix address(std::uint32_t unit) const { return testing_support::lease_of(kind, unit, 0).address; }
    Octets& client_of(Lease& lease) const { return family == Family::v4 ? lease.client_id : lease.duid; }
};

inline std::vector<LeaseKindCase> lease_kind_cases() {
    return {{"V4", Family::v4, LeaseKind::v4},
            {"NA", Family::v6, LeaseKind::na},
            {"PD", Family::v6, LeaseKind::pd}};
}

inline std::string kind_case_name(const testing::TestParamInfo<LeaseKindCase>& info) {
    return info.param.name;
}

}  // namespace leasehold
