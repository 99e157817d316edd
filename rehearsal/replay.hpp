// A capture run through a configuration: each client's message is decided in its turn and time, with leases that evolve
// in memory, and what is decided stands beside what the capture's server answered.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rehearsal/memory_server.hpp"
#include "rehearsal/pcap_file.hpp"
#include "rehearsal/reply_comparison.hpp"

namespace leasehold::rehearsal {

/// What the capture tells of its server, so that the rehearsal answers in its name.
struct CapturedServer {
    std::set<Ipv4> addresses;  // option 54 of its answers
    Octets duid;               // v6, of the first answer; empty: there is none
};
CapturedServer captured_server(const CaptureFile& capture, Family family);

struct Turn {
    std::size_t packet = 0;  // its number in the capture
    std::chrono::system_clock::time_point at;
    std::string client;   // "02:00:5e:10:00:01"; v6: its DUID
    std::string message;  // "REQUEST (renewing)"
    std::string ours, theirs;                     // reply_summary
    std::string why;                              // ours: why there is no answer, or a refusal
    std::optional<std::size_t> answered_in;       // number of the capture's answer
    std::vector<Difference> differences;          // empty: the same
};

struct ReplaySummary {
    std::size_t messages = 0, same = 0, different = 0;
    std::size_t answers = 0;   // of servers, in the capture
    std::size_t repeated = 0;  // copies that a capture on several interfaces or beside a relay has: passed over
    std::size_t others = 0;    // of the other family, or no DHCP message of a client or server
    std::map<std::string, std::size_t> by_what;  // how often each thing differed
};

struct ReplayOptions {
    std::optional<Place> place;     // nullopt: guessed for each message from the answer that it had
    std::set<std::string> ignored;  // see compare_replies
};

/// @param server  at a time before the capture; see captured_server for its names
/// @param each  is shown every turn as it was played
ReplaySummary replay(const CaptureFile& capture, MemoryServer& server, const OptionWords& words,
                     const ReplayOptions& options, const std::function<void(const Turn&)>& each);

}  // namespace leasehold::rehearsal
