// The parts of decide(), one per kind of message; decide.cpp calls them. Each gets a context whose subnet is
// set, unless it says otherwise.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dhcp/allocate.hpp"
#include "dhcp/v4/context.hpp"

namespace leasehold::v4 {

Decision decide_discover(Context& context);
/// The subnet may be missing.
Decision decide_request(Context& context);
/// The store is away: a client that names its own live lease keeps it for the time that is left; others hear
/// nothing. The subnet may be missing.
Decision decide_confirm(Context& context);
/// The subnet may be missing: the lease tells whose it is.
Decision decide_release(const Context& context);
Decision decide_decline(const Context& context);
Decision decide_inform(Context& context);

/// Gives the client this address: the lease is stored (or need not be), its others go, and the ACK is sent.
Decision acknowledge(Context& context, Candidate candidate, const ReservationConflicts& conflicts);

/// What the client asks for by option 50. Points into the request.
Wish wish_of(const Request& request);

/// A NAK. @param why  a literal
Decision refused(const Context& context, std::string_view why);

}  // namespace leasehold::v4
