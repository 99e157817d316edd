// Applying decisions without a store.
#include "tests/support/world_state.hpp"

#include <algorithm>
#include <utility>

namespace leasehold::testing_world {

Prefix unit(std::string_view text) {
    if (const auto prefix = parse_ipv6_prefix(text)) return *prefix;
    if (const auto address = parse_ipv6(text)) return {*address, 128};
    return to_prefix(parse_ipv4(text).value());
}

bool Outcome::counted(Stat stat) const {
    return done && std::ranges::any_of(done->counts, [&](const auto& count) { return count.stat == stat; });
}

void Outcome::take(Decision decision) {
    if (auto* complete = std::get_if<Done>(&decision)) {
        drop = complete->drop;
        done = std::move(*complete);
    } else if (auto* wait = std::get_if<Wait>(&decision)) {
        waits_for = wait->lease;
    } else {
        const auto& need = std::get<Need>(decision);
        needs = need.rows;
        if (need.ping) looks_at = need.ping->address;
    }
}

WorldState::WorldState(ServerConfig config)
    : clock_{time_},
      config_{std::make_shared<const ServerConfig>(std::move(config))},
      keeper_{config_, clock_},
      is_set_aside_{[this](const Prefix& address) {
          return std::ranges::find(set_aside, address) != set_aside.end();
      }} {
    keeper_.load_finished();
}

leasehold::World WorldState::seen() const {
    return {keeper_.table(), keeper_.pools(), keeper_.offers(), keeper_.pending(), table_complete,
            reuse_allowed,   is_set_aside_,   outage,           counts,
            stored_clients ? &*stored_clients : nullptr};
}

std::uint64_t WorldState::fresh_version() const {
    return first_version(clock_.now_precise(), keeper_.version_seen());
}

void WorldState::begin(const Outcome& outcome) {
    if (!outcome.done) return;
    for (const auto& change : outcome.done->changes) keeper_.begin(change);
}

void WorldState::settle(const Outcome& outcome) {
    if (!outcome.done) return;
    for (const auto& change : outcome.done->changes) {
        check_against_store(change);
        events_.push_back(keeper_.applied(change));
    }
    for (const Prefix& given : outcome.done->release_holds) keeper_.release_hold(given);
    for (const Hold& hold : outcome.done->holds) keeper_.hold(hold);
    for (const Prefix& given : outcome.done->advances) keeper_.advance(given);
}

void WorldState::pass(std::chrono::seconds time) {
    time_.advance(time);
    keeper_.expire_holds(clock_.now());
    keeper_.table().sweep(clock_.now(), 1000, [this](const Lease& lease) {
        const auto due = keeper_.due(lease);
        if (due <= clock_.now()) keeper_.mark(lease.address);
        return due;
    });
}

void WorldState::load(Lease lease) {
    stored_[lease.address] = lease;
    keeper_.load(lease);
}

/// The conditions of LeaseStore::commit, written out once more.
void WorldState::check_against_store(const Change& change) {
    if (const auto* put = std::get_if<Put>(&change)) {
        const auto found = stored_.find(put->lease.address);
        if (found != stored_.end()) {
            const auto& row = found->second;
            const bool over = row.state == LeaseState::released ||
                              row.state == LeaseState::expired_reclaimed ||
                              row.hold_until + std::chrono::seconds{put->grace_seconds} < put->now;
            if (row.version + 1 != put->lease.version || (put->takes_over && !over)) ++refused_changes_;
        }
        stored_[put->lease.address] = put->lease;
        return;
    }
    const auto& erase = std::get<Erase>(change);
    const auto found = stored_.find(erase.address);
    if (found == stored_.end()) return;
    if (found->second.version != erase.version) ++refused_changes_;
    stored_.erase(found);
}

}  // namespace leasehold::testing_world
