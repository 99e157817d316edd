// The messages of `leasehold probe`: a client's made, a server's read, both as people see them. Octets in and out; no socket
// and no clock.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/probe.hpp"

namespace leasehold {

using ProbeOctets = std::vector<std::uint8_t>;

/// A line of a message: a field of the header, or an option.
struct ProbeLine {
    std::string name;  // "yiaddr", "51 dhcp-lease-time"
    std::string text;
    int depth = 0;  // of options within options
};
struct ProbeMessage {
    std::string type;  // "DISCOVER"
    std::vector<ProbeLine> lines;
};

/// What a server's message means to the client.
struct ProbeAnswer {
    std::string type;
    std::string server;              // its address, of DHCPv6 its DUID; "": it does not say
    std::vector<std::string> units;  // addresses and prefixes
    std::string refusal;             // why there is none; "": there is
    ProbeOctets octets;              // the whole message
};

class ProbeProtocol {
public:
    virtual ~ProbeProtocol() = default;
    /// DISCOVER or SOLICIT.
    virtual ProbeOctets first() = 0;
    /// @pre the answer has no refusal
    virtual ProbeOctets request(const ProbeAnswer& offer) = 0;
    virtual ProbeOctets release(const ProbeAnswer& granted) = 0;
    /// nullopt: not an answer to the last message that was made.
    virtual std::optional<ProbeAnswer> read(std::span<const std::uint8_t> octets) const = 0;
    /// Of either direction.
    virtual ProbeMessage show(std::span<const std::uint8_t> octets) const = 0;
};

/// @pre the arguments have a MAC and, of DHCPv6, a DUID
std::unique_ptr<ProbeProtocol> make_probe4(const ProbeArguments& arguments);
std::unique_ptr<ProbeProtocol> make_probe6(const ProbeArguments& arguments);

/// 32 random bits.
std::uint32_t probe_random();

/// The option of a code as people read it, and those within it.
void show_probe_option(Family family, std::string_view space, std::uint16_t code, std::span<const std::uint8_t> payload,
                       int depth, std::vector<ProbeLine>& lines);

/// Printable ASCII, whatever a stranger sent.
std::string probe_text(std::string_view octets);

}  // namespace leasehold
