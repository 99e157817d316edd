#include "dhcp/lease_home.hpp"

#include <utility>

#include "dhcp/log.hpp"

namespace leasehold {

WorkerOptions worker_options(const BackendConfig& config) {
    WorkerOptions options;
    options.retry = retry_rules(config);
    options.commit_deadline = commit_timeout_of(config);
    options.hands_over_in_doubt = outage_service_of(config) == OutageService::spool;
    options.server_id = config.server_id;
    // A server on the network can vanish without a word; a file does not.
    if (is_server(config.type)) options.probe_interval = std::chrono::milliseconds{2000};
    return options;
}

namespace {

void log_checks(const LeaseCheckCounts& counts) {
    if (counts.contexts > 0) log(MessageId::LEASE_CONTEXTS_CORRECTED, {{"count", counts.contexts}});
    if (counts.misplaced == 0) return;
    std::string examples;
    for (const Prefix& address : counts.examples)
        examples += (examples.empty() ? "" : ", ") + to_string(address);
    log(MessageId::LEASES_MISPLACED, {{"count", counts.misplaced},
                                      {"examples", examples},
                                      {"moved", counts.moved},
                                      {"removed", counts.unfit}});
}

}  // namespace

LeaseHome::LeaseHome(std::shared_ptr<const ServerConfig> config, const LeaseClock& clock,
                     std::unique_ptr<LeaseStore> store, StoreWorker::Post post, Events events,
                     OutageSpool* spool)
    : events_{std::move(events)},
      outage_service_{outage_service_of(config->lease_database)},
      spool_{spool},
      keeper_{config, clock},
      worker_{std::move(store), worker_options(config->lease_database), std::move(post), *this,
              spool == nullptr ? nullptr : spool->reader()} {
    if (spool_ != nullptr) listen_to_spool();
}

void LeaseHome::listen_to_spool() {
    spool_->events().completions = [this](std::vector<Completion>&& list) { tell(std::move(list)); };
}

void LeaseHome::renew(const BackendConfig& config) {
    outage_service_ = outage_service_of(config);
    worker_.renew(config, worker_options(config));
}

void LeaseHome::adopt(OutageSpool* spool, bool holds_entries) {
    spool_ = spool;
    listen_to_spool();
    worker_.adopt(spool_->reader(), holds_entries);
}

void LeaseHome::let_go() {
    events_ = {};
    spool_ = nullptr;
    undecided_.clear();
}

// --- changes

bool LeaseHome::may_spool() const {
    return spool_ != nullptr && outage_service_ != OutageService::drop && status().complete &&
           status().state != BackendState::closed && !status().taken_over && spool_->is_usable();
}

bool LeaseHome::submit(Submission&& submission) {
    if (!spooling_) {
        const auto taken = worker_.try_submit(std::move(submission));
        if (taken == StoreWorker::Taken::yes) return true;
        if (taken == StoreWorker::Taken::full || !may_spool()) return false;
        if (!is_away() || status().state == BackendState::draining) {
            undecided_.push_back(std::move(submission));  // its thread knows more than the loop was told
            return true;
        }
        spooling_ = true;
    }
    return may_spool() && spool_->submit(std::move(submission));
}

/// Nothing was applied in the backend: what can, becomes durable in the journal instead.
void LeaseHome::on_completions(std::vector<Completion>&& completions) {
    std::erase_if(completions, [this](Completion& completion) {
        if (completion.outcome != SubmissionOutcome::unavailable || !is_away() || !may_spool()) return false;
        spooling_ = true;
        Submission again{completion.id, std::move(completion.changes)};
        if (spool_->submit(std::move(again))) return true;
        completion.changes = std::move(again.changes);
        return false;
    });
    tell(std::move(completions));
}

void LeaseHome::tell(std::vector<Completion>&& completions) {
    if (events_.completions && !completions.empty()) events_.completions(std::move(completions));
    hand_over_if_idle();
}

void LeaseHome::on_hand_over() {
    spooling_ = false;
    handing_over_ = true;
    hand_over_if_idle();
}

void LeaseHome::hand_over_if_idle() {
    if (!handing_over_ || (spool_ != nullptr && !spool_->is_idle())) return;
    handing_over_ = false;
    worker_.handed_over();
}

void LeaseHome::on_drained(std::vector<DrainedRow>&& rows) {
    for (const DrainedRow& row : rows) {
        if (!row.conflict.empty())
            log(MessageId::JOURNAL_CONFLICT,
                {{"address", to_string(row.address)}, {"where", where()}, {"reason", row.conflict}});
        keeper_.reconcile(row.address, row.stored, row.version, !row.conflict.empty());
    }
}

// --- what the worker tells

void LeaseHome::on_backend(const BackendStatus& status) {
    if (status.state == BackendState::serving && !keeper_.complete()) {
        keeper_.load_finished();
        log_checks(keeper_.check_counts());
    }
    if (is_away()) handing_over_ = handing_over_ && status.state == BackendState::draining;
    if (events_.backend) events_.backend(status);
    if (undecided_.empty()) return;
    std::vector<Completion> refused;
    for (Submission& submission : std::exchange(undecided_, {}))
        refused.push_back({submission.id, SubmissionOutcome::unavailable, {}, std::move(submission.changes)});
    on_completions(std::move(refused));
}

void LeaseHome::on_opened(const Opened& opened) {
    if (events_.opened) events_.opened(opened);
}

void LeaseHome::on_page(LoadedPage&& page) {
    keeper_.load(page.leases);
    LeaseTime newest{};
    for (const Lease& lease : page.leases) newest = std::max(newest, lease.cltt);
    if (events_.newest_cltt && !page.leases.empty()) events_.newest_cltt(newest);
    for (UnreadableRow& row : page.unreadable) {
        log(MessageId::STORE_ROW_UNREADABLE, {{"address", to_string(row.address)}, {"reason", row.detail}});
        keeper_.set_aside(std::move(row));
    }
}

void LeaseHome::on_commit(const CommitReport& report) {
    if (events_.commit) events_.commit(report);
}

void LeaseHome::on_renewed(const StoreResult<void>& outcome) {
    if (events_.renewed) events_.renewed(outcome);
}

}  // namespace leasehold
