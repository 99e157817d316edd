// The DHCPv4 wire format (RFC 2131 2, 2132, 3396): a view of a received datagram without a copy, and a
// writer of replies. Not here: what a message means (request) and what to answer (decide).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/result.hpp"

namespace leasehold::v4 {

enum class MessageType : std::uint8_t {
    none = 0,  // BOOTP
    discover = 1, offer = 2, request = 3, decline = 4, ack = 5, nak = 6, release = 7, inform = 8,
    // RFC 4388 lease query
    lease_query = 10, lease_unassigned = 11, lease_unknown = 12, lease_active = 13,
};
std::string_view to_string(MessageType type);

enum class ParseErrc : std::uint8_t {
    truncated,     // shorter than the fixed part and the cookie
    bad_cookie,
    bad_hlen,      // over 16
    bad_length,    // an option runs over the end
    bad_overload,  // option 52 with a value other than 1, 2, 3, or in an overloaded field
    bad_option,    // an option that decisions read has a length it cannot have
    not_a_request,  // op is not BOOTREQUEST
};
std::string_view to_string(ParseErrc code);
struct ParseError {
    ParseErrc code = ParseErrc::truncated;
    std::size_t offset = 0;  // in the datagram
};

inline constexpr std::size_t fixed_size = 236;
inline constexpr std::uint16_t broadcast_flag = 0x8000;

/// An option's payload: one span where it came in one piece, joined from its pieces (RFC 3396) otherwise.
/// Valid while the MessageView lives.
using OptionBytes = std::optional<std::span<const std::uint8_t>>;

/// A checked view of a datagram. Valid while the datagram lives; parsing and look-ups allocate nothing
/// unless an option came in several pieces.
class MessageView {
public:
    static Result<MessageView, ParseError> parse(std::span<const std::uint8_t> datagram);

    std::uint8_t op() const;
    std::uint8_t htype() const;
    std::uint8_t hops() const;
    std::uint32_t xid() const;
    std::uint16_t secs() const;
    std::uint16_t flags() const;
    Ipv4 ciaddr() const;
    Ipv4 yiaddr() const;
    Ipv4 siaddr() const;
    Ipv4 giaddr() const;
    std::span<const std::uint8_t> chaddr() const;  // hlen octets

    MessageType type() const { return type_; }
    /// Payload of an option of the options field and of overloaded file and sname, in that order.
    OptionBytes option(std::uint8_t code) const;
    bool has(std::uint8_t code) const { return option(code).has_value(); }
    std::optional<Ipv4> option_ipv4(std::uint8_t code) const;
    std::optional<std::uint32_t> option_u32(std::uint8_t code) const;
    /// A sub-option of the relay agent information (RFC 3046).
    OptionBytes relay_suboption(std::uint8_t code) const;

    std::span<const std::uint8_t> datagram() const { return datagram_; }

private:
    // Where each code begins: offset of its first piece (0: absent); more pieces are joined on parsing.
    std::span<const std::uint8_t> datagram_;
    MessageType type_ = MessageType::none;
    std::array<std::uint16_t, 256> payload_offset_{};
    std::array<std::uint16_t, 256> payload_size_{};
    std::vector<std::uint8_t> joined_;
    std::array<bool, 256> in_joined_{};
};

/// The fixed part of a reply.
struct ReplyHeader {
    std::uint8_t htype = 1;
    std::uint8_t hops = 0;
    std::uint32_t xid = 0;
    std::uint16_t secs = 0;
    std::uint16_t flags = 0;
    Ipv4 ciaddr, yiaddr, siaddr, giaddr;
    std::array<std::uint8_t, 16> chaddr{};
    std::uint8_t hlen = 0;
    std::string_view sname;  // up to 63 octets
    std::string_view file;   // up to 127 octets
};

/// Writes a reply into a buffer of the caller. Options go out in the order they are added; long ones are
/// split (RFC 3396). An option that would pass the size limit is left out whole, and counted: the
/// caller adds the important ones first.
class MessageWriter {
public:
    /// @param buffer  at least 300 octets
    MessageWriter(std::span<std::uint8_t> buffer, const ReplyHeader& header, MessageType type);
    /// False: it did not fit and was left out.
    bool add(std::uint8_t code, std::span<const std::uint8_t> payload);
    bool add_u8(std::uint8_t code, std::uint8_t value);
    bool add_u32(std::uint8_t code, std::uint32_t value);
    bool add_ipv4(std::uint8_t code, Ipv4 value);
    /// Keeps room at the end for an option that must be last (82, RFC 3046 2.1).
    void reserve(std::size_t payload_size);
    bool add_reserved(std::uint8_t code, std::span<const std::uint8_t> payload);
    /// Writes END and pads to 300 octets (RFC 1542 2.1). @return octets written.
    std::size_t finish();
    std::size_t left_out() const { return left_out_; }

private:
    bool add_within(std::uint8_t code, std::span<const std::uint8_t> payload, std::size_t limit);
    std::span<std::uint8_t> buffer_;
    std::size_t used_ = 0;
    std::size_t reserved_ = 1;  // END
    std::size_t left_out_ = 0;
};

}  // namespace leasehold::v4
