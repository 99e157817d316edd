// -t and -T: says whether a server could be started on a configuration, and starts none.
#pragma once

#include <iosfwd>

#include "control/run_arguments.hpp"

namespace leasehold {

/// Lists errors and warnings on `err`; when it is fine, says on one line of `out` what was checked. With
/// `opens_database` the lease database is opened as the server would open it, with all that belongs to that
/// (an older schema is brought up to date). One that does not exist yet is not made: that would be done as
/// the wrong user, or take Kea's leases over before Kea has ended.
/// @return the exit status of the server's start on the same file
int check_configuration(const CheckArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace leasehold
