// The standard DHCPv6 options by table. Names and shapes are the ones that Kea's configurations use; how a
// shape is read and written is option_text's part, and no code elsewhere knows the shape of a single option.
#include "dhcp/v6/option_table.hpp"

#include <algorithm>
#include <array>

#include "dhcp/option_rows.hpp"

namespace leasehold::v6 {
namespace {

using enum Shape;
using namespace option_rows;

// clang-format off

// In IAs and their leases (3, 4, 5, 25, 26) other options of this same space follow the fields.
constexpr std::array standard{
    one<binary>(1, "clientid", "8415 21.2"),
    one<binary>(2, "serverid", "8415 21.3"),
    space_of<uint32, uint32, uint32>(3, "ia-na", "dhcp6", "8415 21.4"),
    space_of<uint32>(4, "ia-ta", "dhcp6", "8415 21.5"),
    space_of<ipv6, uint32, uint32>(5, "iaaddr", "dhcp6", "8415 21.6"),
    list<uint16>(6, "oro", "8415 21.7"),
    one<uint8>(7, "preference", "8415 21.8"),
    one<uint16>(8, "elapsed-time", "8415 21.9"),
    one<binary>(9, "relay-msg", "8415 21.10"),
    one<binary>(11, "auth", "8415 21.11"),
    one<ipv6>(12, "unicast", "8415 21.12"),
    one<uint16, string>(13, "status-code", "8415 21.13"),
    one<empty>(14, "rapid-commit", "8415 21.14"),
    one<binary>(15, "user-class", "8415 21.15"),
    one<uint32, binary>(16, "vendor-class", "8415 21.16"),
    space_of<uint32>(17, "vendor-opts", "vendor", "8415 21.17"),
    one<binary>(18, "interface-id", "8415 21.18"),
    one<uint8>(19, "reconf-msg", "8415 21.19"),
    one<empty>(20, "reconf-accept", "8415 21.20"),
    list<fqdn>(21, "sip-server-dns", "3319"),
    list<ipv6>(22, "sip-server-addr", "3319"),
    list<ipv6>(23, "dns-servers", "3646"),
    list<fqdn>(24, "domain-search", "3646"),
    space_of<uint32, uint32, uint32>(25, "ia-pd", "dhcp6", "8415 21.21"),
    space_of<uint32, uint32, uint8, ipv6>(26, "iaprefix", "dhcp6", "8415 21.22"),
    list<ipv6>(27, "nis-servers", "3898"),
    list<ipv6>(28, "nisp-servers", "3898"),
    list<fqdn>(29, "nis-domain-name", "3898"),
    list<fqdn>(30, "nisp-domain-name", "3898"),
    list<ipv6>(31, "sntp-servers", "4075"),
    one<uint32>(32, "information-refresh-time", "8415 21.23"),
    list<fqdn>(33, "bcmcs-server-dns", "4280"),
    list<ipv6>(34, "bcmcs-server-addr", "4280"),
    one<uint8, uint16, binary>(36, "geoconf-civic", "4776"),
    one<uint32, binary>(37, "remote-id", "4649"),
    one<binary>(38, "subscriber-id", "4580"),
    one<uint8, fqdn>(39, "client-fqdn", "4704"),
    list<ipv6>(40, "pana-agent", "5192"),
    one<string>(41, "new-posix-timezone", "4833"),
    one<string>(42, "new-tzdb-timezone", "4833"),
    list<uint16>(43, "ero", "4994"),
    space_of<uint8, ipv6>(44, "lq-query", "dhcp6", "5007"),
    space_of<empty>(45, "client-data", "dhcp6", "5007"),
    one<uint32>(46, "clt-time", "5007"),
    one<ipv6, binary>(47, "lq-relay-data", "5007"),
    list<ipv6>(48, "lq-client-link", "5007"),
    one<fqdn>(51, "v6-lost", "5223"),
    list<ipv6>(52, "capwap-ac-v6", "5417"),
    one<binary>(53, "relay-id", "5460"),
    space_of<empty>(56, "ntp-server", "v6-ntp-server-suboptions", "5908"),
    one<fqdn>(57, "v6-access-domain", "5986"),
    list<fqdn>(58, "sip-ua-cs-list", "6011"),
    one<string>(59, "bootfile-url", "5970"),
    tuples<2>(60, "bootfile-param", "5970"),
    list<uint16>(61, "client-arch-type", "5970"),
    one<uint8, uint8, uint8>(62, "nii", "5970"),
    one<fqdn>(64, "aftr-name", "6334"),
    one<fqdn>(65, "erp-local-domain-name", "6440"),
    space_of<empty>(66, "rsoo", "rsoo-opts", "6422"),
    one<ipv6_prefix>(67, "pd-exclude", "6603"),
    list<ipv6, uint8, fqdn>(74, "rdnss-selection", "6731"),
    one<binary>(79, "client-linklayer-addr", "6939"),
    one<ipv6>(80, "link-address", "6977"),
    one<uint32>(82, "solmax-rt", "8415 21.24"),
    one<uint32>(83, "inf-max-rt", "8415 21.25"),
    one<binary>(87, "dhcpv4-message", "7341"),
    list<ipv6>(88, "dhcp4o6-server-addr", "7341"),
    space_of<empty>(94, "s46-cont-mape", "s46-cont-mape-options", "7598"),
    space_of<empty>(95, "s46-cont-mapt", "s46-cont-mapt-options", "7598"),
    space_of<empty>(96, "s46-cont-lw", "s46-cont-lw-options", "7598"),
    one<string>(103, "v6-captive-portal", "8910"),
    one<uint16>(135, "relay-source-port", "8357"),
    tuples<2>(136, "v6-sztp-redirect", "8572"),
    list<ipv6>(143, "ipv6-address-andsf", "6153"),
    one<dnr6>(144, "v6-dnr", "9463"),
    one<empty>(148, "addr-reg-enable", "9686"),
};

// Sub-options of 56.
constexpr std::array ntp_server{
    one<ipv6>(1, "ntp-server-address", "5908"),
    one<ipv6>(2, "ntp-server-multicast", "5908"),
    one<fqdn>(3, "ntp-server-fqdn", "5908"),
};

// In 94, 95 and 96: softwires (MAP-E, MAP-T, lightweight 4over6).
constexpr std::array s46_mape{
    space_of<uint8, uint8, uint8, ipv4, ipv6_prefix>(89, "s46-rule", "s46-rule-options", "7598"),
    one<ipv6>(90, "s46-br", "7598"),
};

constexpr std::array s46_mapt{
    space_of<uint8, uint8, uint8, ipv4, ipv6_prefix>(89, "s46-rule", "s46-rule-options", "7598"),
    one<ipv6_prefix>(91, "s46-dmr", "7598"),
};

constexpr std::array s46_lw{
    one<ipv6>(90, "s46-br", "7598"),
    space_of<ipv4, ipv6_prefix>(92, "s46-v4v6bind", "s46-v4v6bind-options", "7598"),
};

// In rules and in bindings.
constexpr std::array s46_ports{
    one<uint8, psid>(93, "s46-portparams", "7598"),
};

// Sub-options of 17 for enterprise 4491 (CableLabs).
constexpr std::array vendor_4491{
    list<uint16>(1, "oro", ""),
    one<string>(2, "device-type", ""),
    one<string>(10, "vendor-type", ""),
    list<ipv6>(32, "tftp-servers", ""),
    one<string>(33, "config-file", ""),
    list<ipv6>(34, "syslog-servers", ""),
    one<binary>(36, "device-id", ""),
    list<ipv6>(37, "time-servers", ""),
    one<int32>(38, "time-offset", ""),
    one<binary>(1026, "cmts-cm-mac", ""),
};

// Sub-options of 17 for enterprise 2495 (ISC).
constexpr std::array vendor_2495{
    one<string>(60000, "4o6-interface", ""),
    one<ipv6>(60001, "4o6-source-address", ""),
    one<uint16>(60002, "4o6-source-port", ""),
};

// Not 7, which a configuration may set.
constexpr std::array<std::uint16_t, 19> server_owned{
    1, 2, 3, 4, 5, 6, 8, 9, 13, 14, 18, 25, 26, 37, 38, 39, 66, 79, 87,
};
// clang-format on

constexpr std::array spaces{
    OptionSpace{"dhcp6", standard},
    OptionSpace{"v6-ntp-server-suboptions", ntp_server},
    OptionSpace{"s46-cont-mape-options", s46_mape},
    OptionSpace{"s46-cont-mapt-options", s46_mapt},
    OptionSpace{"s46-cont-lw-options", s46_lw},
    OptionSpace{"s46-rule-options", s46_ports},
    OptionSpace{"s46-v4v6bind-options", s46_ports},
    OptionSpace{"vendor-4491", vendor_4491},
    OptionSpace{"vendor-2495", vendor_2495},
};
static_assert(are_sound(spaces));

constexpr RowIndex<standard.back().code + 1> row_of_code{standard};

}  // namespace

std::span<const OptionDef> standard_options() {
    return standard;
}

std::span<const OptionDef> options_of_space(std::string_view space) {
    return find_space(spaces, space);
}

const OptionDef* find_option(std::uint16_t code) {
    return row_of_code.find(standard, code);
}

const OptionDef* find_option(std::string_view name) {
    return find_row(standard, name);
}

bool is_server_owned(std::uint16_t code) {
    return std::ranges::binary_search(server_owned, code);
}

}  // namespace leasehold::v6
