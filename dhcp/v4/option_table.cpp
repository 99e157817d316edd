// The standard DHCPv4 options by table. Names and shapes are the ones that Kea's configurations use; how a
// shape is read and written is option_text's part, and no code elsewhere knows the shape of a single option.
#include "dhcp/v4/option_table.hpp"

#include <algorithm>
#include <array>

#include "dhcp/option_rows.hpp"

namespace leasehold::v4 {
namespace {

using enum Shape;
using namespace option_rows;

// clang-format off

constexpr std::array standard{
    one<ipv4>(1, "subnet-mask", "2132 3.3"),
    one<int32>(2, "time-offset", "2132 3.4"),
    list<ipv4>(3, "routers", "2132 3.5"),
    list<ipv4>(4, "time-servers", "2132 3.6"),
    list<ipv4>(5, "name-servers", "2132 3.7"),
    list<ipv4>(6, "domain-name-servers", "2132 3.8"),
    list<ipv4>(7, "log-servers", "2132 3.9"),
    list<ipv4>(8, "cookie-servers", "2132 3.10"),
    list<ipv4>(9, "lpr-servers", "2132 3.11"),
    list<ipv4>(10, "impress-servers", "2132 3.12"),
    list<ipv4>(11, "resource-location-servers", "2132 3.13"),
    one<string>(12, "host-name", "2132 3.14"),
    one<uint16>(13, "boot-size", "2132 3.15"),
    one<string>(14, "merit-dump", "2132 3.16"),
    one<string>(15, "domain-name", "2132 3.17"),
    one<ipv4>(16, "swap-server", "2132 3.18"),
    one<string>(17, "root-path", "2132 3.19"),
    one<string>(18, "extensions-path", "2132 3.20"),
    one<boolean>(19, "ip-forwarding", "2132 4.1"),
    one<boolean>(20, "non-local-source-routing", "2132 4.2"),
    list<ipv4>(21, "policy-filter", "2132 4.3"),
    one<uint16>(22, "max-dgram-reassembly", "2132 4.4"),
    one<uint8>(23, "default-ip-ttl", "2132 4.5"),
    one<uint32>(24, "path-mtu-aging-timeout", "2132 4.6"),
    list<uint16>(25, "path-mtu-plateau-table", "2132 4.7"),
    one<uint16>(26, "interface-mtu", "2132 5.1"),
    one<boolean>(27, "all-subnets-local", "2132 5.2"),
    one<ipv4>(28, "broadcast-address", "2132 5.3"),
    one<boolean>(29, "perform-mask-discovery", "2132 5.4"),
    one<boolean>(30, "mask-supplier", "2132 5.5"),
    one<boolean>(31, "router-discovery", "2132 5.6"),
    one<ipv4>(32, "router-solicitation-address", "2132 5.7"),
    list<ipv4>(33, "static-routes", "2132 5.8"),
    one<boolean>(34, "trailer-encapsulation", "2132 6.1"),
    one<uint32>(35, "arp-cache-timeout", "2132 6.2"),
    one<boolean>(36, "ieee802-3-encapsulation", "2132 6.3"),
    one<uint8>(37, "default-tcp-ttl", "2132 7.1"),
    one<uint32>(38, "tcp-keepalive-interval", "2132 7.2"),
    one<boolean>(39, "tcp-keepalive-garbage", "2132 7.3"),
    one<string>(40, "nis-domain", "2132 8.1"),
    list<ipv4>(41, "nis-servers", "2132 8.2"),
    list<ipv4>(42, "ntp-servers", "2132 8.3"),
    space_of<empty>(43, "vendor-encapsulated-options", "vendor-encapsulated-options-space", "2132 8.4"),
    list<ipv4>(44, "netbios-name-servers", "2132 8.5"),
    list<ipv4>(45, "netbios-dd-server", "2132 8.6"),
    one<uint8>(46, "netbios-node-type", "2132 8.7"),
    one<string>(47, "netbios-scope", "2132 8.8"),
    list<ipv4>(48, "font-servers", "2132 8.9"),
    list<ipv4>(49, "x-display-manager", "2132 8.10"),
    one<ipv4>(50, "dhcp-requested-address", "2132 9.1"),
    one<uint32>(51, "dhcp-lease-time", "2132 9.2"),
    one<uint8>(52, "dhcp-option-overload", "2132 9.3"),
    one<uint8>(53, "dhcp-message-type", "2132 9.6"),
    one<ipv4>(54, "dhcp-server-identifier", "2132 9.7"),
    list<uint8>(55, "dhcp-parameter-request-list", "2132 9.8"),
    one<string>(56, "dhcp-message", "2132 9.9"),
    one<uint16>(57, "dhcp-max-message-size", "2132 9.10"),
    one<uint32>(58, "dhcp-renewal-time", "2132 9.11"),
    one<uint32>(59, "dhcp-rebinding-time", "2132 9.12"),
    one<string>(60, "vendor-class-identifier", "2132 9.13"),
    one<binary>(61, "dhcp-client-identifier", "2132 9.14"),
    one<string>(62, "nwip-domain-name", "2242"),
    one<binary>(63, "nwip-suboptions", "2242"),
    one<string>(64, "nisplus-domain-name", "2132 8.11"),
    list<ipv4>(65, "nisplus-servers", "2132 8.12"),
    one<string>(66, "tftp-server-name", "2132 9.4"),
    one<string>(67, "boot-file-name", "2132 9.5"),
    list<ipv4>(68, "mobile-ip-home-agent", "2132 8.13"),
    list<ipv4>(69, "smtp-server", "2132 8.14"),
    list<ipv4>(70, "pop-server", "2132 8.15"),
    list<ipv4>(71, "nntp-server", "2132 8.16"),
    list<ipv4>(72, "www-server", "2132 8.17"),
    list<ipv4>(73, "finger-server", "2132 8.18"),
    list<ipv4>(74, "irc-server", "2132 8.19"),
    list<ipv4>(75, "streettalk-server", "2132 8.20"),
    list<ipv4>(76, "streettalk-directory-assistance-server", "2132 8.21"),
    one<binary>(77, "user-class", "3004"),
    list<boolean, ipv4>(78, "slp-directory-agent", "2610 3"),
    one<boolean, string>(79, "slp-service-scope", "2610 4"),
    one<uint8, uint8, uint8, fqdn>(81, "fqdn", "4702"),
    space_of<empty>(82, "dhcp-agent-options", "dhcp-agent-options-space", "3046"),
    list<ipv4>(85, "nds-servers", "2241"),
    one<string>(86, "nds-tree-name", "2241"),
    one<string>(87, "nds-context", "2241"),
    list<fqdn>(88, "bcms-controller-names", "4280"),
    list<ipv4>(89, "bcms-controller-address", "4280"),
    one<binary>(90, "authenticate", "3118"),
    one<uint32>(91, "client-last-transaction-time", "4388"),
    list<ipv4>(92, "associated-ip", "4388"),
    list<uint16>(93, "client-system", "4578"),
    one<uint8, uint8, uint8>(94, "client-ndi", "4578"),
    one<uint8, binary>(97, "uuid-guid", "4578"),
    one<string>(98, "uap-servers", "2485"),
    one<binary>(99, "geoconf-civic", "4776"),
    one<string>(100, "pcode", "4833"),
    one<string>(101, "tcode", "4833"),
    one<uint32>(108, "v6-only-preferred", "8925"),
    list<ipv4>(112, "netinfo-server-address", ""),
    one<string>(113, "netinfo-server-tag", ""),
    one<string>(114, "v4-captive-portal", "8910"),
    one<uint8>(116, "auto-config", "2563"),
    list<uint16>(117, "name-service-search", "2937"),
    one<ipv4>(118, "subnet-selection", "3011"),
    list<fqdn>(119, "domain-search", "3397"),
    one<classless_route>(121, "classless-static-route", "3442"),
    space_of<empty>(122, "cablelabs-client-conf", "cablelabs-client-conf", "3495"),
    one<uint32, binary>(124, "vivco-suboptions", "3925"),
    space_of<uint32>(125, "vivso-suboptions", "vendor", "3925"),
    list<ipv4>(136, "pana-agent", "5192"),
    one<fqdn>(137, "v4-lost", "5223"),
    list<ipv4>(138, "capwap-ac-v4", "5417"),
    list<fqdn>(141, "sip-ua-cs-domains", "6011"),
    tuples<2>(143, "v4-sztp-redirect", "8572"),
    list<uint8, ipv4, ipv4, fqdn>(146, "rdnss-selection", "6731"),
    one<uint8, string>(151, "status-code", "6926"),
    one<uint32>(152, "base-time", "6926"),
    one<uint32>(153, "start-time-of-state", "6926"),
    one<uint32>(154, "query-start-time", "6926"),
    one<uint32>(155, "query-end-time", "6926"),
    one<uint8>(156, "dhcp-state", "6926"),
    one<uint8>(157, "data-source", "6926"),
    one<uint8, psid>(159, "v4-portparams", "7618"),
    one<dnr>(162, "v4-dnr", "9463"),
    list<uint8, uint8, ipv6, ipv4>(212, "option-6rd", "5969"),
    one<fqdn>(213, "v4-access-domain", "5986"),
};

// Sub-options of the relay agent information option (82).
constexpr std::array relay_agent{
    one<binary>(1, "circuit-id", "3046"),
    one<binary>(2, "remote-id", "3046"),
    one<uint32>(4, "docsis-device-class", "3256"),
    one<ipv4>(5, "link-selection", "3527"),
    one<string>(6, "subscriber-id", "3993"),
    one<binary>(7, "radius", "4014"),
    one<binary>(8, "auth", "4030"),
    one<binary>(9, "vendor-specific-info", "4243"),
    one<uint8>(10, "relay-flags", "5010"),
    one<ipv4>(11, "server-id-override", "5107"),
    one<binary>(12, "relay-id", "6925"),
    one<uint16>(13, "access-techno-type", "7839"),
    one<string>(14, "access-network-name", "7839"),
    one<string>(15, "access-point-name", "7839"),
    one<binary>(16, "access-point-bssid", "7839"),
    one<uint32>(17, "operator-id", "7839"),
    one<string>(18, "operator-realm", "7839"),
    one<uint16>(19, "relay-port", "8357"),
    one<binary>(151, "virtual-subnet-select", "6607"),
    one<empty>(152, "virtual-subnet-select-ctrl", "6607"),
};

// Sub-options of 122 (CableLabs client configuration).
constexpr std::array cablelabs{
    one<ipv4>(1, "tsp-primary-server", "3495"),
    one<ipv4>(2, "tsp-secondary-server", "3495"),
    one<uint32, uint32, uint32>(4, "tsp-as-parameters", "3495"),
    one<uint32, uint32, uint32>(5, "tsp-ap-parameters", "3495"),
    one<fqdn>(6, "tsp-realm", "3495"),
    one<boolean>(7, "tsp-use-tgt", "3495"),
    one<uint8>(8, "tsp-provisioning-timer", "3495"),
    one<uint16>(9, "tsp-sct", "3495"),
    list<ipv4>(10, "kdc-server", "3634"),
};

// Sub-options of 125 for enterprise 4491 (CableLabs).
constexpr std::array vendor_4491{
    list<uint8>(1, "oro", ""),
    list<ipv4>(2, "tftp-servers", ""),
};

// Not 54, which a configuration may set, nor 90, of which only a part is the server's.
constexpr std::array<std::uint8_t, 22> server_owned{
    50, 51, 52, 53, 55, 56, 57, 58, 59, 61, 81, 82, 91, 92, 118, 151, 152, 153, 154, 155, 156, 157,
};
// clang-format on

constexpr std::array spaces{
    OptionSpace{"dhcp4", standard},
    OptionSpace{"dhcp-agent-options-space", relay_agent},
    OptionSpace{"cablelabs-client-conf", cablelabs},
    OptionSpace{"vendor-4491", vendor_4491},
};

static_assert(are_sound(spaces));
static_assert(standard.front().code > option::pad && standard.back().code < option::end);

constexpr RowIndex<256> row_of_code{standard};

}  // namespace

std::span<const OptionDef> standard_options() {
    return standard;
}

std::span<const OptionDef> options_of_space(std::string_view space) {
    return find_space(spaces, space);
}

const OptionDef* find_option(std::uint8_t code) {
    return row_of_code.find(standard, code);
}

const OptionDef* find_option(std::string_view name) {
    return find_row(standard, name);
}

bool is_last_resort(std::uint8_t code) {
    return code == option::vendor_encapsulated_options;
}

bool is_server_owned(std::uint8_t code) {
    return std::ranges::binary_search(server_owned, code);
}

}  // namespace leasehold::v4
