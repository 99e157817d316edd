// What a run has measured and found.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/datagram.hpp"
#include "tests/bench/load/codec.hpp"
#include "tests/bench/load/own_load.hpp"
#include "tests/bench/load/owners.hpp"

namespace leasehold::bench {

inline constexpr std::size_t ask_count = 4;
/// Shares of an avalanche's clients whose time is told.
inline constexpr std::array served_shares{0.5, 0.9, 0.99, 1.0};
/// Findings that are told with their words; all are counted.
inline constexpr std::size_t finding_count_max = 10;

/// One kind of message: what was sent, and how it went. A message that is sent again counts once.
struct Messages {
    std::uint64_t sent = 0, answered = 0, unanswered = 0, resent = 0;
    Histogram latency;  // from when it was due; of a REQUEST, from when the offer arrived
};

struct Outcome {
    std::array<Messages, ask_count> messages;  // by Ask
    Histogram whole;  // new leases: from when the DISCOVER was due until the ACK arrived

    std::uint64_t due = 0;  // exchanges that the shape of load asked for; 0: it does not say
    std::uint64_t begun = 0, completed = 0, lost = 0;
    std::uint64_t completed_in_time = 0;  // while the load lasted, not in the wait for the last answers
    std::uint64_t refused = 0;            // NAK, or a DHCPv6 status; or less than was asked for
    std::uint64_t moved = 0;              // a client that held a lease was offered another
    std::uint64_t orphans = 0;            // answers with a transaction id that no client waits for
    std::uint64_t strangers = 0;          // answers to who is no client of this run
    std::uint64_t surplus = 0;            // second and late answers, and those of other servers
    std::uint64_t unreadable = 0;

    std::uint64_t duplicates = 0, wrong_leases = 0, wrong_servers = 0;
    std::vector<std::string> findings;

    Nanoseconds load_time{0}, whole_time{0};
    std::array<std::optional<Nanoseconds>, served_shares.size()> served_after;  // avalanche
    OwnLoad own;
    SocketCounters sockets;
    std::string socket_error;
    bool renews_from_client = false, interrupted = false;

    const Messages& of(Ask ask) const { return messages[static_cast<std::size_t>(ask)]; }
    Messages& of(Ask ask) { return messages[static_cast<std::size_t>(ask)]; }

    /// Per second of the load; 0 for an empty run.
    double rate() const { return per_second(completed_in_time); }
    double begun_rate() const { return per_second(begun); }
    /// Of what was begun, 0 to 1.
    double loss() const { return share(begun - std::min(begun, completed), begun); }
    /// Of what was due; 1 where the shape does not say.
    double offered() const { return due == 0 ? 1 : share(begun, due); }
    double run_delay() const { return time_share(own.run_delay); }
    double processor_share() const { return time_share(own.processor); }
    bool is_wrong() const { return duplicates + wrong_leases + wrong_servers > 0; }

private:
    static double share(std::uint64_t part, std::uint64_t of) {
        return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
    }
    double per_second(std::uint64_t count) const {
        const double seconds = std::chrono::duration<double>(load_time).count();
        return seconds > 0 ? static_cast<double>(count) / seconds : 0;
    }
    double time_share(Nanoseconds part) const {
        return whole_time.count() > 0
                   ? static_cast<double>(part.count()) / static_cast<double>(whole_time.count())
                   : 0;
    }
};

}  // namespace leasehold::bench
