// A small world for tests of v6's decide(): a configuration in a few lines, clients that make datagrams, and
// answers as one line of text. The server's side: world_state.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dhcp/v6/decide.hpp"
#include "tests/support/world_state.hpp"

namespace leasehold::testing_world6 {

using testing_world::Bytes;
using testing_world::unit;

/// @pre the text is an address
Ipv6 ip6(std::string_view text);
Bytes octets(const Ipv6& address);
Bytes octets(std::string_view text);

struct Range6 {
    std::string_view first, last;
};
/// Prefixes of this length out of `from`: a pool of delegated prefixes.
struct PdRange {
    std::string_view from;
    std::uint8_t length;
};
/// A subnet with these pools, on interface lan0 unless a test says otherwise: valid lifetime 4000 s (limits 1000
/// and 8000), preferred 3000 s (750 and 6000), T1 1000, T2 2000.
SubnetConfig subnet6_of(std::uint32_t id, std::string_view prefix, std::vector<Range6> pools,
                        std::vector<PdRange> pd_pools = {});
/// With a server DUID and the DHCPv6 defaults.
ServerConfig config6_of(std::vector<SubnetConfig> subnets);
/// 2001:db8:1::/64 with addresses ::10 to ::12 and prefixes of 2001:db8:f000::/54, each of /56.
ServerConfig home_config();
OptionValue option6(std::uint16_t code, std::string_view octets_as_hex);

/// An IA as a client writes it.
struct SentIa {
    LeaseKind kind = LeaseKind::na;
    std::uint32_t iaid = 1;
    std::vector<std::string_view> units = {};  // "2001:db8::1", "2001:db8::/56", "::/60"
    std::uint32_t preferred = 0, valid = 0;
};

struct SentRelay {
    std::string_view link = "::", peer = "fe80::1";
    std::vector<std::pair<std::uint16_t, Bytes>> options = {};
};

struct Packet6 {
    v6::MessageType type = v6::MessageType::solicit;
    std::uint32_t xid = 0x123456;
    std::vector<std::pair<std::uint16_t, Bytes>> options;
    std::vector<SentRelay> relays;  // the nearest to the client first
    v6::Arrival arrival;

    Packet6& with(std::uint16_t code, Bytes payload);
    Packet6& with_ia(const SentIa& ia);
    Packet6& without(std::uint16_t code);
    Packet6& requesting(std::vector<std::uint16_t> codes);
    Packet6& relayed_by(SentRelay relay);
    Bytes bytes() const;
};

/// Makes the packets of one client on the link lan0.
struct Client6 {
    Bytes duid;
    std::string address = "fe80::1";

    /// DUID-LL of 02:00:00:00:00:<number>
    static Client6 number(std::uint8_t number);

    Packet6 solicit(const std::vector<SentIa>& ias = {{}}) const;
    Packet6 request(const std::vector<SentIa>& ias) const;
    Packet6 renew(const std::vector<SentIa>& ias) const;
    Packet6 rebind(const std::vector<SentIa>& ias) const;
    Packet6 release(const std::vector<SentIa>& ias) const;
    Packet6 decline(const std::vector<SentIa>& ias) const;
    Packet6 confirm(const std::vector<SentIa>& ias) const;
    Packet6 information_request() const;
    Packet6 packet(v6::MessageType type, const std::vector<SentIa>& ias, bool names_server) const;
};

struct Answer6 : testing_world::Outcome {
    v6::MessageType type() const;
    /// @pre !silent()
    v6::MessageView view() const;
    /// What it says of leases: "ADVERTISE; NA 1 2001:db8:1::10 3000/4000; PD 2 NoPrefixAvail", with the status of
    /// the message, if any, behind its type. "silent (why)" when there is no answer.
    std::string text() const;
    std::optional<Bytes> option(std::uint16_t code) const;
    std::vector<std::uint16_t> codes() const;
};

class World6 final : public testing_world::WorldState {
public:
    using WorldState::WorldState;

    Answer6 decide(const Packet6& packet) const;
    /// The same for octets as they came. @pre they are a message
    Answer6 decide(const Bytes& datagram, const v6::Arrival& arrival) const;
    /// Decides and applies: changes become durable at once, holds and cursors move.
    Answer6 ask(const Packet6& packet);
    /// Decides and leaves the changes with the store; settle() makes them durable.
    Answer6 ask_in_flight(const Packet6& packet);
    /// SOLICIT, then REQUEST of what was advertised. @return the text of the REPLY
    std::string bind(const Client6& client, const std::vector<SentIa>& ias = {{}});
};

Reservation host6_of(const Client6& client, std::uint32_t subnet_id, std::vector<std::string_view> units);

}  // namespace leasehold::testing_world6
