#include "dhcp/lease_editor.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "dhcp/lease_context.hpp"

namespace leasehold {

namespace {

/// What the server itself noted of the client stays when a command says nothing of it: its limits, its route and
/// its key are still needed.
std::string with_server_notes(const std::string& wanted, const std::string& before) {
    if (before.empty()) return wanted;
    std::string context = wanted;
    if (read_notes(context) == LeaseNotes{}) context = with_notes(context, read_notes(before));
    if (!read_next_hop(context))
        if (const auto hop = read_next_hop(before)) context = with_next_hop(context, hop);
    if (!read_reconfigure_note(context))
        if (const auto note = read_reconfigure_note(before)) context = with_reconfigure_note(context, note);
    return context;
}

LeaseCause cause_of(const Lease& lease, const std::optional<Lease>& row) {
    if (lease.state != LeaseState::assigned) return LeaseCause::edited;
    const bool had_it = row && row->state == LeaseState::assigned && same_holder(*row, lease);
    return had_it ? LeaseCause::edited : LeaseCause::granted;
}

}  // namespace

struct LeaseEditor::Job {
    LeaseEdit edit;
    EditDone done;
    SteadyClock::time_point since = SteadyClock::now();
    int decisions = 0;
    bool fetched = false;

    const Prefix& address() const { return edit.lease.address; }
    /// The first answer counts.
    void answer(EditOutcome outcome, std::string detail = {}, std::optional<Lease> before = {}) {
        if (const auto tell = std::exchange(done, nullptr)) tell({outcome, std::move(detail), std::move(before)});
    }
};

LeaseEditor::LeaseEditor(const LeaseClock& clock, EventBus& events, DecisionId first_id,
                         std::function<void(const Prefix&)> freed)
    : clock_{clock}, events_{events}, next_id_{first_id}, freed_{std::move(freed)} {}

LeaseEditor::~LeaseEditor() {
    *alive_ = false;
}

void LeaseEditor::use(std::shared_ptr<const ServerConfig> config, LeaseKeeper* keeper, ChangeTaker* taker) {
    assert(idle() || (keeper == keeper_ && taker == taker_));
    config_ = std::move(config);
    keeper_ = keeper;
    taker_ = taker;
}

void LeaseEditor::run(LeaseEdit edit, EditDone done) {
    start(std::make_unique<Job>(Job{.edit = std::move(edit), .done = std::move(done)}));
}

void LeaseEditor::start(std::unique_ptr<Job> job) {
    if (keeper_ == nullptr) return job->answer(EditOutcome::unavailable, "the server is starting");
    if (keeper_->is_set_aside(job->address()))
        return job->answer(EditOutcome::rejected, "the row that is stored for it cannot be read; the log says why");
    if (keeper_->busy(job->address())) return wait(std::move(job));
    if (!keeper_->complete() && !job->fetched) return fetch(std::move(job));
    decide(std::move(job));
}

void LeaseEditor::wait(std::unique_ptr<Job> job) {
    if (waiting_.size() >= waiting_max) return job->answer(EditOutcome::busy);
    waiting_.push_back(std::move(job));
}

/// While leases are being loaded the one that matters is read alone.
void LeaseEditor::fetch(std::unique_ptr<Job> job) {
    const std::shared_ptr<Job> kept = std::move(job);
    kept->fetched = true;
    const bool asked = taker_->find(
        {kept->address()}, [this, alive = alive_, kept](const StoreResult<std::vector<std::optional<Lease>>>& found) {
            if (!*alive) return kept->answer(EditOutcome::unavailable, "its lease database is left");
            --fetching_;
            if (!found) return kept->answer(EditOutcome::unavailable, found.error().detail);
            if (found->front()) keeper_->load(*found->front());
            start(std::make_unique<Job>(std::move(*kept)));
        });
    if (!asked) return kept->answer(EditOutcome::unavailable, taker_->where() + " is not open");
    ++fetching_;
}

void LeaseEditor::decide(std::unique_ptr<Job> job) {
    const LeaseEdit& edit = job->edit;
    auto row = keeper_->durable(job->address());
    const bool is_meant = row && (!edit.means || edit.means(*row));
    if (edit.kind == EditKind::add && row) return job->answer(EditOutcome::exists, {}, std::move(row));
    const bool needs_row = edit.kind == EditKind::update || edit.kind == EditKind::remove;
    if (needs_row && !is_meant) return job->answer(EditOutcome::missing);

    ++job->decisions;
    const DecisionId id = next_id_++;
    Submission submission{id, {change_for(edit, row)}};
    keeper_->begin(submission.changes.front());
    if (taker_->submit(std::move(submission))) {
        in_flight_.emplace(id, std::move(job));
        return;
    }
    keeper_->restore(job->address());
    freed_(job->address());
    job->answer(EditOutcome::unavailable, taker_->where() + " takes no changes now");
}

Change LeaseEditor::change_for(const LeaseEdit& edit, const std::optional<Lease>& row) const {
    if (edit.kind == EditKind::remove) return Erase{row->address, row->version, LeaseCause::removed};
    Lease lease = edit.lease;
    lease.version = row ? row->version + 1 : first_version(clock_.now_precise(), keeper_->version_seen());
    lease.last_writer = config_->server_id;
    lease.hold_until = lease.expire;
    if (row && same_holder(*row, lease)) {
        // Whatever the operator says, the client counts on what it was promised.
        lease.hold_until = std::max(lease.hold_until, row->hold_until);
        lease.hwtype = row->hwtype;
        if (row->hwaddr == lease.hwaddr) lease.hwaddr_source = row->hwaddr_source;
        lease.user_context = with_server_notes(lease.user_context, row->user_context);
    }
    const auto notes = read_notes(lease.user_context);
    auto relay = relay_identities(notes.relay_information, notes.relays);
    lease.relay_id = std::move(relay.relay_id);
    lease.remote_id = std::move(relay.remote_id);
    const auto cause = cause_of(lease, row);
    return Put{.lease = std::move(lease), .cause = cause};
}

bool LeaseEditor::on_completion(Completion& completion) {
    const auto found = in_flight_.find(completion.id);
    if (found == in_flight_.end()) return false;
    auto job = std::move(found->second);
    in_flight_.erase(found);
    const Prefix address = job->address();
    if (completion.outcome == SubmissionOutcome::unavailable) {
        keeper_->restore(address);
        job->answer(EditOutcome::unavailable, taker_->where() + " did not take the change");
    } else if (const Outcome outcome = completion.outcome_of(0); outcome == Outcome::applied) {
        auto event = keeper_->applied(completion.changes.front());
        auto before = event.before;
        events_.publish({std::move(event)}, {}, ChangeOrigin::command);
        job->answer(EditOutcome::applied, {}, std::move(before));
    } else if (outcome == Outcome::rejected) {
        keeper_->restore(address);
        job->answer(EditOutcome::rejected, completion.rows.front().detail);
    } else {
        keeper_->take_over(address, completion.rows.front().current);
        if (job->decisions < decisions_max)
            start(std::move(job));
        else
            job->answer(EditOutcome::busy);
    }
    freed_(address);
    return true;
}

void LeaseEditor::go_on(SteadyClock::time_point now) {
    if (idle()) return;  // as nearly always, and this is called with every commit
    for (auto& job : std::exchange(waiting_, {})) {
        if (!keeper_->busy(job->address()))
            start(std::move(job));
        else if (now - job->since >= wait_max)
            job->answer(EditOutcome::busy);
        else
            wait(std::move(job));
    }
    // A commit that is in doubt is settled when the database is back; whoever asked need not wait for that.
    std::vector<Job*> late;
    for (const auto& [id, job] : in_flight_)
        if (job->done && now - job->since >= answer_max) late.push_back(job.get());
    for (Job* job : late)
        job->answer(EditOutcome::unavailable, taker_->where() + " has not said yet whether it took the change: look at the "
                                              "lease later");
}

void LeaseEditor::abandon() {
    constexpr const char* left = "its lease database is left";
    const auto in_flight = std::exchange(in_flight_, {});
    const auto waiting = std::exchange(waiting_, {});
    fetching_ = 0;
    *std::exchange(alive_, std::make_shared<bool>(true)) = false;  // for those that are being read
    for (const auto& [id, job] : in_flight) {
        keeper_->restore(job->address());
        freed_(job->address());
    }
    for (const auto& [id, job] : in_flight) job->answer(EditOutcome::unavailable, left);
    for (const auto& job : waiting) job->answer(EditOutcome::unavailable, left);
}

}  // namespace leasehold
