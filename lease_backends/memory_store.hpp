// A lease store that forgets: for `persist: false`, for tests, and as the shortest reading of the contract.
#pragma once

#include <map>

#include "dhcp/lease_store.hpp"

namespace leasehold {

/// Its rows survive close() and open() of the same object and nothing else.
class MemoryStore final : public LeaseStore {
public:
    StoreResult<Opened> open(Deadline deadline) override;
    void close() override {}
    StoreResult<std::vector<std::optional<Lease>>> find(std::span<const Prefix> addresses,
                                                        Deadline deadline) override;
    StoreResult<ScanEnd> scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) override;
    StoreResult<std::optional<IdentitiesPage>> scan_identities(std::optional<Prefix> after, std::size_t rows_max,
                                                               Deadline deadline) override;
    StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists, Deadline deadline) override;
    StoreResult<void> probe(Deadline deadline) override;
    void cancel() noexcept override {}
    std::string describe() const override;

private:
    RowResult apply(const Put& put);
    RowResult apply(const Erase& erase);

    std::map<Prefix, Lease> rows_;
};

}  // namespace leasehold
