// When a client asks again (RFC 2131 4.1, RFC 8415 15 and 7.6). Pure.
#pragma once

#include "dhcp/address.hpp"
#include "tests/bench/load/codec.hpp"

namespace leasehold::bench {

/// How long a client waits for an answer before it asks again.
///
/// @param resent  how often it has already asked again in this stage
/// @param random  -1 to 1: DHCPv4 adds so many seconds, DHCPv6 a tenth of the delay times it
Nanoseconds resend_delay(Family family, Ask ask, unsigned resent, double random, double time_scale);

/// Has it asked often enough, so that it begins anew (RFC 2131 3.1 (5), RFC 8415 18.2)? A client that looks
/// for a server never has.
bool gives_up(Family family, Ask ask, unsigned resent);

}  // namespace leasehold::bench
