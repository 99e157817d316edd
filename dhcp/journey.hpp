// The journey of a packet on the loop: parsed, decided, its changes with the store, its reply sent once they are
// durable. Keeps lease-engine rule 2: one decision per client in flight, one waiting packet per client, everything
// bounded and counted. What is the same for both families is here; v4/journey and v6/journey read a packet and
// address its reply. Not here: what is answered (decide) and how a socket works.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dhcp/address_probe.hpp"
#include "dhcp/carried_message.hpp"
#include "dhcp/change_taker.hpp"
#include "dhcp/client_request.hpp"
#include "dhcp/decision.hpp"
#include "dhcp/event_bus.hpp"
#include "dhcp/exchange_times.hpp"
#include "dhcp/lease_keeper.hpp"
#include "dhcp/listeners.hpp"
#include "dhcp/packet_log.hpp"
#include "dhcp/rate_limiter.hpp"
#include "dhcp/recycling_allocator.hpp"
#include "dhcp/slowest_exchanges.hpp"
#include "dhcp/statistics.hpp"

namespace leasehold {

/// Of packets that begin an exchange (DISCOVER, SOLICIT) while there are more packets than are served.
struct NewcomerRules {
    std::size_t burst_max = 131072;  // that wait; some 700 octets each
    std::chrono::milliseconds burst{2000};
    std::size_t standing_max = 1024;  // when it goes on for longer
    std::size_t of_a_turn = 64;
    std::size_t of_a_backlogged_turn = 16;  // so that they are served at all
    std::size_t given_up_of_a_turn = 512;
    std::size_t flights_max = 2048;  // more with the store: it is what is slow
    std::chrono::milliseconds in_order_for{100};
};

/// What the journey needs of the server around it.
struct JourneyContext {
    const LeaseClock& clock;
    Statistics& statistics;
    EventBus& events;
    PacketOutlet& outlet;
    std::uint16_t client_port = 0;  // 0: as the protocol says
    AddressProbe* probe = nullptr;  // nullptr: nobody is looked for
    Carry carry = nullptr;          // v6: takes DHCPv4 messages out of DHCPv6 ones
    /// v6: the client of this DUID asks for leases or information (RFC 8415 18.3.11: what RECONFIGURE waits for).
    std::function<void(OctetView duid)> client_asks = nullptr;
    NewcomerRules newcomers = {};
};

struct JourneyCounters {
    std::uint64_t queue_full = 0;       // packets dropped because a limit was reached
    std::uint64_t stale = 0;            // had waited longer than packet-age-max
    std::uint64_t replies_too_old = 0;  // ready after the client has surely asked again
    std::uint64_t turned_away = 0;      // newcomers that found no room
};

class Journey {
public:
    static constexpr std::size_t packets_max = 8192;  // in flight and parked together
    static constexpr int decisions_max = 3;           // of a packet: the first, and twice after a loss
    static constexpr int fetches_max = 4;             // of a packet, while the store is loading
    static constexpr std::size_t fetch_rows_max = 256;  // the others with the next fetch
    static constexpr std::chrono::seconds reply_age_max{4};
    static constexpr std::chrono::seconds stale_tell_every{60};

    Journey(const Journey&) = delete;
    Journey& operator=(const Journey&) = delete;
    virtual ~Journey();

    /// The leases, the store and the configuration that the next packets meet.
    /// @pre idle(), unless all three are the same or `keeper` and `taker` are kept
    void use(std::shared_ptr<const ServerConfig> config, LeaseKeeper* keeper, ChangeTaker* taker);
    /// Closed: packets are counted and dropped. What is served of those that are not: see World::outage.
    void set_open(bool open, std::optional<OutageService> outage = std::nullopt) {
        open_ = open;
        outage_ = outage;
    }
    /// The store will not answer any more: who waits for it gets no reply.
    void abandon();

    void on_datagram(const ListenerView& listener, const Inbound& datagram);
    /// v4: a message that came within a DHCPv6 one. @param local  a server's address for it; 0.0.0.0: none
    void on_carried(CarriedMessage&& carried, Ipv4 local);
    /// True: the completion was one of the journey's. Call flush() after the last of a burst.
    bool on_completion(Completion& completion);
    void flush();
    /// Whether the kernel has more packets than were read.
    void set_backlog(bool backlog) { backlog_ = backlog; }
    /// To be called when a turn of receiving ends and after completions, and again while has_turn_for_newcomers(), with
    /// other work in between: some of the clients that began while there was a backlog.
    void serve_newcomers();
    bool has_turn_for_newcomers() const {
        return !newcomers_.empty() && !backlog_ && in_flight_.size() < context_.newcomers.flights_max;
    }
    /// A lease is no longer with the store (reclamation finished with it): who waited is decided.
    void wake(const Prefix& address);

    bool idle() const { return in_flight_.empty() && parked_ == 0; }
    std::size_t in_flight() const { return in_flight_.size(); }
    std::size_t parked() const { return parked_; }
    std::size_t newcomers() const { return newcomers_.size(); }
    const JourneyCounters& counters() const { return counters_; }
    const ExchangeTimes& exchange_times() const { return exchange_times_; }
    const SlowestExchanges& slowest_exchanges() const { return slowest_; }

    /// Ids that are not the journey's start here (reclamation).
    static constexpr DecisionId foreign_ids = DecisionId{1} << 63;

protected:
    struct Packet;  // journey_parts.hpp

    /// @param words  must outlive it
    Journey(const PacketWords& words, JourneyContext context);

    // --- what a family does
    /// Reads a packet from the start, whether it is new or has waited: parses it, notes it (note), makes a request of
    /// it, asks over_limit between the request's halves, then calls answer.
    virtual void handle(std::unique_ptr<Packet> packet) = 0;
    /// Hands a reply to the outlet. @param port  where to
    virtual void send_reply(const Packet& packet, const Reply& reply, std::uint16_t port) = 0;

    // --- what it does it with
    /// What the octets are; counted and logged once.
    void note(Packet& packet, std::uint8_t type, std::uint32_t xid);
    /// After note(). True: it waits for its turn, with which handle() is called anew.
    bool put_off(std::unique_ptr<Packet>& packet);
    void drop(const Packet& packet, const Drop& drop);
    /// Counts, logs, and hands it to send_reply.
    void send(const Packet& packet, const Reply& reply);
    void drop_unreadable(const Packet& packet, std::string_view what, std::size_t offset);
    /// The limit of packets in a time that this one would go over; asked once, nullopt for one that has waited.
    std::optional<Drop> over_limit(Packet& packet, const ClientRequest& request);
    /// decide() with its request and configuration given.
    using Decide = std::function<Decision(const World& world, const Facts& facts, LeaseTime now,
                                          std::uint64_t first_version, std::uint64_t seed)>;
    /// Decided now, or behind what is under way for the client. `decide` is called at once or never.
    void answer(std::unique_ptr<Packet> packet, const ClientRequest& request, const Decide& decide);

    const ServerConfig& config() const { return *config_; }
    const LeaseKeeper& keeper() const { return *keeper_; }
    const LeaseClock& clock() const { return context_.clock; }
    PacketOutlet& outlet() const { return context_.outlet; }
    void tell_of_client(OctetView duid) const {
        if (context_.client_asks) context_.client_asks(duid);
    }
    const Carry& carry() const { return context_.carry; }
    /// False behind it: the journey is gone.
    std::shared_ptr<const bool> alive() const { return alive_; }

private:
    struct Client;
    struct InFlight;

    void park(std::unique_ptr<Packet> packet, Client& client);
    void wait_for(const Prefix& lease, const ClientKey& key, std::unique_ptr<Packet> packet);
    void fetch(std::unique_ptr<Packet> packet, const ClientKey& key, std::vector<Prefix> rows);
    void look(std::unique_ptr<Packet> packet, const ClientKey& key, Need::Ping ping);
    void park_fetching(const ClientKey& key, std::unique_ptr<Packet> packet);
    /// nullptr: it does not wait any more.
    std::unique_ptr<Packet> take_fetching(const ClientKey& key);
    bool is_stale(const Inbound& datagram) const;
    void drop_stale(const ListenerView& listener, const Inbound& datagram);
    void count_stale();
    /// Without a look at more than its type: a client whose turn will not come.
    bool turn_away(const ListenerView& listener, const Inbound& datagram);
    std::size_t newcomers_limit(std::chrono::steady_clock::time_point now) const;
    void give_up_newcomers(std::chrono::steady_clock::time_point now);
    std::unique_ptr<Packet> next_newcomer(std::chrono::steady_clock::time_point now);
    void carry_out(std::unique_ptr<Packet> packet, const ClientKey& key, Done&& done);
    void finish(const Packet& packet, Done& done);
    void keep_slow(const Packet& packet, const Done& done, std::chrono::steady_clock::time_point now);
    void settle(InFlight& flight, Completion& completion);
    /// @param reply  what leaves for the packet; nullptr: nothing, or it is decided again
    void tell(const Packet& packet, const Reply* reply, LeaseEventList&& events);
    void drop_unread(const ListenerView& listener, const Inbound& datagram, const Drop& drop);
    bool room() const { return in_flight_.size() + parked_ < packets_max; }

    const PacketWords& words_;
    JourneyContext context_;
    std::shared_ptr<const ServerConfig> config_;
    LeaseKeeper* keeper_ = nullptr;
    ChangeTaker* taker_ = nullptr;
    std::function<bool(const Prefix&)> set_aside_;
    bool open_ = false;
    std::optional<OutageService> outage_;
    std::uint64_t seed_;
    DecisionId next_id_ = 1;
    RecyclingMap<DecisionId, InFlight> in_flight_;
    RecyclingMap<ClientKey, Client> clients_;
    std::unordered_map<Prefix, std::vector<ClientKey>> waiting_;
    std::size_t parked_ = 0;
    bool backlog_ = false;
    std::deque<std::unique_ptr<Packet>> newcomers_;  // not yet decided; the oldest first
    std::chrono::steady_clock::time_point newcomers_since_{};  // when the first of them came
    RateLimiter limiter_;
    std::uint64_t stale_untold_ = 0;
    std::chrono::steady_clock::time_point stale_told_at_{};
    JourneyCounters counters_;
    ExchangeTimes exchange_times_;
    SlowestExchanges slowest_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace leasehold
