// A small world for tests of decide(): a configuration in a few lines, clients that make datagrams, and a
// server state (LeaseKeeper) to which decisions are applied at once, as if the store had taken them. Not
// here: sockets, threads, a real store.
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

#include "dhcp/lease_keeper.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v4/decide.hpp"
#include "tests/support/fake_time.hpp"

namespace leasehold::testing_world {

using Bytes = std::vector<std::uint8_t>;

// --- configuration

/// @pre the text is an address; tests write constants
Ipv4 ip(std::string_view text);
Prefix unit(std::string_view text);

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
struct Answer {
    leasehold::Drop drop;  // of read_request or of decide
    std::optional<leasehold::Done> done;
    std::optional<Prefix> waits_for;
    std::vector<Prefix> needs;
    std::optional<Ipv4> looks_at;  // a ping is needed

    bool silent() const { return done.has_value() ? !done->reply : true; }
    v4::MessageType type() const;
    /// @pre !silent()
    v4::MessageView view() const;
    std::string yiaddr() const;
    std::optional<Bytes> option(std::uint8_t code) const;
    std::optional<std::uint32_t> u32(std::uint8_t code) const;
    std::string ipv4(std::uint8_t code) const;
    /// Codes as they stand in the message, each once per piece.
    Bytes codes() const;
    bool counted(Stat stat) const;
};

class World final : public v4::LocalAddresses {
public:
    explicit World(ServerConfig config);

    /// Decides; nothing changes.
    Answer decide(const Packet& packet) const;
    /// The same for octets as they came, of a capture for instance. @pre they are a message
    Answer decide(const Bytes& datagram, const v4::Arrival& arrival) const;
    leasehold::Decision decide_request(const v4::Request& request) const;
    const ServerConfig& config() const { return *config_; }
    /// Decides and applies: changes become durable at once, holds and cursors move.
    Answer ask(const Packet& packet);
    /// Decides and leaves the changes with the store; settle() makes them durable.
    Answer ask_in_flight(const Packet& packet);
    void settle(const Answer& answer);

    /// DISCOVER, then REQUEST of what was offered. @return the address; empty: none was got.
    std::string bind(const Client& client);

    void pass(std::chrono::seconds time);
    LeaseTime now() const { return clock_.now(); }
    std::optional<Lease> row(std::string_view address) const { return keeper_.table().find(unit(address)); }
    /// Puts a row there as if it had been loaded.
    void load(Lease lease);
    LeaseKeeper& keeper() { return keeper_; }
    const std::vector<LeaseEvent>& events() const { return events_; }
    /// Changes that a store would have refused: a wrong version, or a row that others still need.
    std::size_t refused_changes() const { return refused_changes_; }

    bool is_local(Ipv4 address) const override { return address == ip("192.0.2.1"); }

    bool table_complete = true;
    bool reuse_allowed = true;
    std::optional<OutageService> outage;
    std::vector<leasehold::FreshRow> fresh;
    std::vector<leasehold::PingResult> pings;
    const LeaseCounts* counts = nullptr;
    std::vector<Prefix> set_aside;
    std::uint64_t seed = 1;

private:
    void check_against_store(const Change& change);

    testing_support::FakeTime time_;
    LeaseClock clock_;
    std::shared_ptr<const ServerConfig> config_;
    LeaseKeeper keeper_;
    std::function<bool(const Prefix&)> is_set_aside_;
    std::vector<LeaseEvent> events_;
    std::map<Prefix, Lease> stored_;
    std::size_t refused_changes_ = 0;
};

}  // namespace leasehold::testing_world
