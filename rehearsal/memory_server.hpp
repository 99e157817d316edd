// A server without sockets, threads and store: a configuration, leases in memory, and the decisions that the real
// server makes (request and decide of each family), carried out at once as if a store had taken them. What a rehearsal
// runs packets through. Nothing outside of it changes.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dhcp/client_request.hpp"
#include "dhcp/clock.hpp"
#include "dhcp/decision.hpp"
#include "dhcp/lease_keeper.hpp"
#include "dhcp/rate_limiter.hpp"
#include "dhcp/v4/request.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::rehearsal {

/// Where packets come in.
struct Place {
    std::string interface;  // its name
    Ipv4 address4;          // 0.0.0.0: it has none
    Ipv6 address6;          // a global one; ::, it has none
};

struct Packet {
    std::vector<std::uint8_t> bytes;
    Ipv6 source, destination;  // IPv4 ones are mapped
    std::uint16_t source_port = 0;
};

/// What came of a packet.
struct Outcome {
    std::string kind;                      // "REQUEST (renewing)"; the type while nothing more is known
    std::optional<ClientRequest> request;  // as it was read; nullopt: it was refused before that
    Drop drop;                             // reason none: not dropped
    std::optional<Done> done;              // nullopt: it was refused before a decision
    bool is_answered() const { return done && done->reply && drop.reason == DropReason::none; }
};

/// Time goes where it is put.
class GivenTime final : public TimeSource {
public:
    explicit GivenTime(std::chrono::system_clock::time_point start) : start_{start}, now_{start} {}
    std::chrono::system_clock::time_point wall() const override { return now_; }
    std::chrono::nanoseconds boot_time() const override { return now_ - start_; }
    /// Backwards it does not go.
    void set(std::chrono::system_clock::time_point now) { now_ = std::max(now_, now); }

private:
    std::chrono::system_clock::time_point start_, now_;
};

/// One thread.
class MemoryServer final : private v4::LocalAddresses {
public:
    MemoryServer(std::shared_ptr<const ServerConfig> config, std::chrono::system_clock::time_point now);

    const ServerConfig& config() const { return *config_; }
    const LeaseKeeper& keeper() const { return keeper_; }
    LeaseTime now() const { return clock_.now(); }

    /// A lease as a store or a file has it, before the first packet.
    void load(Lease lease);
    /// Packets that come now; leases and offers that have ended by then have ended.
    void set_time(std::chrono::system_clock::time_point now);
    /// This server is known by that address, besides the place's own (v4).
    void add_address(Ipv4 address) { own_addresses_.insert(address); }

    /// What the server would do; changes nothing here either, but for the windows of rate limits.
    Outcome decide(const Packet& packet, const Place& place);
    /// It did it: leases change, offers are held.
    void apply(const Outcome& outcome);

private:
    bool is_local(Ipv4 address) const override { return address == place_address_ || own_addresses_.contains(address); }
    Outcome decide4(const Packet& packet, const Place& place);
    Outcome decide6(const Packet& packet, const Place& place);
    /// The loop of needs: somebody is looked for at an address and never found.
    void settle(Outcome& outcome, const std::function<Decision(const World&, const Facts&, std::uint64_t seed)>& decide);
    bool is_over_limit(Outcome& outcome, const ClientRequest& request);
    std::chrono::steady_clock::time_point arrival_time() const;

    GivenTime time_;
    LeaseClock clock_;
    std::shared_ptr<const ServerConfig> config_;
    LeaseKeeper keeper_;
    RateLimiter limiter_;
    std::set<Ipv4> own_addresses_;
    Ipv4 place_address_;
    std::uint64_t load_version_ = 0;
    std::uint64_t seed_ = 1;
};

}  // namespace leasehold::rehearsal
