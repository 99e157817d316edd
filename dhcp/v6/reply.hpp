// Building replies: what each kind of answer carries, wrapped for the relays the message came through. Which
// options a scope has and the client asked for: reply_options. Nothing here looks at leases.
#pragma once

#include <array>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "dhcp/client_name.hpp"
#include "dhcp/decision.hpp"
#include "dhcp/reply_scopes.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::v6 {

/// One address or prefix as the client is told of it. Seconds; both 0: it must not be used any more.
struct ToldLease {
    Prefix unit;
    std::uint32_t preferred = 0, valid = 0;
    std::optional<Prefix> excluded = {};  // RFC 6603: within the unit, of a client that can use it
};

struct ToldIa {
    LeaseKind kind = LeaseKind::na;
    std::uint32_t iaid = 0;
    boost::container::small_vector<ToldLease, 2> leases = {};
    StatusCode status = StatusCode::success;
    std::string_view text = {};  // of the status; a literal. "": a success that is not spelled out
};
using ToldIas = boost::container::small_vector<ToldIa, 2>;

/// T1 and T2 of every IA of a message, seconds; 0: the client chooses.
struct IaTimes {
    std::uint32_t t1 = 0, t2 = 0;
    bool operator==(const IaTimes&) const = default;
};

/// What an answer says besides the client's and the server's DUID.
struct Told {
    MessageType type = MessageType::reply;
    std::optional<StatusCode> status = {};  // of the whole message
    std::string_view text = {};             // of it, a literal
    ToldIas ias = {};
    IaTimes times = {};
    const ClientName* name = nullptr;  // null: no client FQDN in the answer
    bool rapid_commit = false;
    LeaseTime now = {};        // of what must grow from message to message (RFC 8415 20.3)
    bool with_options = true;  // configured options, as asked for
};

/// More than an Ethernet frame holds is sent in fragments; what no reply of ours comes near is a limit.
inline constexpr std::size_t reply_size_max = 16384;
using ReplyBuffer = std::array<std::uint8_t, reply_size_max>;

/// What was written, addressed to whoever sent the query here: the client, or the relay nearest to this server.
Reply finish_reply(MessageWriter& out, MessageType type, const MessageView& query, const Arrival& arrival);

/// @pre scopes.config is set
Reply make_reply(const Request& request, const ReplyScopes& scopes, const Told& told);

/// RFC 9686 4.3: what was registered, as it was sent.
Reply make_registration_reply(const Request& request, const ServerConfig& config,
                              std::span<const std::uint8_t> iaaddr);

}  // namespace leasehold::v6
