// See the header.
#include "control/lease_sources.hpp"

#include <limits>

#include "control/lease_line.hpp"
#include "lease_backends/host_connection.hpp"
#include "lease_backends/kea_csv.hpp"
#include "lease_backends/kea_tables.hpp"
#include "lease_backends/text_lines.hpp"

namespace leasehold {
namespace {

constexpr std::chrono::seconds connect_time_max{30};

/// All bad rows are counted before it is decided what they mean.
constexpr std::uint32_t no_limit = std::numeric_limits<std::uint32_t>::max();

/// The journal's next word on an address.
auto take_kea_row(LeaseStage& stage, Progress& progress) {
    return [&stage, &progress](KeaCsvRow&& row) -> StoreResult<void> {
        progress.advance();
        if (auto erased = stage.erase(row.lease.address.address); !erased || row.erases) return erased;
        return stage.put(row.lease);
    };
}

SourceReport report_of(KeaCsvReport&& read) {
    SourceReport report;
    for (const std::string& file : read.files) report.from += (report.from.empty() ? "" : ", ") + file;
    report.rows = read.rows;
    report.refusals.count = read.bad_rows;
    report.notices = std::move(read.notices);
    return report;
}

}  // namespace

StoreResult<SourceReport> stage_kea_files(const std::string& csv, Family family, LeaseStage& stage,
                                          Progress& progress) {
    if (kea_lease_files(csv).empty())
        return std::unexpected(StoreError{StoreErrc::no_database, csv + " does not exist"});
    auto read = read_kea_lease_files(csv, family, no_limit, take_kea_row(stage, progress));
    if (!read) return std::unexpected(read.error());
    return report_of(std::move(*read));
}

StoreResult<SourceReport> stage_kea_text(std::istream& input, const std::string& name, Family family,
                                         LeaseStage& stage, Progress& progress) {
    auto read = read_kea_lease_text(input, name, family, no_limit, take_kea_row(stage, progress));
    if (!read) return std::unexpected(read.error());
    return report_of(std::move(*read));
}

StoreResult<SourceReport> stage_kea_tables(const BackendConfig& database, LeaseStage& stage,
                                           Progress& progress) {
    const auto session = connected_session(database, std::chrono::steady_clock::now() + connect_time_max);
    if (!session) return std::unexpected(session.error());
    SourceReport report;
    report.from = describe(database);
    const KeaTableSinks sinks{
        .lease = [&](Lease&& lease) -> StoreResult<void> {
            progress.advance();
            return stage.put(lease);
        },
        .refused = [&](std::string text) { report.refusals.add(std::move(text)); },
    };
    const auto rows = read_kea_table(**session, database.family, sinks);
    if (!rows) return std::unexpected(rows.error());
    report.rows = *rows;
    return report;
}

StoreResult<SourceReport> stage_lease_lines(std::istream& input, const std::string& name, Family family,
                                            LeaseStage& stage, Progress& progress) {
    SourceReport report;
    report.from = name;
    TextLines lines{input};
    while (const auto line = lines.next()) {
        if (*line && (*line)->find_first_not_of(" \t\r") == std::string_view::npos) continue;
        ++report.rows;
        progress.advance();
        auto lease = *line ? parse_lease_line(**line, family)
                           : Result<Lease, std::string>{std::unexpect, "it is longer than any lease"};
        if (!lease) {
            report.refusals.add(name + ":" + std::to_string(lines.number()) +
                                ": this lease cannot be read: " + lease.error());
            continue;
        }
        if (auto put = stage.put(*lease); !put) return std::unexpected(put.error());
    }
    if (input.bad()) return std::unexpected(StoreError{StoreErrc::unavailable, name + ": reading it failed"});
    return report;
}

}  // namespace leasehold
