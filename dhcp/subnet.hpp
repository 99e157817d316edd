// Finding a client's subnet in time that does not grow with the number of subnets (Kea walks a list).
// Where prefixes overlap the lowest id wins, as there.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dhcp/server_config.hpp"

namespace leasehold {

/// Points into the ServerConfig that it was made for, and lives inside it.
class SubnetIndex {
public:
    explicit SubnetIndex(const std::vector<SubnetConfig>& subnets);
    /// The place in `subnets`; nullopt: none. O(prefix lengths in use).
    std::optional<std::size_t> by_address(Ipv4 address) const;
    std::optional<std::size_t> by_relay(Ipv4 giaddr) const;
    std::optional<std::size_t> by_interface(std::string_view name) const;

private:
    std::vector<std::uint8_t> lengths_;  // in use
    std::unordered_map<std::uint64_t, std::size_t> by_network_;  // network and length
    std::unordered_map<std::uint32_t, std::size_t> by_relay_;
    std::unordered_map<std::string, std::size_t> by_interface_;
};

}  // namespace leasehold
