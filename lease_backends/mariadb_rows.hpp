// Leases and their keys in the forms that MariaDB takes and gives: arrays of parameters, literals in the text
// of a statement, rows in binary form.
#pragma once

#include <mysql.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lease_backends/commit_plan.hpp"
#include "lease_backends/lease_columns.hpp"
#include "lease_backends/lease_session.hpp"

namespace leasehold {

/// The statement of a put, conditional row by row. A row that is applied has the write_id that came with it,
/// any other keeps the one that it had.
struct PutSql {
    std::string head;  // up to VALUES
    std::string tail;  // from ON DUPLICATE KEY
};
/// @param held_before  of a take-over, as an expression; "": a plain put
PutSql mariadb_put_sql(std::string_view held_before);

/// The parameters of a put as arrays, column by column, in the order of column_list(), then write_id,
/// then for a take-over `held_before`. The leases must outlive it.
class PutArrays {
public:
    /// @param first_write_id  of the first row; each further row has one more
    PutArrays(std::span<const Put* const> puts, std::int64_t first_write_id,
              std::optional<std::int64_t> held_before);
    std::span<MYSQL_BIND> parameters() { return binds_; }

    void add(std::size_t column, std::int64_t number);
    void add(std::size_t column, const void* octets, std::size_t size);

private:
    struct Array {
        std::vector<std::int64_t> numbers;
        std::vector<const void*> octets;
        std::vector<unsigned long> sizes;
    };
    std::vector<Array> arrays_;
    std::vector<MYSQL_BIND> binds_;
};

/// "(x'0000...', 128, ..., write_id)"
void append_row(std::string& sql, const Lease& lease, std::int64_t write_id);
/// "x'00000000000000000000ffff0a000001'"
void append_octets(std::string& sql, OctetView octets);
/// "(address = x'...' AND prefix_length = 128)", with OR between several
void append_keys(std::string& sql, std::span<const Prefix> keys);
/// The same, each with its version.
void append_erases(std::string& sql, std::span<const Erase* const> erases);
/// Octets that a row adds to a statement, at most.
std::size_t row_size_max(const Lease& lease);

/// A place for one row of column_list().
class LeaseRow {
public:
    LeaseRow();
    LeaseRow(const LeaseRow&) = delete;
    LeaseRow& operator=(const LeaseRow&) = delete;

    std::span<MYSQL_BIND> binds() { return binds_; }
    void read(StoredLease& into) const;

private:
    class Reader;
    struct Place {
        std::int64_t number = 0;
        std::vector<std::uint8_t> octets;
        unsigned long size = 0;
        my_bool is_null = 0;
        my_bool cut = 0;
    };
    std::vector<Place> places_;  // as many as there are columns: the binds point into it
    std::vector<MYSQL_BIND> binds_;
};

/// A place for (address, prefix_length, write_id).
struct VerdictRow {
    VerdictRow();
    VerdictRow(const VerdictRow&) = delete;
    VerdictRow& operator=(const VerdictRow&) = delete;

    Prefix key() const { return {address, static_cast<std::uint8_t>(prefix_length)}; }

    Ipv6 address;
    std::int64_t prefix_length = 0;
    std::int64_t write_id = 0;
    unsigned long address_size = 0;
    std::array<MYSQL_BIND, 3> binds{};
};

/// A place for (address, prefix_length) and one or two identities.
struct IdentitiesRow {
    explicit IdentitiesRow(std::size_t identities_count);
    IdentitiesRow(const IdentitiesRow&) = delete;
    IdentitiesRow& operator=(const IdentitiesRow&) = delete;

    /// Counts the row, and adds what is there.
    void add_to(IdentitiesPage& page) const;

    struct Identity {
        std::array<std::uint8_t, client_id_size_max> octets{};
        unsigned long size = 0;
        my_bool is_null = 0;
    };
    Ipv6 address;
    std::int64_t prefix_length = 0;
    unsigned long address_size = 0;
    std::vector<Identity> identities;
    std::vector<MYSQL_BIND> binds;
};

/// A BIND of one number.
MYSQL_BIND bind_number(std::int64_t& number);
/// @param size  receives or has the length
MYSQL_BIND bind_octets(void* octets, std::size_t capacity, unsigned long& size);

}  // namespace leasehold
