// Finding a client's subnet in time that does not grow with the number of subnets (Kea walks a list).
// Where several fit the lowest id wins, as there. Which of a packet's fields is looked up: v4/request.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/server_config.hpp"

namespace leasehold {

/// Answers with places in the `subnets` that it was made for, and lives in the same ServerConfig. Immutable.
class SubnetIndex {
public:
    /// @pre `subnets` is in ascending id
    explicit SubnetIndex(const std::vector<SubnetConfig>& subnets);

    /// The first subnet whose prefix contains the address. One look-up per prefix length in use.
    std::optional<std::size_t> by_address(Ipv4 address) const;
    /// The first subnet that lists this relay (`relay.ip-addresses`).
    std::optional<std::size_t> by_relay(Ipv4 giaddr) const;
    /// The first subnet that names this interface.
    std::optional<std::size_t> by_interface(std::string_view name) const;
    /// The place of the subnet with this id.
    std::optional<std::size_t> by_id(std::uint32_t id) const;
    /// Is this a server identifier (option 54) of a subnet or pool?
    bool is_server_identifier(Ipv4 address) const;

private:
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    void add_server_identifier(const OptionSet& options);

    std::vector<std::uint8_t> lengths_;                                 // in use
    boost::unordered_flat_map<std::uint64_t, std::size_t> by_network_;  // network and length
    boost::unordered_flat_map<std::uint32_t, std::size_t> by_relay_;    // giaddr
    boost::unordered_flat_map<std::string, std::size_t, TextHash, std::equal_to<>> by_interface_;
    boost::unordered_flat_map<std::uint32_t, std::size_t> by_id_;
    boost::unordered_flat_set<std::uint32_t> server_identifiers_;
};

}  // namespace leasehold
