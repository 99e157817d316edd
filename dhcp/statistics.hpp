// Counters with Kea's names, scopes and sample history. Moving one costs one reading of the clock, and no
// allocation once its history has grown to its limit. Loop thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/clock.hpp"

namespace leasehold {

/// A row each in statistics.cpp: name, the scopes it exists in, help.
enum class Stat : std::uint8_t {
    pkt4_received,
    pkt4_discover_received,
    pkt4_offer_received,
    pkt4_request_received,
    pkt4_ack_received,
    pkt4_nak_received,
    pkt4_release_received,
    pkt4_decline_received,
    pkt4_inform_received,
    pkt4_lease_query_received,
    pkt4_unknown_received,
    pkt4_sent,
    pkt4_offer_sent,
    pkt4_ack_sent,
    pkt4_nak_sent,
    pkt4_lease_query_response_unknown_sent,
    pkt4_lease_query_response_unassigned_sent,
    pkt4_lease_query_response_active_sent,
    // causes of a drop; each moves pkt4_receive_drop too
    pkt4_service_disabled,
    pkt4_parse_failed,
    pkt4_queue_full,
    pkt4_duplicate,
    pkt4_rfc_violation,
    pkt4_admin_filtered,
    pkt4_not_for_us,
    pkt4_processing_failed,
    pkt4_limit_exceeded,
    pkt4_receive_drop,
    // leases
    assigned_addresses,
    cumulative_assigned_addresses,
    declined_addresses,
    reclaimed_declined_addresses,
    reclaimed_leases,
    total_addresses,
    v4_lease_reuses,
    v4_reservation_conflicts,
    v4_allocation_fail,
    v4_allocation_fail_no_pools,
    v4_allocation_fail_shared_network,
    v4_allocation_fail_subnet,
    v4_allocation_fail_classes,
    count_,  // how many there are
};

struct StatDef {
    Stat stat;
    std::string_view name;  // "pkt4-received"
    bool global, subnet, pool;
    /// In a subnet it exists from its first move on, as with Kea; else from the configuration on.
    bool subnet_when_moved;
    std::string_view help;
};
const StatDef& stat_def(Stat stat);
std::span<const StatDef> stat_defs();

/// Samples that a counter remembers at most, whatever its limits say: memory stays bounded.
inline constexpr std::uint32_t sample_count_max = 1000;

struct Sample {
    std::int64_t value = 0;
    std::chrono::system_clock::time_point at{};
};

class Statistics {
public:
    explicit Statistics(const TimeSource& source);
    ~Statistics();

    void add(Stat stat, std::int64_t delta = 1);
    /// Moves it wherever it exists of global, subnet and pool.
    void add(Stat stat, std::uint32_t subnet_id, std::optional<std::uint32_t> pool_id,
             std::int64_t delta = 1);
    /// Of the pool where one is given, else of the subnet; nothing else moves.
    void set(Stat stat, std::uint32_t subnet_id, std::optional<std::uint32_t> pool_id, std::int64_t value);
    void set(Stat stat, std::int64_t value);
    std::int64_t value(Stat stat) const;
    std::int64_t value(Stat stat, std::uint32_t subnet_id, std::optional<std::uint32_t> pool_id = {}) const;

    /// Makes the subnets' and pools' counters exist (at 0), and drops those of subnets not named.
    struct Scope {
        std::uint32_t subnet_id = 0;
        std::vector<std::uint32_t> pool_ids;
    };
    void set_scopes(const std::vector<Scope>& scopes);

    // By name, for the commands. Names as in "subnet[1].pool[0].assigned-addresses".
    using Visitor = std::function<void(std::string_view name, const std::vector<Sample>& newest_first)>;
    bool visit(std::string_view name, const Visitor& visitor) const;
    void visit_all(bool global_only, const Visitor& visitor) const;
    /// At most `limit` of them in order of name, starting after `after` ("": at the first): large answers
    /// are made a page at a time.
    /// @return the last name visited; nullopt when the end was reached.
    std::optional<std::string> visit_page(std::string_view after, std::size_t limit, bool global_only,
                                          const Visitor& visitor) const;
    /// To zero, with one sample.
    bool reset(std::string_view name);
    void reset_all();
    /// It is gone until it moves again.
    bool remove(std::string_view name);
    void remove_all();
    /// Keeps the `count` newest samples (1 to sample_count_max); ends a limit by age, and the reverse.
    bool limit_count(std::string_view name, std::uint32_t count);
    bool limit_age(std::string_view name, std::chrono::seconds age);
    /// For all there are, and for those that come.
    void limit_count_all(std::uint32_t count);
    void limit_age_all(std::chrono::seconds age);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
