// `leasehold probe`: asks DHCP servers as a client or a relay would, and shows what is said. What a message holds is the
// protocols' part (probe_protocol), how it travels that of probe_link.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"

namespace CLI {
class App;
}

namespace leasehold {

/// An option that is sent besides the usual ones.
struct ProbeOption {
    std::uint16_t code = 0;
    Octets payload;
};

/// How far the exchange goes: an offer binds nothing; a lease is given back, or kept.
enum class ProbeDepth : std::uint8_t { discover, lease, request };

struct ProbeArguments {
    Family family = Family::v4;
    std::string interface;             // "": the only one there is, of a relay none
    std::optional<Ipv6> server;        // nullopt: all of the link. IPv4 ones are mapped, here and below
    std::optional<Ipv6> relay;         // v4: giaddr; v6: link address. nullopt: as a client
    Octets mac;                        // empty: the interface's, of a relay one that is made up
    Octets client_id;                  // v4, option 61; empty: none
    Octets duid;                       // v6; empty: of the type LL, from the MAC
    std::string hostname;
    bool prefix = false;               // v6: asks for a delegated prefix too
    ProbeDepth depth = ProbeDepth::discover;
    std::vector<ProbeOption> options;
    std::vector<std::string> known;    // servers that may answer; empty: any
    std::chrono::milliseconds timeout{3000};  // of each attempt
    std::uint32_t retries = 2;
    bool json = false;
};

/// Exit statuses of `leasehold probe`, besides 64 (usage) and 71 (a socket).
enum class ProbeStatus : int { fine = 0, no_answer = 1, refused = 2, stranger = 3 };

/// The words behind `leasehold probe`.
class ProbeCommandLine {
public:
    /// Adds them. The values are stored here: lives until app.parse() has returned.
    explicit ProbeCommandLine(CLI::App& app);
    ~ProbeCommandLine();
    ProbeCommandLine(const ProbeCommandLine&) = delete;
    ProbeCommandLine& operator=(const ProbeCommandLine&) = delete;

    /// After app.parse(): nullopt: another command was given, or none.
    std::optional<ProbeArguments> given() const;

private:
    struct Words;
    std::unique_ptr<Words> words_;
};

/// Sends, waits and tells. Blocks for at most (retries + 1) times the timeout, per message that is answered.
/// @return the exit status
int run_probe(const ProbeArguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace leasehold
