// The DHCPv6 wire format (RFC 8415 8, 9, 21): a view of a received datagram without a copy, through all its
// relays, and a writer of replies. Not here: what a message means (request) and what to answer (decide).
#pragma once

#include <array>
#include <boost/container/static_vector.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dhcp/address.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/result.hpp"
#include "dhcp/v6/ia.hpp"
#include "dhcp/v6/options.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v6 {

enum class MessageType : std::uint8_t {
    solicit = 1,
    advertise = 2,
    request = 3,
    confirm = 4,
    renew = 5,
    rebind = 6,
    reply = 7,
    release = 8,
    decline = 9,
    reconfigure = 10,
    information_request = 11,
    relay_forward = 12,
    relay_reply = 13,
    lease_query = 14,  // RFC 5007
    lease_query_reply = 15,
    lease_query_done = 16,  // RFC 5460
    lease_query_data = 17,
    reconfigure_request = 18,  // RFC 6977
    reconfigure_reply = 19,
    dhcpv4_query = 20,  // RFC 7341
    dhcpv4_response = 21,
    addr_reg_inform = 36,  // RFC 9686
    addr_reg_reply = 37,
};
/// The names of the RFCs, "INFORMATION-REQUEST"; "unknown" for a number without one.
std::string_view to_string(MessageType type);

enum class ParseErrc : std::uint8_t {
    truncated,         // a message, or a relay's part, is shorter than its header
    bad_length,        // an option runs over the end of what it is in
    bad_option,        // an option that decisions read has a length or value it cannot have
    no_relay_message,  // a relay's part that does not carry exactly one message
    too_many_relays,   // over relay_count_max
    too_many_ias,      // over ia_count_max
    too_many_leases,   // over ia_lease_count_max in one IA
    wrong_direction,   // RELAY-REPL to a server (parse_reply: RELAY-FORW)
};
/// What is wrong, as the end of a sentence.
std::string_view to_string(ParseErrc code);
struct ParseError {
    ParseErrc code = ParseErrc::truncated;
    std::size_t offset = 0;  // in the datagram
    bool operator==(const ParseError&) const = default;
};

inline constexpr std::size_t message_header_size = 4;  // type and transaction id
inline constexpr std::size_t relay_header_size = 34;   // type, hop count, link address, peer address
inline constexpr std::size_t relay_count_max = 32;
inline constexpr std::size_t udp_payload_max = 65527;  // what fits a UDP datagram over IPv6

/// What one relay added: its header (RFC 8415 9) and its options. Valid while the datagram lives.
class RelayView {
public:
    /// @param message  from the message type to the end of this relay's options, at least a header
    explicit RelayView(std::span<const std::uint8_t> message) : message_{message} {}

    std::uint8_t hop_count() const { return message_[1]; }
    /// ::, or the address of an interface on the client's link.
    Ipv6 link_address() const { return read_ipv6(&message_[2]); }
    /// Whom the relay had the message from: the client or a relay nearer to it.
    Ipv6 peer_address() const { return read_ipv6(&message_[18]); }
    std::span<const std::uint8_t> link_octets() const { return message_.subspan(2, 16); }
    std::span<const std::uint8_t> peer_octets() const { return message_.subspan(18, 16); }
    /// Payload of the first option of this relay with the code.
    OptionBytes option(std::uint16_t code) const { return find_option(octets(), code); }
    bool has(std::uint16_t code) const { return option(code).has_value(); }
    /// All of this relay; the message it carries (option 9) is among them.
    Options options() const { return Options{octets()}; }
    Options options(std::uint16_t code) const { return Options{octets(), code}; }

private:
    std::span<const std::uint8_t> octets() const { return message_.subspan(relay_header_size); }

    std::span<const std::uint8_t> message_;
};

/// A checked view of a datagram: the client's message, and the relays it came through. Valid while the
/// datagram lives; may be copied and moved. Parsing walks the datagram once and, like the look-ups, allocates
/// nothing.
///
/// Checked once here, so that nobody else has to: the nesting of relays, where each option ends on every
/// level and in IAs, the limits of ia.hpp, and the sizes of the options that decisions read (message.cpp has
/// the table). Which options a message must or must not have is request's part. Any message type is accepted.
class MessageView {
    struct Unchecked {};  // only parse can name it

public:
    /// For parse, which makes the view in place: its kilobyte is not moved.
    MessageView(Unchecked, std::span<const std::uint8_t> datagram) : datagram_{datagram} {}
    static Result<MessageView, ParseError> parse(std::span<const std::uint8_t> datagram);
    /// The same for a server's message, within RELAY-REPL: tests and tools read replies with it.
    static Result<MessageView, ParseError> parse_reply(std::span<const std::uint8_t> datagram);

    /// May be a number that has no name here.
    MessageType type() const { return MessageType{message_[0]}; }
    /// 24 bits. In DHCPV4-QUERY and -RESPONSE these are flags (RFC 7341 7.1).
    std::uint32_t xid() const { return read_u32(message_.data()) & 0xffffff; }

    /// Payload of the client's first option with the code.
    OptionBytes option(std::uint16_t code) const;
    bool has(std::uint16_t code) const { return option(code).has_value(); }
    /// All options of the client's message.
    Options options() const { return Options{octets()}; }
    /// Those of one code: vendor options, IAs and others may come several times.
    Options options(std::uint16_t code) const;
    std::size_t count(std::uint16_t code) const { return options(code).count(); }
    /// nullopt also when the payload has another size.
    std::optional<std::uint16_t> option_u16(std::uint16_t code) const;
    std::optional<std::uint32_t> option_u32(std::uint16_t code) const;

    /// The DUID of the first client identifier, 3 to 130 octets; empty: there is none.
    std::span<const std::uint8_t> duid() const;
    /// The DUID of the first server identifier likewise.
    std::span<const std::uint8_t> server_id() const;
    /// What the option request option asks for; empty without one.
    Codes requested() const;
    bool requests(std::uint16_t code) const { return requested().contains(code); }
    /// IA_NA, IA_TA and IA_PD in the order they came.
    Ias ias() const { return Ias{options()}; }
    std::optional<Status> status() const { return find_status(octets()); }

    bool is_relayed() const { return !relays_.empty(); }
    /// From the relay nearest to this server, [0], to the one nearest to the client, back(): the order on the
    /// wire and that of relay6[n] in expressions.
    std::span<const RelayView> relays() const { return {relays_.data(), relays_.size()}; }
    /// As relay6[level]: -1 is the relay nearest to the client, -2 the next one. nullptr: there is none.
    const RelayView* relay_at(std::int64_t level) const;

    /// What was received, with the relays' parts.
    std::span<const std::uint8_t> datagram() const { return datagram_; }
    /// The client's message alone.
    std::span<const std::uint8_t> message() const { return message_; }

private:
    /// Codes below this are found by one load; options of higher ones by walking.
    static constexpr std::uint16_t indexed_code_count = 160;

    static Result<MessageView, ParseError> parse_direction(std::span<const std::uint8_t> datagram,
                                                           MessageType relay_type);
    std::optional<ParseError> read(MessageType relay_type);
    std::optional<ParseError> read_message();
    std::span<const std::uint8_t> octets() const { return message_.subspan(message_header_size); }
    std::size_t offset_of(const std::uint8_t* at) const {
        return static_cast<std::size_t>(at - datagram_.data());
    }

    std::span<const std::uint8_t> datagram_;  // at most 65535 octets
    std::span<const std::uint8_t> message_;
    /// Where the first option of each low code is in message_; 0: absent. Cleared in a few nanoseconds.
    std::array<std::uint16_t, indexed_code_count> first_at_{};
    boost::container::static_vector<RelayView, relay_count_max> relays_;
};

/// Octets that the RELAY-REPL layers around a reply to this query take (RFC 8415 19.3); 0 without relays.
std::size_t relay_overhead(const MessageView& query);

/// Writes a reply into a buffer of the caller, whose size is the size limit. Options go out in the order they
/// are added. One that would pass the limit is left out whole, and counted: the caller adds the important
/// ones first. Allocates nothing.
///
/// Options within options: begin_option, then put* for fields and add* for options, then end_option. If
/// anything in it does not fit, all of it is left out: half an IA would tell the client that it has lost
/// what it holds.
class MessageWriter {
public:
    /// @param buffer  at least message_header_size octets; more than udp_payload_max is not used
    /// @param xid  24 bits
    MessageWriter(std::span<std::uint8_t> buffer, MessageType type, std::uint32_t xid);
    /// A reply that goes back the way `query` came: its transaction id, and a RELAY-REPL for each relay with
    /// the same hop count and addresses, with its interface-id (RFC 8415 19.3) and its relay source port (RFC
    /// 8357 4) as they came. The query's octets are only read here.
    /// @param buffer  when it is smaller than relay_overhead and a header, nothing fits and finish() is empty
    MessageWriter(std::span<std::uint8_t> buffer, MessageType type, const MessageView& query)
        : MessageWriter{buffer, type, query, query.xid()} {}
    /// With another transaction id.
    MessageWriter(std::span<std::uint8_t> buffer, MessageType type, const MessageView& query, std::uint32_t xid);

    /// False, for this and all that follow: it did not fit and was left out.
    bool add(std::uint16_t code, std::span<const std::uint8_t> payload);
    bool add_u8(std::uint16_t code, std::uint8_t value);
    bool add_u16(std::uint16_t code, std::uint16_t value);
    bool add_u32(std::uint16_t code, std::uint32_t value);
    bool add_text(std::uint16_t code, std::string_view text);
    bool add_ipv6(std::uint16_t code, const Ipv6& address);
    bool add_status(StatusCode code, std::string_view text);

    /// What follows, up to its end_option, is within this option. At most 4 levels.
    void begin_option(std::uint16_t code);
    /// begin_option and the fields of an IA; IA_TA has no times. @pre kind is not v4
    void begin_ia(LeaseKind kind, std::uint32_t iaid, std::uint32_t t1, std::uint32_t t2);
    /// begin_option and the fields of an address or prefix within an IA of this kind.
    void begin_ia_lease(LeaseKind kind, const Prefix& unit, std::uint32_t preferred, std::uint32_t valid);
    bool end_option();

    /// Fields of the option that is open.
    void put(std::span<const std::uint8_t> octets);
    void put_u8(std::uint8_t value);
    void put_u16(std::uint16_t value);
    void put_u32(std::uint32_t value);
    void put_ipv6(const Ipv6& address);

    /// Closes the relays' layers. @pre no option is open. @return what to send, at the begin of the buffer
    std::span<const std::uint8_t> finish();
    /// Options at the top of the message that did not fit.
    std::size_t left_out() const { return left_out_; }

private:
    static constexpr std::size_t nesting_max = 5;  // four levels and an option that add writes

    void begin_relay(const RelayView& relay);
    void begin_message(MessageType type, std::uint32_t xid);

    std::span<std::uint8_t> buffer_;
    std::size_t used_ = 0;
    std::size_t left_out_ = 0;
    bool overflow_ = false;  // something in the open option did not fit
    boost::container::static_vector<std::size_t, nesting_max> open_;  // where each open option begins
    boost::container::static_vector<std::size_t, relay_count_max> relay_messages_;  // where option 9 begins
};

}  // namespace leasehold::v6
