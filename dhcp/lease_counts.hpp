// How many durable leases a subnet or a class has, for the limits on them.
#pragma once

#include <cstdint>
#include <string_view>

namespace leasehold {

class LeaseCounts {
public:
    virtual ~LeaseCounts() = default;
    /// Leases that clients hold now, without declined addresses.
    virtual std::int64_t of_subnet(std::uint32_t subnet_id) const = 0;
    /// Of the clients that were in this class when they got them; only of classes with a limit.
    virtual std::int64_t of_class(std::string_view name) const = 0;
};

}  // namespace leasehold
