// The outage journal: a SQLite file with one row per lease that changed while the backend was away. Written
// as a LeaseStore whose commits ask for no version: this server has the leases to itself. Read by the
// thread that brings the rows into the backend, on a connection of its own.
#pragma once

#include "dhcp/outage_journal.hpp"

namespace leasehold {

/// How many leases a file holds that its database does not have yet; 0 where there is none, or it cannot be
/// read.
std::uint64_t journalled_leases(const std::string& file);

/// @param config  the lease database whose outages the journal bridges: outage_journal is the file
JournalSides make_outage_journal(const BackendConfig& config);

}  // namespace leasehold
