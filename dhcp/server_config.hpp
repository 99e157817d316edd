// The whole configuration as one immutable value: inheritance resolved, texts turned into bytes, subnets in
// ascending id. config/load makes it, decide() and the loop read it; a reconfiguration swaps it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/address_pools.hpp"
#include "dhcp/backend_config.hpp"
#include "dhcp/client_class.hpp"
#include "dhcp/ddns_config.hpp"
#include "dhcp/expression.hpp"
#include "dhcp/flex_option.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/option_set.hpp"
#include "dhcp/reservation.hpp"
#include "dhcp/v6/duid.hpp"

namespace leasehold {

namespace v6 {
class ReconfigureKeys;
}

/// Seconds. The triple rule of Kea's configuration is applied already: min <= normal <= max.
struct LifetimeRange {
    std::uint32_t min = 7200, normal = 7200, max = 7200;
    bool operator==(const LifetimeRange&) const = default;
};

/// "N packets per second|minute|hour|day|..."; packets 0: none at all.
struct RateLimit {
    std::uint32_t packets = 0;
    std::chrono::seconds per{1};
    bool operator==(const RateLimit&) const = default;
};

/// `user-context` "limits" of a class or subnet (Kea's limits library).
struct LimitsConfig {
    std::optional<std::uint32_t> address_limit;  // leases of addresses at the same time
    std::optional<std::uint32_t> prefix_limit;   // of delegated prefixes
    std::optional<RateLimit> rate_limit;
    bool operator==(const LimitsConfig&) const = default;
};

/// An address is looked for on the link (ICMP echo) before it is offered (Kea's ping_check library).
struct PingConfig {
    bool enabled = false;
    std::uint32_t requests = 1;                    // unanswered ones that make an address free
    std::chrono::milliseconds reply_timeout{100};  // of each
    std::chrono::seconds recent_lease{60};         // its last holder gets it back without a look
    bool operator==(const PingConfig&) const = default;
};

/// `prefix-routes`: the routes to delegated prefixes in this machine's kernel.
struct PrefixRoutesConfig {
    /// Nobody else's: rt_protos of iproute2 and FRR's daemons (191-199) leave it free.
    static constexpr std::uint8_t own_protocol = 147;
    bool install = false;
    bool managed = false;         // something is said of routes: what is left of former ones is removed
    std::uint32_t table = 254;    // main
    std::uint32_t metric = 1024;  // as `ip -6 route add` has it
    std::uint8_t protocol = own_protocol;
    bool operator==(const PrefixRoutesConfig&) const = default;
};

/// A kernel table, and the number by which this server's routes in it are known: all others are left alone.
struct RouteOwner {
    std::uint32_t table = 0;
    std::uint8_t protocol = 0;
    auto operator<=>(const RouteOwner&) const = default;
};

// Of pools and subnets what every packet reads stands first: with thousands of subnets each packet meets another one,
// which is not in the cache, and every line of it that is looked at costs a wait for memory.

struct PoolConfig {
    PoolRange range;
    LeaseKind kind = LeaseKind::v4;  // na or pd in a DHCPv6 subnet
    std::uint32_t pool_id = 0;
    PoolIndex index = 0;  // its place in ServerConfig::pool_ranges
    OptionSet options;
    ClassGuard guard;
    std::vector<ClassId> additional_classes;
    std::shared_ptr<const DdnsConfig> ddns;  // null: the subnet's
    std::optional<Prefix> excluded_prefix;   // pd, RFC 6603: within each delegated prefix, at the same place
    bool operator==(const PoolConfig&) const = default;
};

/// By which a DHCPv4 message in a DHCPv6 one belongs to a subnet (RFC 7341): Kea's 4o6 keys.
struct CarrierConfig {
    Octets interface_id;            // as a relay says it; empty: not looked at
    std::optional<Prefix> network;  // of the client or of its relay's link
    std::string interface;          // where the DHCPv6 message comes in; empty: not looked at
    bool operator==(const CarrierConfig&) const = default;
};

struct alignas(64) SubnetConfig {
    std::uint32_t id = 0;
    Prefix network;
    bool authoritative = false;
    bool match_client_id = true;
    bool store_extended_info = false;
    bool rapid_commit = false;  // RFC 4039, 8415 21.14
    bool calculate_tee_times = false;
    bool reservations_global = false;
    bool reservations_in_subnet = true;
    bool reservations_out_of_pool = false;  // addresses of pools are never reserved
    bool legal_logging = true;              // its leases are told of in ServerConfig::legal_log
    AllocatorKind allocator = AllocatorKind::iterative;
    AllocatorKind pd_allocator = AllocatorKind::iterative;  // v6, of delegated prefixes
    std::optional<std::uint32_t> shared_network;            // its place in ServerConfig::shared_networks
    std::vector<PoolConfig> pools;                          // v6: of addresses, then of prefixes
    ClassGuard guard;
    OptionSet options;
    std::vector<ClassId> additional_classes;  // evaluate-additional-classes
    std::shared_ptr<const DdnsConfig> ddns;   // null: DdnsConfig{}
    LifetimeRange valid_lifetime;
    std::optional<std::uint32_t> renew_timer, rebind_timer;  // T1, T2
    std::uint32_t offer_lifetime = 0;                        // > 0: an OFFER stores a lease for so many seconds
    double cache_threshold = 0.25;                           // 0: every renewal is written
    std::optional<std::uint32_t> cache_max_age;
    std::optional<double>
        adaptive_lease_time_threshold;  // share of pools in use above which min_valid is given
    LimitsConfig limits;
    PingConfig ping;
    Ipv4 next_server;
    std::string server_hostname;
    std::string boot_file_name;
    std::optional<LifetimeRange> preferred_lifetime;  // v6; nullopt: 5/8 of the valid one
    double t1_percent = 0.5, t2_percent = 0.875;

    // Read where it is looked for, or seldom.
    std::string interface;
    Octets interface_id;                // v6: as relays call it (RFC 8415 21.18); empty: nothing
    std::vector<Ipv6> relay_addresses;  // IPv4 ones are mapped
    std::optional<CarrierConfig> carrier = {};  // v4: whose messages come in DHCPv6 ones
    PrefixRoutesConfig prefix_routes;           // v6
    bool operator==(const SubnetConfig&) const = default;
};

/// Subnets on one link. What subnets inherit is in them already.
struct SharedNetworkConfig {
    std::string name;
    OptionSet options;
    ClassGuard guard;
    std::vector<ClassId> additional_classes;
    std::vector<std::uint32_t> subnets;  // places in ServerConfig::subnets, ascending; made by finish()
    bool operator==(const SharedNetworkConfig&) const = default;
};

struct ClientClassConfig {
    ClassId id = 0;
    std::string name;
    std::optional<Expression> test;           // true: the packet is in it
    std::optional<Expression> template_test;  // not empty: it is in SPAWN_<name>_<value>, and in this one
    bool additional_only = false;             // only where evaluate-additional-classes names it
    bool after_hosts = false;                 // its test depends on KNOWN or UNKNOWN
    OptionSet options;
    std::vector<OwnedOptionDef> definitions;  // of 43 and 224-254, for its clients
    BootFields boot;
    std::optional<LifetimeRange> valid_lifetime;
    std::optional<LifetimeRange> preferred_lifetime;  // v6
    std::optional<std::uint32_t> offer_lifetime;
    LimitsConfig limits;
    bool operator==(const ClientClassConfig&) const = default;
};

/// How a DHCPv6 client's hardware address is found out (`mac-sources`), by Kea's names; each stands for the
/// RFC it comes from.
enum class MacSource : std::uint8_t {
    any,  // all of them, in this order
    raw,
    duid,
    ipv6_link_local,
    client_link_addr_option,  // rfc6939
    subscriber_id,            // rfc4580
    remote_id,                // rfc4649
    docsis_cmts,
    docsis_modem,
};

/// `server-id`: how a DHCPv6 server's DUID is made (RFC 8415 11). What is 0 or empty is made up when there is
/// none yet, and kept.
struct ServerDuidConfig {
    v6::DuidType type = v6::DuidType::llt;
    std::uint16_t htype = 0;       // LLT, LL
    Octets identifier;             // LLT, LL: the link-layer address; EN: the enterprise's own
    std::uint32_t time = 0;        // LLT, seconds since 2000
    std::uint32_t enterprise = 0;  // EN
    bool persist = true;           // in the data directory
    bool operator==(const ServerDuidConfig&) const = default;
};

enum class SocketType : std::uint8_t { raw, udp };

struct InterfaceChoice {
    std::string name;             // "*": all but loopback
    std::optional<Ipv6> address;  // "eth0/10.0.0.1" (mapped), "eth0/2001:db8::1"
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

/// What is done with a stored lease whose subnet does not have its address.
enum class LeaseCheck : std::uint8_t { none, warn, fix, fix_del, del };
/// How strictly the "ISC" notes of a stored lease are looked at.
enum class ExtendedInfoCheck : std::uint8_t { none, fix, strict, pedantic };

/// dhcp-ddns: the daemon that updates the DNS. Carried; nothing is sent yet.
struct DhcpDdnsConfig {
    bool enable_updates = false;
    std::string server_ip = "127.0.0.1";
    std::uint16_t server_port = 53001;
    std::string sender_ip;
    std::uint16_t sender_port = 0;
    std::uint32_t max_queue_size = 1024;
    bool operator==(const DhcpDdnsConfig&) const = default;
};

/// A program that hears of leases (Kea's run_script library).
struct RunScriptConfig {
    std::string path;  // "": none
    bool operator==(const RunScriptConfig&) const = default;
};

/// Where the forensic log of leases goes (Kea's legal_log library).
struct LegalLogTarget {
    enum class Type : std::uint8_t { file, syslog };
    enum class Unit : std::uint8_t { second, day, month, year };

    Type type = Type::file;
    std::string directory = {};           // of the files
    std::string base_name = "kea-legal";  // of the files: "base-name.20260131.txt"
    Unit unit = Unit::day;
    std::uint32_t count = 1;  // units after which the next file begins; 0: never
    std::string prerotate = {};   // program that is told of a file that is left; "": none
    std::string postrotate = {};  // of a file that is begun
    int facility = 0;             // of syslog, as syslog.h numbers it
    std::string pattern = {};     // of syslog lines; "": the text alone
    bool operator==(const LegalLogTarget&) const = default;
};
struct LegalLogConfig {
    LegalLogTarget target;
    bool mark_continuation_lines = true;
    std::string timestamp_format = "%Y-%m-%d %H:%M:%S %Z";  // strftime's, and %Q for microseconds
    /// What stands in place of the usual text, of what packets changed; both unset: the usual text.
    std::optional<Expression> request_format, response_format;
};

class SubnetIndex;

struct ServerConfig {
    Family family = Family::v4;
    InterfacesConfig interfaces;
    BackendConfig lease_database;
    ExpirationConfig expiration;
    CompatibilityConfig compatibility;
    std::vector<SubnetConfig> subnets;  // ascending id
    std::vector<SharedNetworkConfig> shared_networks;
    ClassNames class_names;
    std::vector<ClientClassConfig> classes;  // in the order of evaluation
    std::shared_ptr<const HostTable> hosts = std::make_shared<const HostTable>();
    std::vector<PoolRange> pool_ranges;  // of all subnets, one that several have once; PoolConfig::index points here
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

    std::vector<HostIdentifierType> host_identifiers{HostIdentifierType::hw_address, HostIdentifierType::duid,
                                                     HostIdentifierType::circuit_id,
                                                     HostIdentifierType::client_id};  // in this order
    bool early_global_reservations = false;
    bool ip_reservations_unique = true;
    std::optional<Expression> flex_id;  // identifier-expression
    bool flex_id_replaces_client_id = false;
    bool flex_id_ignores_iaid = false;  // v6, beside the former: all IAs of a client count as one
    std::vector<FlexOption> flex_options;
    bool answers_bootp = false;  // Kea's bootp library
    bool stash_agent_options = false;
    std::chrono::milliseconds packet_age_max{2000};  // older ones are not served; 0: no limit
    LeaseCheck lease_check = LeaseCheck::warn;
    ExtendedInfoCheck extended_info_check = ExtendedInfoCheck::fix;
    DhcpDdnsConfig dhcp_ddns;
    std::shared_ptr<const DdnsConfig> ddns;  // global; null: default_ddns()
    RunScriptConfig run_script;
    std::shared_ptr<const LegalLogConfig> legal_log;  // null: none is kept
    bool carries_dhcpv4 = false;  // dhcp4o6-port: DHCPv4 over DHCPv6, in the configurations of both families
    std::size_t skipped_reservations = 0;  // wrong ones that reservations-lenient left out

    // DHCPv6
    ServerDuidConfig server_duid;
    Octets duid;                                            // this server's (option 2), made as server_duid says
    std::vector<MacSource> mac_sources{MacSource::any};     // tried in this order
    std::vector<std::uint16_t> relay_supplied_options{65};  // taken from option 66 (RFC 6422)
    bool allow_address_registration = true;                 // RFC 9686
    std::shared_ptr<const v6::ReconfigureKeys> reconfigure_keys;  // RFC 8415 20.4; null: nobody is told to come
    PrefixRoutesConfig prefix_routes;                       // where a subnet says nothing else
    std::vector<RouteOwner> route_owners;                   // of all subnets; made by finish()

    const SubnetConfig* subnet(std::uint32_t id) const;
    /// nullptr: the id is only mentioned.
    const ClientClassConfig* client_class(ClassId id) const;
    /// Those of a packet's classes that are defined, in the order in which it got them. Both must outlive the
    /// range.
    auto defined(const ClassSet& of_packet) const {
        return of_packet.all() | std::views::transform([this](ClassId id) { return client_class(id); }) |
               std::views::filter([](const ClientClassConfig* defined) { return defined != nullptr; });
    }

private:
    friend void finish(ServerConfig& config);
    std::vector<std::uint32_t> class_places_;  // by ClassId; place + 1 in `classes`
};

/// Adds pool_ranges, PoolConfig::index, route_owners and subnet_index from `subnets`: the last step of making one.
void finish(ServerConfig& config);

/// The one of the subnet's two that the pool is given out by.
AllocatorKind allocator_of(const SubnetConfig& subnet, const PoolConfig& pool);

/// The subnet's pool that has this unit; nullptr: none.
const PoolConfig* find_pool(const SubnetConfig& subnet, const Prefix& unit);

/// Compatibility exclude-first-last-24: .0 and .255 of a /24 or larger subnet are never given out.
bool is_excluded(const ServerConfig& config, const SubnetConfig& subnet, const Prefix& unit);

}  // namespace leasehold
