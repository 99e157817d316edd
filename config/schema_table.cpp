// One row per key: where it may stand, its values, its default, what becomes of it, and what it is for.
// A key that means something else elsewhere has another row there.
#include "config/schema_table.hpp"

#include <array>

namespace leasehold::config {
namespace {

constexpr std::int64_t u16 = 65535, i32 = 2147483647, u32 = 4294967295, i64 = 9223372036854775807;

constexpr Rule flag() {
    return {.type = Type::boolean};
}
constexpr Rule integer(std::int64_t min, std::int64_t max, std::string_view unit = {}) {
    return {.type = Type::integer, .min = min, .max = max, .unit = unit};
}
constexpr Rule real(double low, double high, bool low_open, bool high_open) {
    return {.type = Type::real, .low = low, .high = high, .low_open = low_open, .high_open = high_open};
}
constexpr Rule any_real() {
    return real(-1e308, 1e308, false, false);
}
constexpr Rule text(std::int64_t octets_max = u16) {
    return {.type = Type::string, .max = octets_max};
}
constexpr Rule word(std::string_view words, std::string_view unbuilt = {}) {
    return {.type = Type::string, .max = u16, .words = words, .unbuilt_words = unbuilt};
}
constexpr Rule flag_or(std::string_view words) {
    return {.type = Type::flag_or_word, .max = u16, .words = words};
}
constexpr Rule duration(std::int64_t min, std::int64_t max, std::string_view unit) {
    return {.type = Type::duration, .min = min, .max = max, .unit = unit};
}
constexpr Rule map_of(Scope scope) {
    return {.type = Type::map, .child = scope};
}
constexpr Rule list_of(Scope scope) {
    return {.type = Type::map_list, .child = scope};
}
constexpr Rule texts() {
    return {.type = Type::string_list, .max = u16};
}
constexpr Rule free_map() {
    return {.type = Type::free_map};
}
constexpr Rule anything() {
    return {};
}
constexpr Rule seconds(std::int64_t max = u32) {
    return integer(0, max, "seconds");
}

using enum Scope;
using enum Status;
using enum Servers;
constexpr ScopeSet everywhere{
    global,     interfaces,    lease_database, database,        config_control, subnet,        shared_network,
    pool,       pd_pool,       option_data,    option_def,      client_class,   reservation,   logger,
    expiration, sanity_checks, dhcp_ddns,      multi_threading, queue_control,  compatibility, hook_library,
    server_id,  control_socket, prefix_routes,   authentication, http_client,   http_header};
constexpr ScopeSet networks{global, shared_network, subnet};
constexpr ScopeSet name_scopes{global, shared_network, subnet, pool};
constexpr ScopeSet databases{lease_database, database};

// clang-format off
constexpr std::array rows{
    // --- anywhere
    Key{everywhere, "user-context", free_map(), "", used, none, "Free-form data for people and tools; returned by config-get."},
    Key{everywhere, "comment", text(), "", used, none, "Short for a user-context with a comment."},
    Key{{subnet, shared_network, pool, pd_pool, option_data, option_def, client_class}, "metadata", free_map(), "", ignored, none, "Left by Kea's configuration backend commands."},

    // --- the outermost map
    Key{{root}, "Dhcp4", map_of(global), "", used, none, "The DHCPv4 server.", v4_only},
    Key{{root}, "Dhcp6", map_of(global), "", used, none, "The DHCPv6 server.", v6_only},
    Key{{root}, "hash", text(64), "", used, none, "As config-get returns it; not looked at."},

    // --- parts of the server
    Key{{global}, "interfaces-config", map_of(interfaces), "", used, shown, "Where packets are received."},
    Key{{global}, "lease-database", map_of(lease_database), "", used, none, "Where leases survive a restart."},
    Key{{global}, "expired-leases-processing", map_of(expiration), "", used, shown, "What happens to leases that end."},
    Key{{global}, "subnet4", list_of(subnet), "[]", used, shown, "The subnets served.", v4_only},
    Key{{global}, "subnet6", list_of(subnet), "[]", used, shown, "The subnets served.", v6_only},
    Key{{global}, "option-def", list_of(option_def), "[]", used, shown, "Options that the standard table does not know."},
    Key{{client_class}, "option-def", list_of(option_def), "[]", used, shown, "43 and 224 to 254, for its clients.", v4_only},
    Key{{global, shared_network, subnet, pool, pd_pool, client_class, reservation}, "option-data", list_of(option_data), "[]", used, shown, "Options for clients; a host's go before its pool's, then those of the subnet, the shared network, the classes and the global ones."},
    Key{{global}, "control-sockets", list_of(control_socket), "[]", used, none, "Where commands are received."},
    Key{{global}, "control-socket", map_of(control_socket), "", used, none, "Old spelling for one control socket."},
    Key{{global}, "loggers", list_of(logger), "[]", used, none, "What is logged where."},
    Key{{global}, "compatibility", map_of(compatibility), "", used, none, "Switches for clients that bend the rules."},
    Key{{global}, "hooks-libraries", list_of(hook_library), "[]", used, shown, "Kea's loadable parts: those whose function is built in or harmless are accepted with a warning."},
    Key{{global}, "multi-threading", map_of(multi_threading), "", used, shown, "Kea's threads; one thread decides here."},
    Key{{global}, "dhcp-queue-control", map_of(queue_control), "", used, shown, "Kea's packet queue, and what becomes of packets that waited."},
    Key{{global}, "dhcp-ddns", map_of(dhcp_ddns), "", used, shown, "Where DNS updates are sent. Nothing is sent yet: leases keep what they need."},
    Key{{global}, "sanity-checks", map_of(sanity_checks), "", used, shown, "What is looked at when leases are loaded."},

    // --- who is who, and who belongs where
    Key{{global, subnet}, "reservations", list_of(reservation), "[]", used, none, "Addresses and options for single hosts."},
    Key{{global}, "reconfigure-on-fail", word("keep|hold"), "\"keep\"", used, none, "Not in Kea. A new configuration whose lease database cannot be opened (without retry-on-startup). keep: the old one goes on serving; hold, as Kea: nobody is served until another configuration corrects it."},
    Key{{global}, "reservations-lenient", flag(), "false", used, none, "Not in Kea. A reservation that is wrong is left out, with a warning, instead of refusing the configuration."},
    Key{{global}, "hosts-database", map_of(database), "", refused, none, "Reservations in a database (old spelling)."},
    Key{{global}, "hosts-databases", list_of(database), "[]", refused, none, "Reservations in databases."},
    Key{{global}, "config-control", map_of(config_control), "", refused, none, "Configuration in databases."},
    Key{{global}, "client-classes", list_of(client_class), "[]", used, none, "Groups of clients, in the order in which they are evaluated."},
    Key{{global}, "shared-networks", list_of(shared_network), "[]", used, shown, "Subnets that share a link."},
    Key{{subnet, pool, pd_pool, shared_network}, "client-class", text(), "", used, none, "Old spelling of client-classes, for one class."},
    Key{{subnet, pool, pd_pool, shared_network, option_data}, "client-classes", texts(), "[]", used, none, "Only clients of one of these classes."},
    Key{{subnet, pool, pd_pool, shared_network}, "require-client-classes", texts(), "[]", used, none, "Old spelling of evaluate-additional-classes."},
    Key{{subnet, pool, pd_pool, shared_network}, "evaluate-additional-classes", texts(), "[]", used, none, "Classes evaluated once the address is known, in this order."},
    Key{{global, subnet}, "reservation-mode", word("disabled|out-of-pool|global|all"), "", refused, none, "Removed from Kea: see reservations-global, reservations-in-subnet, reservations-out-of-pool."},

    // --- lifetimes and timers
    Key{{global, subnet, shared_network, client_class}, "valid-lifetime", seconds(), "7200", used, inherited, "How long a lease lasts. 4294967295: for ever."},
    Key{{global, subnet, shared_network, client_class}, "min-valid-lifetime", seconds(), "", used, inherited, "The least that a client may ask for."},
    Key{{global, subnet, shared_network, client_class}, "max-valid-lifetime", seconds(), "", used, inherited, "The most that a client may ask for."},
    Key{{global, subnet, shared_network, client_class}, "preferred-lifetime", seconds(), "", used, inherited, "How long clients use an address for new connections. Default: five eighths of the valid lifetime.", v6_only},
    Key{{global, subnet, shared_network, client_class}, "min-preferred-lifetime", seconds(), "", used, inherited, "The least that a client may ask for.", v6_only},
    Key{{global, subnet, shared_network, client_class}, "max-preferred-lifetime", seconds(), "", used, inherited, "The most that a client may ask for.", v6_only},
    Key{networks, "renew-timer", seconds(), "", used, inherited, "T1: when a client asks its server again."},
    Key{networks, "rebind-timer", seconds(), "", used, inherited, "T2: when a client asks any server."},
    Key{networks, "calculate-tee-times", flag(), "false", used, shown | inherited, "T1 and T2 that are not given are computed from the lifetime.", v4_only},
    Key{networks, "calculate-tee-times", flag(), "true", used, shown | inherited, "T1 and T2 that are not given are computed from the lifetime.", v6_only},
    Key{networks, "t1-percent", any_real(), "0.5", used, shown | inherited, "T1 as a fraction of the lifetime; above 0, below t2-percent."},
    Key{networks, "t2-percent", any_real(), "0.875", used, shown | inherited, "T2 as a fraction of the lifetime; below 1.", v4_only},
    Key{networks, "t2-percent", any_real(), "0.8", used, shown | inherited, "T2 as a fraction of the lifetime; below 1.", v6_only},
    Key{{global, subnet, shared_network, client_class}, "offer-lifetime", seconds(), "", used, inherited, "Above 0: an offer stores a lease for so long.", v4_only},
    Key{networks, "cache-threshold", real(0, 1, false, true), "0.25", used, shown | inherited, "A renewal within this fraction of the lifetime reuses the lease without writing; 0: always written."},
    Key{networks, "cache-max-age", seconds(), "", used, inherited, "The oldest lease that is reused so."},
    Key{{global}, "decline-probation-period", seconds(), "86400", used, shown, "How long a declined address rests."},
    Key{{global}, "lease-reuse-grace", seconds(86400), "0", used, none, "Not in Kea. How long after a lease's end its address waits before another client may get it."},

    // --- whom and what is answered
    Key{networks, "authoritative", flag(), "false", used, shown_globally, "Clients that ask for addresses unknown here are refused at once.", v4_only},
    Key{networks, "match-client-id", flag(), "true", used, shown_globally, "A client is known by its client identifier; false: by its hardware address only.", v4_only},
    Key{{global}, "echo-client-id", flag(), "true", used, shown, "Replies return the client identifier (RFC 6842).", v4_only},
    Key{{global, subnet, shared_network, client_class, reservation}, "next-server", text(), "\"0.0.0.0\"", used, shown_globally, "siaddr: the server of the next boot step.", v4_only},
    Key{{global, subnet, shared_network, client_class, reservation}, "server-hostname", text(63), "\"\"", used, shown_globally, "sname.", v4_only},
    Key{{global, subnet, shared_network, client_class, reservation}, "boot-file-name", text(127), "\"\"", used, shown_globally, "file: the boot file's name.", v4_only},
    Key{networks, "store-extended-info", flag(), "false", used, shown | inherited, "Relay information is kept with the lease."},
    Key{networks, "allocator", word("iterative|random|flq", "shared-flq"), "\"iterative\"", used, shown | inherited, "How the next free address is chosen; flq: the one that has been free for longest.", v4_only},
    Key{networks, "allocator", word("iterative|random"), "\"iterative\"", used, shown | inherited, "How the next free address is chosen.", v6_only},
    Key{networks, "pd-allocator", word("iterative|random|flq", "shared-flq"), "\"iterative\"", used, shown | inherited, "How the next free prefix is chosen; flq: the one that has been free for longest.", v6_only},
    Key{networks, "rapid-commit", flag(), "false", used, none, "Not in Kea's DHCPv4. A DISCOVER with the rapid commit option is answered by an ACK (RFC 4039).", v4_only},
    Key{networks, "rapid-commit", flag(), "false", used, inherited, "A SOLICIT with the rapid commit option is answered by a REPLY with leases (RFC 8415 18.3.1). In Kea of networks and subnets only.", v6_only},
    Key{networks, "prefix-routes", map_of(prefix_routes), "", used, inherited, "Not in Kea. Routes to delegated prefixes in this machine's kernel; subnets may say something else of each.", v6_only},
    Key{{prefix_routes}, "install", flag(), "false", used, none, "A route is set for each leased prefix, and removed with its lease; false: what is left of ours is removed. Needs CAP_NET_ADMIN.", v6_only},
    Key{{prefix_routes}, "table", integer(1, u32), "254", used, none, "The kernel's routing table; 254 is main.", v6_only},
    Key{{prefix_routes}, "metric", integer(1, u32), "1024", used, none, "Their metric. Another route to the same prefix in the table needs another one.", v6_only},
    Key{{prefix_routes}, "protocol", integer(5, 255), "147", used, none, "The number by which our routes are known (rtm_protocol): those in the table that have it and belong to no lease are removed. Each server of a network namespace needs its own number, or table.", v6_only},
    Key{{global}, "server-id", integer(1, i64), "", used, none, "Not in Kea's DHCPv4. Another name of writer-id: this server's number in the lease records it writes; without it one is made and kept in the data directory.", v4_only},
    Key{{global}, "server-id", map_of(server_id), "", used, none, "This server's DUID, by which clients know it (RFC 8415 11).", v6_only},
    Key{{global}, "writer-id", integer(1, i64), "", used, none, "Not in Kea. This server's number in the lease records it writes; without it one is made and kept in the data directory."},
    Key{{global}, "statistic-default-sample-count", integer(0, u32), "20", used, shown, "Samples kept of each statistic; 0: by age."},
    Key{{global}, "statistic-default-sample-age", seconds(), "0", used, shown, "How long samples are kept; 0: by count."},

    // --- accepted, without effect
    Key{networks, "adaptive-lease-time-threshold", real(0, 1, true, false), "", used, inherited, "Of the flq allocator: once this share of the addresses is in use, new leases get min-valid-lifetime."},
    Key{networks, "reservations-global", flag(), "false", used, shown_globally, "Are global reservations looked up?"},
    Key{networks, "reservations-in-subnet", flag(), "true", used, shown_globally, "Are the subnet's reservations looked up?"},
    Key{networks, "reservations-out-of-pool", flag(), "false", used, shown_globally, "No reserved address lies in a pool: they are not looked for there."},
    Key{{global}, "early-global-reservations-lookup", flag(), "false", used, shown, "Global reservations are looked up before the subnet is chosen, so that it may depend on their classes."},
    Key{{global}, "ip-reservations-unique", flag(), "true", used, shown, "false: several hosts of a subnet may reserve the same address."},
    Key{{global}, "reservations-lookup-first", flag(), "false", ignored, shown, "When reservations are looked up."},
    Key{{global}, "host-reservation-identifiers", texts(), "[\"hw-address\",\"duid\",\"circuit-id\",\"client-id\"]", used, shown, "What reservations are looked up by, in this order; \"auto\" alone: all in Kea's order.", v4_only},
    Key{{global}, "host-reservation-identifiers", texts(), "[\"hw-address\",\"duid\"]", used, shown, "What reservations are looked up by, in this order; \"auto\" alone: all in Kea's order.", v6_only},
    Key{{global}, "stash-agent-options", flag(), "false", used, shown, "Relay information of a stored lease stands in for a missing one.", v4_only},
    Key{{global}, "mac-sources", texts(), "[\"any\"]", used, shown, "Where a client's hardware address is looked for, in this order: any, raw, duid, ipv6-link-local, client-link-addr-option (rfc6939), subscriber-id (rfc4580), remote-id (rfc4649), docsis-cmts, docsis-modem.", v6_only},
    Key{{global}, "relay-supplied-options", texts(), "[\"65\"]", used, shown, "Options, by name or code, that are taken from relays when nothing else gives them (RFC 6422).", v6_only},
    Key{{global}, "allow-address-registration", flag(), "true", used, shown, "Addresses that clients made themselves are registered (RFC 9686).", v6_only},
    Key{{global}, "reconfigure-accept", flag(), "false", used, none, "Not in Kea. Clients that take RECONFIGURE (RFC 8415 18.3.11) are given the key for it, and the command reconfigure6 makes them renew.", v6_only},
    Key{{global}, "data-directory", text(), "", ignored, none, "Where files are. The environment variable KEA_DHCP_DATA_DIR says that here.", v6_only},
    Key{{global}, "dhcp4o6-port", integer(0, u16), "0", used, shown, "Above 0 under both Dhcp4 and Dhcp6 of one file: DHCPv4 over DHCPv6 (RFC 7341) is served. One process serves both, so no such port is opened."},
    Key{{global}, "parked-packet-limit", integer(0, u32), "256", ignored, shown, "Packets that wait for hook libraries."},
    Key{{global}, "server-tag", text(256), "\"\"", ignored, shown, "This server's name in a configuration backend."},
    Key{name_scopes, "hostname-char-set", text(), "\"[^A-Za-z0-9.-]\"", used, shown_globally, "A regular expression for one character: those that match may not be in host names. \"\": all may."},
    Key{name_scopes, "hostname-char-replacement", text(), "\"\"", used, shown_globally, "What takes their place."},
    Key{name_scopes, "ddns-send-updates", flag(), "true", used, shown_globally, "Are DNS updates sent?"},
    Key{name_scopes, "ddns-override-no-update", flag(), "false", used, shown_globally, "Update DNS against the client's wish."},
    Key{name_scopes, "ddns-override-client-update", flag(), "false", used, shown_globally, "Update DNS in the client's place."},
    Key{name_scopes, "ddns-replace-client-name", word("never|always|when-present|when-not-present"), "\"never\"", used, shown_globally, "Are client names replaced?"},
    Key{name_scopes, "ddns-generated-prefix", text(), "\"myhost\"", used, shown_globally, "Begin of generated names."},
    Key{name_scopes, "ddns-qualifying-suffix", text(), "\"\"", used, shown_globally, "End of partial names."},
    Key{name_scopes, "ddns-update-on-renew", flag(), "false", used, shown_globally, "Are names updated at renewal?"},
    Key{name_scopes, "ddns-use-conflict-resolution", flag(), "", used, none, "Old spelling of ddns-conflict-resolution-mode."},
    Key{name_scopes, "ddns-conflict-resolution-mode", word("check-with-dhcid|no-check-with-dhcid|check-exists-with-dhcid|no-check-without-dhcid"), "\"check-with-dhcid\"", used, shown_globally, "What an update checks first."},
    Key{name_scopes, "ddns-ttl", seconds(), "", used, none, "Time to live of DNS records."},
    Key{name_scopes, "ddns-ttl-percent", real(0, 1, true, false), "", used, none, "The same as a fraction of the lifetime."},
    Key{name_scopes, "ddns-ttl-min", seconds(), "", used, none, "The least."},
    Key{name_scopes, "ddns-ttl-max", seconds(), "", used, none, "The most."},

    // --- subnet4 and its pools
    Key{{subnet}, "subnet", text(), "", used, required, "Its prefix: \"192.0.2.0/24\", \"2001:db8:1::/64\"."},
    Key{{subnet}, "id", integer(1, 4294967294), "", used, required, "Its number, which leases refer to. Never give one to another subnet."},
    Key{{subnet}, "pools", list_of(pool), "[]", used, shown, "Addresses that are given out."},
    Key{{subnet}, "pd-pools", list_of(pd_pool), "[]", used, shown, "Prefixes that are delegated (RFC 8415 6.3).", v6_only},
    Key{{subnet, shared_network}, "interface", text(15), "\"\"", used, none, "Clients directly on this interface are in this subnet. It need not exist yet."},
    Key{{subnet, shared_network}, "interface-id", text(), "\"\"", used, none, "Clients of relays that give this interface-id are in this subnet (RFC 8415 21.18). Not beside an interface.", v6_only},
    Key{{subnet, shared_network}, "relay", map_of(relay), "", used, shown, "Relays whose clients are in this subnet."},
    Key{{relay}, "ip-addresses", texts(), "[]", used, shown, "giaddr or link-address of packets that belong here."},
    Key{{relay}, "ip-address", text(), "", used, none, "Old spelling for one address."},
    Key{{subnet}, "4o6-interface", text(15), "\"\"", used, shown, "DHCPv4 over DHCPv6: clients whose DHCPv6 messages come in on this interface, if neither of the other two fits.", v4_only},
    Key{{subnet}, "4o6-interface-id", text(), "\"\"", used, shown, "DHCPv4 over DHCPv6: clients of relays that give this interface-id. Looked at first.", v4_only},
    Key{{subnet}, "4o6-subnet", text(), "\"\"", used, shown, "DHCPv4 over DHCPv6: clients of relays whose link address is in this IPv6 prefix, or who are themselves. Looked at second.", v4_only},
    Key{{pool}, "pool", text(), "", used, required, "\"192.0.2.10 - 192.0.2.99\" or \"192.0.2.64/26\", \"2001:db8:1::/80\"."},
    Key{{pool, pd_pool}, "pool-id", integer(0, u32), "0", used, none, "Number in statistics and leases; several pools may share one."},

    // --- pd-pools
    Key{{pd_pool}, "prefix", text(), "", used, required, "What the delegated prefixes are taken from: \"2001:db8:8000::\". It need not be in the subnet.", v6_only},
    Key{{pd_pool}, "prefix-len", integer(1, 128), "", used, required, "Its length.", v6_only},
    Key{{pd_pool}, "delegated-len", integer(1, 128), "", used, required, "The length of each delegated prefix; at least prefix-len.", v6_only},
    Key{{pd_pool}, "excluded-prefix", text(), "", used, none, "Left out of each delegated prefix, at the same place in each (RFC 6603).", v6_only},
    Key{{pd_pool}, "excluded-prefix-len", integer(0, 128), "0", used, none, "Its length; above delegated-len. 0: nothing is left out.", v6_only},

    // --- server-id
    Key{{server_id}, "type", word("LLT|EN|LL"), "\"LLT\"", used, none, "From a link-layer address and the time, from an enterprise number, or from a link-layer address alone.", v6_only},
    Key{{server_id}, "htype", integer(0, u16), "0", used, none, "LLT, LL: the kind of the link-layer address (1: Ethernet); 0: that of an interface.", v6_only},
    Key{{server_id}, "identifier", text(), "\"\"", used, none, "LLT, LL: the link-layer address; EN: what the enterprise knows it by. Hexadecimal; \"\": made once.", v6_only},
    Key{{server_id}, "time", integer(0, u32), "0", used, none, "LLT: seconds since 2000; 0: when it is made.", v6_only},
    Key{{server_id}, "enterprise-id", integer(0, u32), "0", used, none, "EN: the enterprise number; 0: 2495, as in Kea.", v6_only},
    Key{{server_id}, "persist", flag(), "true", used, none, "Is it kept in the data directory? What is not given here then stays as it was.", v6_only},

    // --- options
    Key{{option_data, option_def}, "name", text(), "", used, none, "The option's name; a name or a code is needed."},
    Key{{option_data}, "code", integer(1, 254), "", used, none, "The option's code.", v4_only},
    Key{{option_data}, "code", integer(1, u16), "", used, none, "The option's code.", v6_only},
    Key{{option_data}, "space", text(), "\"dhcp4\"", used, none, "The space the option is from.", v4_only},
    Key{{option_data}, "space", text(), "\"dhcp6\"", used, none, "The space the option is from.", v6_only},
    Key{{option_data}, "data", text(), "", used, none, "Its value."},
    Key{{option_data}, "csv-format", flag(), "", used, none, "Is data text (true) or hexadecimal (false)? Default: text when the option is known."},
    Key{{option_data}, "always-send", flag(), "false", used, shown, "Sent even when the client does not ask for it."},
    Key{{option_data}, "never-send", flag(), "false", used, shown, "Not sent, whatever outer scopes say."},
    Key{{option_def}, "code", integer(1, 254), "", used, required, "Its code.", v4_only},
    Key{{option_def}, "code", integer(1, u16), "", used, required, "Its code.", v6_only},
    Key{{option_def}, "type", word("empty|boolean|int8|int16|int32|uint8|uint16|uint32|ipv4-address|ipv6-address|ipv6-prefix|psid|string|fqdn|tuple|binary|record"), "", used, required, "The type of its value."},
    Key{{option_def}, "array", flag(), "false", used, shown, "Does the value (a record's last field) repeat?"},
    Key{{option_def}, "record-types", text(), "\"\"", used, shown, "Types of a record's fields, with commas."},
    Key{{option_def}, "space", text(), "\"dhcp4\"", used, shown, "The space it is defined in.", v4_only},
    Key{{option_def}, "space", text(), "\"dhcp6\"", used, shown, "The space it is defined in.", v6_only},
    Key{{option_def}, "encapsulate", text(), "\"\"", used, shown, "The space of its sub-options."},

    // --- interfaces-config
    Key{{interfaces}, "interfaces", texts(), "[]", used, shown, "\"eth0\", \"eth0/192.0.2.1\" or, for a unicast socket, \"eth0/2001:db8::1\", or \"*\" for all but loopback."},
    Key{{interfaces}, "dhcp-socket-type", word("raw|udp"), "\"raw\"", used, none, "udp: relayed clients only.", v4_only},
    Key{{interfaces}, "outbound-interface", word("same-as-inbound|use-routing"), "\"same-as-inbound\"", ignored, none, "Replies leave where the query came in.", v4_only},
    Key{{interfaces}, "service-sockets-require-all", flag(), "false", ignored, none, "A socket that cannot be opened is tried again; the others serve."},
    Key{{interfaces}, "re-detect", flag(), "true", ignored, shown, "Interfaces are always watched here."},
    Key{{interfaces}, "service-sockets-max-retries", integer(0, u32), "0", ignored, none, "Sockets are opened here as soon as they can be."},
    Key{{interfaces}, "service-sockets-retry-wait-time", integer(0, u32, "milliseconds"), "5000", ignored, none, "Sockets are opened here as soon as they can be."},

    // --- lease-database
    Key{{lease_database}, "type", word("sqlite|memory|memfile|mysql|mariadb|postgresql"), "", used, none, "Needed unless there is a url. memfile: sqlite beside the named file, whose leases are imported once. mysql and mariadb mean the same."},
    Key{{lease_database}, "url", text(), "", used, none, "Not in Kea. Type, host, port, user, password, name and other keys in one text: see above."},
    Key{databases, "name", text(), "", used, none, "sqlite: the file, or \":memory:\"; memfile: Kea's lease file; relative names are in the data directory. A database server: its database, needed."},
    Key{{lease_database}, "persist", flag(), "true", used, none, "memfile only; false: leases are in memory alone."},
    Key{databases, "max-row-errors", integer(0, u32), "0", used, none, "Rows of an imported lease file that may be unreadable."},
    Key{databases, "on-fail", word("stop-retry-exit|serve-retry-exit|serve-retry-continue"), "\"stop-retry-exit\"", used, none, "While the database does not answer: stop-: nobody is served; serve-: outage-service says what is. -exit: the server ends when its tries are used up; -continue: it stays."},
    Key{databases, "retry-on-startup", flag(), "false", used, none, "A database that cannot be opened at the start, or by a new configuration, is tried again as after a loss."},
    Key{databases, "max-reconnect-tries", integer(0, u32), "0", used, none, "Attempts to get a lost database back, the first at once; as many follow a failed start with retry-on-startup. 0: none for a database server, without limit for a database in a file."},
    Key{databases, "reconnect-wait-time", duration(0, u32, "milliseconds"), "0", used, none, "Between two attempts. 0: a database server is not tried again; a database in a file after one second."},
    Key{{lease_database}, "unlimited-reconnect-tries", flag(), "false", used, none, "Not in Kea. Attempts go on without limit, whatever max-reconnect-tries says."},
    Key{{lease_database}, "reconnect-backoff-max", duration(0, u32, "milliseconds"), "0", used, none, "Not in Kea. The wait doubles from attempt to attempt up to this, give or take a quarter; 0: it stays the same."},
    Key{{lease_database}, "continue-retrying", flag(), "true", used, none, "Not in Kea. With serve-retry-continue: attempts go on once the tries are used up, every 30 seconds or reconnect-wait-time; false: none is made, as in Kea."},
    Key{{lease_database}, "outage-service", word("drop|confirm|extend|spool"), "", used, none, "Not in Kea. What is served while the database is away and on-fail is a serve- policy. drop: questions that need no lease; confirm: clients keep what they have for the time that is left; spool (default): everything, kept in the outage journal. extend is for shared databases."},
    Key{{lease_database}, "outage-lead", duration(0, u32, "seconds"), "0", refused, none, "Not in Kea. For databases that several servers share."},
    Key{{lease_database}, "outage-reserve", integer(0, u32), "0", refused, none, "Not in Kea. For databases that several servers share."},
    Key{{lease_database}, "outage-journal", text(), "", used, none, "Not in Kea. The file of the outage journal, outage4.db or outage6.db; relative names are in the data directory."},
    Key{{lease_database}, "spool-max-bytes", integer(65536, u32), "67108864", used, none, "Not in Kea. How large the outage journal may grow; what no longer fits is not served."},
    Key{{lease_database}, "commit-timeout", duration(100, 60000, "milliseconds"), "", used, none, "Not in Kea. How long the database may take to store a change before it counts as lost. Default: 2000 with an outage journal (outage-service spool or confirm), else 5000."},
    Key{databases, "readonly", flag(), "false", used, none, "The database is not written; no lease can be given."},
    Key{{lease_database}, "auto-migrate", flag_or("init"), "", used, none, "Not in Kea. May the server make and upgrade the tables? init: make them in an empty database (a database server's default); true: upgrade them too (sqlite's default); false: neither."},
    Key{{lease_database}, "fix-permissions", flag(), "false", used, none, "Not in Kea. A database file that others may read is closed to them instead of refused."},
    Key{{lease_database}, "allow-network-filesystem", flag(), "false", used, none, "Not in Kea. A database file on NFS, SMB and the like is not refused."},
    Key{{lease_database}, "shared", flag(), "false", refused, none, "Not in Kea. Several servers on one database."},
    Key{{lease_database}, "exclusive", flag(), "true", refused, none, "Not in Kea. This server has the database to itself; false would be shared."},
    Key{databases, "lfc-interval", seconds(), "3600", ignored, none, "There is no lease file to clean up."},
    Key{databases, "host", text(), "\"\"", used, none, "Of a database server: a name, an address, a socket (its directory for PostgreSQL), or several with commas, tried in this order: \"db1:5432,db2\". Without: localhost."},
    Key{databases, "port", integer(0, u16), "0", used, none, "Of a database server, for hosts without one of their own; 0: the usual one."},
    Key{databases, "user", text(), "\"\"", used, none, "Of a database server."},
    Key{databases, "password", text(), "\"\"", used, secret, "Of a database server. Better: password-file."},
    Key{{lease_database}, "user-file", text(), "\"\"", used, none, "Not in Kea. A file with the user's name, read whenever a connection is opened."},
    Key{databases, "password-file", text(), "\"\"", used, none, "A file with the password, read whenever a connection is opened."},
    Key{{lease_database}, "credentials-file", text(), "\"\"", used, none, "Not in Kea. A file with both: two lines, or JSON with username and password."},
    Key{databases, "connect-timeout", duration(1, i32, "seconds"), "5", used, none, "Of a database server: how long connecting to one host may take."},
    Key{databases, "read-timeout", duration(0, i32, "seconds"), "0", used, none, "Of MariaDB and MySQL: how long an answer may take; 0: the server's own limits alone."},
    Key{databases, "write-timeout", duration(0, i32, "seconds"), "0", used, none, "Of MariaDB and MySQL: how long sending may take; 0: the server's own limits alone."},
    Key{databases, "tcp-user-timeout", duration(0, i32, "seconds"), "0", used, none, "Of a database server: how long sent data may stay unacknowledged before the connection counts as lost; 0: 8 seconds."},
    Key{{lease_database}, "max-connections", integer(1, 1000), "5", used, none, "Not in Kea. The most connections to a database server; it takes one to serve, and a second for a moment when settings change or tables are upgraded."},
    Key{{lease_database}, "pool-wait-timeout", duration(0, u32, "milliseconds"), "1000", ignored, none, "Not in Kea. There is no pool of connections."},
    Key{{lease_database}, "max-connection-lifetime", duration(0, u32, "seconds"), "3600", ignored, none, "Not in Kea. A connection is kept for as long as it works."},
    Key{{lease_database}, "idle-timeout", duration(0, u32, "seconds"), "600", ignored, none, "Not in Kea. A connection is kept for as long as it works."},
    Key{databases, "trust-anchor", text(), "\"\"", used, none, "Of a database server: a file or directory with the certificates of the authorities to trust. Switches TLS on."},
    Key{databases, "cert-file", text(), "\"\"", used, none, "Of a database server: our certificate. Switches TLS on."},
    Key{databases, "key-file", text(), "\"\"", used, none, "Of a database server: our certificate's key."},
    Key{databases, "cipher-list", text(), "\"\"", used, none, "Of MariaDB and MySQL: the ciphers to choose from, as OpenSSL writes them."},
    Key{databases, "ssl-mode", word("disable|prefer|require|verify-ca|verify-full"), "", used, none, "Of a database server. Default: verify-full with a trust-anchor, require with a cert-file alone, else prefer."},
    Key{{lease_database}, "tls-required", flag(), "true", used, none, "Not in Kea. false: where TLS is wanted and the server has none, an error is logged and clear text is used, as Kea does."},

    // --- expired-leases-processing
    Key{{expiration}, "reclaim-timer-wait-time", seconds(u16), "10", used, shown, "Pause between two rounds; 0: none are reclaimed."},
    Key{{expiration}, "flush-reclaimed-timer-wait-time", seconds(u16), "25", used, shown, "Pause between two removals; 0: none are removed."},
    Key{{expiration}, "hold-reclaimed-time", seconds(), "3600", used, shown, "How long an ended lease is kept for its client."},
    Key{{expiration}, "max-reclaim-leases", integer(0, u32), "100", used, shown, "Leases per step; steps follow each other while expired leases wait. At most 256; 0: 256."},
    Key{{expiration}, "max-reclaim-time", integer(0, 10000, "milliseconds"), "250", used, shown, "Not needed: a round of reclamation holds up no packet."},
    Key{{expiration}, "unwarned-reclaim-cycles", integer(0, u16), "5", used, shown, "Rounds in a row that may leave expired leases behind before a warning; 0: none is given."},

    // --- compatibility
    Key{{compatibility}, "lenient-option-parsing", flag(), "false", used, none, "Bad options are skipped where they can be."},
    Key{{compatibility}, "ignore-dhcp-server-identifier", flag(), "false", used, none, "Requests for other servers are answered too.", v4_only},
    Key{{compatibility}, "ignore-rai-link-selection", flag(), "false", used, none, "The relay's link selection is not looked at.", v4_only},
    Key{{compatibility}, "exclude-first-last-24", flag(), "false", used, none, "Addresses ending in .0 and .255 are not given out in subnets of /24 and larger.", v4_only},

    // --- loggers
    Key{{logger}, "name", text(), "", used, required, "\"kea-dhcp4\" or \"kea-dhcp6\", or a child such as \"kea-dhcp4.leases\"."},
    Key{{logger}, "severity", text(), "", used, none, "DEBUG, INFO, WARN, ERROR, FATAL or NONE; default: the parent's, at last INFO."},
    Key{{logger}, "debuglevel", integer(0, 99), "0", used, shown, "Of DEBUG: the higher, the more."},
    Key{{logger}, "output-options", list_of(output_option), "[]", used, none, "Where to; default: as the root."},
    Key{{logger}, "output_options", list_of(output_option), "", used, none, "Old spelling of output-options."},
    Key{{output_option}, "output", text(), "", used, required, "stdout, stderr, syslog, syslog:FACILITY or a file name."},
    Key{{output_option}, "flush", flag(), "true", used, shown, "Each message is written at once."},
    Key{{output_option}, "maxsize", integer(0, 2147483647000000, "octets"), "10240000", used, none, "A file is rotated at this size; 0: never."},
    Key{{output_option}, "maxver", integer(0, 100000), "1", used, none, "How many rotated files are kept."},
    Key{{output_option}, "pattern", text(), "\"\"", used, shown, "The form of a line."},

    // --- control-sockets
    Key{{control_socket}, "socket-type", word("unix|http|https"), "", used, required, "unix: a file of this machine; http and https: a port, and what Kea's own HTTP clients speak."},
    Key{{control_socket}, "socket-name", text(), "", used, none, "unix: its path. Relative names are in the run directory."},
    Key{{control_socket}, "socket-address", text(), "\"127.0.0.1\"", used, none, "http, https: the address that is listened on; 0.0.0.0 and :: are all of them."},
    Key{{control_socket}, "socket-port", integer(0, u16), "8000", used, none, "http, https: the port. 0: the system chooses one, see COMMAND_SOCKET_OPENED in the log."},
    Key{{control_socket}, "authentication", map_of(Scope::authentication), "", used, none, "http, https: who may give commands."},
    Key{{control_socket}, "trust-anchor", text(), "", used, none, "https: a file or directory of CA certificates; clients' certificates are checked by them."},
    Key{{control_socket}, "cert-file", text(), "", used, none, "https: the server's certificate, and those between it and its CA, in PEM form."},
    Key{{control_socket}, "key-file", text(), "", used, none, "https: the key of cert-file, in PEM form, without a passphrase."},
    Key{{control_socket}, "cert-required", flag(), "true", used, none, "https: a client without a certificate that trust-anchor vouches for is not served."},
    Key{{control_socket}, "http-headers", list_of(http_header), "[]", used, none, "http, https: headers of every answer."},
    Key{{http_header}, "name", text(256), "", used, required, "\"Strict-Transport-Security\"."},
    Key{{http_header}, "value", text(8192), "", used, required, "\"max-age=31536000\"."},
    Key{{authentication}, "type", word("basic"), "\"basic\"", used, none, "A user and a password with every request."},
    Key{{authentication}, "realm", text(256), "\"\"", used, none, "What browsers show when they ask for a password."},
    Key{{authentication}, "directory", text(), "\"\"", used, none, "Where relative names of user-file and password-file are. \"\": the data directory."},
    Key{{authentication}, "clients", list_of(http_client), "[]", used, none, "Who may give commands. Empty: whoever can connect."},
    Key{{http_client}, "user", text(256), "", used, none, "A name, without a colon."},
    Key{{http_client}, "user-file", text(), "", used, none, "A file that holds the name. Read again when it changes."},
    Key{{http_client}, "password", text(1024), "", used, secret, "Better in a file."},
    Key{{http_client}, "password-file", text(), "", used, none, "A file that holds the password; without a user here, user:password. Its first line counts. Read again when it changes."},
    Key{{http_client}, "certificate", text(256), "", used, none, "Not in Kea. Instead of user and password: the common name of the client's certificate, which trust-anchor vouches for."},
    Key{{http_client}, "access", word("none|read|write"), "\"write\"", used, none, "Not in Kea. read: only commands that change nothing; none: only those of allow-commands."},
    Key{{http_client}, "allow-commands", texts(), "[]", used, none, "Not in Kea. Commands that are allowed besides; \"lease4-*\" are all that begin so."},
    Key{{http_client}, "deny-commands", texts(), "[]", used, none, "Not in Kea. Commands that are not allowed, whatever stands elsewhere."},

    // --- accepted parts without effect
    Key{{hook_library}, "library", text(), "", used, required, "Its file name."},
    Key{{hook_library}, "parameters", free_map(), "", used, none, "Its parameters."},
    Key{{multi_threading}, "enable-multi-threading", flag(), "true", used, shown, "Kea's threads."},
    Key{{multi_threading}, "thread-pool-size", integer(0, u16), "0", ignored, shown, "Kea's threads."},
    Key{{multi_threading}, "packet-queue-size", integer(0, u16), "64", ignored, shown, "Kea's threads."},
    Key{{queue_control}, "enable-queue", flag(), "false", ignored, shown, "Kea's packet queue."},
    Key{{queue_control}, "queue-type", text(), "\"kea-ring4\"", ignored, shown, "Kea's packet queue.", v4_only},
    Key{{queue_control}, "queue-type", text(), "\"kea-ring6\"", ignored, shown, "Kea's packet queue.", v6_only},
    Key{{queue_control}, "packet-age-max", duration(0, 3600000, "milliseconds"), "2000", used, none, "Not in Kea. A packet that has waited for longer is not served: its client has asked again. 0: all are."},
    Key{{queue_control}, "capacity", integer(0, u32), "64", ignored, shown, "Kea's packet queue."},
    Key{{sanity_checks}, "lease-checks", word("none|warn|fix|fix-del|del"), "\"warn\"", used, shown, "Does a stored lease's address fit its subnet?"},
    Key{{sanity_checks}, "extended-info-checks", word("none|fix|strict|pedantic"), "\"fix\"", used, shown, "Checks of relay information."},
    Key{{dhcp_ddns}, "enable-updates", flag(), "false", used, shown, "Are DNS updates sent?"},
    Key{{dhcp_ddns}, "server-ip", text(), "\"127.0.0.1\"", used, shown, "The DNS daemon."},
    Key{{dhcp_ddns}, "server-port", integer(0, u16), "53001", used, shown, "The DNS daemon."},
    Key{{dhcp_ddns}, "sender-ip", text(), "\"0.0.0.0\"", used, shown, "Where requests come from."},
    Key{{dhcp_ddns}, "sender-port", integer(0, u16), "0", used, shown, "Where requests come from."},
    Key{{dhcp_ddns}, "max-queue-size", integer(0, u32), "1024", used, shown, "Requests that may wait."},
    Key{{dhcp_ddns}, "ncr-protocol", word("UDP"), "\"UDP\"", used, shown, "The DNS daemon."},
    Key{{dhcp_ddns}, "ncr-format", word("JSON"), "\"JSON\"", used, shown, "The DNS daemon."},

    // --- within refused containers
    Key{{config_control}, "config-databases", list_of(database), "[]", part, none, "Databases with configuration."},
    Key{{config_control}, "config-fetch-wait-time", seconds(u16), "30", part, none, "Pause between two looks."},
    Key{{database}, "type", word("mysql|mariadb|postgresql|memfile"), "", part, required, "The kind of database."},
    Key{{database}, "persist", flag(), "true", part, none, "memfile only."},

    // --- client-classes
    Key{{client_class}, "name", text(128), "", used, required, "Its name, once. ALL, KNOWN, UNKNOWN and BOOTP are built in and may get options here."},
    Key{{client_class}, "test", text(), "", used, none, "An expression that is true for its clients."},
    Key{{client_class}, "template-test", text(), "", used, none, "An expression whose value makes the class SPAWN_<name>_<value>; such clients are in this class too."},
    Key{{client_class}, "only-in-additional-list", flag(), "false", used, none, "Evaluated only where evaluate-additional-classes names it."},
    Key{{client_class}, "only-if-required", flag(), "", used, none, "Old spelling of only-in-additional-list."},

    // --- reservations: exactly one of the identifiers
    Key{{reservation}, "hw-address", text(), "", used, none, "Its hardware address: \"1a:2b:3c:4d:5e:6f\"; at most 20 octets."},
    Key{{reservation}, "duid", text(), "", used, none, "Its DUID, in hexadecimal or 'text'; at most 130 octets."},
    Key{{reservation}, "client-id", text(), "", used, none, "Its client identifier, in hexadecimal or 'text'; at most 255 octets.", v4_only},
    Key{{reservation}, "circuit-id", text(), "", used, none, "The circuit at its relay, in hexadecimal or 'text'; at most 255 octets.", v4_only},
    Key{{reservation}, "flex-id", text(), "", used, none, "The value of flex_id's identifier-expression, in hexadecimal or 'text'; at most 255 octets."},
    Key{{reservation}, "ip-address", text(), "", used, none, "The address kept for it.", v4_only},
    Key{{reservation}, "ip-addresses", texts(), "[]", used, none, "The addresses kept for it.", v6_only},
    Key{{reservation}, "prefixes", texts(), "[]", used, none, "The prefixes kept for it: \"2001:db8:100::/56\". They need not be in the subnet.", v6_only},
    Key{{reservation}, "excluded-prefixes", texts(), "[]", used, none, "What each of the prefixes leaves out (RFC 6603), in the same order; \"\": nothing.", v6_only},
    Key{{reservation}, "hostname", text(255), "\"\"", used, none, "The name kept for it."},
    Key{{reservation}, "client-classes", texts(), "[]", used, none, "Classes that it is in."},

    // --- shared-networks
    Key{{shared_network}, "name", text(), "", used, required, "Its name, once."},
    Key{{shared_network}, "subnet4", list_of(subnet), "[]", used, shown, "Its subnets. What they do not say they inherit from it.", v4_only},
    Key{{shared_network}, "subnet6", list_of(subnet), "[]", used, shown, "Its subnets. What they do not say they inherit from it.", v6_only},
};
// clang-format on

}  // namespace

std::span<const Key> schema_rows() {
    return rows;
}

}  // namespace leasehold::config
