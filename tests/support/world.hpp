// A small world for tests of v4's decide(): a configuration in a few lines, and clients that make datagrams. The
// server's side: world_state.hpp. Not here: sockets, threads, a real store.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dhcp/server_config.hpp"
#include "dhcp/v4/decide.hpp"
#include "tests/support/world_state.hpp"

namespace leasehold::testing_world {

// --- configuration

/// @pre the text is an address; tests write constants
Ipv4 ip(std::string_view text);

struct Range {
    std::string_view first, last;
};
/// A subnet with these pools and a fixed lifetime of 3600 s (limits 600 and 7200).
SubnetConfig subnet_of(std::uint32_t id, std::string_view prefix, std::vector<Range> pools);
ServerConfig config_of(std::vector<SubnetConfig> subnets);
/// 192.0.2.0/24 with the pool .10-.12, T1 900, T2 1800, routers, 6, 15 and an always-send 42: the
/// configuration that Kea's answers were measured with.
ServerConfig measured_config();

/// Puts subnets, by id, into a shared network; finish() comes later. @return its place
std::uint32_t add_network(ServerConfig& config, std::string name, const std::vector<std::uint32_t>& ids);
/// The class of packets whose option 60 is this text.
ClassId vendor_class(ServerConfig& config, std::string_view vendor);

OptionValue ipv4_option(std::uint16_t code, std::string_view address);
OptionValue text_option(std::uint16_t code, std::string_view text);

// --- packets

/// A client's datagram, made from readable parts.
struct Packet {
    v4::MessageType type = v4::MessageType::discover;
    Bytes hwaddr;
    std::uint16_t flags = 0;
    std::uint8_t hops = 0;
    Ipv4 ciaddr, giaddr;
    std::vector<std::pair<std::uint8_t, Bytes>> options;
    v4::Arrival arrival;

    Packet& with(std::uint8_t code, Bytes payload);
    Packet& with_ip(std::uint8_t code, std::string_view address);
    Packet& with_u32(std::uint8_t code, std::uint32_t value);
    Packet& with_text(std::uint8_t code, std::string_view text);
    Packet& without(std::uint8_t code);
    Packet& relayed_by(std::string_view relay);
    Packet& requesting(Bytes codes) { return with(55, std::move(codes)); }
    Bytes bytes() const;
};

/// Makes the packets of one client on the interface lan0 of a server at 192.0.2.1.
struct Client {
    Bytes hwaddr;
    Bytes client_id;  // empty: sends none
    std::string server = "192.0.2.1";
    std::optional<std::string> relay;

    /// 02:00:00:00:00:<number>, without a client identifier.
    static Client number(std::uint32_t number);
    Client& with_id(std::string_view text);
    Client& behind(std::string_view giaddr);

    Packet discover() const;
    Packet selecting(std::string_view address) const;
    Packet init_reboot(std::string_view address) const;
    Packet renewing(std::string_view ciaddr) const;
    Packet rebinding(std::string_view ciaddr) const;
    Packet release(std::string_view ciaddr) const;
    Packet decline(std::string_view address) const;
    Packet inform(std::string_view ciaddr) const;

private:
    Packet packet(v4::MessageType type) const;
};

/// A host known by its hardware address. @param address  "": none
Reservation host_of(const Client& client, std::uint32_t subnet_id, std::string_view address);
void set_hosts(ServerConfig& config, std::vector<Reservation> hosts);

// --- the server's side

/// What came of a packet.
struct Answer : Outcome {
    v4::MessageType type() const;
    /// @pre !silent()
    v4::MessageView view() const;
    std::string yiaddr() const;
    std::optional<Bytes> option(std::uint8_t code) const;
    std::optional<std::uint32_t> u32(std::uint8_t code) const;
    std::string ipv4(std::uint8_t code) const;
    /// Codes as they stand in the message, each once per piece.
    Bytes codes() const;
};

class World final : public WorldState, public v4::LocalAddresses {
public:
    using WorldState::WorldState;

    /// Decides; nothing changes.
    Answer decide(const Packet& packet) const;
    /// The same for octets as they came, of a capture for instance. @pre they are a message
    Answer decide(const Bytes& datagram, const v4::Arrival& arrival) const;
    Decision decide_request(const v4::Request& request) const;
    /// Decides and applies: changes become durable at once, holds and cursors move.
    Answer ask(const Packet& packet);
    /// Decides and leaves the changes with the store; settle() makes them durable.
    Answer ask_in_flight(const Packet& packet);

    /// DISCOVER, then REQUEST of what was offered. @return the address; empty: none was got.
    std::string bind(const Client& client);

    bool is_local(Ipv4 address) const override { return address == ip("192.0.2.1"); }
};

}  // namespace leasehold::testing_world
