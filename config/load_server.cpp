// One small function per map of the configuration.
#include "config/load_server.hpp"

#include <algorithm>
#include <array>

#include "config/load_database.hpp"
#include "config/family.hpp"
#include "config/load_ddns.hpp"
#include "dhcp/next_hop.hpp"

namespace leasehold::config {
namespace {

void load_interfaces(const Node& global, const FamilyFacts& family, InterfacesConfig& config) {
    const auto node = global.map("interfaces-config");
    if (!node) return;
    config.socket_type =
        node->text_or("dhcp-socket-type", "raw") == "udp" ? SocketType::udp : SocketType::raw;

    for (const Node::Text& text : node->texts("interfaces")) {
        const auto tell = [&](std::string what, std::string allowed) {
            node->problems().error(text.position, text.pointer, std::move(what), std::move(allowed));
        };
        const std::size_t slash = text.text.find('/');
        InterfaceChoice choice{.name = text.text.substr(0, slash), .address = {}};
        if (slash != std::string::npos) {
            choice.address = parse_address(family.family, std::string_view{text.text}.substr(slash + 1));
            if (!choice.address || choice.name == "*") {
                tell("\"" + text.text + "\" does not name an interface and its address",
                     std::string{family.interface_example});
                continue;
            }
        }
        if (choice.name.empty() || choice.name.size() > interface_name_max) {
            tell("\"" + choice.name + "\" cannot be an interface's name", "1 to 15 characters, or \"*\"");
            continue;
        }
        const bool twice = std::ranges::any_of(config.interfaces, [&](const InterfaceChoice& other) {
            // A DHCPv6 address is a unicast socket beside the interface's; a DHCPv4 one narrows it down.
            const bool covers = family.family == Family::v4 && (!other.address || !choice.address);
            return other.name == choice.name && (covers || other.address == choice.address);
        });
        if (twice)
            tell("the interface \"" + text.text + "\" is chosen twice", "each interface or address once");
        else
            config.interfaces.push_back(std::move(choice));
    }
}

void load_expiration(const Node& global, ExpirationConfig& config) {
    const auto node = global.map("expired-leases-processing");
    if (!node) return;
    const auto value = [&](std::string_view key, std::uint32_t otherwise) {
        return node->uint32(key).value_or(otherwise);
    };
    config.reclaim_wait = std::chrono::seconds{value("reclaim-timer-wait-time", 10)};
    config.flush_wait = std::chrono::seconds{value("flush-reclaimed-timer-wait-time", 25)};
    config.hold_reclaimed = std::chrono::seconds{value("hold-reclaimed-time", 3600)};
    config.max_reclaim_leases = value("max-reclaim-leases", 100);
    config.max_reclaim_time = std::chrono::milliseconds{value("max-reclaim-time", 250)};
    config.unwarned_cycles = value("unwarned-reclaim-cycles", 5);
}

void load_compatibility(const Node& global, CompatibilityConfig& config) {
    const auto node = global.map("compatibility");
    if (!node) return;
    config.lenient_option_parsing = node->boolean("lenient-option-parsing").value_or(false);
    config.ignore_dhcp_server_identifier = node->boolean("ignore-dhcp-server-identifier").value_or(false);
    config.ignore_rai_link_selection = node->boolean("ignore-rai-link-selection").value_or(false);
    config.exclude_first_last_24 = node->boolean("exclude-first-last-24").value_or(false);
}

void load_sanity_checks(const Node& global, ServerConfig& config) {
    const auto node = global.map("sanity-checks");
    if (!node) return;
    constexpr std::array lease_checks{std::pair{"none", LeaseCheck::none},
                                      std::pair{"warn", LeaseCheck::warn}, std::pair{"fix", LeaseCheck::fix},
                                      std::pair{"fix-del", LeaseCheck::fix_del},
                                      std::pair{"del", LeaseCheck::del}};
    constexpr std::array info_checks{
        std::pair{"none", ExtendedInfoCheck::none}, std::pair{"fix", ExtendedInfoCheck::fix},
        std::pair{"strict", ExtendedInfoCheck::strict}, std::pair{"pedantic", ExtendedInfoCheck::pedantic}};
    take_word(*node, "lease-checks", lease_checks, config.lease_check);
    take_word(*node, "extended-info-checks", info_checks, config.extended_info_check);
}

void load_packet_age(const Node& global, ServerConfig& config) {
    const auto node = global.map("dhcp-queue-control");
    const auto age = node ? node->duration("packet-age-max", "milliseconds") : std::nullopt;
    if (age) config.packet_age_max = std::chrono::milliseconds{*age};
}

/// DHCPv4 has no server-id of Kea's, so there it may be called that too. 0: the configuration says nothing.
std::uint64_t load_writer_id(const Node& global, Family family) {
    constexpr std::string_view now = "writer-id", old = "server-id";
    const auto number = [&](std::string_view key) {
        return static_cast<std::uint64_t>(global.integer(key).value_or(0));
    };
    if (family == Family::v6 || !global.has(old)) return number(now);
    if (global.has(now)) global.error(old, "server-id stands beside writer-id", "one of the two");
    return number(old);
}

}  // namespace

std::string absolute_name(const std::string& directory, const std::string& name) {
    return name.starts_with('/') ? name : directory + "/" + name;
}

void load_server(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                 ServerConfig& config) {
    config.family = options.family;
    load_interfaces(global, facts_of(options.family), config.interfaces);
    load_database(global, hidden, options, config.lease_database);
    load_expiration(global, config.expiration);
    load_compatibility(global, config.compatibility);
    load_sanity_checks(global, config);
    load_packet_age(global, config);
    load_dhcp_ddns(global, config.dhcp_ddns);
    config.stash_agent_options = global.boolean("stash-agent-options").value_or(false);
    config.carries_dhcpv4 = global.uint32("dhcp4o6-port").value_or(0) != 0;
    config.echo_client_id = global.boolean("echo-client-id").value_or(true);
    config.authoritative = global.boolean("authoritative").value_or(false);
    config.decline_probation_period = global.uint32("decline-probation-period").value_or(86400);
    config.lease_reuse_grace = global.uint32("lease-reuse-grace").value_or(0);
    config.server_id = load_writer_id(global, options.family);
    if (config.server_id == 0) config.server_id = options.server_id;
    config.lease_database.server_id = config.server_id;
    config.hold_when_not_applied = global.text_or("reconfigure-on-fail", "keep") == "hold";
    config.statistic_sample_count = global.uint32("statistic-default-sample-count").value_or(20);
    config.statistic_sample_age = global.uint32("statistic-default-sample-age").value_or(0);
}

}  // namespace leasehold::config
