// A store whose rows outlive it, for tests with several lives of a server.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lease_backends/memory_store.hpp"

namespace leasehold::testing_support {

/// The same rows whoever opens it: what a database server is to a process that comes and goes.
class SharedStore : public LeaseStore {
public:
    explicit SharedStore(std::shared_ptr<MemoryStore> rows) : rows_{std::move(rows)} {}
    StoreResult<Opened> open(Deadline deadline) override { return rows_->open(deadline); }
    void close() override {}
    StoreResult<std::vector<std::optional<Lease>>> find(std::span<const Prefix> addresses,
                                                        Deadline deadline) override {
        return rows_->find(addresses, deadline);
    }
    StoreResult<ScanEnd> scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) override {
        return rows_->scan(after, sink, deadline);
    }
    StoreResult<std::vector<RowResult>> commit(std::span<const ChangeList> lists,
                                               Deadline deadline) override {
        return rows_->commit(lists, deadline);
    }
    StoreResult<void> probe(Deadline deadline) override { return rows_->probe(deadline); }
    void cancel() noexcept override {}
    std::string describe() const override { return "shared"; }

protected:
    MemoryStore& rows() { return *rows_; }

private:
    std::shared_ptr<MemoryStore> rows_;
};

}  // namespace leasehold::testing_support
