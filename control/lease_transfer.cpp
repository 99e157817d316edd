// See the header. Versions follow the rule of all writers: one above the stored row's; where there is none,
// the one that the lease brings along, or else a fresh one.
#include "control/lease_transfer.hpp"

namespace leasehold {
namespace {

Deadline batch_deadline() {
    return std::chrono::steady_clock::now() + LeaseTransfer::batch_time_max;
}

}  // namespace

LeaseTransfer::LeaseTransfer(LeaseStore* target, TransferOptions options, Progress& progress)
    : target_{target}, options_{options}, progress_{progress} {
    batch_.reserve(batch_max);
}

bool LeaseTransfer::row(Lease&& lease) {
    progress_.advance();
    batch_.push_back(std::move(lease));
    if (batch_.size() == batch_max && outcome_) outcome_ = write_batch();
    return outcome_.has_value();
}

bool LeaseTransfer::unreadable(UnreadableRow&& row) {
    refuse(to_string(row.address) + ": " + row.detail);
    return outcome_.has_value();
}

StoreResult<void> LeaseTransfer::finish() {
    if (outcome_ && !batch_.empty()) outcome_ = write_batch();
    return outcome_;
}

void LeaseTransfer::refuse(std::string text) {
    refusals_.add(std::move(text));
    if (refusals_.count > options_.refusals_max && outcome_)
        outcome_ =
            std::unexpected(StoreError{StoreErrc::rejected, std::to_string(refusals_.count) +
                                                                " lease(s) cannot be stored, more than "
                                                                "the option --max-row-errors allows (" +
                                                                std::to_string(options_.refusals_max) + ")"});
}

StoreResult<void> LeaseTransfer::write_batch() {
    if (interrupted_ != nullptr && *interrupted_)
        return std::unexpected(StoreError{StoreErrc::unavailable, "interrupted by a signal"});
    const auto stored = find_stored();
    if (!stored) return std::unexpected(stored.error());
    std::vector<ChangeList> lists;
    std::vector<bool> replaces;
    for (std::size_t i = 0; i < batch_.size(); ++i) {
        Lease& lease = batch_[i];
        const auto& there = (*stored)[i];
        if (there && there->cltt >= lease.cltt) {
            ++counts_.kept;
            continue;
        }
        if (there)
            lease.version = there->version + 1;
        else if (lease.version == 0)
            lease.version = first_version(std::chrono::system_clock::now(), 0);
        if (options_.writer != 0) lease.last_writer = options_.writer;
        lists.push_back({Put{.lease = std::move(lease)}});
        replaces.push_back(there.has_value());
    }
    batch_.clear();
    if (!options_.writes || target_ == nullptr) {
        for (const bool replaced : replaces) ++(replaced ? counts_.replaced : counts_.added);
        return {};
    }
    return commit(std::move(lists), replaces);
}

/// A stored row that does not decode stays as it is, and so does what would have come in its place.
StoreResult<LeaseTransfer::Stored> LeaseTransfer::find_stored() {
    if (target_ == nullptr) return Stored(batch_.size());
    std::vector<Prefix> keys;
    for (const Lease& lease : batch_) keys.push_back(lease.address);
    auto found = target_->find(keys, batch_deadline());
    if (found || found.error().code != StoreErrc::rejected) return found;

    Stored stored;
    std::vector<Lease> readable;
    for (Lease& lease : batch_) {
        auto one = target_->find({&lease.address, 1}, batch_deadline());
        if (!one && one.error().code != StoreErrc::rejected) return one;
        if (!one) {
            refuse(one.error().detail);
            if (!outcome_) return std::unexpected(outcome_.error());
            continue;
        }
        stored.push_back(std::move(one->front()));
        readable.push_back(std::move(lease));
    }
    batch_ = std::move(readable);
    return stored;
}

StoreResult<void> LeaseTransfer::commit(std::vector<ChangeList>&& lists, const std::vector<bool>& replaces) {
    if (lists.empty()) return {};
    const auto results = target_->commit(lists, batch_deadline());
    if (!results) return std::unexpected(results.error());
    for (std::size_t i = 0; i < results->size(); ++i) {
        const RowResult& result = (*results)[i];
        const auto address = to_string(address_of(lists[i].front()));
        switch (result.outcome) {
            case Outcome::applied: ++(replaces[i] ? counts_.replaced : counts_.added); break;
            case Outcome::rejected: refuse(address + ": " + result.detail); break;
            case Outcome::lost: refuse(address + ": somebody else is writing to this database"); break;
        }
    }
    if (!outcome_) return outcome_;
    return target_->between_commits(false, batch_deadline());
}

}  // namespace leasehold
