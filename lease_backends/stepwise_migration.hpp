// Migrations where every DDL statement commits by itself (MariaDB, MySQL, Galera): a list of steps, each with
// a query that tells whether it is done.
//
// A lock of the server's would be local to one node of a Galera cluster, so there is a row, schema_lock. It
// is courtesy: it keeps programs that start together from doing the same work. That nothing is done twice or
// left out rests on the steps alone: one that is done is skipped, one that another program makes at the same
// time ends with "exists already" and is looked at again. That is also why the lock is renewed between steps
// and not from a second connection: a step that outlasts it lets another program come to the same step, where
// the server's own table lock makes it wait and the query then says that the step is done.
#pragma once

#include "lease_backends/migration_runner.hpp"

namespace leasehold {

/// Makes the bookkeeping tables where they are missing, and applies what is pending up to `run.to`.
/// @return the version afterwards
StoreResult<std::uint32_t> migrate_stepwise(SqlConnection& connection, const MigrationRun& run);

}  // namespace leasehold
