// The server's side of a small world for tests of decide(), of either family: a configuration and a LeaseKeeper to
// which decisions are applied at once, as if the store had taken them. Packets and answers are world.hpp's (v4)
// and world6.hpp's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "dhcp/decision.hpp"
#include "dhcp/lease_keeper.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::testing_world {

using Bytes = std::vector<std::uint8_t>;

/// @pre the text is an address or a prefix; tests write constants
Prefix unit(std::string_view text);

/// What came of a packet.
struct Outcome {
    Drop drop;  // of read_request or of decide
    std::optional<Done> done;
    std::optional<Prefix> waits_for;
    std::vector<Prefix> needs;
    std::optional<Ipv4> looks_at;  // a ping is needed

    bool silent() const { return done.has_value() ? !done->reply : true; }
    bool counted(Stat stat) const;
    /// Takes over what the decision says.
    void take(Decision decision);
};

class WorldState {
public:
    explicit WorldState(ServerConfig config);

    const ServerConfig& config() const { return *config_; }
    /// What decide reads.
    leasehold::World seen() const;
    std::uint64_t fresh_version() const;
    /// The changes are with the store from now on; settle() makes them durable.
    void begin(const Outcome& outcome);
    void settle(const Outcome& outcome);

    void pass(std::chrono::seconds time);
    LeaseTime now() const { return clock_.now(); }
    std::optional<Lease> row(std::string_view address) const { return keeper_.table().find(unit(address)); }
    /// Puts a row there as if it had been loaded.
    void load(Lease lease);
    LeaseKeeper& keeper() { return keeper_; }
    const std::vector<LeaseEvent>& events() const { return events_; }
    /// Changes that a store would have refused: a wrong version, or a row that others still need.
    std::size_t refused_changes() const { return refused_changes_; }

    bool table_complete = true;
    std::optional<StoredClients> stored_clients;  // whose leases are still to be loaded; nullopt: not known
    bool reuse_allowed = true;
    std::optional<OutageService> outage;
    std::vector<FreshRow> fresh;
    std::vector<PingResult> pings;
    const LeaseCounts* counts = nullptr;
    std::vector<Prefix> set_aside;
    std::uint64_t seed = 1;

private:
    void check_against_store(const Change& change);

    testing_support::FakeTime time_;
    LeaseClock clock_;
    std::shared_ptr<const ServerConfig> config_;
    LeaseKeeper keeper_;
    std::function<bool(const Prefix&)> is_set_aside_;
    std::vector<LeaseEvent> events_;
    std::map<Prefix, Lease> stored_;
    std::size_t refused_changes_ = 0;
};

}  // namespace leasehold::testing_world
