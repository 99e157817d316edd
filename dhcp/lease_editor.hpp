// Changes leases by command. An edit is a decision like a packet's: one change per lease at a time, durable before
// it is answered, undone when it was not stored, decided again when another writer came first. Loop thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_map>

#include "dhcp/change_taker.hpp"
#include "dhcp/event_bus.hpp"
#include "dhcp/lease_edit.hpp"
#include "dhcp/lease_keeper.hpp"

namespace leasehold {

class LeaseEditor {
public:
    using SteadyClock = std::chrono::steady_clock;
    static constexpr std::size_t waiting_max = 1024;      // edits behind a change that is under way
    static constexpr std::chrono::seconds wait_max{5};    // then they are refused as busy
    static constexpr std::chrono::seconds answer_max{10};  // then it is told that nothing is known yet
    static constexpr int decisions_max = 3;               // the first, and twice after a loss

    /// @param first_id  its submissions' ids count up from here
    /// @param freed     called for each address whose change is no longer with the store
    LeaseEditor(const LeaseClock& clock, EventBus& events, DecisionId first_id,
                std::function<void(const Prefix&)> freed);
    ~LeaseEditor();
    LeaseEditor(const LeaseEditor&) = delete;
    LeaseEditor& operator=(const LeaseEditor&) = delete;

    /// @pre idle(), unless keeper and taker are kept
    void use(std::shared_ptr<const ServerConfig> config, LeaseKeeper* keeper, ChangeTaker* taker);

    void run(LeaseEdit edit, EditDone done);
    /// True: the completion was an edit's.
    bool on_completion(Completion& completion);
    /// Edits whose lease is no longer busy go on, others that have waited too long are refused or told so. After each burst
    /// of completions, and about once a second.
    void go_on(SteadyClock::time_point now);
    bool idle() const { return in_flight_.empty() && waiting_.empty() && fetching_ == 0; }
    /// The store will not answer any more.
    void abandon();

private:
    struct Job;

    void start(std::unique_ptr<Job> job);
    void wait(std::unique_ptr<Job> job);
    void fetch(std::unique_ptr<Job> job);
    void decide(std::unique_ptr<Job> job);
    Change change_for(const LeaseEdit& edit, const std::optional<Lease>& row) const;

    const LeaseClock& clock_;
    EventBus& events_;
    DecisionId next_id_;
    std::function<void(const Prefix&)> freed_;
    std::shared_ptr<const ServerConfig> config_;
    LeaseKeeper* keeper_ = nullptr;
    ChangeTaker* taker_ = nullptr;
    std::unordered_map<DecisionId, std::unique_ptr<Job>> in_flight_;
    std::deque<std::unique_ptr<Job>> waiting_;  // oldest first
    std::size_t fetching_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace leasehold
