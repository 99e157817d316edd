// See the header. Nothing here knows which backend it stands in front of.
#include "tests/support/faulty_store.hpp"

#include <utility>

namespace leasehold::testing_support {
namespace {

std::unexpected<StoreError> failure(const StoreFault& fault) {
    return std::unexpected{StoreError{fault.code, "failed by the test"}};
}

}  // namespace

FaultyStore::FaultyStore(std::unique_ptr<LeaseStore> inner, OnCall on_call)
    : inner_{std::move(inner)}, on_call_{std::move(on_call)} {}

FaultyStore::~FaultyStore() {
    inner_.reset();  // with the files that it has open
    if (on_destroyed) on_destroyed();
}

std::optional<StoreFault> FaultyStore::ask(StoreCall call) {
    std::size_t nth = 0;
    {
        const std::lock_guard lock{mutex_};
        nth = calls_++;
    }
    return on_call_ ? on_call_(call, nth) : std::nullopt;
}

StoreResult<Opened> FaultyStore::open(Deadline deadline) {
    if (const auto fault = ask(StoreCall::open)) return failure(*fault);
    return inner_->open(deadline);
}

void FaultyStore::close() {
    inner_->close();
}

StoreResult<std::vector<std::optional<Lease>>> FaultyStore::find(std::span<const Prefix> addresses,
                                                                 Deadline deadline) {
    if (const auto fault = ask(StoreCall::find)) return failure(*fault);
    return inner_->find(addresses, deadline);
}

StoreResult<ScanEnd> FaultyStore::scan(std::optional<Prefix> after, RowSink& sink, Deadline deadline) {
    if (const auto fault = ask(StoreCall::scan)) return failure(*fault);
    return inner_->scan(after, sink, deadline);
}

StoreResult<std::optional<IdentitiesPage>> FaultyStore::scan_identities(std::optional<Prefix> after,
                                                                        std::size_t rows_max, Deadline deadline) {
    if (const auto fault = ask(StoreCall::scan_identities)) return failure(*fault);
    return inner_->scan_identities(after, rows_max, deadline);
}

StoreResult<std::vector<RowResult>> FaultyStore::commit(std::span<const ChangeList> lists,
                                                        Deadline deadline) {
    {
        const std::lock_guard lock{mutex_};
        auto& sizes = batches_.emplace_back();
        for (const ChangeList& list : lists) sizes.push_back(list.size());
    }
    const auto fault = ask(StoreCall::commit);
    if (!fault) return inner_->commit(lists, deadline);
    if (fault->applied) {
        const auto lost_answer = inner_->commit(lists, deadline);
        if (!lost_answer) return std::unexpected{lost_answer.error()};
    }
    return failure(*fault);
}

StoreResult<void> FaultyStore::between_commits(bool more_waiting, Deadline deadline) {
    if (const auto fault = ask(StoreCall::between_commits)) return failure(*fault);
    return inner_->between_commits(more_waiting, deadline);
}

StoreResult<void> FaultyStore::probe(Deadline deadline) {
    if (const auto fault = ask(StoreCall::probe)) return failure(*fault);
    return inner_->probe(deadline);
}

StoreResult<void> FaultyStore::renew(const BackendConfig& config, Deadline deadline) {
    {
        const std::lock_guard lock{mutex_};
        renewed_users_.push_back(config.server.user);
    }
    if (const auto fault = ask(StoreCall::renew)) return failure(*fault);
    return inner_->renew(config, deadline);
}

void FaultyStore::cancel() noexcept {
    {
        const std::lock_guard lock{mutex_};
        ++cancels_;
    }
    inner_->cancel();
}

std::string FaultyStore::describe() const {
    return inner_->describe();
}

std::vector<std::vector<std::size_t>> FaultyStore::batches() const {
    const std::lock_guard lock{mutex_};
    return batches_;
}

std::vector<std::string> FaultyStore::renewed_users() const {
    const std::lock_guard lock{mutex_};
    return renewed_users_;
}

std::size_t FaultyStore::calls() const {
    const std::lock_guard lock{mutex_};
    return calls_;
}

std::size_t FaultyStore::cancels() const {
    const std::lock_guard lock{mutex_};
    return cancels_;
}

}  // namespace leasehold::testing_support
