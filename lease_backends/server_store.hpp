// Leases in a database server: what PostgreSQL and MariaDB need not differ in. Chooses the host, brings the
// schema into shape, registers, makes transactions of batches, tries again what collided, and finds out who
// won.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <random>
#include <unordered_map>

#include "lease_backends/host_connection.hpp"
#include "lease_backends/lease_session.hpp"

namespace leasehold {

class ServerStore final : public LeaseStore {
public:
    using MakeSession = std::function<std::unique_ptr<LeaseSession>(const BackendConfig&)>;
    ServerStore(BackendConfig config, MakeSession make_session);
    ~ServerStore() override;

    StoreResult<Opened> open(Deadline deadline) override;
    void close() override;
    StoreResult<std::vector<std::optional<Lease>>> find(std::span<const Prefix> addresses,
                                                        Deadline deadline) override;
    /// Reads ahead, further the longer nothing is committed in between; a commit drops what was read ahead.
    StoreResult<ScanEnd> scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) override;
    StoreResult<std::optional<IdentitiesPage>> scan_identities(std::optional<Prefix> after, std::size_t rows_max,
                                                               Deadline deadline) override;
    StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists, Deadline deadline) override;
    StoreResult<void> between_commits(bool more_waiting, Deadline deadline) override;
    StoreResult<void> probe(Deadline deadline) override;
    StoreResult<void> renew(const BackendConfig& config, Deadline deadline) override;
    void cancel() noexcept override;
    std::string describe() const override;

    static constexpr std::size_t keys_per_find_max = 1024;
    /// Rows that a scan reads in one go: grows from the one to the other.
    static constexpr std::size_t read_ahead_min = 512, read_ahead_max = 2048;
    /// How often a transaction that collides is tried again, smaller if it can be.
    static constexpr int conflict_tries = 8;
    static constexpr std::chrono::seconds registration_interval{10};

private:
    using PlannedList = std::vector<PlannedChange>;
    using RowsByKey = std::unordered_map<Prefix, StoredLease>;

    StoreResult<void> connect_somewhere(Opened& opened);
    void use(const HostConnection& connected);
    StoreResult<void> check_schema(Opened& opened);
    static StoreResult<void> prove_rights(LeaseSession& session, bool readonly);
    StoreResult<void> register_here();
    StoreResult<void> begin_call(Deadline deadline);
    StoreError failed(const SqlError& error, std::string_view doing);
    StoreResult<void> refresh();

    StoreResult<RowsByKey> find_rows(std::span<const Prefix> addresses);
    StoreResult<void> read_ahead();
    void drop_read_ahead();

    StoreResult<void> commit_lists(std::span<const PlannedList> lists, std::vector<RowResult>& results);
    SqlResult<void> commit_together(std::span<const PlannedChange> changes, std::vector<RowResult>& results);
    /// Marks as rejected the changes that the database refuses, tried alone.
    SqlResult<void> mark_refused(std::span<const PlannedChange> changes, std::vector<RowResult>& results);
    SqlResult<void> apply(std::span<const PlannedChange> changes, Finish finish,
                          std::vector<RowResult>& results);
    StoreResult<void> find_winners(std::span<const PlannedList> lists, std::vector<RowResult>& results);
    void wait_a_little(int attempt);

    BackendConfig config_;
    const MakeSession make_session_;
    std::mutex session_mutex_;  // cancel() against renew()
    std::unique_ptr<LeaseSession> session_;
    std::size_t host_ = 0;                // the one that served last is tried first
    std::optional<std::uint64_t> epoch_;  // under which this process is registered
    std::atomic<bool> cancelled_ = false;
    bool healthy_ = false;  // nothing failed since the last open
    Deadline deadline_{};
    Deadline seen_next_{};                  // when the registration is due
    std::size_t batch_changes_max_ = 1024;  // of this server
    std::size_t batch_limit_ = 1024;        // now: halved by collisions, and growing again
    std::minstd_rand random_;

    // what a scan has read ahead
    std::vector<StoredLease> ahead_;
    std::size_t ahead_next_ = 0;
    std::optional<Prefix> ahead_after_;  // the key before ahead_[ahead_next_]
    bool ahead_complete_ = false;        // behind ahead_ there is nothing
    std::size_t ahead_rows_ = read_ahead_min;
};

}  // namespace leasehold
