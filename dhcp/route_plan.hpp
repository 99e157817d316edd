// Which routes there shall be, which of them the kernel has, and what to tell it next. Pure: no socket, no clock; the
// leases come from prefix_routes, the kernel's answers from kernel_routes. What the kernel is told goes one after the
// other in the order in which it was decided, so that a later word on a prefix always wins.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "dhcp/prefix_route.hpp"
#include "dhcp/route_netlink.hpp"

namespace leasehold {

enum class RouteState : std::uint8_t {
    queued,       // the kernel is being told, or will be in a moment
    installed,    // it said so
    no_link,      // its interface is missing or down
    no_next_hop,  // nobody knows where it leads
    refused,      // the kernel said no
};
inline constexpr std::size_t route_state_count = 5;

/// A word to the kernel.
struct RouteOrder {
    bool set = true;  // false: remove
    KernelRoute route;
    std::uint64_t ticket = 0;  // of the prefix's route when it was ordered
    bool replaces = false;     // something of ours was there when it was sent
};

/// The kernel's no.
struct RouteRefusal {
    RouteOrder order;
    std::string device;  // "": of a removal
    int error = 0;       // errno
    bool again = false;  // the same was said of this route before
};

struct RouteCounters {
    std::uint64_t set = 0, removed = 0;  // as the kernel acknowledged
    std::uint64_t refused = 0;
    std::uint64_t missing = 0;     // were gone from the kernel's table, and are set again
    std::uint64_t stale = 0;       // were there for no lease, and are removed
    std::uint64_t queue_full = 0;  // orders that found no room; the next look at the kernel's table gives them again
    std::uint64_t over_limit = 0;  // leases whose route was not taken on
};

class RoutePlan {
public:
    static constexpr std::size_t routes_max = 262144;
    static constexpr std::size_t orders_max = 65536;  // waiting
    static constexpr std::size_t in_flight_max = 64;  // their acknowledgements fit into the socket's buffer

    /// Numbers of the interfaces that are up, by name.
    using Links = std::map<std::string, std::uint32_t, std::less<>>;

    explicit RoutePlan(std::size_t routes_limit = routes_max, std::size_t orders_limit = orders_max)
        : routes_limit_{routes_limit}, orders_limit_{orders_limit} {}

    // --- what shall be
    void want(const PrefixRoute& route);
    void unwant(const Prefix& prefix);
    /// All leases are told between these two: what was not wanted then or later has to go (see sweep).
    void begin_leases();
    void end_leases();
    void set_links(Links links);
    /// Ends of leases and looks, and other interfaces, concern all routes: this goes through them a piece at a time, at
    /// most `limit`. @return true: some are left
    bool sweep(std::size_t limit);
    bool sweeping() const { return due_.leases || due_.links || due_.look; }

    // --- what the kernel is told
    /// The next order, which is in flight from now on under this number. nullopt: there is none, or as many as may be
    /// are in flight.
    std::optional<RouteOrder> next(std::uint32_t sequence);
    /// @param error  errno, 0: done. @return what is to be told of it
    std::optional<RouteRefusal> acknowledge(std::uint32_t sequence, int error);
    /// The answers to what is in flight will not come: only a look tells what became of it.
    void forget_in_flight();

    // --- a look at what the kernel has: all routes of the owners' tables and numbers are told between these two, best
    // while nothing else is under way (sweep() follows)
    void begin_look();
    void see(const KernelRoute& route);
    /// @param whole  false: the look was not complete, so that nothing counts as missing
    void end_look(bool whole);

    std::size_t waiting() const { return orders_.size(); }
    std::size_t in_flight() const { return in_flight_.size(); }
    /// An order found no room: a look is due once the queue is empty.
    bool needs_look() const { return needs_look_; }
    std::size_t routes() const { return entries_.size(); }
    std::size_t count(RouteState state) const { return counts_[static_cast<std::size_t>(state)]; }
    const RouteCounters& counters() const { return counters_; }

private:
    struct Entry {
        PrefixRoute wanted;
        RouteState state = RouteState::queued;
        bool in_kernel = false;    // something of ours may be at its place there
        bool ordered = false;      // an order with its ticket waits or is in flight
        std::uint64_t ticket = 0;  // orders with another one are void
        std::uint64_t round = 0;   // of telling leases in which it was wanted last
        std::uint64_t changed = 0, seen = 0;  // looks in which that happened last
        std::uint32_t link = 0;    // the number of its interface, 0: there is none
        int error = 0;             // the last refusal's
    };
    using Entries = std::map<Prefix, Entry>;

    void renew(Entry& entry);
    void order_removal(const KernelRoute& route);
    bool order(RouteOrder order);
    void set_state(Entry& entry, RouteState state);
    /// 0: its interface is missing or down.
    std::uint32_t link_of(const Entry& entry) const;
    Entries::iterator drop(Entries::iterator entry);
    void tend(Entry& entry);
    static KernelRoute place_of(const PrefixRoute& route);

    std::size_t routes_limit_, orders_limit_;
    Entries entries_;
    std::array<std::size_t, route_state_count> counts_{};
    Links links_;
    std::deque<RouteOrder> orders_;
    std::map<std::uint32_t, RouteOrder> in_flight_;
    std::uint64_t ticket_ = 0, round_ = 1, look_ = 0;
    struct Due {
        bool leases = false, links = false, look = false;
    } due_;                       // what the sweep is for
    bool look_whole_ = true;
    std::optional<Prefix> swept_;  // up to here
    bool needs_look_ = false;
    RouteCounters counters_;
};

}  // namespace leasehold
