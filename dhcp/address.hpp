// Addresses and prefixes as values. A lease's key is a Prefix whatever its family: an IPv4
// address a.b.c.d is ::ffff:a.b.c.d with length 128, so that tables, stores and allocators are
// written once. Text forms live here too; nothing in this file knows about DHCP.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace leasehold {

__extension__ using Uint128 = unsigned __int128;

enum class Family : std::uint8_t { v4, v6 };

/// An IPv4 address in host byte order, so that order and arithmetic are those of the address.
struct Ipv4 {
    std::uint32_t value = 0;
    constexpr auto operator<=>(const Ipv4&) const = default;
    constexpr bool is_zero() const { return value == 0; }
    constexpr bool is_broadcast() const { return value == 0xffffffff; }
};

/// An IPv6 address in network byte order: comparing bytes is comparing addresses.
struct Ipv6 {
    std::array<std::uint8_t, 16> bytes{};
    constexpr auto operator<=>(const Ipv6&) const = default;
};

/// The key of a lease: an address (length 128) or a delegated prefix.
struct Prefix {
    Ipv6 address;
    std::uint8_t length = 128;
    constexpr auto operator<=>(const Prefix&) const = default;
};

/// An IPv4 network such as a subnet. `network` keeps no host bits.
struct Ipv4Network {
    Ipv4 network;
    std::uint8_t length = 0;
    constexpr auto operator<=>(const Ipv4Network&) const = default;
    constexpr std::uint32_t mask() const { return length == 0 ? 0 : ~std::uint32_t{0} << (32 - length); }
    constexpr bool contains(Ipv4 address) const { return (address.value & mask()) == network.value; }
};

Prefix to_prefix(Ipv4 address);
bool is_ipv4(const Prefix& prefix);
/// @pre is_ipv4(prefix)
Ipv4 to_ipv4(const Prefix& prefix);
/// Where one type serves both families an IPv4 address is the mapped one, ::ffff:a.b.c.d, and an IPv4 network
/// of length n has the length 96 + n.
Ipv6 to_ipv6(Ipv4 address);
bool is_ipv4(const Ipv6& address);
/// @pre is_ipv4(address)
Ipv4 to_ipv4(const Ipv6& address);
Prefix to_prefix(const Ipv4Network& network);
/// @pre the network is a mapped one
Ipv4Network to_ipv4_network(const Prefix& network);
/// fe80::/10
bool is_link_local(const Ipv6& address);
/// ff00::/8
bool is_multicast(const Ipv6& address);
/// ::, or 0.0.0.0 mapped.
bool is_unspecified(const Ipv6& address);
bool contains(const Prefix& network, const Ipv6& address);
bool contains(const Prefix& network, Ipv4 address);
/// Does every address of `inner` lie in `network`?
bool contains(const Prefix& network, const Prefix& inner);

Uint128 to_uint128(const Ipv6& address);
Ipv6 to_ipv6(Uint128 value);
/// The address with the bits after `length` cleared.
Ipv6 masked(const Ipv6& address, std::uint8_t length);

/// Dotted quad or RFC 5952 text; nullopt when the text is anything else.
std::optional<Ipv4> parse_ipv4(std::string_view text);
std::optional<Ipv6> parse_ipv6(std::string_view text);
/// "192.0.2.0/24"; host bits are cleared. nullopt for a missing or bad length.
std::optional<Ipv4Network> parse_ipv4_network(std::string_view text);
/// "2001:db8::/32"; host bits are cleared. nullopt for a missing or bad length.
std::optional<Prefix> parse_ipv6_prefix(std::string_view text);

std::string to_string(Ipv4 address);
/// A mapped IPv4 address prints as one.
std::string to_string(const Ipv6& address);
std::string to_string(const Ipv4Network& network);
/// "192.0.2.0/24" or "2001:db8::/32", always with its length.
std::string network_text(const Prefix& network);
/// An IPv4 lease prints as "192.0.2.1", an IPv6 address without a length, a delegated prefix with one.
std::string to_string(const Prefix& prefix);

std::size_t hash_value(const Prefix& prefix);

}  // namespace leasehold

template <>
struct std::hash<leasehold::Prefix> {
    std::size_t operator()(const leasehold::Prefix& prefix) const { return leasehold::hash_value(prefix); }
};
