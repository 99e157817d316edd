// What the load generator is to do, as values. The command line fills them in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "dhcp/address.hpp"
#include "tests/bench/load/client.hpp"

namespace leasehold::bench {

enum class Exchange : std::uint8_t {
    full,   // DISCOVER, OFFER, REQUEST, ACK; SOLICIT, ADVERTISE, REQUEST, REPLY
    rapid,  // with rapid commit: two messages, or four when the server does not take it up
    offer,  // DISCOVER, OFFER; SOLICIT, ADVERTISE
};

/// Whom a renewal and a release of DHCPv4 come from.
enum class RenewFrom : std::uint8_t {
    automatic,  // the client where its address is one of this machine, else as new clients' messages
    client,     // unicast from the client's own address (RFC 2131 4.3.2, RENEWING)
    relay,      // as new clients' messages: through the relay, or broadcast as in REBINDING
};

/// Who the clients are and what their messages say.
struct Clients {
    Family family = Family::v4;
    std::size_t count = 1'000'000;
    std::uint64_t base_mac = 0;
    bool client_id = true;        // DHCPv4: option 61
    bool broadcast_flag = false;  // DHCPv4
    bool wants_address = true;
    bool wants_prefix = false;  // DHCPv6
};

/// The relay agents that the clients are behind; none: they are on the link.
struct Relays {
    std::optional<Ipv6> first{};  // giaddr or link-address; IPv4 mapped
    std::uint32_t count = 1;
    std::uint32_t step = 256;  // from one relay's address to the next; in DHCPv6 from one /64 to the next
    /// Texts of sub-options 1 and 2 of option 82, or of interface-id and remote-id; % is the client's number.
    std::string circuit_id{}, remote_id{};
};

enum class ShapeKind : std::uint8_t { open, closed, bursts, avalanche };

/// When exchanges begin.
struct Shape {
    ShapeKind kind = ShapeKind::closed;
    double rate = 0;        // open: per second
    std::size_t size = 32;  // closed: how many are under way; bursts and avalanche: how many at once
    Nanoseconds every{0};   // bursts
    Nanoseconds duration = std::chrono::seconds{10};  // begin nothing after it; avalanche: give up then
    std::uint64_t exchange_count_max = 0;             // 0: no limit
};

struct Work {
    Exchange exchange = Exchange::full;
    double renewals = 0, releases = 0;  // share of the exchanges
    RenewFrom renew_from = RenewFrom::automatic;
    Nanoseconds timeout = std::chrono::seconds{1};  // without retransmission
    bool retransmit = false;
    double time_scale = 1;  // of the delays of retransmission
    std::uint64_t seed = 0;
    bool spin = false;      // never sleep
    bool progress = false;  // a line per second on standard error
};

struct Sockets {
    std::string interface {};
    std::optional<Ipv6> server{};  // none: broadcast or multicast on the interface
    std::uint16_t server_port = 0, relay_port = 0, client_port = 0;  // 0: those of the family
};

struct Search {
    double from = 100, to = 1e6;  // exchanges per second
    double precision = 0.05;      // ends when the bounds are this near to each other
    int repeats_max = 3;          // of a step in which the generator itself was starved
};

/// Above these a run is told to be no measurement, or a failure.
struct Limits {
    double loss = 0.001;      // share of exchanges
    double run_delay = 0.05;  // share of the time in which this program waited for a processor
};

enum class Activity : std::uint8_t { measure, search, respond };

struct Settings {
    Activity activity = Activity::measure;
    Clients clients;
    Relays relays;
    Shape shape;
    Work work;
    Sockets sockets;
    Search search;
    Limits limits;
    std::size_t prepare = 0;  // clients that get their leases before the measurement
    bool json = false;
    std::optional<Prefix> network{}, delegate{};  // respond: what is given away
};

}  // namespace leasehold::bench
