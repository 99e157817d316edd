// How names of clients are made and what of them would be told to the DNS (RFC 4702 4). Updates themselves
// are sent later; leases carry what they need.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>

#include "dhcp/expression.hpp"

namespace leasehold {

enum class ReplaceClientName : std::uint8_t { never, always, when_present, when_not_present };
enum class DdnsConflictMode : std::uint8_t {
    check_with_dhcid,
    no_check_with_dhcid,
    check_exists_with_dhcid,
    no_check_without_dhcid
};

/// Of a pool, subnet, network or the server, inheritance resolved.
struct DdnsConfig {
    bool send_updates = true;  // if dhcp-ddns enable-updates is true too
    bool override_no_update = false;
    bool override_client_update = false;
    ReplaceClientName replace_client_name = ReplaceClientName::never;
    std::string generated_prefix = "myhost";
    std::string qualifying_suffix;
    bool update_on_renew = false;
    DdnsConflictMode conflict_mode = DdnsConflictMode::check_with_dhcid;
    std::optional<std::uint32_t> ttl, ttl_min, ttl_max;  // seconds
    std::optional<double> ttl_percent;
    std::bitset<256> invalid_characters;  // of hostname-char-set
    std::string character_replacement;
    std::optional<Expression> hostname_expression;  // of the ddns_tuning library
    bool operator==(const DdnsConfig&) const = default;
};

/// What holds where nothing is configured: letters, digits, '-' and '.' survive.
const DdnsConfig& default_ddns();

}  // namespace leasehold
