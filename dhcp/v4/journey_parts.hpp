// What a journey keeps of a packet and its client. Included by journey*.cpp only.
#pragma once

#include "dhcp/v4/journey.hpp"

namespace leasehold::v4 {

using SteadyClock = std::chrono::steady_clock;

/// A datagram with everything its decision needs; kept until its reply has left.
struct Journey::Packet {
    std::vector<std::uint8_t> bytes;
    std::uint32_t interface_index = 0;
    std::string interface_name;
    Ipv4 interface_address, source, destination;
    std::uint16_t source_port = 0;
    bool raw = false;
    SteadyClock::time_point received_at{};
    MessageType type = MessageType::none;
    std::uint32_t xid = 0;
    std::uint32_t subnet_id = 0;
    int decisions = 0;
    std::vector<FreshRow> facts;
    std::vector<PingResult> pings;

    Packet(const ListenerView& listener, const Inbound& datagram)
        : bytes(datagram.bytes.begin(), datagram.bytes.end()),
          interface_index{listener.interface.index},
          interface_name{listener.interface.name},
          interface_address{listener.address},
          source{datagram.source},
          destination{datagram.destination},
          source_port{datagram.source_port},
          raw{listener.has_raw_socket},
          received_at{SteadyClock::now()} {}

    Arrival arrival() const {
        return {interface_index, interface_name, interface_address, source, source_port, destination, raw,
                received_at};
    }
    bool is_retransmission_of(const Packet& other) const { return xid == other.xid && type == other.type; }
};

/// A client with a packet under way. Exactly one of the three holds its turn.
struct Journey::Client {
    std::optional<DecisionId> flight;  // with the store
    std::optional<Prefix> waits_for;   // for a lease that is with the store
    bool fetching = false;             // rows of the store, or the answer to a ping
    std::unique_ptr<Packet> parked;    // decided next
};

struct Journey::InFlight {
    std::unique_ptr<Packet> packet;
    ClientKey client;
    Done done;
};

}  // namespace leasehold::v4
