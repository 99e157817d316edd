// Reservations as config-get shows them, global ones and those of all subnets: walked through a slice at a
// time, and what a host is known by read from its map. As JSON, so that commands show options as they were
// written.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/family.hpp"
#include "config/load_hosts.hpp"

namespace leasehold {

/// A map that may have "reservations".
struct HostOwner {
    std::uint32_t subnet_id = 0;  // 0: the global ones
    std::string pointer;          // RFC 6901, of the map within the family's map: "", "/subnet4/3"
    const nlohmann::json* map = nullptr;
};

/// The global ones first, then the subnets in order of the configuration.
/// @param map  within "Dhcp4" or "Dhcp6"; it has to outlive the result
/// @param subnet_id  only this one's; 0: the global ones; nullopt: all
std::vector<HostOwner> host_owners(const nlohmann::json& map, Family family,
                                   std::optional<std::uint32_t> subnet_id);

/// All reservations, or a subnet's. Keeps the configuration that it began with.
class HostWalk {
public:
    /// @param full  { "Dhcp4": { ... } } or { "Dhcp6": { ... } }
    HostWalk(std::shared_ptr<const nlohmann::json> full, Family family,
             std::optional<std::uint32_t> subnet_id);

    /// Leaves out the next ones.
    void skip(std::uint64_t count);
    using Visit = std::function<bool(const HostOwner& owner, const nlohmann::json& host)>;
    /// Shows the next ones to `visit`, until it returns false or `rows_max` (> 0) were looked at.
    /// @return false: there are no more
    bool next(std::size_t rows_max, const Visit& visit);

private:
    const nlohmann::json* list() const;
    std::shared_ptr<const nlohmann::json> full_;
    std::vector<HostOwner> owners_;
    std::size_t owner_ = 0, index_ = 0;
};

/// nullopt: it has none that can be read (reservations-lenient).
std::optional<config::HostIdentifier> host_identifier(const nlohmann::json& host);

/// All that is kept for it; a prefix by its address alone. What cannot be read is left out.
std::vector<Ipv6> kept_addresses(const nlohmann::json& host, Family family);
/// The same without prefixes.
std::vector<Ipv6> kept_host_addresses(const nlohmann::json& host, Family family);

/// As commands show it: with its subnet-id, and with what is not set as an empty value, as Kea does.
nlohmann::json host_json(const HostOwner& owner, const nlohmann::json& host, Family family);

}  // namespace leasehold
