// `leasehold migrate` and `leasehold db`: the schema of the lease database, and which server has the leases.
// They work on the database of a configuration while no server runs (SQLite), or beside one.
#pragma once

#include <iosfwd>

#include "control/schema_command_line.hpp"

namespace leasehold {

/// @param out  what was asked for, and progress
/// @param err  why it cannot be
/// @return the exit status: docs/operations.md
int run_schema_tool(const SchemaArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace leasehold
