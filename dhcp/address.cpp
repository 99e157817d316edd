// Text forms and conversions of addresses and prefixes. POSIX reads and writes the IPv6 text form
// (RFC 4291 2.2, RFC 5952); nothing here resolves a name.
#include "dhcp/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <bit>
#include <boost/container_hash/hash.hpp>
#include <charconv>
#include <cstring>

#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

constexpr std::array<std::uint8_t, 12> mapped_head{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr std::uint8_t mapped_bits = 96;

/// Between the machine's order and that of the network.
constexpr std::uint64_t big_endian(std::uint64_t value) {
    return std::endian::native == std::endian::big ? value : __builtin_bswap64(value);
}

/// inet_pton wants a terminated string; a view may have none, or a NUL inside that would hide a tail.
template <std::size_t size_max>
bool copy_terminated(std::string_view text, std::array<char, size_max>& out) {
    if (text.size() >= size_max || text.find('\0') != text.npos) return false;
    std::ranges::copy(text, out.begin());
    out[text.size()] = '\0';
    return true;
}

std::optional<std::uint8_t> parse_length(std::string_view text, unsigned length_max) {
    if (text.empty() || text.size() > 3) return std::nullopt;
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > length_max) return std::nullopt;
    return static_cast<std::uint8_t>(value);
}

}  // namespace

Prefix to_prefix(Ipv4 address) {
    Prefix prefix;
    std::ranges::copy(mapped_head, prefix.address.bytes.begin());
    write_u32(&prefix.address.bytes[12], address.value);
    return prefix;
}

bool is_ipv4(const Prefix& prefix) {
    return prefix.length == 128 && is_ipv4(prefix.address);
}

Ipv4 to_ipv4(const Prefix& prefix) {
    return to_ipv4(prefix.address);
}

Ipv6 to_ipv6(Ipv4 address) {
    return to_prefix(address).address;
}

bool is_ipv4(const Ipv6& address) {
    return std::ranges::equal(mapped_head, std::span{address.bytes}.first<12>());
}

Ipv4 to_ipv4(const Ipv6& address) {
    return {read_u32(&address.bytes[12])};
}

Prefix to_prefix(const Ipv4Network& network) {
    return {to_ipv6(network.network), static_cast<std::uint8_t>(mapped_bits + network.length)};
}

Ipv4Network to_ipv4_network(const Prefix& network) {
    return {to_ipv4(network.address), static_cast<std::uint8_t>(network.length - mapped_bits)};
}

bool is_link_local(const Ipv6& address) {
    return address.bytes[0] == 0xfe && (address.bytes[1] & 0xc0) == 0x80;
}

bool is_multicast(const Ipv6& address) {
    return address.bytes[0] == 0xff;
}

bool is_unspecified(const Ipv6& address) {
    return address == Ipv6{} || address == to_ipv6(Ipv4{});
}

bool contains(const Prefix& network, const Ipv6& address) {
    return masked(address, network.length) == network.address;
}

bool contains(const Prefix& network, Ipv4 address) {
    return contains(network, to_ipv6(address));
}

bool contains(const Prefix& network, const Prefix& inner) {
    return inner.length >= network.length && contains(network, inner.address);
}

Uint128 to_uint128(const Ipv6& address) {
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), address.bytes.data(), sizeof halves);
    return Uint128{big_endian(halves[0])} << 64 | big_endian(halves[1]);
}

Ipv6 to_ipv6(Uint128 value) {
    const std::array halves{big_endian(static_cast<std::uint64_t>(value >> 64)),
                            big_endian(static_cast<std::uint64_t>(value))};
    Ipv6 address;
    std::memcpy(address.bytes.data(), halves.data(), sizeof halves);
    return address;
}

Ipv6 masked(const Ipv6& address, std::uint8_t length) {
    if (length >= 128) return address;
    if (length == 0) return {};
    const Uint128 host_bits = ~Uint128{0} >> length;
    return to_ipv6(to_uint128(address) & ~host_bits);
}

std::optional<Ipv4> parse_ipv4(std::string_view text) {
    std::array<char, INET_ADDRSTRLEN> terminated;
    std::array<std::uint8_t, 4> bytes;
    if (!copy_terminated(text, terminated) || inet_pton(AF_INET, terminated.data(), bytes.data()) != 1)
        return std::nullopt;
    return Ipv4{read_u32(bytes.data())};
}

std::optional<Ipv6> parse_ipv6(std::string_view text) {
    std::array<char, INET6_ADDRSTRLEN> terminated;
    Ipv6 address;
    if (!copy_terminated(text, terminated) ||
        inet_pton(AF_INET6, terminated.data(), address.bytes.data()) != 1)
        return std::nullopt;
    return address;
}

std::optional<Ipv4Network> parse_ipv4_network(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos) return std::nullopt;
    const auto address = parse_ipv4(text.substr(0, slash));
    const auto length = parse_length(text.substr(slash + 1), 32);
    if (!address || !length) return std::nullopt;
    Ipv4Network network{*address, *length};
    network.network.value &= network.mask();
    return network;
}

std::optional<Prefix> parse_ipv6_prefix(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == text.npos) return std::nullopt;
    const auto address = parse_ipv6(text.substr(0, slash));
    const auto length = parse_length(text.substr(slash + 1), 128);
    if (!address || !length) return std::nullopt;
    return Prefix{masked(*address, *length), *length};
}

std::string to_string(Ipv4 address) {
    std::array<char, INET_ADDRSTRLEN> text;
    char* at = text.data();
    for (int shift = 24; shift >= 0; shift -= 8) {
        if (shift != 24) *at++ = '.';
        at = std::to_chars(at, text.data() + text.size(), address.value >> shift & 0xff).ptr;
    }
    return {text.data(), at};
}

std::string to_string(const Ipv6& address) {
    if (is_ipv4(address)) return to_string(to_ipv4(address));
    std::array<char, INET6_ADDRSTRLEN> text;
    return inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
}

std::string to_string(const Ipv4Network& network) {
    return to_string(network.network) + '/' + std::to_string(network.length);
}

std::string network_text(const Prefix& network) {
    if (network.length >= mapped_bits && is_ipv4(network.address)) return to_string(to_ipv4_network(network));
    return to_string(network.address) + '/' + std::to_string(network.length);
}

std::string to_string(const Prefix& prefix) {
    if (prefix.length == 128) return to_string(prefix.address);
    return to_string(prefix.address) + '/' + std::to_string(prefix.length);
}

std::size_t hash_value(const Prefix& prefix) {
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), prefix.address.bytes.data(), sizeof halves);
    std::size_t seed = prefix.length;
    boost::hash_combine(seed, halves[0]);
    boost::hash_combine(seed, halves[1]);
    return seed;
}

}  // namespace leasehold
