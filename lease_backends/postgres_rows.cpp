// See the header. Array and row formats: PostgreSQL's manual, "Frontend/Backend Protocol", and array_recv.
#include "lease_backends/postgres_rows.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

#include "lease_backends/lease_columns.hpp"

namespace leasehold {
namespace {

/// A type as the schema has it; OIDs are fixed since PostgreSQL 7.
struct PostgresType {
    Oid oid;
    Oid array_oid;
    std::string_view array_name;
    std::size_t size;  // of a value; 0: varies
};
constexpr PostgresType type_bool{16, 1000, "bool[]", 1};
constexpr PostgresType type_bytea{17, 1001, "bytea[]", 0};
constexpr PostgresType type_int8{20, 1016, "int8[]", 8};
constexpr PostgresType type_int2{21, 1005, "int2[]", 2};
constexpr PostgresType type_int4{23, 1007, "int4[]", 4};

/// The smallest signed type that holds the field.
template <class Field>
constexpr const PostgresType& type_of() {
    using Plain = std::remove_cvref_t<Field>;
    if constexpr (std::is_same_v<Plain, Ipv6> || std::is_same_v<Plain, Octets> ||
                  std::is_same_v<Plain, std::string>)
        return type_bytea;
    else if constexpr (std::is_same_v<Plain, bool>)
        return type_bool;
    else if constexpr (sizeof(Plain) == 1)
        return type_int2;
    else if constexpr (sizeof(Plain) == 2)
        return type_int4;
    else
        return type_int8;
}

template <class Number>
void append_number(std::string& bytes, Number number) {
    using Unsigned = std::make_unsigned_t<Number>;
    for (int shift = (sizeof(Number) - 1) * 8; shift >= 0; shift -= 8)
        bytes += static_cast<char>(static_cast<Unsigned>(number) >> shift);
}

/// The same for the value of a column.
void append_of_size(std::string& bytes, std::size_t size, std::int64_t number) {
    switch (size) {
        case 2: return append_number(bytes, static_cast<std::int16_t>(number));
        case 4: return append_number(bytes, static_cast<std::int32_t>(number));
        default: return append_number(bytes, number);
    }
}

/// One parameter: a one-dimensional array without NULL.
class BinaryArray {
public:
    BinaryArray(const PostgresType& type, std::size_t count) : type_{&type} {
        append_number(bytes_, std::int32_t{1});  // dimensions
        append_number(bytes_, std::int32_t{0});  // no NULL
        append_number(bytes_, static_cast<std::int32_t>(type.oid));
        append_number(bytes_, static_cast<std::int32_t>(count));
        append_number(bytes_, std::int32_t{1});  // lower bound
    }

    void add(const Ipv6& field) { octets(field.bytes.data(), field.bytes.size()); }
    void add(const Octets& field) { octets(field.data(), field.size()); }
    void add(const std::string& field) { octets(field.data(), field.size()); }
    void add(LeaseTime field) { number(field.time_since_epoch().count()); }
    void add(bool field) {
        append_number(bytes_, std::int32_t{1});
        bytes_ += static_cast<char>(field ? 1 : 0);
    }
    template <class Number>
    void add(Number field) {
        number(static_cast<std::int64_t>(field));
    }

    const PostgresType& type() const { return *type_; }
    std::string take() { return std::move(bytes_); }

private:
    void octets(const void* data, std::size_t size) {
        append_number(bytes_, static_cast<std::int32_t>(size));
        bytes_.append(static_cast<const char*>(data), size);
    }
    void number(std::int64_t value) {
        append_number(bytes_, static_cast<std::int32_t>(type_->size));
        append_of_size(bytes_, type_->size, value);
    }

    const PostgresType* type_;
    std::string bytes_;
};

/// Fills one array per column, row by row.
class ArrayColumns {
public:
    explicit ArrayColumns(std::size_t count) : count_{count} {}

    template <class Field>
    bool operator()(const Column&, const Field& field) {
        if (at_ == arrays_.size()) arrays_.emplace_back(type_of<Field>(), count_);
        arrays_[at_++].add(field);
        return true;
    }
    void end_row() { at_ = 0; }

    /// Moves the arrays into the statement, as its next parameters.
    void move_to(PostgresStatement& statement) {
        for (BinaryArray& array : arrays_) {
            statement.types.push_back(array.type().array_oid);
            statement.values.emplace_back(array.take());
        }
        arrays_.clear();
    }

private:
    std::size_t count_;
    std::size_t at_ = 0;
    std::vector<BinaryArray> arrays_;
};

void add_number_parameter(PostgresStatement& statement, const PostgresType& type, std::int64_t number) {
    std::string bytes;
    append_of_size(bytes, type.size, number);
    statement.types.push_back(type.oid);
    statement.values.emplace_back(std::move(bytes));
}

void add_octets_parameter(PostgresStatement& statement, const Ipv6& address) {
    statement.types.push_back(type_bytea.oid);
    statement.values.emplace_back(std::string{address.bytes.begin(), address.bytes.end()});
}

std::string next_parameter(const PostgresStatement& statement) {
    return "$" + std::to_string(statement.values.size() + 1);
}

/// "unnest($1::bytea[], $2::int2[], ...)" for the parameters that the statement has so far.
std::string unnest_parameters(const PostgresStatement& statement) {
    constexpr std::array all{&type_bool, &type_bytea, &type_int8, &type_int2, &type_int4};
    std::string text;
    for (std::size_t i = 0; i < statement.types.size(); ++i) {
        const auto type =
            std::ranges::find(all, statement.types[i], [](const auto* one) { return one->array_oid; });
        text += (i == 0 ? "unnest($" : ", $") + std::to_string(i + 1) + "::";
        text += (*type)->array_name;
    }
    return text + ")";
}

/// "" when nothing is compared, otherwise a condition without any row once another server has taken over.
std::string fence_condition(PostgresStatement& statement, const Fence& fence) {
    if (fence.epoch == 0) return {};
    std::string text = "EXISTS (SELECT FROM server_registry WHERE family = " + next_parameter(statement);
    add_number_parameter(statement, type_int2, fence.family == Family::v4 ? 4 : 6);
    text += " AND epoch = " + next_parameter(statement) + ")";
    add_number_parameter(statement, type_int8, static_cast<std::int64_t>(fence.epoch));
    return text;
}

const std::string& update_list() {
    static const std::string list = [] {
        std::string text;
        for (std::size_t i = 2; i < lease_columns.size(); ++i) {
            const std::string name{lease_columns[i].name};
            text += (i == 2 ? "" : ", ") + name + " = EXCLUDED." + name;
        }
        return text;
    }();
    return list;
}

/// The stored version is the one before ours, as unsigned numbers count.
constexpr std::string_view version_condition =
    "l.version = CASE EXCLUDED.version WHEN (-9223372036854775808)::int8 THEN 9223372036854775807 "
    "ELSE EXCLUDED.version - 1 END";

/// Finds the first column that does not have the type of its field.
class TypeCheck {
public:
    explicit TypeCheck(const PGresult& result) : result_{&result} {}
    template <class Field>
    bool operator()(const Column&, const Field&) {
        if (index_ == PQnfields(result_)) return false;
        if (PQftype(result_, index_) != type_of<Field>().oid || PQfformat(result_, index_) != 1) return false;
        ++index_;
        return true;
    }
    int index() const { return index_; }

private:
    const PGresult* result_;
    int index_ = 0;
};

/// Takes the columns of a row apart; stops at the first that no lease can have.
class ColumnReader {
public:
    /// @param mistyped  the first column that has the wrong type; behind them: none
    ColumnReader(const PGresult& result, int row, int mistyped) : result_{&result}, row_{row}, mistyped_{mistyped} {}
    std::string problem;

    bool operator()(const Column& column, Ipv6& field) {
        const auto bytes = value(column, type_bytea);
        if (!bytes) return false;
        if (bytes->size() != field.bytes.size()) return fail(column, "is not 16 octets");
        std::ranges::copy(*bytes, field.bytes.begin());
        return true;
    }
    bool operator()(const Column& column, Octets& field) {
        const auto bytes = value(column, type_bytea);
        if (!bytes) return false;
        field.assign(bytes->begin(), bytes->end());
        return true;
    }
    bool operator()(const Column& column, std::string& field) {
        const auto bytes = value(column, type_bytea);
        if (!bytes) return false;
        field.assign(bytes->begin(), bytes->end());
        return true;
    }
    bool operator()(const Column& column, bool& field) {
        const auto bytes = value(column, type_bool);
        if (!bytes) return false;
        field = bytes->front() != 0;
        return true;
    }
    bool operator()(const Column& column, std::uint64_t& field) {
        const auto bytes = value(column, type_int8);
        if (!bytes) return false;
        field = static_cast<std::uint64_t>(number(*bytes));
        return true;
    }
    bool operator()(const Column& column, LeaseTime& field) {
        const auto seconds = limited(column, type_int8);
        if (!seconds) return false;
        field = LeaseTime{std::chrono::seconds{*seconds}};
        return true;
    }
    template <class Small>
    bool operator()(const Column& column, Small& field) {
        const auto found = limited(column, type_of<Small>());
        if (!found) return false;
        field = static_cast<Small>(*found);
        return true;
    }

private:
    /// The octets of the next column, if it has this type and fits.
    std::optional<OctetView> value(const Column& column, const PostgresType& type) {
        const int index = index_++;
        const auto* const data = reinterpret_cast<const std::uint8_t*>(PQgetvalue(result_, row_, index));
        const auto size = static_cast<std::size_t>(PQgetlength(result_, row_, index));
        if (index == mistyped_)
            fail(column, "has the wrong type");
        else if (size == 0 && PQgetisnull(result_, row_, index) == 1)
            fail(column, "is NULL");
        else if (type.size != 0 && size != type.size)
            fail(column, "has the wrong size");
        else if (type.size == 0 && size > column.max)
            fail(column, "is too long, " + std::to_string(size) + " octets");
        else
            return OctetView{data, size};
        return std::nullopt;
    }
    static std::int64_t number(OctetView bytes) {
        std::uint64_t value = (bytes.front() & 0x80) != 0 ? std::numeric_limits<std::uint64_t>::max() : 0;
        for (const std::uint8_t byte : bytes) value = value << 8 | byte;
        return static_cast<std::int64_t>(value);
    }
    std::optional<std::int64_t> limited(const Column& column, const PostgresType& type) {
        const auto bytes = value(column, type);
        if (!bytes) return std::nullopt;
        const std::int64_t found = number(*bytes);
        if (found >= 0 && static_cast<std::uint64_t>(found) <= column.max) return found;
        fail(column, "cannot be " + std::to_string(found));
        return std::nullopt;
    }
    bool fail(const Column& column, const std::string& what) {
        problem = std::string{column.name} + " " + what;
        return false;
    }

    const PGresult* result_;
    int row_;
    int mistyped_;
    int index_ = 0;
};

int first_mistyped(const PGresult& result) {
    const Lease sample;
    TypeCheck check{result};
    visit_columns(sample, check);
    return check.index();
}

std::optional<Prefix> key_in(const PGresult& result, int row, int mistyped) {
    Prefix key;
    ColumnReader reader{result, row, mistyped};
    if (!reader(lease_columns[0], key.address) || !reader(lease_columns[1], key.length)) return std::nullopt;
    return key;
}

}  // namespace

PostgresStatement put_statement(const ChangeGroup& group, const Fence& fence) {
    ArrayColumns columns{group.puts.size()};
    for (const Put* put : group.puts) {
        visit_columns(put->lease, columns);
        columns.end_row();
    }
    PostgresStatement statement;
    statement.binary = true;
    columns.move_to(statement);
    const std::string rows = unnest_parameters(statement);
    const std::string not_fenced = fence_condition(statement, fence);
    statement.sql = "INSERT INTO lease AS l (" + column_list() + ") SELECT * FROM " + rows + " AS batch (" +
                    column_list() + ")" + (not_fenced.empty() ? "" : " WHERE " + not_fenced) +
                    " ORDER BY address, prefix_length"  // everybody locks in this order: no deadlocks
                    " ON CONFLICT (address, prefix_length) DO UPDATE SET " +
                    update_list() + " WHERE " + std::string{version_condition};
    // Who may have another client's address stands in memory_store.cpp as may_change_hands, too.
    if (group.sort == ChangeGroup::Sort::take_over) {
        statement.sql += " AND (l.state IN (2, 3) OR (l.hold_until < " + next_parameter(statement) +
                         " AND NOT (l.state = 0 AND l.valid_lifetime = 4294967295)))";
        add_number_parameter(statement, type_int8, group.held_before);
    }
    statement.sql += " RETURNING l.address, l.prefix_length";
    return statement;
}

PostgresStatement erase_statement(const ChangeGroup& group, const Fence& fence) {
    constexpr Column version{"version", no_max};
    ArrayColumns columns{group.erases.size()};
    for (const Erase* erase : group.erases) {
        columns(lease_columns[0], erase->address.address);
        columns(lease_columns[1], erase->address.length);
        columns(version, erase->version);
        columns.end_row();
    }
    PostgresStatement statement;
    statement.binary = true;
    columns.move_to(statement);
    const std::string rows = unnest_parameters(statement);
    const std::string not_fenced = fence_condition(statement, fence);
    statement.sql = "DELETE FROM lease AS l USING " + rows +
                    " AS gone (address, prefix_length, version) WHERE l.address = gone.address "
                    "AND l.prefix_length = gone.prefix_length AND l.version = gone.version" +
                    (not_fenced.empty() ? "" : " AND " + not_fenced) +
                    " RETURNING l.address, l.prefix_length";
    return statement;
}

PostgresStatement find_statement(std::span<const Prefix> keys) {
    ArrayColumns columns{keys.size()};
    for (const Prefix& key : keys) {
        columns(lease_columns[0], key.address);
        columns(lease_columns[1], key.length);
        columns.end_row();
    }
    PostgresStatement statement;
    statement.binary = true;
    columns.move_to(statement);
    statement.sql = "SELECT " + column_list("l.") + " FROM " + unnest_parameters(statement) +
                    " AS wanted (address, prefix_length) JOIN lease AS l ON l.address = wanted.address "
                    "AND l.prefix_length = wanted.prefix_length";
    return statement;
}

namespace {

PostgresStatement select_behind(const std::string& columns, const PageStart& after, const Ipv6& last,
                                std::size_t rows_max) {
    PostgresStatement statement;
    statement.binary = true;
    add_octets_parameter(statement, after.address);
    add_number_parameter(statement, type_int2, after.length);
    add_octets_parameter(statement, last);
    add_number_parameter(statement, type_int8, static_cast<std::int64_t>(rows_max));
    statement.sql = "SELECT " + columns +
                    " FROM lease WHERE (address, prefix_length) > ($1, $2) AND address <= $3 "
                    "ORDER BY address, prefix_length LIMIT $4";
    return statement;
}

}  // namespace

PostgresStatement page_statement(const PageStart& after, const Ipv6& last, std::size_t rows_max) {
    return select_behind(column_list(), after, last, rows_max);
}

PostgresStatement identities_statement(Family family, const PageStart& after, const Ipv6& last, std::size_t rows_max) {
    return select_behind(identity_column_list(family), after, last, rows_max);
}

void read_identities(const PGresult& result, IdentitiesPage& page) {
    const int rows = PQntuples(&result), columns = PQnfields(&result);
    page.rows += static_cast<std::size_t>(rows);
    for (int row = 0; row < rows; ++row) {
        if (const auto key = read_returned_key(result, row)) page.last = key;
        for (int column = key_columns; column < columns; ++column) {
            const auto* const data = reinterpret_cast<const std::uint8_t*>(PQgetvalue(&result, row, column));
            const auto size = static_cast<std::size_t>(PQgetlength(&result, row, column));
            if (size <= client_id_size_max) page.add({data, size});  // nobody's, if it is longer
        }
    }
}

void read_stored_leases(const PGresult& result, StoredLeases& into) {
    const int mistyped = first_mistyped(result);
    for (int row = 0; row < PQntuples(&result); ++row) {
        StoredLease& place = into.next();
        ColumnReader reader{result, row, mistyped};
        if (visit_columns(*place, reader)) continue;
        place = std::unexpected(
            UnreadableRow{key_in(result, row, mistyped).value_or(Prefix{}), std::move(reader.problem)});
    }
}

std::optional<Prefix> read_returned_key(const PGresult& result, int row) {
    const Prefix sample;
    TypeCheck check{result};
    const bool typed = check(lease_columns[0], sample.address) && check(lease_columns[1], sample.length);
    return typed ? key_in(result, row, check.index()) : std::nullopt;
}

}  // namespace leasehold
