// What all stores share beside the interface: what a change says of itself. Backends are in lease_backends/.
#include "dhcp/lease_store.hpp"

namespace leasehold {

const Prefix& address_of(const Change& change) {
    if (const auto* put = std::get_if<Put>(&change)) return put->lease.address;
    return std::get<Erase>(change).address;
}

LeaseCause cause_of(const Change& change) {
    return std::visit([](const auto& one) { return one.cause; }, change);
}

}  // namespace leasehold
