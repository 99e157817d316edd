// Ends leases: what has expired is reclaimed (kept for its client for a while, or dropped), declined
// addresses come back after their probation, affinity ends. Works in small steps through the ordinary store
// path; while leases wait the steps follow each other, so that nothing piles up and no packet is held up.
// Between its rounds it tells the pools each second which leases have ended: who needs an address need not
// wait for the next round.
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "dhcp/change_taker.hpp"
#include "dhcp/event_bus.hpp"
#include "dhcp/lease_keeper.hpp"

namespace leasehold {

class Reclaimer {
public:
    static constexpr std::size_t step_leases_max = 256;
    static constexpr std::size_t marked_leases_max = 1024;  // a second; about a millisecond of the loop
    static constexpr std::size_t steps_in_flight_max = 2;

    /// @param first_id  its submissions' ids count up from here
    /// @param freed     called for each address whose change is no longer with the store
    Reclaimer(const LeaseClock& clock, EventBus& events, DecisionId first_id,
              std::function<void(const Prefix&)> freed);

    void use(std::shared_ptr<const ServerConfig> config, LeaseKeeper* keeper, ChangeTaker* taker);

    /// About once a second. Starts a round when its time has come.
    void tick();
    /// Everything that has expired, now; `remove`: without affinity. `done` gets the number of leases.
    void run_all(bool remove, std::function<void(std::uint64_t)> done);
    /// True: the completion was the reclaimer's.
    bool on_completion(Completion& completion);
    bool idle() const { return in_flight_.empty(); }
    /// The store will not answer any more.
    void abandon();

private:
    struct Step {
        std::vector<Prefix> leases;
        bool full = false;  // more may wait behind it
    };
    void step();
    void add_ended(Step& step, Submission& submission, std::size_t limit);
    void add(Step& step, Submission& submission, Change change);
    void mark_ended();
    void begin_round();
    Change end(const Lease& lease) const;
    void give_back(const Step& step);
    void finish_run();

    const LeaseClock& clock_;
    EventBus& events_;
    DecisionId next_id_;
    std::function<void(const Prefix&)> freed_;
    std::shared_ptr<const ServerConfig> config_;
    LeaseKeeper* keeper_ = nullptr;
    ChangeTaker* taker_ = nullptr;
    std::unordered_map<DecisionId, Step> in_flight_;
    LeaseTime next_run_{};
    bool left_some_ = false;  // the last round could not end all that had expired
    std::uint32_t rounds_behind_ = 0;
    // of run_all
    bool remove_ = false;
    std::uint64_t run_count_ = 0;
    std::vector<std::function<void(std::uint64_t)>> waiting_;
};

}  // namespace leasehold
