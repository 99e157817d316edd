// What a DHCPv6 message asks for: whether it is to be answered at all (RFC 8415 16), who sent it, and for which
// subnet. Pure. What to answer is decide's part.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dhcp/client_request.hpp"
#include "dhcp/decision.hpp"
#include "dhcp/v6/message.hpp"

namespace leasehold::v6 {

/// How a datagram came in.
struct Arrival {
    std::uint32_t interface_index = 0;
    std::string_view interface_name;
    Ipv6 interface_address;  // a global one of the interface; ::, it has none
    Ipv6 source;
    std::uint16_t source_port = 546;
    Ipv6 destination;
    std::chrono::steady_clock::time_point received_at{};
};

enum class RequestKind : std::uint8_t {
    solicit,
    request,
    confirm,
    renew,
    rebind,
    release,
    decline,
    information_request,
    address_registration,  // RFC 9686
};
std::string_view to_string(RequestKind kind);

struct Request : ClientRequest {
    const MessageView* message = nullptr;
    Arrival arrival;
    RequestKind kind = RequestKind::solicit;
    bool rapid_commit = false;  // a SOLICIT whose lease is made at once: asked for, and the subnet has it
};

/// The first half: accept rules, kind, classes that need no host, early global hosts, subnet and identity of
/// a message. What limits the rate of packets looks at its outcome before the other half is done. The Request
/// points into `message`, `arrival` and `config`.
Result<Request, Drop> read_request(const MessageView& message, const Arrival& arrival,
                                   const ServerConfig& config);

/// The other half: the client's host, KNOWN or UNKNOWN, the classes that depend on them.
/// @return why the packet gets no answer; nullopt: go on.
std::optional<Drop> complete_request(Request& request, const ServerConfig& config);

/// Both halves, for those who limit nothing.
Result<Request, Drop> read_complete_request(const MessageView& message, const Arrival& arrival,
                                            const ServerConfig& config);

/// What relays say of the client's link: the interface-id of the one nearest to the client that sends one, and the
/// link address nearest to the client that is neither :: nor link-local (an LDRA, RFC 6221 6.1, has none).
OptionBytes interface_id_of(const MessageView& message);
std::optional<Ipv6> link_address_of(const MessageView& message);

/// Relayed: the interface-id of the relay nearest to the client that sends one, else the link address nearest
/// to the client that is of use. Direct: the interface, the source, the interface's own address; see
/// docs/protocol.md "Which subnet". A subnet whose guard, or whose network's guard, does not fit is passed
/// over in each of these steps.
/// @return nullptr: none fits.
const SubnetConfig* select_subnet(const MessageView& message, const Arrival& arrival,
                                  const ServerConfig& config, const ClassSet& classes);

}  // namespace leasehold::v6
