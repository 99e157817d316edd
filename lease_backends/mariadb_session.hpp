// Leases in MariaDB, in a Galera cluster of it, and in what speaks like MySQL.
#pragma once

#include <functional>
#include <random>
#include <span>

#include "lease_backends/lease_session.hpp"
#include "lease_backends/mariadb_connection.hpp"
#include "lease_backends/mariadb_rows.hpp"
#include "lease_backends/mariadb_statement.hpp"

namespace leasehold {

/// How a batch is written.
enum class MariadbForm : std::uint8_t {
    best,      // arrays of parameters and RETURNING, where the server takes them and is no Galera node
    portable,  // only what MySQL has, too: literals, and a SELECT for what was won
};

class MariadbSession final : public LeaseSession {
public:
    /// @param form  portable: also on servers that could do better (tests)
    explicit MariadbSession(const BackendConfig& config, MariadbForm form = MariadbForm::best);
    ~MariadbSession() override;

    SqlDialect dialect() const override { return SqlDialect::mariadb; }
    std::string where() const override { return where_; }
    void set_deadline(Deadline deadline) override { connection_.set_deadline(deadline); }
    SqlResult<SqlRows> query(std::string_view sql, std::span<const SqlValue> values = {}) override;
    SqlResult<void> script(std::string_view sql) override;

    SqlResult<ServerTraits> connect(const DatabaseHost& host, const Credentials& credentials,
                                    Deadline deadline) override;
    void disconnect() noexcept override;
    bool connected() const override { return connection_.connected(); }
    SqlResult<std::vector<std::vector<bool>>> apply(std::span<const ChangeGroup> groups, const Fence& fence,
                                                    Finish finish) override;
    SqlResult<std::vector<StoredLease>> find(std::span<const Prefix> keys) override;
    SqlResult<std::vector<StoredLease>> page(Family family, const std::optional<Prefix>& after, std::size_t rows_max,
                                             std::vector<StoredLease> used = {}) override;
    SqlResult<std::optional<IdentitiesPage>> identities(Family family, const std::optional<Prefix>& after,
                                                        std::size_t rows_max) override;
    SqlResult<std::optional<LeaseTime>> newest_cltt(Family family) override;
    void cancel() noexcept override { connection_.cancel(); }

private:
    using Verdicts = std::vector<bool>;

    SqlResult<ServerTraits> set_up();
    SqlResult<void> run(std::string_view sql);
    SqlResult<void> read_what_peers_wrote(bool wanted);
    SqlResult<void> check_fence(const Fence& fence);

    SqlResult<std::vector<Verdicts>> apply_all(std::span<const ChangeGroup> groups);
    SqlResult<void> commit();
    bool is_one_statement(std::span<const ChangeGroup> groups) const;
    /// How many of the changes from `begin` on go into one statement.
    std::size_t chunk_size(const ChangeGroup& group, std::size_t begin) const;
    SqlResult<void> apply_group(const ChangeGroup& group, Verdicts& applied);
    SqlResult<void> put_arrays(const ChangeGroup& group, std::span<const Put* const> puts, Verdicts& applied,
                               std::size_t first);
    SqlResult<void> put_text(const ChangeGroup& group, std::span<const Put* const> puts, Verdicts& applied,
                             std::size_t first);
    SqlResult<void> erase(std::span<const Erase* const> erases, Verdicts& applied, std::size_t first);
    SqlResult<void> prepare_page(MariadbStatement& statement, const std::string& columns, Family family);
    SqlResult<void> read_rows(MariadbStatement& statement, std::span<MYSQL_BIND> parameters,
                              std::span<MYSQL_BIND> places, const std::function<void()>& take);
    SqlResult<std::vector<StoredLease>> read_leases(MariadbStatement& statement,
                                                    std::span<MYSQL_BIND> parameters,
                                                    std::vector<StoredLease> used);

    const BackendConfig config_;
    const MariadbForm wanted_form_;
    bool arrays_ = false;  // the form in use
    MariadbConnection connection_;
    std::string where_;
    bool galera_ = false;
    bool is_mariadb_ = true;
    bool reads_wait_ = false;                // for what Galera's other nodes have committed
    std::size_t statement_size_max_ = 0;     // octets
    std::optional<Deadline> fence_checked_;  // nullopt: not on this connection yet
    std::uint64_t next_write_id_ = 0;
    MariadbStatement put_{connection_}, take_over_{connection_}, page_v4_{connection_}, page_v6_{connection_},
        identities_v4_{connection_}, identities_v6_{connection_};
    LeaseRow row_;
    VerdictRow verdict_;
};

}  // namespace leasehold
