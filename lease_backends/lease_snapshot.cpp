// See the header.
#include "lease_backends/lease_snapshot.hpp"

#include "lease_backends/host_connection.hpp"
#include "lease_backends/sqlite_snapshot.hpp"

namespace leasehold {
namespace {

constexpr std::chrono::seconds connect_time_max{30};

/// @return the key to go on behind; nullopt: the sink has enough
std::optional<Prefix> hand_on(std::vector<StoredLease>&& page, RowSink& sink, ScanEnd& end) {
    Prefix last;
    for (StoredLease& row : page) {
        last = row ? row->address : row.error().address;
        bool more = true;
        if (row) {
            ++end.rows;
            more = sink.row(std::move(*row));
        } else {
            ++end.unreadable;
            if (last != Prefix{}) more = sink.unreadable(std::move(row.error()));
        }
        if (!more) return std::nullopt;
    }
    return last;
}

StoreResult<ScanEnd> scan_pages(LeaseSession& session, Family family, RowSink& sink) {
    const auto failed = [&](const SqlError& error) {
        return std::unexpected(to_store_error(error, session.where(), "reading its leases"));
    };
    if (auto begun = begin_snapshot(session); !begun) return failed(begun.error());
    ScanEnd end;
    std::optional<Prefix> after;
    for (;;) {
        session.set_deadline(std::chrono::steady_clock::now() + snapshot_page_time_max);
        auto page = session.page(family, after, snapshot_page_rows);
        if (!page) return failed(page.error());
        const bool is_last = page->size() < snapshot_page_rows;
        after = hand_on(std::move(*page), sink, end);
        if (is_last || !after) return end;
    }
}

}  // namespace

SqlResult<void> begin_snapshot(SqlConnection& connection) {
    if (connection.dialect() == SqlDialect::postgresql)
        return connection.script("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (auto done = connection.script("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"); !done) return done;
    return connection.script("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
}

StoreResult<ScanEnd> scan_snapshot(const BackendConfig& config, RowSink& sink) {
    if (config.type == BackendType::sqlite) {
        auto snapshot = SqliteSnapshot::open(config);
        if (!snapshot) return std::unexpected(snapshot.error());
        return snapshot->scan(sink);
    }
    BackendConfig reading = config;
    reading.readonly = true;
    const auto session = connected_session(reading, std::chrono::steady_clock::now() + connect_time_max);
    if (!session) return std::unexpected(session.error());
    return scan_pages(**session, config.family, sink);  // the transaction ends with the connection
}

}  // namespace leasehold
