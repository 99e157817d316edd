// The parts of decide(), one per kind of message; decide.cpp calls them.
#pragma once

#include "dhcp/v6/context.hpp"

namespace leasehold::v6 {

/// SOLICIT, REQUEST, RENEW, REBIND: leases for each IA. The subnet may be missing.
Decision decide_leases(Context& context);
/// The store is away: a client that renews its own live leases keeps them for the time that is left; others
/// hear nothing.
Decision decide_remaining(Context& context);
Decision decide_confirm(Context& context);
/// The subnet may be missing: the lease tells whose it is.
Decision decide_release(Context& context);
Decision decide_decline(Context& context);
/// RFC 9686
Decision decide_registration(Context& context);
/// Options only. The subnet may be missing.
Decision decide_information(Context& context);

}  // namespace leasehold::v6
