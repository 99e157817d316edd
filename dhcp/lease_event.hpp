// What happened to a lease, told once it is durable: statistics, logs and event streams listen to it.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dhcp/lease.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

std::string_view to_string(LeaseCause cause);

struct LeaseEvent {
    std::uint64_t sequence = 0;
    LeaseCause cause = LeaseCause::granted;
    std::optional<Lease> before, after;
};
/// What one decision changed: nearly always one lease.
using LeaseEventList = boost::container::small_vector<LeaseEvent, 1>;

}  // namespace leasehold
