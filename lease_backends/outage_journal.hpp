// The outage journal: a SQLite file with one row per lease that changed while the backend was away. Written
// as a LeaseStore whose commits ask for no version: this server has the leases to itself. Read by the
// thread that brings the rows into the backend, on a connection of its own.
#pragma once

#include "dhcp/outage_journal.hpp"

namespace leasehold {

/// @param config  the lease database whose outages the journal bridges: its family and outage_journal
JournalSides make_outage_journal(const BackendConfig& config);

}  // namespace leasehold
