// Who asks, and where it may be served: what the requests of both families have in common. Made by v4/request
// and v6/request, read by everything that decides about leases.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>

#include "dhcp/client_class.hpp"
#include "dhcp/client_identity.hpp"
#include "dhcp/reservation.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// The identifiers that a packet has, in the order in which reservations are looked up by them.
struct HostIdentifier {
    HostIdentifierType type;
    Octets bytes;
};
using HostIdentifiers = boost::container::small_vector<HostIdentifier, 5>;

/// Points into the configuration.
struct ClientRequest {
    const SubnetConfig* subnet = nullptr;  // nullptr: none fits
    ClientKey client;                      // whose packets wait for each other
    Octets client_id;                      // v4; empty: none, or not to be used (match-client-id)
    Octets duid;                           // v6
    Octets hwaddr;                         // v6: as mac-sources found it out; empty: unknown
    std::uint16_t hwtype = 1;
    std::uint32_t hwaddr_source = 0;  // v6: the bit of the source, as Kea stores it
    ClassSet classes;
    HostIdentifiers identifiers;               // what reservations are looked up by
    const Reservation* global_host = nullptr;  // counts in subnets that use global reservations: host_in()
    const Reservation* host = nullptr;         // of `subnet`, else the global one
};

}  // namespace leasehold
