// Finding a client's subnet in time that does not grow with the number of subnets (Kea walks a list).
// Where several fit the lowest id wins, as there, unless it does not take the client: then the next one that
// fits is asked. Which of a packet's fields is looked up, and whom a subnet takes: v4/request.
#pragma once

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/carried_message.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {

/// Answers with places in the `subnets` that it was made for, and lives in the same ServerConfig. Immutable.
class SubnetIndex {
public:
    /// @pre `subnets` is in ascending id
    explicit SubnetIndex(const std::vector<SubnetConfig>& subnets,
                         const std::vector<SharedNetworkConfig>& networks = {});

    // `takes(place)` refuses subnets whose guards do not fit; the next one with the same key is asked then.

    /// The first subnet whose prefix contains the address. One look-up per prefix length in use.
    template <class Takes>
    std::optional<std::size_t> by_address(const Ipv6& address, const Takes& takes) const {
        return containing(keys_, address, takes);
    }
    std::optional<std::size_t> by_address(const Ipv6& address) const { return by_address(address, anybody); }

    /// The first subnet that lists this relay (`relay.ip-addresses`).
    template <class Takes>
    std::optional<std::size_t> by_relay(const Ipv6& relay, const Takes& takes) const {
        return first_of(chain_of_relay(relay), takes);
    }
    std::optional<std::size_t> by_relay(const Ipv6& relay) const { return by_relay(relay, anybody); }

    /// The first subnet that names this interface.
    template <class Takes>
    std::optional<std::size_t> by_interface(std::string_view name, const Takes& takes) const {
        return first_of(chain_of(keys_.interfaces, name), takes);
    }
    std::optional<std::size_t> by_interface(std::string_view name) const {
        return by_interface(name, anybody);
    }

    /// The first subnet whose relays name it so (`interface-id`, v6).
    template <class Takes>
    std::optional<std::size_t> by_interface_id(OctetView id, const Takes& takes) const {
        return first_of(chain_of(keys_.interface_ids, as_text(id)), takes);
    }

    /// DHCPv4 over DHCPv6: the first subnet that has the `4o6-interface-id` of a relay, else one whose `4o6-subnet`
    /// contains the relay's link or else the client, else one that names the `4o6-interface`.
    template <class Takes>
    std::optional<std::size_t> by_carrier(const CarrierLink& link, const Takes& takes) const {
        if (!link.interface_id.empty()) {
            const auto id = as_text(view(link.interface_id));
            if (const auto named = first_of(chain_of(carrier_keys_.interface_ids, id), takes)) return named;
        }
        for (const auto& address : {link.relay_link, link.client})
            if (address != Ipv6{})
                if (const auto found = containing(carrier_keys_, address, takes)) return found;
        return first_of(chain_of(carrier_keys_.interfaces, link.interface), takes);
    }

    /// The place of the subnet with this id.
    std::optional<std::size_t> by_id(std::uint32_t id) const;
    /// Is this a server identifier (option 54) of a subnet, a shared network or a pool?
    bool is_server_identifier(Ipv4 address) const;
    /// Does any of them have one?
    bool has_server_identifiers() const { return !server_identifiers_.empty(); }

private:
    static constexpr auto anybody = [](std::size_t) { return true; };
    /// Subnets with one key are chained in ascending id. The first one, nearly always the only one, stands with the
    /// key, the others in `links_`.
    using LinkNumber = std::uint32_t;
    static constexpr LinkNumber no_link = ~LinkNumber{0};
    struct Link {
        std::uint32_t place;
        LinkNumber next;
    };
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };

    using Texts = boost::unordered_flat_map<std::string, Link, TextHash, std::equal_to<>>;
    /// By what a packet says of its link.
    struct LinkKeys {
        std::vector<std::uint8_t> lengths;  // of prefixes in use, ascending
        boost::unordered_flat_map<Prefix, Link> networks;
        Texts interfaces, interface_ids;
    };

    template <class Takes>
    std::optional<std::size_t> containing(const LinkKeys& keys, const Ipv6& address, const Takes& takes) const {
        std::optional<std::size_t> first;
        for (const auto length : keys.lengths) {
            const auto found = first_of(chain_of_network(keys, address, length), takes);
            if (found && (!first || *found < *first)) first = found;
        }
        return first;
    }
    template <class Takes>
    std::optional<std::size_t> first_of(const Link* link, const Takes& takes) const {
        for (; link != nullptr; link = link->next == no_link ? nullptr : &links_[link->next])
            if (takes(std::size_t{link->place})) return link->place;
        return std::nullopt;
    }
    // nullptr: no subnet has this key.
    static const Link* chain_of_network(const LinkKeys& keys, const Ipv6& address, std::uint8_t length);
    static const Link* chain_of(const Texts& texts, std::string_view text);
    const Link* chain_of_relay(const Ipv6& relay) const;
    void add(LinkKeys& keys, const Prefix* network, const std::string& interface, OctetView interface_id,
             std::size_t place);
    template <class Map, class Key>
    void put_in_front(Map& heads, const Key& key, std::size_t place);
    void add_server_identifier(const OptionSet& options);

    std::vector<Link> links_;
    LinkKeys keys_, carrier_keys_;
    boost::unordered_flat_map<Prefix, Link> by_relay_;  // all of length 128
    boost::unordered_flat_map<std::uint32_t, std::size_t> by_id_;
    boost::unordered_flat_set<std::uint32_t> server_identifiers_;
};

/// What packets read of their subnet is asked for in two steps: the subnet itself as soon as it is found, its pools and
/// options, which it names, when it is there.
void prefetch_subnet(const SubnetConfig& subnet);
void prefetch_contents(const SubnetConfig& subnet);

/// Do the guards of the subnet and of its shared network let a packet with these classes in?
bool admits(const ServerConfig& config, const SubnetConfig& subnet, const ClassSet& classes);

/// The subnets on the link of `selected` that let the packet in, `selected` itself first and unasked, then
/// the next ones of its shared network in ascending id and, after the last, those from the first on; until
/// `visit` returns true.
/// @return what the last visit said
template <class Visit>
bool any_subnet_on_link(const ServerConfig& config, const SubnetConfig& selected, const ClassSet& classes,
                        const Visit& visit) {
    if (visit(selected)) return true;
    if (!selected.shared_network) return false;
    const auto& network = config.shared_networks[*selected.shared_network];
    const auto own = static_cast<std::size_t>(&selected - config.subnets.data());
    const auto count = network.subnets.size();
    const auto after =
        static_cast<std::size_t>(std::ranges::upper_bound(network.subnets, own) - network.subnets.begin());
    for (std::size_t i = 0; i < count; ++i) {
        const auto place = network.subnets[(after + i) % count];
        const auto& subnet = config.subnets[place];
        if (place != own && admits(subnet.guard, classes) && visit(subnet)) return true;
    }
    return false;
}

}  // namespace leasehold
