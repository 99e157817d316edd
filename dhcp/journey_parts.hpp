// What a journey keeps of a packet and its client. Included by the journeys' sources only.
#pragma once

#include "dhcp/journey.hpp"
#include "dhcp/recycling_allocator.hpp"

namespace leasehold {

using SteadyClock = std::chrono::steady_clock;

/// A datagram with everything its decision needs; kept until its reply has left.
struct Journey::Packet {
    MessageBytes bytes;
    std::uint32_t interface_index = 0;
    std::string interface_name;
    Ipv6 interface_address;  // ListenerView::address
    Ipv6 global_address;     // v6: one of the interface that is not link-local; ::, there is none
    Ipv6 source, destination;
    std::uint16_t source_port = 0;
    bool raw = false;  // a packet socket is there for the reply
    SteadyClock::time_point received_at{};
    std::chrono::nanoseconds waited{0};  // Inbound::waited, before that
    std::uint32_t probe_link = 0;  // where Need::ping is looked for: an interface's number, or 0: where the route leads
    bool noted = false, limited = false;  // note() and over_limit() have seen it
    bool may_be_put_off = false;          // see put_off(); once
    std::uint8_t type = 0;
    std::uint32_t xid = 0;
    std::uint32_t subnet_id = 0;
    int decisions = 0, fetches = 0;
    std::vector<FreshRow> facts;
    std::vector<PingResult> pings;
    std::unique_ptr<CarriedMessage> carrier;  // v4: what it came within, its bytes copied; null: nothing

    Packet(const ListenerView& listener, const Inbound& datagram)
        : bytes(datagram.bytes.begin(), datagram.bytes.end()),
          interface_index{listener.interface.index},
          interface_name{listener.interface.name},
          interface_address{listener.address},
          global_address{listener.interface.global_address().value_or(Ipv6{})},
          source{datagram.source},
          destination{datagram.destination},
          source_port{datagram.source_port},
          raw{listener.has_raw_socket},
          received_at{datagram.received_at == SteadyClock::time_point{} ? SteadyClock::now() : datagram.received_at},
          waited{datagram.waited} {}
    Packet(CarriedMessage&& carried, Ipv4 local)
        : bytes(carried.bytes.begin(), carried.bytes.end()),
          interface_index{carried.interface_index},
          interface_name{carried.link.interface},
          interface_address{to_ipv6(local)},
          source{carried.link.client},
          received_at{carried.received_at},
          carrier{std::make_unique<CarriedMessage>(std::move(carried))} {}

    static void* operator new(std::size_t) { return RecyclingAllocator<Packet>{}.allocate(1); }
    static void operator delete(void* packet) { RecyclingAllocator<Packet>{}.deallocate(static_cast<Packet*>(packet), 1); }

    bool is_retransmission_of(const Packet& other) const { return xid == other.xid && type == other.type; }
};

/// A client with a packet under way. Exactly one of the three holds its turn.
struct Journey::Client {
    std::optional<DecisionId> flight;  // with the store
    std::optional<Prefix> waits_for;   // for a lease that is with the store
    bool fetching = false;             // rows of the store, or the answer to a ping
    std::unique_ptr<Packet> parked;    // decided next
};

/// A decision whose changes are with the store.
struct Journey::InFlight {
    std::unique_ptr<Packet> packet;
    ClientKey client;
    Done done;  // its changes come back with the completion
    boost::container::small_vector<Prefix, 1> leases;
};

}  // namespace leasehold
