// See the header.
#include "rehearsal/place.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include <algorithm>
#include <cstring>

namespace leasehold::rehearsal {
namespace {

bool has_address(Family family, const MachineInterface& interface) {
    return family == Family::v4 ? !interface.address4.is_zero() : interface.address6 != Ipv6{};
}

Place place_on(const MachineInterface& interface) {
    return {interface.name, interface.address4, interface.address6};
}

void set_address(Place& place, const Ipv6& address) {
    if (is_ipv4(address))
        place.address4 = to_ipv4(address);
    else
        place.address6 = address;
}

const MachineInterface* find_on(const std::vector<MachineInterface>& machine, std::string_view name) {
    const auto found = std::ranges::find(machine, name, &MachineInterface::name);
    return found == machine.end() ? nullptr : &*found;
}

/// The subnet whose link the interface is: one that names it, the relay's, the only one.
const SubnetConfig* likely_subnet(const ServerConfig& config, std::string_view interface, std::optional<Ipv6> relay) {
    for (const auto& subnet : config.subnets)
        if (!subnet.interface.empty() && subnet.interface == interface) return &subnet;
    if (relay) {
        for (const auto& subnet : config.subnets)
            if (contains(subnet.network, *relay)) return &subnet;
    }
    return config.subnets.size() == 1 || relay ? &config.subnets.front() : nullptr;
}

/// An interface that this machine does not have, or that has no address: one is made up, since answers need it.
void assume_address(ChosenPlace& chosen, const ServerConfig& config, std::optional<Ipv6> relay) {
    chosen.is_assumed = true;
    if (config.subnets.empty()) return;
    const auto* const subnet = likely_subnet(config, chosen.place.interface, relay);
    if (subnet != nullptr) set_address(chosen.place, to_ipv6(to_uint128(subnet->network.address) + 1));
}

ChosenPlace place_named(const ServerConfig& config, const std::string& name, std::optional<Ipv6> address,
                        std::optional<Ipv6> relay, const std::vector<MachineInterface>& machine) {
    ChosenPlace chosen{{name, {}, {}}, false};
    const auto* const present = find_on(machine, name);
    if (present != nullptr) chosen.place = place_on(*present);
    for (const auto& choice : config.interfaces.interfaces)
        if (!address && choice.name == name && choice.address) address = choice.address;
    if (address) {
        set_address(chosen.place, *address);
    } else if (present == nullptr || !has_address(config.family, *present)) {
        assume_address(chosen, config, relay);
    }
    return chosen;
}

/// Those that the server would listen on, here.
std::vector<std::string> candidates(const ServerConfig& config, const std::vector<MachineInterface>& machine) {
    std::vector<std::string> names;
    const auto add = [&](const std::string& name) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    };
    for (const auto& choice : config.interfaces.interfaces) {
        if (choice.name != "*") {
            add(choice.name);
            continue;
        }
        for (const auto& interface : machine)
            if (!interface.loopback && has_address(config.family, interface)) add(interface.name);
    }
    return names;
}

}  // namespace

std::vector<MachineInterface> machine_interfaces() {
    std::vector<MachineInterface> found;
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return found;  // then nothing is known of this machine, as of another one
    for (const auto* one = list; one != nullptr; one = one->ifa_next) {
        auto at = std::ranges::find(found, std::string_view{one->ifa_name}, &MachineInterface::name);
        if (at == found.end()) {
            found.push_back({one->ifa_name, {}, {}, (one->ifa_flags & IFF_LOOPBACK) != 0});
            at = std::prev(found.end());
        }
        if (one->ifa_addr == nullptr) continue;
        if (one->ifa_addr->sa_family == AF_INET && at->address4.is_zero()) {
            sockaddr_in address{};
            std::memcpy(&address, one->ifa_addr, sizeof address);
            at->address4 = Ipv4{ntohl(address.sin_addr.s_addr)};
        } else if (one->ifa_addr->sa_family == AF_INET6 && at->address6 == Ipv6{}) {
            sockaddr_in6 address{};
            std::memcpy(&address, one->ifa_addr, sizeof address);
            Ipv6 taken;
            std::memcpy(taken.bytes.data(), &address.sin6_addr, taken.bytes.size());
            if (!is_link_local(taken)) at->address6 = taken;
        }
    }
    ::freeifaddrs(list);
    return found;
}

Result<ChosenPlace, std::string> choose_place(const ServerConfig& config, const std::string& named,
                                              std::optional<Ipv6> relay, const std::vector<MachineInterface>& machine) {
    if (!named.empty()) {
        const auto slash = named.find('/');
        const auto name = named.substr(0, slash);
        if (slash == std::string::npos) return place_named(config, name, std::nullopt, relay, machine);
        const auto text = named.substr(slash + 1);
        auto address = parse_ipv6(text);
        if (const auto ipv4 = parse_ipv4(text)) address = to_ipv6(*ipv4);
        if (!address || is_ipv4(*address) != (config.family == Family::v4))
            return std::unexpected("--interface " + named + ": behind the slash belongs an address of the family, such as " +
                                   name + (config.family == Family::v4 ? "/192.0.2.1" : "/2001:db8::1"));
        return place_named(config, name, address, relay, machine);
    }
    const auto names = candidates(config, machine);
    if (names.empty()) return place_named(config, "", std::nullopt, relay, machine);
    if (names.size() == 1 || relay) return place_named(config, names.front(), std::nullopt, relay, machine);
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    return std::unexpected("on which interface does the packet come in? Name one with --interface: " + list);
}

}  // namespace leasehold::rehearsal
