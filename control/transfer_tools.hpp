// leasehold import-kea, leases dump, leases load, backup: what each does from beginning to end.
#pragma once

#include <iosfwd>

#include "control/progress.hpp"
#include "control/transfer_command_line.hpp"

namespace leasehold {

struct ToolStreams {
    std::istream& in;
    std::ostream& out;  // data, and the summary of a tool whose data goes elsewhere
    std::ostream& err;
    ProgressDisplay progress;
};

/// SIGINT and SIGTERM end them between two batches, with an orderly close.
/// @return the exit status: 0; 65 when leases were left out beyond what was allowed; else why it ended
int run_transfer(const TransferArguments& arguments, const ToolStreams& streams);

}  // namespace leasehold
