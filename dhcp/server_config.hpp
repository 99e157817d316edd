// The whole configuration as one immutable value: inheritance resolved, texts turned into bytes, subnets in
// ascending id. config/load makes it, decide() and the loop read it; a reconfiguration swaps it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/address_pools.hpp"
#include "dhcp/backend_config.hpp"

namespace leasehold {

struct OptionValue {
    std::uint16_t code = 0;
    std::vector<std::uint8_t> bytes;
    bool always_send = false;
    bool never_send = false;
    bool operator==(const OptionValue&) const = default;
};
/// Of one scope (pool, subnet, global), sorted by code; several values of one code keep their order.
using OptionSet = std::vector<OptionValue>;

/// Seconds. The triple rule of Kea's configuration is applied already: min <= normal <= max.
struct LifetimeRange {
    std::uint32_t min = 7200, normal = 7200, max = 7200;
    bool operator==(const LifetimeRange&) const = default;
};

struct PoolConfig {
    PoolRange range;
    std::uint32_t pool_id = 0;
    OptionSet options;
    PoolIndex index = 0;  // its place in ServerConfig::pool_ranges
    bool operator==(const PoolConfig&) const = default;
};

struct SubnetConfig {
    std::uint32_t id = 0;
    Ipv4Network network;
    std::string interface;
    std::vector<Ipv4> relay_addresses;
    std::vector<PoolConfig> pools;
    OptionSet options;

    LifetimeRange valid_lifetime;
    std::optional<std::uint32_t> renew_timer, rebind_timer;  // T1, T2
    bool calculate_tee_times = false;
    double t1_percent = 0.5, t2_percent = 0.875;
    std::uint32_t offer_lifetime = 0;  // > 0: an OFFER stores a lease for so many seconds
    double cache_threshold = 0.25;     // 0: every renewal is written
    std::optional<std::uint32_t> cache_max_age;
    bool authoritative = false;
    bool match_client_id = true;
    bool store_extended_info = false;
    AllocatorKind allocator = AllocatorKind::iterative;
    Ipv4 next_server;
    std::string server_hostname;
    std::string boot_file_name;
    bool operator==(const SubnetConfig&) const = default;
};

enum class SocketType : std::uint8_t { raw, udp };

struct InterfaceChoice {
    std::string name;             // "*": all but loopback
    std::optional<Ipv4> address;  // "eth0/10.0.0.1"
    bool operator==(const InterfaceChoice&) const = default;
};

struct InterfacesConfig {
    std::vector<InterfaceChoice> interfaces;
    SocketType socket_type = SocketType::raw;
    bool operator==(const InterfacesConfig&) const = default;
};

struct ExpirationConfig {
    std::chrono::seconds reclaim_wait{10};  // 0: no reclamation
    std::chrono::seconds flush_wait{25};    // 0: reclaimed leases are never removed
    std::chrono::seconds hold_reclaimed{3600};
    std::uint32_t max_reclaim_leases = 100;  // 0: no limit
    std::chrono::milliseconds max_reclaim_time{250};
    std::uint32_t unwarned_cycles = 5;
    /// A lease's address waits for its client: release keeps the record, reclamation does not remove it.
    bool keeps_affinity() const { return flush_wait.count() != 0 && hold_reclaimed.count() != 0; }
    bool operator==(const ExpirationConfig&) const = default;
};

struct CompatibilityConfig {
    bool lenient_option_parsing = false;
    bool ignore_dhcp_server_identifier = false;
    bool ignore_rai_link_selection = false;
    bool exclude_first_last_24 = false;  // .0 and .255 of /24 and larger subnets are never given out
    bool operator==(const CompatibilityConfig&) const = default;
};

class SubnetIndex;

struct ServerConfig {
    Family family = Family::v4;
    InterfacesConfig interfaces;
    BackendConfig lease_database;
    ExpirationConfig expiration;
    CompatibilityConfig compatibility;
    std::vector<SubnetConfig> subnets;   // ascending id
    std::vector<PoolRange> pool_ranges;  // all pools of all subnets; PoolConfig::index points here
    std::shared_ptr<const SubnetIndex> subnet_index;

    OptionSet options;
    bool echo_client_id = true;
    bool authoritative = false;  // for packets without a subnet
    std::uint32_t decline_probation_period = 86400;
    std::uint32_t lease_reuse_grace = 0;  // seconds after hold_until before another client may have it
    std::uint64_t server_id = 0;          // stored as last_writer
    bool hold_when_not_applied =
        false;  // reconfigure-on-fail: nobody is served when its database cannot be opened
    std::uint32_t statistic_sample_count = 20;
    std::uint32_t statistic_sample_age = 0;  // seconds; 0: by count

    const SubnetConfig* subnet(std::uint32_t id) const;
};

/// Adds pool_ranges, PoolConfig::index and subnet_index from `subnets`: the last step of making one.
void finish(ServerConfig& config);

/// Compatibility exclude-first-last-24: .0 and .255 of a /24 or larger subnet are never given out.
bool is_excluded(const ServerConfig& config, const SubnetConfig& subnet, Ipv4 address);

const OptionValue* find_option(const OptionSet& options, std::uint16_t code);

}  // namespace leasehold
