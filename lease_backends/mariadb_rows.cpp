// See the header.
#include "lease_backends/mariadb_rows.hpp"

#include <algorithm>

namespace leasehold {
namespace {

/// Numbers are kept signed; versions and writers use all 64 bits.
std::int64_t as_number(std::uint64_t field) {
    return static_cast<std::int64_t>(field);
}
std::int64_t as_number(LeaseTime field) {
    return field.time_since_epoch().count();
}
template <class Small>
std::int64_t as_number(Small field) {
    return static_cast<std::int64_t>(field);
}

OctetView as_octets(const Ipv6& field) {
    return field.bytes;
}
OctetView as_octets(const Octets& field) {
    return view(field);
}
OctetView as_octets(const std::string& field) {
    return {reinterpret_cast<const std::uint8_t*>(field.data()), field.size()};
}

template <class Field>
constexpr bool is_octets =
    std::is_same_v<Field, Ipv6> || std::is_same_v<Field, Octets> || std::is_same_v<Field, std::string>;

class ArrayFiller {
public:
    explicit ArrayFiller(PutArrays& arrays) : arrays_{arrays} {}
    template <class Field>
    bool operator()(const Column&, const Field& field) {
        if constexpr (is_octets<Field>) {
            const OctetView octets = as_octets(field);
            arrays_.add(index_++, octets.data(), octets.size());
        } else {
            arrays_.add(index_++, as_number(field));
        }
        return true;
    }

private:
    PutArrays& arrays_;
    std::size_t index_ = 0;
};

class LiteralWriter {
public:
    explicit LiteralWriter(std::string& sql) : sql_{sql} {}
    template <class Field>
    bool operator()(const Column&, const Field& field) {
        if constexpr (is_octets<Field>)
            append_octets(sql_, as_octets(field));
        else
            sql_ += std::to_string(as_number(field));
        sql_ += ", ";
        return true;
    }

private:
    std::string& sql_;
};

void append_key(std::string& sql, const Prefix& key) {
    sql += "(address = ";
    append_octets(sql, key.address.bytes);
    sql += " AND prefix_length = " + std::to_string(key.length);
}

}  // namespace

/// Takes the columns of a row apart; stops at the first that no lease can have.
class LeaseRow::Reader {
public:
    explicit Reader(const LeaseRow& row) : row_{row} {}
    std::string problem;

    bool operator()(const Column& column, Ipv6& field) {
        const auto bytes = octets(column);
        if (!bytes || bytes->size() != field.bytes.size()) return fail(column, "is not 16 octets");
        std::ranges::copy(*bytes, field.bytes.begin());
        return true;
    }
    bool operator()(const Column& column, Octets& field) { return assign(column, field); }
    bool operator()(const Column& column, std::string& field) { return assign(column, field); }
    bool operator()(const Column& column, std::uint64_t& field) {
        const Place* const place = next(column);
        if (place == nullptr) return false;
        field = static_cast<std::uint64_t>(place->number);
        return true;
    }
    bool operator()(const Column& column, LeaseTime& field) {
        const auto value = number(column);
        if (value) field = LeaseTime{std::chrono::seconds{*value}};
        return value.has_value();
    }
    template <class Small>
    bool operator()(const Column& column, Small& field) {
        const auto value = number(column);
        if (value) field = static_cast<Small>(*value);
        return value.has_value();
    }

private:
    const Place* next(const Column& column) {
        const Place& place = row_.places_[index_++];
        if (place.is_null == 0) return &place;
        fail(column, "is NULL");
        return nullptr;
    }
    template <class Bytes>
    bool assign(const Column& column, Bytes& field) {
        const auto bytes = octets(column);
        if (bytes) field.assign(bytes->begin(), bytes->end());
        return bytes.has_value();
    }
    std::optional<OctetView> octets(const Column& column) {
        const Place* const place = next(column);
        if (place == nullptr) return std::nullopt;
        if (place->size <= column.max) return OctetView{place->octets.data(), place->size};
        fail(column, "is too long, " + std::to_string(place->size) + " octets");
        return std::nullopt;
    }
    std::optional<std::int64_t> number(const Column& column) {
        const Place* const place = next(column);
        if (place == nullptr) return std::nullopt;
        if (place->cut == 0 && place->number >= 0 && static_cast<std::uint64_t>(place->number) <= column.max)
            return place->number;
        fail(column, "cannot be " + std::to_string(place->number));
        return std::nullopt;
    }
    bool fail(const Column& column, const std::string& what) {
        problem = std::string{column.name} + " " + what;
        return false;
    }

    const LeaseRow& row_;
    std::size_t index_ = 0;
};

PutSql mariadb_put_sql(std::string_view held_before) {
    // Assignments run from left to right and see what was assigned before them. So the condition stands in
    // the first, which alone sees the stored row, and the others ask whether it was met.
    std::string condition =
        "version = CASE VALUES(version) WHEN -9223372036854775808 THEN 9223372036854775807 "
        "ELSE VALUES(version) - 1 END";
    // Who may have another client's address stands in memory_store.cpp as may_change_hands, too.
    if (!held_before.empty())
        condition += " AND (state IN (2, 3) OR (hold_until < " + std::string{held_before} +
                     " AND NOT (state = 0 AND valid_lifetime = 4294967295)))";
    PutSql sql;
    sql.head = "INSERT INTO lease (" + column_list() + ", write_id) VALUES ";
    sql.tail = " ON DUPLICATE KEY UPDATE write_id = IF(" + condition + ", VALUES(write_id), write_id)";
    for (std::size_t i = 2; i < lease_columns.size(); ++i) {
        const std::string name{lease_columns[i].name};
        sql.tail += ", " + name + " = IF(write_id = VALUES(write_id), VALUES(" + name + "), " + name + ")";
    }
    return sql;
}

PutArrays::PutArrays(std::span<const Put* const> puts, std::int64_t first_write_id,
                     std::optional<std::int64_t> held_before)
    : arrays_(lease_columns.size() + 1 + (held_before ? 1 : 0)) {
    std::uint64_t write_id = static_cast<std::uint64_t>(first_write_id);
    for (const Put* const put : puts) {
        ArrayFiller filler{*this};
        visit_columns(put->lease, filler);
        add(lease_columns.size(), as_number(write_id++));
        if (held_before) add(lease_columns.size() + 1, *held_before);
    }
    for (Array& array : arrays_) {
        MYSQL_BIND& bind = binds_.emplace_back();
        if (array.octets.empty()) {
            bind.buffer_type = MYSQL_TYPE_LONGLONG;
            bind.buffer = array.numbers.data();
        } else {
            bind.buffer_type = MYSQL_TYPE_BLOB;
            bind.buffer = array.octets.data();
            bind.length = array.sizes.data();
        }
    }
}
void PutArrays::add(std::size_t column, std::int64_t number) {
    arrays_[column].numbers.push_back(number);
}
void PutArrays::add(std::size_t column, const void* octets, std::size_t size) {
    arrays_[column].octets.push_back(size == 0 ? "" : octets);  // a null pointer would be NULL
    arrays_[column].sizes.push_back(size);
}

void append_octets(std::string& sql, OctetView octets) {
    sql += "x'";
    sql += to_hex(octets, "");
    sql += '\'';
}
void append_row(std::string& sql, const Lease& lease, std::int64_t write_id) {
    sql += '(';
    LiteralWriter writer{sql};
    visit_columns(lease, writer);
    sql += std::to_string(write_id) + ')';
}
void append_keys(std::string& sql, std::span<const Prefix> keys) {
    for (const Prefix& key : keys) {
        if (&key != keys.data()) sql += " OR ";
        append_key(sql, key);
        sql += ')';
    }
}
void append_erases(std::string& sql, std::span<const Erase* const> erases) {
    bool first = true;
    for (const Erase* const erase : erases) {
        if (!std::exchange(first, false)) sql += " OR ";
        append_key(sql, erase->address);
        sql += " AND version = " + std::to_string(as_number(erase->version)) + ')';
    }
}

std::size_t row_size_max(const Lease& lease) {
    const std::size_t octets = lease.client_id.size() + lease.duid.size() + lease.hwaddr.size() +
                               lease.hostname.size() + lease.user_context.size() + lease.relay_id.size() +
                               lease.remote_id.size();
    return 2 * octets + 600;  // as hexadecimal digits; numbers, key and punctuation
}

MYSQL_BIND bind_number(std::int64_t& number) {
    MYSQL_BIND bind{};
    bind.buffer_type = MYSQL_TYPE_LONGLONG;
    bind.buffer = &number;
    return bind;
}
MYSQL_BIND bind_octets(void* octets, std::size_t capacity, unsigned long& size) {
    MYSQL_BIND bind{};
    bind.buffer_type = MYSQL_TYPE_BLOB;
    bind.buffer = octets;
    bind.buffer_length = capacity;
    bind.length = &size;
    return bind;
}

LeaseRow::LeaseRow() : places_(lease_columns.size()), binds_(lease_columns.size()) {
    const Lease sample;
    std::size_t index = 0;
    const auto make_place = [&]<class Field>(const Column& column, const Field&) {
        Place& place = places_[index];
        MYSQL_BIND& bind = binds_[index++];
        if constexpr (is_octets<Field>) {
            place.octets.resize(column.max);
            bind = bind_octets(place.octets.data(), place.octets.size(), place.size);
        } else {
            bind = bind_number(place.number);
        }
        bind.is_null = &place.is_null;
        bind.error = &place.cut;
        return true;
    };
    visit_columns(sample, make_place);
}

/// @pre it holds a lease
void LeaseRow::read(StoredLease& into) const {
    Reader reader{*this};
    if (visit_columns(*into, reader)) return;
    UnreadableRow row{into->address, std::move(reader.problem)};
    if (row.detail.starts_with("address") || row.detail.starts_with("prefix_length"))
        row.address = Prefix{};  // no lease's key
    into = std::unexpected(std::move(row));
}

IdentitiesRow::IdentitiesRow(std::size_t identities_count) : identities(identities_count) {
    binds.push_back(bind_octets(address.bytes.data(), address.bytes.size(), address_size));
    binds.push_back(bind_number(prefix_length));
    for (Identity& identity : identities) {
        binds.push_back(bind_octets(identity.octets.data(), identity.octets.size(), identity.size));
        binds.back().is_null = &identity.is_null;
    }
}

void IdentitiesRow::add_to(IdentitiesPage& page) const {
    ++page.rows;
    const auto& length = lease_columns[1];
    if (address_size == address.bytes.size() && prefix_length >= 0 &&
        static_cast<std::uint64_t>(prefix_length) <= length.max)
        page.last = {address, static_cast<std::uint8_t>(prefix_length)};
    for (const Identity& identity : identities)  // one that is longer is nobody's
        if (identity.is_null == 0 && identity.size <= identity.octets.size())
            page.add({identity.octets.data(), identity.size});
}

VerdictRow::VerdictRow() {
    binds[0] = bind_octets(address.bytes.data(), address.bytes.size(), address_size);
    binds[1] = bind_number(prefix_length);
    binds[2] = bind_number(write_id);
}

}  // namespace leasehold
