#include "control/subnet_question.hpp"

#include <span>
#include <vector>

#include "dhcp/v4/request.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold {
namespace {

Ipv4 ipv4_or_none(const Ipv6& address) {
    return address == Ipv6{} ? Ipv4{} : to_ipv4(address);
}

void put_octets(std::vector<std::uint8_t>& wire, std::size_t at, Ipv4 address) {
    const auto value = address.value;
    for (std::size_t i = 0; i < 4; ++i) wire[at + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

/// A DHCPDISCOVER of a client of nobody.
std::vector<std::uint8_t> discover_of(const SubnetQuestion& question) {
    constexpr std::size_t ciaddr = 12, giaddr = 24, cookie = 236;
    std::vector<std::uint8_t> wire(cookie);
    wire[0] = 1, wire[1] = 1, wire[2] = 6;
    put_octets(wire, ciaddr, ipv4_or_none(question.address));
    put_octets(wire, giaddr, ipv4_or_none(question.relay));
    wire.insert(wire.end(), {99, 130, 83, 99, 53, 1, 1});
    const auto add = [&](std::initializer_list<std::uint8_t> begin, const Ipv6& address) {
        if (address == Ipv6{}) return;
        wire.insert(wire.end(), begin);
        wire.resize(wire.size() + 4);
        put_octets(wire, wire.size() - 4, to_ipv4(address));
    };
    add({82, 6, 5, 4}, question.link);  // RFC 3527
    add({118, 4}, question.subnet);     // RFC 3011
    wire.push_back(255);
    return wire;
}

/// A SOLICIT, relayed if something says so.
std::vector<std::uint8_t> solicit_of(const SubnetQuestion& question) {
    const std::vector<std::uint8_t> solicit{1, 0, 0, 1};
    if (question.link == Ipv6{} && question.interface_id.empty()) return solicit;
    std::vector<std::uint8_t> wire{12, 0};
    wire.insert(wire.end(), question.link.bytes.begin(), question.link.bytes.end());
    wire.resize(wire.size() + 16);  // the peer
    const auto add = [&](std::uint8_t code, std::span<const std::uint8_t> payload) {
        wire.insert(wire.end(), {0, code, static_cast<std::uint8_t>(payload.size() >> 8),
                                 static_cast<std::uint8_t>(payload.size())});
        wire.insert(wire.end(), payload.begin(), payload.end());
    };
    const std::vector<std::uint8_t> id(question.interface_id.begin(), question.interface_id.end());
    if (!id.empty()) add(18, id);
    add(9, solicit);
    return wire;
}

}  // namespace

const SubnetConfig* subnet_of_discover(const SubnetQuestion& question, const ServerConfig& config) {
    v4::Arrival arrival;
    arrival.interface_name = question.interface;
    arrival.interface_address = ipv4_or_none(question.local);
    arrival.source = ipv4_or_none(question.remote);
    const auto wire = discover_of(question);
    const auto message = v4::MessageView::parse(wire);
    return message ? v4::select_subnet(*message, arrival, config, question.classes) : nullptr;
}

const SubnetConfig* subnet_of_carried_discover(const SubnetQuestion& question, const ServerConfig& config) {
    const CarrierLink carrier{.interface_id = {question.interface_id.begin(), question.interface_id.end()},
                              .relay_link = question.link,
                              .client = question.remote,
                              .interface = question.interface};
    v4::Arrival arrival;
    arrival.interface_name = question.interface;
    arrival.carrier = &carrier;
    const auto wire = discover_of({});
    const auto message = v4::MessageView::parse(wire);
    return message ? v4::select_subnet(*message, arrival, config, question.classes) : nullptr;
}

const SubnetConfig* subnet_of_solicit(const SubnetQuestion& question, const ServerConfig& config) {
    v6::Arrival arrival;
    arrival.interface_name = question.interface;
    arrival.interface_address = question.local;
    arrival.source = question.remote;
    const auto wire = solicit_of(question);
    const auto message = v6::MessageView::parse(wire);
    return message ? v6::select_subnet(*message, arrival, config, question.classes) : nullptr;
}

}  // namespace leasehold
