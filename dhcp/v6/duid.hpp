// DUIDs (RFC 8415 11): made from their parts, and the hardware address that is within some; hardware
// addresses within link-local addresses. Keeping the server's own DUID on disk is done elsewhere.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"

namespace leasehold::v6 {

inline constexpr std::size_t duid_size_min = 3;  // the type and one octet (RFC 8415 11.1)

enum class DuidType : std::uint16_t { llt = 1, en = 2, ll = 3, uuid = 4 };
/// "LLT", "EN", "LL", "UUID"; "unknown" for a number without a name.
std::string_view to_string(DuidType type);
/// The words of `server-id`'s type; nullopt for any other.
std::optional<DuidType> parse_duid_type(std::string_view name);

/// nullopt: no DUID, that is, not 3 to 130 octets. May be a number that has no name here.
std::optional<DuidType> duid_type(OctetView duid);

struct HardwareAddress {
    std::uint16_t type = 1;  // ARP hardware type, 1: Ethernet
    Octets octets;           // at most hwaddr_size_max
    bool operator==(const HardwareAddress&) const = default;
};
inline constexpr std::uint16_t hwtype_ethernet = 1;

/// Out of an LLT or LL; nullopt for other types, and when there are no octets or more than 20.
std::optional<HardwareAddress> hardware_address_of(OctetView duid);
/// Out of a link-local address whose interface identifier is a modified EUI-64 of 48 bits (RFC 4291 A). The
/// type is taken to be Ethernet. nullopt: it is another address.
std::optional<HardwareAddress> hardware_address_of(const Ipv6& link_local);

/// Seconds since 2000-01-01 UTC modulo 2^32: the time in an LLT (RFC 8415 11.2).
std::uint32_t duid_time(std::chrono::sys_seconds time);

/// @pre what is given makes 3 to 130 octets with the type
Octets make_duid_llt(const HardwareAddress& hardware, std::uint32_t time);
Octets make_duid_ll(const HardwareAddress& hardware);
Octets make_duid_en(std::uint32_t enterprise, OctetView identifier);
Octets make_duid_uuid(const std::array<std::uint8_t, 16>& uuid);

/// For people: "LLT 00:01:00:01:...", type and all octets.
std::string duid_text(OctetView duid);

}  // namespace leasehold::v6
