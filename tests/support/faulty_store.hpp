// A lease store around another: it asks before each call whether that call shall fail, and how. The question
// is asked on the store's thread and may block, which makes a call hang for as long as a test likes.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "dhcp/lease_store.hpp"

namespace leasehold::testing_support {

enum class StoreCall : std::uint8_t { open, find, scan, scan_identities, commit, between_commits, probe, renew };

struct StoreFault {
    StoreErrc code = StoreErrc::unavailable;
    bool applied = false;  // commit: it was applied, only its answer is lost
};

class FaultyStore final : public LeaseStore {
public:
    /// @param nth  how many calls of any kind came before this one.
    using OnCall = std::function<std::optional<StoreFault>(StoreCall call, std::size_t nth)>;

    FaultyStore(std::unique_ptr<LeaseStore> inner, OnCall on_call);
    ~FaultyStore() override;

    /// Tells on which event the last user of this store, its thread, has let go of it.
    std::function<void()> on_destroyed;

    StoreResult<Opened> open(Deadline deadline) override;
    void close() override;
    StoreResult<std::vector<std::optional<Lease>>> find(std::span<const Prefix> addresses,
                                                        Deadline deadline) override;
    StoreResult<ScanEnd> scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) override;
    StoreResult<std::optional<IdentitiesPage>> scan_identities(std::optional<Prefix> after, std::size_t rows_max,
                                                               Deadline deadline) override;
    StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists, Deadline deadline) override;
    StoreResult<void> between_commits(bool more_waiting, Deadline deadline) override;
    StoreResult<void> probe(Deadline deadline) override;
    StoreResult<void> renew(const BackendConfig& config, Deadline deadline) override;
    void cancel() noexcept override;
    std::string describe() const override;

    /// From any thread: of each commit so far, how many changes each of its lists had.
    std::vector<std::vector<std::size_t>> batches() const;
    /// The names of the databases' users that it was renewed with.
    std::vector<std::string> renewed_users() const;
    std::size_t calls() const;
    std::size_t cancels() const;

private:
    std::optional<StoreFault> ask(StoreCall call);

    std::unique_ptr<LeaseStore> inner_;
    OnCall on_call_;
    mutable std::mutex mutex_;
    std::vector<std::vector<std::size_t>> batches_;
    std::vector<std::string> renewed_users_;
    std::size_t calls_ = 0;
    std::size_t cancels_ = 0;
};

}  // namespace leasehold::testing_support
