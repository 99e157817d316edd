// Leases as rows of PostgreSQL: the texts of the statements, made from the one list of columns, arrays in the
// binary form of the protocol on the way in, and binary rows on the way out.
#pragma once

#include <libpq-fe.h>

#include <span>
#include <string>
#include <vector>

#include "lease_backends/commit_plan.hpp"
#include "lease_backends/lease_session.hpp"
#include "lease_backends/postgres_connection.hpp"

namespace leasehold {

/// Writes the rows of a group in the order of their keys and returns the keys of those that it wrote.
/// One array per column: the text does not depend on how many there are.
PostgresStatement put_statement(const ChangeGroup& group, const Fence& fence);
/// Deletes the rows of a group and returns the keys of those that it deleted.
PostgresStatement erase_statement(const ChangeGroup& group, const Fence& fence);
PostgresStatement find_statement(std::span<const Prefix> keys);
/// Rows behind `after` whose address is at most `last`. A length of -1 stands before all keys of an address.
struct PageStart {
    Ipv6 address;
    std::int16_t length = -1;
};
PostgresStatement page_statement(const PageStart& after, const Ipv6& last, std::size_t rows_max);
/// The same rows, of each the key and the identities that leases of the family are found by.
PostgresStatement identities_statement(Family family, const PageStart& after, const Ipv6& last, std::size_t rows_max);
void read_identities(const PGresult& result, IdentitiesPage& page);

/// Rows whose columns stand in the order of lease_columns. What the columns are is checked, not assumed.
void read_stored_leases(const PGresult& result, StoredLeases& into);
/// The two columns of a key; nullopt: damaged.
std::optional<Prefix> read_returned_key(const PGresult& result, int row);

}  // namespace leasehold
