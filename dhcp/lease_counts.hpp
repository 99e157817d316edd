// How many leases a subnet or a class has, for the limits on them. Those on their way to the store count
// already: many clients at once do not get past a limit.
#pragma once

#include <cstdint>
#include <string_view>

#include "dhcp/lease.hpp"

namespace leasehold {

class LeaseCounts {
public:
    virtual ~LeaseCounts() = default;
    /// Leases of the kind that clients hold now or are being given, without declined addresses.
    virtual std::int64_t of_subnet(std::uint32_t subnet_id, LeaseKind kind) const = 0;
    /// Of the clients that were in this class when they got them; only of classes with a limit. Addresses
    /// count together, delegated prefixes by themselves.
    virtual std::int64_t of_class(std::string_view name, LeaseKind kind) const = 0;
};

}  // namespace leasehold
