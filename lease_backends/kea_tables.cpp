// See the header. What a column means is in kea_fields; here is how each database is asked for it.
#include "lease_backends/kea_tables.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "lease_backends/kea_fields.hpp"
#include "lease_backends/lease_snapshot.hpp"

namespace leasehold {
namespace {

/// Column name -> type, in lower case, as information_schema has them.
using ColumnTypes = std::map<std::string, std::string, std::less<>>;

constexpr std::array relay_columns{
    KeaFieldDef{"relay_id", KeaField::relay_id, false},
    KeaFieldDef{"remote_id", KeaField::remote_id, false},
};

std::vector<KeaFieldDef> table_columns(Family family) {
    const auto fields = kea_csv_fields(family);
    std::vector<KeaFieldDef> columns{fields.begin(), fields.end()};
    if (family == Family::v4) columns.insert(columns.end(), relay_columns.begin(), relay_columns.end());
    return columns;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

/// How a page continues behind the last row: the key as it is selected, and as it is compared with.
struct KeyForm {
    std::string selected, parameter;
};

/// The SQL of one family in one dialect.
class Dialect {
public:
    Dialect(SqlDialect dialect, Family family, const ColumnTypes& types)
        : postgres_{dialect == SqlDialect::postgresql}, family_{family} {
        const auto type = types.find("address");
        if (type != types.end()) address_type_ = type->second;
    }

    KeyForm key() const {
        if (family_ == Family::v4)
            return {"address", postgres_ ? "CAST(? AS bigint)" : "CAST(? AS UNSIGNED)"};
        if (has_binary_address()) return {"HEX(address)", "UNHEX(?)"};
        if (address_type_ == "inet") return {"host(address)", "CAST(? AS inet)"};
        return {"address", "?"};
    }

    /// The column as a text that read_kea_field takes.
    std::string value(const KeaFieldDef& column) const {
        const std::string name{column.name};
        switch (column.field) {
            case KeaField::address: return address();
            case KeaField::hwaddr:
            case KeaField::client_id:
            case KeaField::duid:
            case KeaField::relay_id:
            case KeaField::remote_id: return postgres_ ? "encode(" + name + ", 'hex')" : "HEX(" + name + ")";
            case KeaField::fqdn_fwd:
            case KeaField::fqdn_rev: return postgres_ ? "CAST(" + name + " AS int)" : "(" + name + " <> 0)";
            // Both are seconds since 1970 whatever the time zone of the session.
            case KeaField::expire:
                return postgres_ ? "CAST(floor(extract(epoch FROM expire)) AS bigint)"
                                 : "UNIX_TIMESTAMP(expire)";
            // Four octets that PostgreSQL shows as a signed number.
            case KeaField::iaid: return postgres_ ? "(CAST(iaid AS bigint) & 4294967295)" : name;
            default: return name;
        }
    }

private:
    bool has_binary_address() const { return address_type_.ends_with("binary"); }
    std::string address() const {
        if (family_ == Family::v4)
            return postgres_ ? "host(CAST('0.0.0.0' AS inet) + address)" : "INET_NTOA(address)";
        if (has_binary_address()) return "INET6_NTOA(address)";
        return address_type_ == "inet" ? "host(address)" : "address";
    }

    bool postgres_;
    Family family_;
    std::string address_type_;
};

class TableReader {
public:
    TableReader(SqlConnection& connection, Family family, const KeaTableSinks& sinks)
        : connection_{connection}, family_{family}, sinks_{sinks} {}

    StoreResult<std::uint64_t> read() {
        connection_.set_deadline(std::chrono::steady_clock::now() + snapshot_page_time_max);
        if (auto begun = begin_snapshot(connection_); !begun) return failed(begun.error());
        auto rows = read_in_snapshot();
        // Nothing was written; what fails here, fails because the connection is gone.
        [[maybe_unused]] const auto ended = connection_.script("ROLLBACK");
        return rows;
    }

private:
    std::unexpected<StoreError> failed(const SqlError& error) const {
        return std::unexpected{to_store_error(error, connection_.where(), "reading Kea's " + table_)};
    }
    std::unexpected<StoreError> not_kea(const std::string& what) const {
        return std::unexpected{StoreError{
            StoreErrc::schema, connection_.where() + ": " + what + "; is this Kea's lease database?"}};
    }

    SqlResult<SqlRows> ask(std::string_view query, std::span<const SqlValue> values = {}) {
        connection_.set_deadline(std::chrono::steady_clock::now() + snapshot_page_time_max);
        return connection_.query(query, values);
    }

    StoreResult<std::uint64_t> read_in_snapshot() {
        if (auto known = learn_columns(); !known) return std::unexpected(known.error());
        std::uint64_t rows = 0;
        std::optional<std::string> after;
        for (;;) {
            const std::vector<SqlValue> values =
                after ? std::vector<SqlValue>{after} : std::vector<SqlValue>{};
            auto page = ask(after ? next_page_ : first_page_, values);
            if (!page) return failed(page.error());
            for (const auto& row : page->rows)
                if (auto taken = take(row); !taken) return std::unexpected(taken.error());
            rows += page->rows.size();
            if (page->rows.size() < snapshot_page_rows) return rows;
            after = page->rows.back().front();
        }
    }

    /// Kea's schema has grown over the years: only the columns that are there are asked for.
    StoreResult<void> learn_columns() {
        const bool postgres = connection_.dialect() == SqlDialect::postgresql;
        auto answer =
            ask(std::string{"SELECT column_name, data_type FROM information_schema.columns WHERE "} +
                (postgres ? "table_schema = ANY (current_schemas(false))" : "table_schema = DATABASE()") +
                " AND table_name = '" + table_ + "'");
        if (!answer) return failed(answer.error());
        ColumnTypes types;
        for (const auto& row : answer->rows)
            types.emplace(lower(row.at(0).value_or("")), lower(row.at(1).value_or("")));
        if (types.empty()) return not_kea("there is no table " + table_);
        for (const KeaFieldDef& column : table_columns(family_)) {
            if (types.contains(column.name))
                columns_.push_back(column);
            else if (column.required)
                return not_kea("its table " + table_ + " has no column " + std::string{column.name});
        }
        prepare_statements(Dialect{connection_.dialect(), family_, types});
        return {};
    }

    void prepare_statements(const Dialect& dialect) {
        const auto key = dialect.key();
        std::string select = "SELECT " + key.selected;
        for (const KeaFieldDef& column : columns_) select += ", " + dialect.value(column);
        const std::string end = " ORDER BY address LIMIT " + std::to_string(snapshot_page_rows);
        select += " FROM " + table_;
        first_page_ = select + end;
        next_page_ = select + " WHERE address > " + key.parameter + end;
    }

    StoreResult<void> take(const std::vector<SqlValue>& row) {
        auto lease = lease_of(row);
        if (lease) return sinks_.lease(std::move(*lease));
        const std::string address = row.size() > 1 ? row[1].value_or(row[0].value_or("?")) : "?";
        sinks_.refused(connection_.where() + ", " + table_ + ", " + address + ": " + lease.error());
        return {};
    }

    Result<Lease, std::string> lease_of(const std::vector<SqlValue>& row) const {
        Lease lease;
        if (family_ == Family::v6) lease.kind = LeaseKind::na;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const KeaFieldDef& column = columns_[i];
            const SqlValue& value = row.at(i + 1);  // behind the key
            if (!value && is_needed(column.field))
                return std::unexpected(std::string{column.name} + " is NULL");
            if (value && !read_kea_field(column.field, *value, family_, lease))
                return std::unexpected(refused_value(column.name, *value));
        }
        // Tables, unlike files, keep the start of a lease without end.
        if (lease.valid_lifetime == infinite_lifetime)
            lease.expire += std::chrono::seconds{infinite_lifetime};
        if (auto missing = complete_kea_lease(lease, family_)) return std::unexpected(std::move(*missing));
        return lease;
    }

    /// Without these there is no lease, whatever the table's definition allows.
    static bool is_needed(KeaField field) {
        return field == KeaField::address || field == KeaField::valid_lifetime || field == KeaField::expire ||
               field == KeaField::subnet_id;
    }

    SqlConnection& connection_;
    const Family family_;
    const KeaTableSinks& sinks_;
    const std::string table_ = family_ == Family::v4 ? "lease4" : "lease6";
    std::vector<KeaFieldDef> columns_;
    std::string first_page_, next_page_;
};

}  // namespace

StoreResult<std::uint64_t> read_kea_table(SqlConnection& connection, Family family,
                                          const KeaTableSinks& sinks) {
    return TableReader{connection, family, sinks}.read();
}

}  // namespace leasehold
