// reservations: what is kept for single hosts, global ones and those of subnets. Finding a host is dhcp/hosts'
// part.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <unordered_map>

#include "config/loading.hpp"

namespace leasehold::config {

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
    bool load_address(const Node& node, const SubnetConfig* subnet, Reservation& host) const;
    bool stands_once(const Node& node, const Reservation& host);
    void load_lookup(const Node& global);

    bool lenient_ = false;
    bool allow_unsupported_;
    Loading& loading_;
    ServerConfig& config_;
    std::vector<Reservation> hosts_;
    std::unordered_map<std::string, Position> identifiers_, addresses_;
};

}  // namespace leasehold::config
