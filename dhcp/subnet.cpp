// Building and asking the subnet index. Not here: the order in which a packet's fields are tried.
#include "dhcp/subnet.hpp"

#include <algorithm>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

template <class Map, class Key>
void SubnetIndex::put_in_front(Map& heads, const Key& key, std::size_t place) {
    const auto link = static_cast<LinkNumber>(links_.size());
    const auto [head, is_new] = heads.try_emplace(key, link);
    links_.push_back({static_cast<std::uint32_t>(place), is_new ? no_link : head->second});
    head->second = link;
}

SubnetIndex::SubnetIndex(const std::vector<SubnetConfig>& subnets,
                         const std::vector<SharedNetworkConfig>& networks) {
    // From the last to the first, each in front of those with its key: the chains ascend.
    for (std::size_t place = subnets.size(); place-- > 0;) {
        const auto& subnet = subnets[place];
        put_in_front(by_network_, subnet.network, place);
        by_id_.insert_or_assign(subnet.id, place);
        for (const auto relay : subnet.relay_addresses) put_in_front(by_relay_, Prefix{relay, 128}, place);
        if (!subnet.interface.empty()) put_in_front(by_interface_, subnet.interface, place);
        if (!subnet.interface_id.empty())
            put_in_front(by_interface_id_, std::string{as_text(view(subnet.interface_id))}, place);
        lengths_.push_back(subnet.network.length);
        add_server_identifier(subnet.options);
        for (const auto& pool : subnet.pools) add_server_identifier(pool.options);
    }
    for (const auto& network : networks) add_server_identifier(network.options);
    std::ranges::sort(lengths_);
    lengths_.erase(std::ranges::unique(lengths_).begin(), lengths_.end());
}

void SubnetIndex::add_server_identifier(const OptionSet& options) {
    const auto* option = find_option(options, v4::option::server_identifier);
    if (option != nullptr && option->bytes.size() == 4) {
        server_identifiers_.insert(read_u32(option->bytes.data()));
    }
}

SubnetIndex::LinkNumber SubnetIndex::chain_of_network(const Ipv6& address, std::uint8_t length) const {
    const auto found = by_network_.find(Prefix{masked(address, length), length});
    return found == by_network_.end() ? no_link : found->second;
}

SubnetIndex::LinkNumber SubnetIndex::chain_of_relay(const Ipv6& relay) const {
    const auto found = by_relay_.find(Prefix{relay, 128});
    return found == by_relay_.end() ? no_link : found->second;
}

SubnetIndex::LinkNumber SubnetIndex::chain_of_interface(std::string_view name) const {
    const auto found = by_interface_.find(name);
    return found == by_interface_.end() ? no_link : found->second;
}

SubnetIndex::LinkNumber SubnetIndex::chain_of_interface_id(OctetView id) const {
    const auto found = by_interface_id_.find(as_text(id));
    return found == by_interface_id_.end() ? no_link : found->second;
}

std::optional<std::size_t> SubnetIndex::by_id(std::uint32_t id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional{found->second};
}

bool SubnetIndex::is_server_identifier(Ipv4 address) const {
    return server_identifiers_.contains(address.value);
}

bool admits(const ServerConfig& config, const SubnetConfig& subnet, const ClassSet& classes) {
    if (!admits(subnet.guard, classes)) return false;
    return !subnet.shared_network || admits(config.shared_networks[*subnet.shared_network].guard, classes);
}

}  // namespace leasehold
