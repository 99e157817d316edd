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
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

enum class MessageType : std::uint8_t {
    none = 0,  // BOOTP
    discover = 1,
    offer = 2,
    request = 3,
    decline = 4,
    ack = 5,
    nak = 6,
    release = 7,
    inform = 8,
    // RFC 4388 lease query
    lease_query = 10,
    lease_unassigned = 11,
    lease_unknown = 12,
    lease_active = 13,
};
std::string_view to_string(MessageType type);

enum class ParseErrc : std::uint8_t {
    truncated,  // shorter than the fixed part and the cookie
    bad_cookie,
    bad_hlen,       // over 16
    bad_length,     // an option runs over the end of its field
    bad_overload,   // option 52 with a value other than 1, 2, 3, or in an overloaded field
    bad_option,     // an option that decisions read has a length or value it cannot have
    not_a_request,  // op is not BOOTREQUEST (parse_reply: not BOOTREPLY)
};
/// What is wrong, as the end of a sentence.
std::string_view to_string(ParseErrc code);
struct ParseError {
    ParseErrc code = ParseErrc::truncated;
    std::size_t offset = 0;  // in the datagram
    bool operator==(const ParseError&) const = default;
};

inline constexpr std::size_t fixed_size = 236;
inline constexpr std::size_t cookie_size = 4;
inline constexpr std::uint32_t magic_cookie = 0x63825363;
inline constexpr std::uint8_t op_request = 1, op_reply = 2;
inline constexpr std::uint16_t broadcast_flag = 0x8000;

/// What to do with an option that runs over the end of its field: `lenient` (compatibility
/// lenient-option-parsing) takes what came before it. All other checks are the same.
enum class Leniency : std::uint8_t { strict, lenient };

/// A checked view of a datagram, valid while the datagram lives; may be copied and moved. Parsing walks the
/// datagram once and, like the look-ups, allocates nothing unless an option came in several pieces.
///
/// Checked once here, so that nobody else has to: the fixed part, hlen, where each option ends, overload, and
/// the sizes of 50, 51, 53, 54, 57, 61 (at least 2, RFC 2132 9.14), 118 and 82/5. A host name (12) of no
/// octets counts as absent. What follows END in a field is not looked at; a missing END is no error.
class MessageView {
    struct Unchecked {};  // only parse can name it

public:
    /// For parse, which makes the view in place: its half kilobyte is not moved.
    MessageView(Unchecked, std::span<const std::uint8_t> datagram) : datagram_{datagram} {}
    static Result<MessageView, ParseError> parse(std::span<const std::uint8_t> datagram,
                                                 Leniency leniency = Leniency::strict);
    /// The same for a server's message: tests and tools read replies with it.
    static Result<MessageView, ParseError> parse_reply(std::span<const std::uint8_t> datagram);

    std::uint8_t op() const { return datagram_[0]; }
    std::uint8_t htype() const { return datagram_[1]; }
    std::uint8_t hlen() const { return datagram_[2]; }
    std::uint8_t hops() const { return datagram_[3]; }
    std::uint32_t xid() const;
    std::uint16_t secs() const;
    std::uint16_t flags() const;
    Ipv4 ciaddr() const;
    Ipv4 yiaddr() const;
    Ipv4 siaddr() const;
    Ipv4 giaddr() const;
    std::span<const std::uint8_t> chaddr() const;  // hlen octets
    /// Up to the first NUL; empty when the field carries options (overload).
    std::string_view sname() const;
    std::string_view file() const;

    /// none: no option 53, a BOOTP message. May be a number that has no name here.
    MessageType type() const { return type_; }
    /// Payload of an option of the options field and of overloaded file and sname, in that order: one span
    /// where it came in one piece, joined from its pieces (RFC 3396) otherwise. Valid while the datagram and
    /// this live.
    OptionBytes option(std::uint8_t code) const;
    bool has(std::uint8_t code) const { return piece_at_[code] != 0; }
    /// nullopt also when the payload is not 4 octets long.
    std::optional<Ipv4> option_ipv4(std::uint8_t code) const;
    std::optional<std::uint32_t> option_u32(std::uint8_t code) const;
    /// A sub-option of the relay agent information (RFC 3046), the first of its code. Sub-options before a
    /// damaged one count; the damaged one and what follows it do not.
    OptionBytes relay_suboption(std::uint8_t code) const;

    /// Gives the message the relay agent information (a copy) that it came without: option() and
    /// relay_suboption() answer as if it had been there; datagram() is what was received.
    /// @return false: it is empty, or damaged where parse() would refuse it; nothing was changed
    /// @pre !has(82)
    bool set_relay_information(std::span<const std::uint8_t> payload);

    std::span<const std::uint8_t> datagram() const { return datagram_; }

private:
    struct Field {
        std::size_t begin, end;
    };
    struct Joined {
        std::uint8_t code;
        std::vector<std::uint8_t> payload;
    };

    static Result<MessageView, ParseError> parse_op(std::span<const std::uint8_t> datagram, std::uint8_t op,
                                                    Leniency leniency);
    std::optional<ParseError> read(std::uint8_t expected_op, Leniency leniency);
    std::optional<ParseError> walk(Field field, Leniency leniency);
    std::optional<ParseError> walk_overloaded(Leniency leniency);
    std::optional<ParseError> check_payloads();
    void join(std::uint8_t code, std::span<const std::uint8_t> piece);
    std::string_view text_field(Field field, std::uint8_t overload_bit) const;
    Ipv4 ipv4_at(std::size_t offset) const;

    std::span<const std::uint8_t> datagram_;  // at most 65535 octets
    // Where each code's length octet is (0: absent; `in_pieces`: see joined_). 512 octets that are cleared in
    // a few nanoseconds, and a look-up is one load; 4 octets per code with sizes would double both.
    std::array<std::uint16_t, 256> piece_at_{};
    std::vector<Joined> joined_;
    MessageType type_ = MessageType::none;
    std::uint8_t overload_ = 0;
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
    std::string_view sname;  // up to 63 octets, more are cut off: the field ends with NUL
    std::string_view file;   // up to 127 octets, likewise
};

/// Octets of an option with its code and length octets, in as many pieces as it takes (RFC 3396 5).
std::size_t wire_size(std::size_t payload_size);

/// Writes a reply into a buffer of the caller, whose size is the size limit. Options go out in the order they
/// are added; long ones are split (RFC 3396). An option that would pass the limit is left out whole, and
/// counted: the caller adds the important ones first. Allocates nothing.
class MessageWriter {
public:
    /// @param buffer  at least 300 octets
    /// @param type  none: no option 53 (BOOTP)
    MessageWriter(std::span<std::uint8_t> buffer, const ReplyHeader& header, MessageType type);
    /// @pre code is neither PAD nor END. False: it did not fit and was left out.
    bool add(std::uint8_t code, std::span<const std::uint8_t> payload);
    bool add_u8(std::uint8_t code, std::uint8_t value);
    bool add_u16(std::uint8_t code, std::uint16_t value);
    bool add_u32(std::uint8_t code, std::uint32_t value);
    bool add_ipv4(std::uint8_t code, Ipv4 value);
    bool add_text(std::uint8_t code, std::string_view text);
    /// Keeps room at the end for an option that must be last (82, RFC 3046 2.1), until add_reserved.
    void reserve(std::size_t payload_size);
    bool add_reserved(std::uint8_t code, std::span<const std::uint8_t> payload);
    /// Writes END and pads to 300 octets (RFC 1542 2.1). @return octets written.
    std::size_t finish();
    std::size_t left_out() const { return left_out_; }

private:
    std::span<std::uint8_t> buffer_;
    std::size_t used_ = 0;
    std::size_t reserved_ = 1;  // END
    std::size_t left_out_ = 0;
};

}  // namespace leasehold::v4
