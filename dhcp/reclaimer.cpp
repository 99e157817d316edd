#include "dhcp/reclaimer.hpp"

#include <algorithm>
#include <utility>

#include "dhcp/lease_context.hpp"
#include "dhcp/log.hpp"

namespace leasehold {

Reclaimer::Reclaimer(const LeaseClock& clock, EventBus& events, DecisionId first_id,
                     std::function<void(const Prefix&)> freed)
    : clock_{clock}, events_{events}, next_id_{first_id}, freed_{std::move(freed)} {}

void Reclaimer::use(std::shared_ptr<const ServerConfig> config, LeaseKeeper* keeper, ChangeTaker* taker) {
    config_ = std::move(config);
    keeper_ = keeper;
    taker_ = taker;
}

void Reclaimer::tick() {
    if (keeper_ == nullptr || !keeper_->complete() || !clock_.reuse_allowed()) return;
    const auto wait = config_->expiration.reclaim_wait;
    if (wait.count() == 0) {  // nothing is reclaimed, but an address whose lease has ended can be given out
        mark_ended();
        if (keeper_->has_unfit()) step();
        return;
    }
    if (clock_.now() < next_run_) return mark_ended();
    next_run_ = clock_.now() + wait;
    begin_round();
}

void Reclaimer::begin_round() {
    const bool behind = left_some_ || !in_flight_.empty();
    rounds_behind_ = behind ? rounds_behind_ + 1 : 0;
    const std::uint32_t unwarned = config_->expiration.unwarned_cycles;
    if (unwarned != 0 && rounds_behind_ >= unwarned)
        log(in_family(MessageId::DHCP4_RECLAIM_BEHIND, config_->family),
            {{"rounds", std::exchange(rounds_behind_, 0)}});
    step();
}

/// Not while a round is under way: it finds them itself, and what is looked at here is found again a second
/// later.
void Reclaimer::mark_ended() {
    if (!in_flight_.empty()) return;
    for (const Lease& lease : keeper_->table().sweep(clock_.now(), marked_leases_max,
                                                     [this](const Lease& l) { return keeper_->due(l); }))
        keeper_->mark(lease.address);
}

void Reclaimer::run_all(bool remove, std::function<void(std::uint64_t)> done) {
    remove_ = remove_ || remove;
    waiting_.push_back(std::move(done));
    if (in_flight_.empty()) step();
}

void Reclaimer::step() {
    if (in_flight_.size() >= steps_in_flight_max) return;
    const ExpirationConfig& rules = config_->expiration;
    const std::uint32_t asked = rules.max_reclaim_leases;
    const std::size_t limit = asked == 0 ? step_leases_max : std::min<std::size_t>(asked, step_leases_max);
    left_some_ = false;

    Step step;
    Submission submission{next_id_++, {}};
    if (rules.reclaim_wait.count() != 0 || !waiting_.empty()) add_ended(step, submission, limit);
    for (const Lease& lease : keeper_->unfit(limit))
        if (!keeper_->busy(lease.address))
            add(step, submission, Erase{lease.address, lease.version, LeaseCause::removed});
    step.full = step.full || keeper_->has_unfit();
    if (step.leases.empty()) return finish_run();
    const DecisionId id = submission.id;
    if (taker_->submit(std::move(submission))) {
        in_flight_.emplace(id, std::move(step));
        return;
    }
    give_back(step);
    left_some_ = true;
    finish_run();  // the store is busy or away; the next round tries again
}

/// On demand also what mark_ended has put off to the next second, where it lies among leases that end then: a
/// few more looks for it.
void Reclaimer::add_ended(Step& step, Submission& submission, std::size_t limit) {
    constexpr int looks_max = 8;
    const LeaseTime now = clock_.now(), until = waiting_.empty() ? now : now + std::chrono::seconds{1};
    step.full = true;
    for (int look = 0; look < looks_max && step.full && step.leases.empty(); ++look) {
        const auto due =
            keeper_->table().sweep(until, limit, [this](const Lease& l) { return keeper_->due(l); });
        step.full = due.size() >= limit;
        for (const Lease& lease : due)
            if (!keeper_->busy(lease.address) && keeper_->due(lease) <= now)  // busy: its client is here
                add(step, submission, end(lease));
    }
}

void Reclaimer::add(Step& step, Submission& submission, Change change) {
    keeper_->begin(change);
    step.leases.push_back(address_of(change));
    submission.changes.push_back(std::move(change));
}

/// Nothing of it was stored.
void Reclaimer::give_back(const Step& step) {
    for (const Prefix& lease : step.leases) {
        keeper_->restore(lease);
        freed_(lease);
    }
}

Change Reclaimer::end(const Lease& lease) const {
    const bool keeps = config_->expiration.keeps_affinity() && !remove_;
    if (lease.state == LeaseState::declined)
        return Erase{lease.address, lease.version, LeaseCause::probation_over};
    if (lease.state == LeaseState::expired_reclaimed)
        return Erase{lease.address, lease.version, LeaseCause::removed};
    // An address that a client made itself is no affinity of the pools.
    if (!keeps || lease.state == LeaseState::registered)
        return Erase{lease.address, lease.version, LeaseCause::reclaimed};
    Put put{.lease = lease, .now = clock_.now(), .cause = LeaseCause::reclaimed};
    put.lease.state = LeaseState::expired_reclaimed;
    put.lease.hostname.clear();
    put.lease.fqdn_fwd = put.lease.fqdn_rev = false;
    // Nobody is behind that relay any more, as Kea sees it, too.
    put.lease.user_context = without_relay_notes(put.lease.user_context);
    put.lease.relay_id.clear();
    put.lease.remote_id.clear();
    ++put.lease.version;
    put.lease.last_writer = config_->server_id;
    return put;
}

bool Reclaimer::on_completion(Completion& completion) {
    const auto found = in_flight_.find(completion.id);
    if (found == in_flight_.end()) return false;
    const Step step = std::move(found->second);
    in_flight_.erase(found);

    std::uint64_t reclaimed = 0, removed = 0;
    const bool answered = completion.outcome == SubmissionOutcome::answered;
    for (std::size_t i = 0; i < step.leases.size(); ++i) {
        const Prefix& address = step.leases[i];
        const Outcome outcome = answered ? completion.outcome_of(i) : Outcome::rejected;
        if (outcome == Outcome::applied) {
            const Change& change = completion.changes[i];
            events_.publish({keeper_->applied(change)}, {});
            ++(cause_of(change) == LeaseCause::removed ? removed : reclaimed);
        } else if (outcome == Outcome::lost) {
            keeper_->take_over(address, completion.rows[i].current);
        } else {
            keeper_->restore(address);
        }
        freed_(address);
    }
    run_count_ += reclaimed;
    if (reclaimed + removed > 0)
        log(in_family(MessageId::DHCP4_LEASES_RECLAIMED, config_->family),
            {{"count", reclaimed}, {"removed", removed}});
    const bool progressed = reclaimed + removed > 0;
    left_some_ = !progressed;
    if (step.full && progressed && clock_.reuse_allowed())
        this->step();
    else if (in_flight_.empty())
        finish_run();
    return true;
}

void Reclaimer::abandon() {
    for (const auto& [id, step] : std::exchange(in_flight_, {})) give_back(step);
    finish_run();
}

void Reclaimer::finish_run() {
    if (!in_flight_.empty()) return;
    remove_ = false;
    const std::uint64_t count = std::exchange(run_count_, 0);
    for (auto& done : std::exchange(waiting_, {})) done(count);
}

}  // namespace leasehold
