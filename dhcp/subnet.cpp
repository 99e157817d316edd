// Building and asking the subnet index. Not here: the order in which a packet's fields are tried.
#include "dhcp/subnet.hpp"

#include <algorithm>

#include "dhcp/prefetch.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

template <class Map, class Key>
void SubnetIndex::put_in_front(Map& heads, const Key& key, std::size_t place) {
    const auto [head, is_new] = heads.try_emplace(key, Link{static_cast<std::uint32_t>(place), no_link});
    if (is_new) return;
    links_.push_back(head->second);
    head->second = {static_cast<std::uint32_t>(place), static_cast<LinkNumber>(links_.size() - 1)};
}

void SubnetIndex::add(LinkKeys& keys, const Prefix* network, const std::string& interface, OctetView interface_id,
                      std::size_t place) {
    if (network != nullptr) {
        put_in_front(keys.networks, *network, place);
        keys.lengths.push_back(network->length);
    }
    if (!interface.empty()) put_in_front(keys.interfaces, interface, place);
    if (!interface_id.empty()) put_in_front(keys.interface_ids, std::string{as_text(interface_id)}, place);
}

SubnetIndex::SubnetIndex(const std::vector<SubnetConfig>& subnets,
                         const std::vector<SharedNetworkConfig>& networks) {
    // From the last to the first, each in front of those with its key: the chains ascend.
    for (std::size_t place = subnets.size(); place-- > 0;) {
        const auto& subnet = subnets[place];
        add(keys_, &subnet.network, subnet.interface, view(subnet.interface_id), place);
        if (const auto& carrier = subnet.carrier)
            add(carrier_keys_, carrier->network ? &*carrier->network : nullptr, carrier->interface,
                view(carrier->interface_id), place);
        by_id_.insert_or_assign(subnet.id, place);
        for (const auto relay : subnet.relay_addresses) put_in_front(by_relay_, Prefix{relay, 128}, place);
        add_server_identifier(subnet.options);
        for (const auto& pool : subnet.pools) add_server_identifier(pool.options);
    }
    for (const auto& network : networks) add_server_identifier(network.options);
    for (auto* keys : {&keys_, &carrier_keys_}) {
        std::ranges::sort(keys->lengths);
        keys->lengths.erase(std::ranges::unique(keys->lengths).begin(), keys->lengths.end());
    }
}

void SubnetIndex::add_server_identifier(const OptionSet& options) {
    const auto* option = find_option(options, v4::option::server_identifier);
    if (option != nullptr && option->bytes.size() == 4) {
        server_identifiers_.insert(read_u32(option->bytes.data()));
    }
}

const SubnetIndex::Link* SubnetIndex::chain_of_network(const LinkKeys& keys, const Ipv6& address,
                                                       std::uint8_t length) {
    const auto found = keys.networks.find(Prefix{masked(address, length), length});
    return found == keys.networks.end() ? nullptr : &found->second;
}

const SubnetIndex::Link* SubnetIndex::chain_of(const Texts& texts, std::string_view text) {
    const auto found = texts.find(text);
    return found == texts.end() ? nullptr : &found->second;
}

const SubnetIndex::Link* SubnetIndex::chain_of_relay(const Ipv6& relay) const {
    const auto found = by_relay_.find(Prefix{relay, 128});
    return found == by_relay_.end() ? nullptr : &found->second;
}

std::optional<std::size_t> SubnetIndex::by_id(std::uint32_t id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional{found->second};
}

bool SubnetIndex::is_server_identifier(Ipv4 address) const {
    return server_identifiers_.contains(address.value);
}

void prefetch_subnet(const SubnetConfig& subnet) {
    prefetch(&subnet, &subnet.interface);
}

void prefetch_contents(const SubnetConfig& subnet) {
    if (!subnet.pools.empty()) prefetch(subnet.pools.data(), subnet.pools.data() + 1);
    if (!subnet.options.empty()) prefetch(subnet.options.data(), subnet.options.data() + 1);
}

bool admits(const ServerConfig& config, const SubnetConfig& subnet, const ClassSet& classes) {
    if (!admits(subnet.guard, classes)) return false;
    return !subnet.shared_network || admits(config.shared_networks[*subnet.shared_network].guard, classes);
}

}  // namespace leasehold
