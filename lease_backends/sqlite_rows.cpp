// See the header.
#include "lease_backends/sqlite_rows.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace leasehold {
namespace {

class ColumnBinder {
public:
    explicit ColumnBinder(Statement& statement) : statement_{statement} {}

    bool operator()(const Column&, const Ipv6& field) { return octets(field.bytes); }
    bool operator()(const Column&, const Octets& field) { return octets(view(field)); }
    bool operator()(const Column&, const std::string& field) {
        statement_.bind_text(index_++, field);
        return true;
    }
    bool operator()(const Column&, LeaseTime field) { return number(field.time_since_epoch().count()); }
    bool operator()(const Column&, std::uint64_t field) { return number(as_stored(field)); }
    template <class Small>
    bool operator()(const Column&, Small field) {
        return number(static_cast<std::int64_t>(field));
    }

private:
    bool octets(OctetView octets) {
        statement_.bind_octets(index_++, octets);
        return true;
    }
    bool number(std::int64_t value) {
        statement_.bind(index_++, value);
        return true;
    }

    Statement& statement_;
    int index_ = 1;
};

/// The columns of the row that a statement stands on.
struct StatementColumns {
    sqlite3_stmt* row;
    int type(int index) const { return sqlite3_column_type(row, index); }
    std::int64_t number(int index) const { return sqlite3_column_int64(row, index); }
    const void* octets(int index) const { return sqlite3_column_blob(row, index); }
    int size(int index) const { return sqlite3_column_bytes(row, index); }
};
/// The same as the arguments of an SQL function: half the time, as nothing is locked or looked up for each.
struct ArgumentColumns {
    sqlite3_value** values;
    int type(int index) const { return sqlite3_value_type(values[index]); }
    std::int64_t number(int index) const { return sqlite3_value_int64(values[index]); }
    const void* octets(int index) const { return sqlite3_value_blob(values[index]); }
    int size(int index) const { return sqlite3_value_bytes(values[index]); }
};

/// Takes the columns of a row apart; stops at the first that no lease can have.
template <class Columns>
class ColumnReader {
public:
    explicit ColumnReader(Columns row) : row_{row} {}
    std::string problem;

    bool operator()(const Column& column, Ipv6& field) {
        const auto bytes = octets(column, SQLITE_BLOB);
        if (!bytes || bytes->size() != field.bytes.size()) return fail(column, "is not 16 octets");
        std::ranges::copy(*bytes, field.bytes.begin());
        return true;
    }
    bool operator()(const Column& column, Octets& field) {
        const auto bytes = octets(column, SQLITE_BLOB);
        if (!bytes) return false;
        field.assign(bytes->begin(), bytes->end());
        return true;
    }
    bool operator()(const Column& column, std::string& field) {
        const auto bytes = octets(column, SQLITE_TEXT);
        if (!bytes) return false;
        field.assign(bytes->begin(), bytes->end());
        return true;
    }
    bool operator()(const Column& column, LeaseTime& field) {
        const auto value = number(column);
        if (!value) return false;
        field = LeaseTime{std::chrono::seconds{*value}};
        return true;
    }
    bool operator()(const Column& column, std::uint64_t& field) {
        if (row_.type(index_) != SQLITE_INTEGER) return fail(column, "is not a number");
        field = static_cast<std::uint64_t>(row_.number(index_++));
        return true;
    }
    template <class Small>
    bool operator()(const Column& column, Small& field) {
        const auto value = number(column);
        if (!value) return false;
        field = static_cast<Small>(*value);
        return true;
    }

private:
    std::optional<OctetView> octets(const Column& column, int type) {
        if (row_.type(index_) != type) {
            fail(column, "has the wrong type");
            return std::nullopt;
        }
        const auto* bytes = static_cast<const std::uint8_t*>(row_.octets(index_));
        const auto size = static_cast<std::size_t>(row_.size(index_));
        if (size > column.max) {
            fail(column, "is too long, " + std::to_string(size) + " octets");
            return std::nullopt;
        }
        ++index_;
        return OctetView{bytes, size};
    }
    std::optional<std::int64_t> number(const Column& column) {
        if (row_.type(index_) != SQLITE_INTEGER) {
            fail(column, "is not a number");
            return std::nullopt;
        }
        const std::int64_t value = row_.number(index_);
        if (value < 0 || static_cast<std::uint64_t>(value) > column.max) {
            fail(column, "cannot be " + std::to_string(value));
            return std::nullopt;
        }
        ++index_;
        return value;
    }
    bool fail(const Column& column, const std::string& what) {
        problem = std::string{column.name} + " " + what;
        return false;
    }

    Columns row_;
    int index_ = 0;
};

template <class Columns>
std::optional<Prefix> key_of(Columns row) {
    Prefix key;
    ColumnReader reader{row};
    if (!reader(lease_columns[0], key.address) || !reader(lease_columns[1], key.length)) return std::nullopt;
    return key;
}

}  // namespace

void bind_lease(Statement& statement, const Lease& lease) {
    ColumnBinder binder{statement};
    visit_columns(lease, binder);
}

void bind_key(Statement& statement, int first, const Prefix& key) {
    statement.bind_octets(first, key.address.bytes);
    statement.bind(first + 1, key.length);
}

Result<Lease, std::string> read_lease(sqlite3_stmt* row) {
    Lease lease;
    ColumnReader reader{StatementColumns{row}};
    if (!visit_columns(lease, reader)) return std::unexpected(std::move(reader.problem));
    return lease;
}

Result<void, std::string> read_lease(sqlite3_value** columns, Lease& into) {
    ColumnReader reader{ArgumentColumns{columns}};
    if (!visit_columns(into, reader)) return std::unexpected(std::move(reader.problem));
    return {};
}

std::optional<Prefix> read_key(sqlite3_stmt* row) {
    return key_of(StatementColumns{row});
}
std::optional<Prefix> read_key(sqlite3_value** columns) {
    return key_of(ArgumentColumns{columns});
}

std::optional<ScanEnd> scan_rows(Statement& rows, RowSink& sink) {
    ScanEnd end;
    for (;;) {
        const int step = rows.step();
        if (step == SQLITE_DONE) return end;
        if (step != SQLITE_ROW) return std::nullopt;
        auto lease = read_lease(rows.get());
        bool more = true;
        if (lease) {
            ++end.rows;
            more = sink.row(std::move(*lease));
        } else {
            ++end.unreadable;
            if (const auto key = read_key(rows.get())) more = sink.unreadable({*key, lease.error()});
        }
        if (!more) return end;
    }
}

std::string put_sql() {
    std::string values, updates;
    for (std::size_t i = 0; i < lease_columns.size(); ++i) {
        const std::string name{lease_columns[i].name};
        values += (i == 0 ? "?" : ", ?") + std::to_string(i + 1);
        if (i >= 2) updates += (i == 2 ? "" : ", ") + name + " = excluded." + name;
    }
    const auto parameter = [](int index) { return "?" + std::to_string(index); };
    // Who may have another client's address stands in memory_store.cpp as may_change_hands, too.
    return "INSERT INTO lease (" + column_list() + ") VALUES (" + values +
           ") ON CONFLICT (address, prefix_length) DO UPDATE SET " + updates +
           " WHERE lease.version = " + parameter(put_expected_version) + " AND (" +
           parameter(put_takes_over) + " = 0 OR lease.state IN (2, 3) OR (lease.hold_until < " +
           parameter(put_held_before) + " AND NOT (lease.state = 0 AND lease.valid_lifetime = 4294967295)))";
}

}  // namespace leasehold
