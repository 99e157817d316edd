// Where leases come in from, each read to its end into a stage: Kea's files and tables, and our own dumps.
#pragma once

#include <iosfwd>
#include <string>

#include "control/lease_transfer.hpp"
#include "control/progress.hpp"
#include "dhcp/backend_config.hpp"
#include "lease_backends/lease_stage.hpp"

namespace leasehold {

/// What was read, for the summary.
struct SourceReport {
    std::string from;        // "kea-leases4.csv.2, kea-leases4.csv"
    std::uint64_t rows = 0;  // of all sorts
    Refusals refusals;       // rows that cannot be read
    std::vector<std::string> notices;
};

/// Kea's lease file, with what its clean-up left beside it.
StoreResult<SourceReport> stage_kea_files(const std::string& csv, Family family, LeaseStage& stage,
                                          Progress& progress);
/// One such file alone.
StoreResult<SourceReport> stage_kea_text(std::istream& input, const std::string& name, Family family,
                                         LeaseStage& stage, Progress& progress);
/// Kea's database.
StoreResult<SourceReport> stage_kea_tables(const BackendConfig& database, LeaseStage& stage,
                                           Progress& progress);
/// A dump in JSON lines. Of several lines for one key the last one counts.
StoreResult<SourceReport> stage_lease_lines(std::istream& input, const std::string& name, Family family,
                                            LeaseStage& stage, Progress& progress);

}  // namespace leasehold
