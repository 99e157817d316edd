// What all stores share beside the interface: how a change names its lease. Backends are in lease_backends/.
#include "dhcp/lease_store.hpp"

namespace leasehold {

const Prefix& address_of(const Change& change) {
    if (const auto* put = std::get_if<Put>(&change)) return put->lease.address;
    return std::get<Erase>(change).address;
}

}  // namespace leasehold
