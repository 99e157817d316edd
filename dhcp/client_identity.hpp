// Who a client says it is: octet strings from the wire (hardware address, client-id, DUID) and the
// key under which one client's packets are put in line.
#pragma once

#include <boost/container/small_vector.hpp>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leasehold {

/// Octets from the wire. Most identities are 6 to 19 octets long and then need no allocation.
using Octets = boost::container::small_vector<std::uint8_t, 20>;
using OctetView = std::span<const std::uint8_t>;

inline constexpr std::size_t hwaddr_size_max = 20;
inline constexpr std::size_t client_id_size_max = 255;
inline constexpr std::size_t duid_size_max = 130;

inline OctetView view(const Octets& octets) {
    return {octets.data(), octets.size()};
}
inline Octets to_octets(OctetView bytes) {
    return {bytes.begin(), bytes.end()};
}
bool same_octets(OctetView a, OctetView b);

enum class IdentityKind : std::uint8_t { hardware_address, client_id, duid };

/// The identity under which a client's packets are serialised (lease-engine rule: one decision per
/// client in flight). For v4 the client-id where it counts, else the hardware address.
struct ClientKey {
    IdentityKind kind = IdentityKind::hardware_address;
    Octets bytes;
    bool operator==(const ClientKey&) const = default;
};
std::size_t hash_value(const ClientKey& key);

/// "1a:2b:3c" in lower case; empty for no octets.
std::string to_hex(OctetView bytes, std::string_view separator = ":");
/// Accepts "1a:2b", "1a-2b", "1a 2b", "1a2b" and "0x1a2b", as Kea does: one or two digits per separated
/// group, an odd plain count gets a leading zero. "" is no octets. nullopt for anything else.
std::optional<Octets> parse_hex(std::string_view text);

}  // namespace leasehold

template <>
struct std::hash<leasehold::ClientKey> {
    std::size_t operator()(const leasehold::ClientKey& key) const { return leasehold::hash_value(key); }
};
