// Building and asking the subnet index. Not here: the order in which a packet's fields are tried.
#include "dhcp/subnet.hpp"

#include <algorithm>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

namespace {

std::uint64_t network_key(std::uint32_t network, std::uint8_t length) {
    return std::uint64_t{network} << 8 | length;
}

}  // namespace

SubnetIndex::SubnetIndex(const std::vector<SubnetConfig>& subnets) {
    // emplace keeps what is there: the lowest id wins.
    for (std::size_t place = 0; place < subnets.size(); ++place) {
        const auto& subnet = subnets[place];
        by_network_.emplace(network_key(subnet.network.network.value, subnet.network.length), place);
        by_id_.emplace(subnet.id, place);
        for (const auto relay : subnet.relay_addresses) by_relay_.emplace(relay.value, place);
        if (!subnet.interface.empty()) by_interface_.emplace(subnet.interface, place);
        lengths_.push_back(subnet.network.length);
        add_server_identifier(subnet.options);
        for (const auto& pool : subnet.pools) add_server_identifier(pool.options);
    }
    std::ranges::sort(lengths_);
    lengths_.erase(std::ranges::unique(lengths_).begin(), lengths_.end());
}

void SubnetIndex::add_server_identifier(const OptionSet& options) {
    const auto* option = find_option(options, v4::option::server_identifier);
    if (option != nullptr && option->bytes.size() == 4) {
        server_identifiers_.insert(read_u32(option->bytes.data()));
    }
}

std::optional<std::size_t> SubnetIndex::by_address(Ipv4 address) const {
    std::optional<std::size_t> first;
    for (const auto length : lengths_) {
        const auto network = address.value & Ipv4Network{{}, length}.mask();
        const auto found = by_network_.find(network_key(network, length));
        if (found != by_network_.end() && (!first || found->second < *first)) first = found->second;
    }
    return first;
}

std::optional<std::size_t> SubnetIndex::by_relay(Ipv4 giaddr) const {
    const auto found = by_relay_.find(giaddr.value);
    return found == by_relay_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<std::size_t> SubnetIndex::by_interface(std::string_view name) const {
    const auto found = by_interface_.find(name);
    return found == by_interface_.end() ? std::nullopt : std::optional{found->second};
}

std::optional<std::size_t> SubnetIndex::by_id(std::uint32_t id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? std::nullopt : std::optional{found->second};
}

bool SubnetIndex::is_server_identifier(Ipv4 address) const {
    return server_identifiers_.contains(address.value);
}

}  // namespace leasehold
