// reservations: what is kept for single hosts, global ones and those of subnets. Finding a host is dhcp/hosts'
// part.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "config/loading.hpp"

namespace leasehold::config {

struct HostIdentifier {
    HostIdentifierType type;
    Octets octets;  // not empty
    bool operator==(const HostIdentifier&) const = default;
};
/// Every name of an identifier, "hw-address" first; some of them DHCPv4 only. Valid for ever.
std::span<const std::string_view> host_identifier_names();
/// A host's identifier in the form of a configuration: hexadecimal digits or, where it may be such, 'text'.
/// @param name  "hw-address", "duid" ...
std::optional<HostIdentifier> parse_host_identifier(std::string_view name, std::string_view written);

/// Gathers the hosts of all lists; takes time in proportion to their number.
class HostLoader {
public:
    /// @param global  for reservations-lenient, ip-reservations-unique and host-reservation-identifiers
    HostLoader(const Node& global, bool allow_unsupported, Loading& loading, ServerConfig& config);

    /// The `reservations` list of a map.
    /// @param subnet  nullptr: the global list
    void load(const Node& owner, const SubnetConfig* subnet, nlohmann::json& full);
    /// Hands the hosts over to the configuration.
    void finish();

private:
    void load_one(const Node& node, const SubnetConfig* subnet, nlohmann::json& full);
    void load_leniently(const Node& node, const SubnetConfig* subnet, nlohmann::json& full);
    bool load_identifier(const Node& node, Reservation& host) const;
    /// Something that is kept for a host, with its place.
    struct Kept {
        Prefix unit;
        Position position;
        std::string pointer;
    };
    bool load_units(const Node& node, const SubnetConfig* subnet, Reservation& host);
    bool load_address(const Node& node, const SubnetConfig* subnet, const Node::Text& text, Reservation& host);
    bool load_prefix(const Node& node, const Node::Text& text, Reservation& host);
    bool load_excluded(const Node& node, Reservation& host) const;
    bool stands_once(const Node& node, const Reservation& host);
    bool is_kept_once(const Node& node, const Kept& kept, std::uint32_t subnet_id);
    void load_lookup(const Node& global);
    std::string identifier_names() const;

    bool lenient_ = false;
    bool allow_unsupported_;
    Loading& loading_;
    ServerConfig& config_;
    std::vector<Reservation> hosts_;
    std::vector<Kept> kept_;  // of the host that is being loaded
    std::unordered_map<std::string, Position> identifiers_, addresses_;
};

}  // namespace leasehold::config
