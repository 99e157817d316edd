// The part of a lease that varies in size or is rarely there, as bytes: a mask of what is present, then the
// fields. What most leases share (one writer, expire = cltt + valid_lifetime) takes no byte.
//
// Only for the lease table's memory: the format is no file format and may change with any build.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>

#include "dhcp/lease.hpp"

namespace leasehold {

using TailBytes = boost::container::small_vector<std::uint8_t, 256>;

/// What the fixed part cannot hold of this lease.
struct TailOptions {
    bool cltt = false;         // outside of 40 bits
    bool last_writer = false;  // not in the table of writers
};

/// Appends nothing but this lease's tail to an empty `out`.
void write_tail(const Lease& lease, const TailOptions& options, TailBytes& out);

/// Fills the fields of the tail.
/// @pre cltt, valid_lifetime and last_writer of `lease` are those of the fixed part: they are used for what
/// the
///      tail leaves out, and replaced where it has its own
void read_tail(OctetView tail, Lease& lease);

/// Views into the tail: no copy for a comparison.
struct TailIdentities {
    OctetView client_id, duid, hwaddr;
};
TailIdentities identities_of(OctetView tail);

}  // namespace leasehold
