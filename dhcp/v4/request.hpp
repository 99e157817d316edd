// What a DHCPv4 message asks for: which of its kinds it is (RFC 2131 4.3), who sent it, and for which
// subnet. Pure. What to answer is decide's part.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dhcp/carried_message.hpp"
#include "dhcp/client_request.hpp"
#include "dhcp/decision.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v4/message.hpp"

namespace leasehold::v4 {

/// How a datagram came in.
struct Arrival {
    std::uint32_t interface_index = 0;
    std::string_view interface_name;
    Ipv4 interface_address;  // the interface's first address (or the configured one); 0: none yet
    Ipv4 source;
    std::uint16_t source_port = 68;
    Ipv4 destination;
    bool can_unicast_to_link = false;  // a packet socket can reach a client without an address
    std::chrono::steady_clock::time_point received_at{};
    const CarrierLink* carrier = nullptr;  // it came within a DHCPv6 message (RFC 7341)
};

enum class RequestKind : std::uint8_t {
    discover,
    selecting,    // server identifier set (RFC 2131 4.3.2)
    init_reboot,  // requested address, no server identifier, ciaddr 0
    renewing,     // ciaddr set, unicast
    rebinding,    // ciaddr set, broadcast
    release,
    decline,
    inform,
};
std::string_view to_string(RequestKind kind);

struct Request : ClientRequest {
    const MessageView* message = nullptr;
    Arrival arrival;
    RequestKind kind = RequestKind::discover;
    Octets sent_client_id;                      // as sent, for the echo
    bool bootp = false;                         // no option 53 (answered as a REQUEST, without times)
    bool relay_information_is_stashed = false;  // option 82 is of the stored lease: not echoed
    Ipv4 server_address;  // what goes into option 54 (RFC 5107: the relay may override it)
    Ipv4 local_address;   // where the reply comes from
};

/// Is an address one of this server's? (Option 54 names it.)
class LocalAddresses {
public:
    virtual ~LocalAddresses() = default;
    virtual bool is_local(Ipv4 address) const = 0;
};

/// The first half: accept rules, kind, classes that need no host, early global hosts, subnet and identity of
/// a message. What limits the rate of packets looks at its outcome before the other half is done. The Request
/// points into `message`, `arrival` and `config`.
Result<Request, Drop> read_request(const MessageView& message, const Arrival& arrival,
                                   const ServerConfig& config, const LocalAddresses& local);

/// The other half: the client's host, KNOWN or UNKNOWN, the classes that depend on them, the server
/// identifier. @return why the packet gets no answer; nullopt: go on.
std::optional<Drop> complete_request(Request& request, const ServerConfig& config);

/// Both halves, for those who limit nothing.
Result<Request, Drop> read_complete_request(const MessageView& message, const Arrival& arrival,
                                            const ServerConfig& config, const LocalAddresses& local);

/// In DHCPv6: by the 4o6 keys of subnets alone. Else RFC 3527, 3011, then relay, ciaddr, source, interface; see docs/protocol.md "Which subnet". A subnet whose
/// guard, or whose network's guard, does not fit is passed over in each of these steps. The time does not
/// depend on the number of subnets.
/// @return nullptr: none fits.
const SubnetConfig* select_subnet(const MessageView& message, const Arrival& arrival,
                                  const ServerConfig& config, const ClassSet& classes);

}  // namespace leasehold::v4
