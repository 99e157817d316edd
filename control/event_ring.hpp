// Lease events as an event stream shows them (server-sent events, as browsers and curl read them): the newest
// ones in memory, so that a reader who comes back goes on where it was. Loop thread only; knows no socket.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/families.hpp"
#include "dhcp/lease_event.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// What a reader wants to hear of; what is empty excludes nothing.
struct EventFilter {
    std::optional<Family> family;
    std::vector<std::uint32_t> subnets;
    std::vector<LeaseCause> causes;

    bool takes(Family of, std::uint32_t subnet, LeaseCause cause) const;
};
/// @param query  "family=4&subnet-id=1,2&cause=granted,renewed", percent-encoded or not
/// @error what is wrong with it, and what there is
Result<EventFilter, std::string> parse_event_filter(std::string_view query);

/// Where a reader is: events of one run of the ring are numbered from 1.
struct EventPlace {
    std::uint64_t run = 0;
    std::uint64_t sequence = 0;
    bool operator==(const EventPlace&) const = default;
};
std::string to_string(const EventPlace& place);                      // "1764363000-17"
std::optional<EventPlace> parse_event_place(std::string_view text);  // nullopt: none that was ever given out

/// An event of a stream as one JSON map: { "event": "lease" or "gap", "id": ..., and what it tells }.
/// @param text  an entry of a ring, or what a reader is told who goes on
std::string event_json(std::string_view text);

class EventRing {
public:
    struct Limits {
        std::size_t events = 65536;
        std::size_t octets = 32u << 20;
    };
    /// @param run  differs from that of every earlier ring
    EventRing(std::uint64_t run, Limits limits) : run_{run}, limits_{limits} {}

    /// The oldest ones go where there is no room.
    void add(Family family, const LeaseEvent& event);
    /// So many changes were not seen. Every reader is told.
    void add_gap(std::uint64_t changes);

    std::uint64_t run() const { return run_; }
    /// The number of the next event.
    std::uint64_t next() const { return first_ + events_.size(); }
    /// The number of the oldest one that is here; next() when there is none.
    std::uint64_t first() const { return first_; }
    /// The text of event `sequence`; "": the reader does not want it.
    /// @pre first() <= sequence < next()
    std::string_view text(std::uint64_t sequence, const EventFilter& filter) const;

    /// Where a reader who last saw `seen` goes on, and what it is told first.
    struct Resumption {
        std::uint64_t next = 0;
        std::string text;  // "": nothing was missed
    };
    Resumption resume(const std::optional<EventPlace>& seen) const;

private:
    struct Entry {
        bool for_all = false;
        Family family = Family::v4;
        LeaseCause cause = LeaseCause::granted;
        std::uint32_t subnet = 0;
        std::string text;
    };
    void keep(Entry entry);

    std::uint64_t run_;
    Limits limits_;
    std::deque<Entry> events_;
    std::uint64_t first_ = 1;
    std::size_t octets_ = 0;
};

}  // namespace leasehold
