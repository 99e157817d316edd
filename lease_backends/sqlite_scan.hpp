// Reading many rows of the SQLite table `lease`. Its columns are handed to an SQL function of ours: asking for
// each with a call costs more than SQLite needs to find the row.
#pragma once

#include <optional>
#include <string>

#include "dhcp/address.hpp"
#include "lease_backends/sqlite_handle.hpp"

namespace leasehold {

/// The statements of one database handle. Of no use once that is closed; close() it before.
class SqliteScan {
public:
    SqliteScan() = default;
    SqliteScan(const SqliteScan&) = delete;
    SqliteScan& operator=(const SqliteScan&) = delete;

    /// @return false: the error is the handle's
    bool prepare(sqlite3* database, Family family);
    void close();

    /// Rows after `after` in address order, until the sink has enough. One whose key is damaged is only counted.
    /// @return nullopt: a step failed; the error is the handle's
    std::optional<ScanEnd> rows(std::optional<Prefix> after, RowSink& sink);
    /// See LeaseStore::scan_identities. @return nullopt: as rows()
    std::optional<IdentitiesPage> identities(std::optional<Prefix> after, std::size_t rows_max);

private:
    static void take_row(sqlite3_context* context, int count, sqlite3_value** columns);
    static void take_identities(sqlite3_context* context, int count, sqlite3_value** columns);

    Statement all_, after_, identities_;
    // what the functions have taken of the row of the last step
    Lease lease_;
    std::optional<std::string> problem_;  // it does not decode
    std::optional<Prefix> damaged_;       // then its key, unless that is damaged, too
    IdentitiesPage page_;
};

}  // namespace leasehold
