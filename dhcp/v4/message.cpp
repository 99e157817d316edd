// Reading a DHCPv4 datagram. One walk checks everything that accessors rely on; nothing here trusts a length.
// Writing is message_writer.cpp's part.
#include "dhcp/v4/message.hpp"

#include <algorithm>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {
namespace {

constexpr std::size_t hlen_max = 16;
constexpr std::size_t offset_max = 65535;  // a UDP datagram is smaller; offsets fit 16 bits

constexpr std::size_t chaddr_at = 28;
constexpr std::size_t sname_at = 44, file_at = 108;
constexpr std::uint8_t overload_file = 1, overload_sname = 2;  // bits of option 52 (RFC 2132 9.3)

/// An offset that no length octet can have: the option's payload is in joined_.
constexpr std::uint16_t in_pieces = 1;

/// Options that decisions read by fixed size; a wrong size fails the whole message (RFC 2132 gives them).
struct PayloadSize {
    std::uint8_t code;
    std::size_t min, max;
};
constexpr std::array payload_sizes{
    PayloadSize{option::requested_address, 4, 4},
    PayloadSize{option::lease_time, 4, 4},
    PayloadSize{option::message_type, 1, 1},
    PayloadSize{option::server_identifier, 4, 4},
    PayloadSize{option::max_message_size, 2, 2},
    PayloadSize{option::client_identifier, 2, offset_max},
    PayloadSize{option::subnet_selection, 4, 4},
};

}  // namespace

std::string_view to_string(MessageType type) {
    switch (type) {
        case MessageType::none: return "BOOTP";
        case MessageType::discover: return "DHCPDISCOVER";
        case MessageType::offer: return "DHCPOFFER";
        case MessageType::request: return "DHCPREQUEST";
        case MessageType::decline: return "DHCPDECLINE";
        case MessageType::ack: return "DHCPACK";
        case MessageType::nak: return "DHCPNAK";
        case MessageType::release: return "DHCPRELEASE";
        case MessageType::inform: return "DHCPINFORM";
        case MessageType::lease_query: return "DHCPLEASEQUERY";
        case MessageType::lease_unassigned: return "DHCPLEASEUNASSIGNED";
        case MessageType::lease_unknown: return "DHCPLEASEUNKNOWN";
        case MessageType::lease_active: return "DHCPLEASEACTIVE";
    }
    return "unknown";  // any octet may come in option 53
}

std::string_view to_string(ParseErrc code) {
    switch (code) {
        case ParseErrc::truncated: return "shorter than a DHCPv4 header and its magic cookie";
        case ParseErrc::bad_cookie: return "no magic cookie after the header";
        case ParseErrc::bad_hlen: return "hardware address length over 16";
        case ParseErrc::bad_length: return "an option runs over the end of its field";
        case ParseErrc::bad_overload:
            return "option overload (52) that is not 1, 2 or 3, or is itself overloaded";
        case ParseErrc::bad_option: return "an option with a length or value that it cannot have";
        case ParseErrc::not_a_request: return "op is not that of this direction";
    }
    return "unknown";
}

Result<MessageView, ParseError> MessageView::parse(std::span<const std::uint8_t> datagram,
                                                   Leniency leniency) {
    return parse_op(datagram, op_request, leniency);
}

Result<MessageView, ParseError> MessageView::parse_reply(std::span<const std::uint8_t> datagram) {
    return parse_op(datagram, op_reply, Leniency::strict);
}

Result<MessageView, ParseError> MessageView::parse_op(std::span<const std::uint8_t> datagram, std::uint8_t op,
                                                      Leniency leniency) {
    // One variable on every path: the compiler then makes it where the caller wants it.
    Result<MessageView, ParseError> result{std::in_place, Unchecked{},
                                           datagram.first(std::min(datagram.size(), offset_max))};
    if (const auto error = result->read(op, leniency)) result = std::unexpected(*error);
    return result;
}

std::optional<ParseError> MessageView::read(std::uint8_t expected_op, Leniency leniency) {
    if (datagram_.size() < fixed_size + cookie_size)
        return ParseError{ParseErrc::truncated, datagram_.size()};
    if (op() != expected_op) return ParseError{ParseErrc::not_a_request, 0};
    if (hlen() > hlen_max) return ParseError{ParseErrc::bad_hlen, 2};
    if (read_u32(&datagram_[fixed_size]) != magic_cookie)
        return ParseError{ParseErrc::bad_cookie, fixed_size};

    if (auto error = walk({fixed_size + cookie_size, datagram_.size()}, leniency)) return error;
    if (has(option::overload))
        if (auto error = walk_overloaded(leniency)) return error;
    return check_payloads();
}

/// Notes where each option of one field is. RFC 2132 3.1, 3.2: PAD is skipped, END ends the field.
std::optional<ParseError> MessageView::walk(Field field, Leniency leniency) {
    const std::uint8_t* const octets = datagram_.data();
    for (std::size_t at = field.begin; at < field.end;) {
        const std::uint8_t code = octets[at];
        if (code == option::pad) {
            ++at;
            continue;
        }
        if (code == option::end) break;
        const std::size_t length_at = at + 1;
        const std::size_t next = length_at < field.end ? length_at + 1 + octets[length_at] : field.end + 1;
        if (next > field.end) {
            if (leniency == Leniency::lenient) break;
            return ParseError{ParseErrc::bad_length, at};
        }
        if (piece_at_[code] == 0)
            piece_at_[code] = static_cast<std::uint16_t>(length_at);
        else
            join(code, datagram_.subspan(length_at + 1, octets[length_at]));
        at = next;
    }
    return std::nullopt;
}

/// RFC 2131 4.1: options go on in `file`, then in `sname`. Neither may carry option 52 again.
std::optional<ParseError> MessageView::walk_overloaded(Leniency leniency) {
    const std::uint16_t overload_at = piece_at_[option::overload];
    const auto payload = *option(option::overload);
    if (payload.size() != 1 || payload[0] == 0 || payload[0] > (overload_file | overload_sname))
        return ParseError{ParseErrc::bad_overload, overload_at == in_pieces ? fixed_size : overload_at - 1u};
    overload_ = payload[0];
    if (overload_ & overload_file)
        if (const auto error = walk({file_at, fixed_size}, leniency)) return error;
    if (overload_ & overload_sname)
        if (const auto error = walk({sname_at, file_at}, leniency)) return error;
    if (piece_at_[option::overload] != overload_at) return ParseError{ParseErrc::bad_overload, sname_at};
    return std::nullopt;
}

/// RFC 3396 7: pieces of one code are one option, in the order they came.
void MessageView::join(std::uint8_t code, std::span<const std::uint8_t> piece) {
    auto joined = std::ranges::find(joined_, code, &Joined::code);
    if (joined == joined_.end()) {
        const auto first = *option(code);
        joined = joined_.insert(joined, Joined{code, {first.begin(), first.end()}});
        piece_at_[code] = in_pieces;
    }
    joined->payload.insert(joined->payload.end(), piece.begin(), piece.end());
}

std::optional<ParseError> MessageView::check_payloads() {
    const auto error_at = [this](std::uint8_t code) {
        const std::uint16_t at = piece_at_[code];
        return ParseError{ParseErrc::bad_option, at == in_pieces ? fixed_size + cookie_size : at - 1u};
    };
    for (const auto& [code, min, max] : payload_sizes) {
        if (!has(code)) continue;
        const std::size_t size = option(code)->size();
        if (size < min || size > max) return error_at(code);
    }
    if (const auto type = option(option::message_type)) {
        if ((*type)[0] == 0) return error_at(option::message_type);
        type_ = static_cast<MessageType>((*type)[0]);
    }
    if (const auto link = relay_suboption(rai::link_selection); link && link->size() != 4)
        return error_at(option::relay_agent_information);
    if (const auto name = option(option::host_name); name && name->empty()) piece_at_[option::host_name] = 0;
    return std::nullopt;
}

std::uint32_t MessageView::xid() const {
    return read_u32(&datagram_[4]);
}
std::uint16_t MessageView::secs() const {
    return read_u16(&datagram_[8]);
}
std::uint16_t MessageView::flags() const {
    return read_u16(&datagram_[10]);
}
Ipv4 MessageView::ciaddr() const {
    return ipv4_at(12);
}
Ipv4 MessageView::yiaddr() const {
    return ipv4_at(16);
}
Ipv4 MessageView::siaddr() const {
    return ipv4_at(20);
}
Ipv4 MessageView::giaddr() const {
    return ipv4_at(24);
}
std::span<const std::uint8_t> MessageView::chaddr() const {
    return datagram_.subspan(chaddr_at, hlen());
}
std::string_view MessageView::sname() const {
    return text_field({sname_at, file_at}, overload_sname);
}
std::string_view MessageView::file() const {
    return text_field({file_at, fixed_size}, overload_file);
}

Ipv4 MessageView::ipv4_at(std::size_t offset) const {
    return {read_u32(&datagram_[offset])};
}

std::string_view MessageView::text_field(Field field, std::uint8_t overload_bit) const {
    if (overload_ & overload_bit) return {};
    const std::string_view text{reinterpret_cast<const char*>(&datagram_[field.begin]),
                                field.end - field.begin};
    return text.substr(0, text.find('\0'));
}

OptionBytes MessageView::option(std::uint8_t code) const {
    const std::size_t at = piece_at_[code];
    if (at == 0) return std::nullopt;
    if (at != in_pieces) return datagram_.subspan(at + 1, datagram_[at]);
    return std::ranges::find(joined_, code, &Joined::code)->payload;
}

std::optional<Ipv4> MessageView::option_ipv4(std::uint8_t code) const {
    const auto value = option_u32(code);
    return value ? std::optional{Ipv4{*value}} : std::nullopt;
}

std::optional<std::uint32_t> MessageView::option_u32(std::uint8_t code) const {
    const auto payload = option(code);
    if (!payload || payload->size() != 4) return std::nullopt;
    return read_u32(payload->data());
}

OptionBytes MessageView::relay_suboption(std::uint8_t code) const {
    const auto payload = option(option::relay_agent_information);
    if (!payload) return std::nullopt;
    Reader in{*payload};
    while (const auto found = take_sub_option(in))
        if (found->code == code) return found->payload;
    return std::nullopt;
}

bool MessageView::set_relay_information(std::span<const std::uint8_t> payload) {
    constexpr std::uint8_t code = option::relay_agent_information;
    if (payload.empty()) return false;
    joined_.push_back({code, {payload.begin(), payload.end()}});
    piece_at_[code] = in_pieces;
    const auto link = relay_suboption(rai::link_selection);
    if (!link || link->size() == 4) return true;
    joined_.pop_back();
    piece_at_[code] = 0;
    return false;
}

}  // namespace leasehold::v4
