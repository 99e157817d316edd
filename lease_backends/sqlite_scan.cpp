// See the header.
#include "lease_backends/sqlite_scan.hpp"

#include <utility>

#include "lease_backends/lease_columns.hpp"
#include "lease_backends/sqlite_rows.hpp"

namespace leasehold {
namespace {

constexpr std::string_view in_order = " ORDER BY address, prefix_length";

/// For statements of this program only, not for what a database file has in it.
constexpr int function_flags = SQLITE_UTF8 | SQLITE_DIRECTONLY;

}  // namespace

bool SqliteScan::prepare(sqlite3* database, Family family) {
    close();
    const auto add = [&](const char* name, auto* function) {
        return sqlite3_create_function_v2(database, name, -1, function_flags, this, function, nullptr, nullptr,
                                          nullptr) == SQLITE_OK;
    };
    if (!add("take_row", &SqliteScan::take_row) || !add("take_identities", &SqliteScan::take_identities)) return false;
    const std::string rows = "SELECT take_row(" + column_list() + ") FROM lease";
    const std::string behind = " WHERE (address, prefix_length) > (?1, ?2)";
    all_ = Statement::prepare(database, rows + std::string{in_order});
    after_ = Statement::prepare(database, rows + behind + std::string{in_order});
    identities_ = Statement::prepare(database, "SELECT take_identities(" + identity_column_list(family) + ") FROM lease" +
                                                   behind + std::string{in_order} + " LIMIT ?3");
    return all_ && after_ && identities_;
}

void SqliteScan::close() {
    all_ = {};
    after_ = {};
    identities_ = {};
}

void SqliteScan::take_row(sqlite3_context* context, int, sqlite3_value** columns) {
    auto& self = *static_cast<SqliteScan*>(sqlite3_user_data(context));
    self.problem_.reset();
    auto read = read_lease(columns, self.lease_);
    if (read) return;
    self.problem_ = std::move(read.error());
    self.damaged_ = read_key(columns);
}

std::optional<ScanEnd> SqliteScan::rows(std::optional<Prefix> after, RowSink& sink) {
    Statement& rows = after ? after_ : all_;
    const ResetAtEnd reset{rows};
    if (after) bind_key(rows, 1, *after);
    ScanEnd end;
    for (bool more = true; more;) {
        const int step = rows.step();
        if (step == SQLITE_DONE) return end;
        if (step != SQLITE_ROW) return std::nullopt;
        if (!problem_) {
            ++end.rows;
            more = sink.row(std::move(lease_));
        } else {
            ++end.unreadable;
            if (damaged_) more = sink.unreadable({*damaged_, std::move(*problem_)});
        }
    }
    return end;
}

void SqliteScan::take_identities(sqlite3_context* context, int count, sqlite3_value** columns) {
    auto& page = static_cast<SqliteScan*>(sqlite3_user_data(context))->page_;
    ++page.rows;
    if (const auto key = read_key(columns)) page.last = key;
    for (int i = key_columns; i < count; ++i) {
        const auto* octets = static_cast<const std::uint8_t*>(sqlite3_value_blob(columns[i]));
        const auto size = static_cast<std::size_t>(sqlite3_value_bytes(columns[i]));
        if (size <= client_id_size_max) page.add({octets, size});  // nobody's, if it is longer
    }
}

std::optional<IdentitiesPage> SqliteScan::identities(std::optional<Prefix> after, std::size_t rows_max) {
    const ResetAtEnd reset{identities_};
    const Prefix from = after.value_or(Prefix{});
    bind_key(identities_, 1, from);
    identities_.bind(3, static_cast<std::int64_t>(rows_max));
    page_ = {};
    for (;;) {
        const int step = identities_.step();
        if (step == SQLITE_DONE) break;
        if (step != SQLITE_ROW) return std::nullopt;
    }
    page_.complete = page_.rows < rows_max;
    return std::move(page_);
}

}  // namespace leasehold
