// Reading a DHCPv6 datagram. One walk checks everything that accessors rely on; nothing here trusts a length.
// Writing is message_writer.cpp's part.
#include "dhcp/v6/message.hpp"

#include <algorithm>

#include "dhcp/v6/option_table.hpp"

namespace leasehold::v6 {
namespace {

constexpr std::size_t offset_max = 65535;  // a UDP datagram is smaller; offsets fit 16 bits
constexpr std::size_t prefix_length_at = 8;

/// Sizes of options that decisions read; another size fails the whole message. The same on every level.
struct PayloadSize {
    std::uint16_t code;
    std::uint16_t min, max;
};
constexpr std::uint16_t no_max = 65535;
constexpr std::array payload_sizes{
    PayloadSize{option::client_id, 3, 130},  // RFC 8415 11.1
    PayloadSize{option::server_id, 3, 130},       PayloadSize{option::ia_na, 12, no_max},
    PayloadSize{option::ia_ta, 4, no_max},        PayloadSize{option::iaaddr, 24, no_max},
    PayloadSize{option::preference, 1, 1},        PayloadSize{option::elapsed_time, 2, 2},
    PayloadSize{option::auth, 11, no_max},        PayloadSize{option::status_code, 2, no_max},
    PayloadSize{option::vendor_class, 4, no_max}, PayloadSize{option::vendor_opts, 4, no_max},
    PayloadSize{option::reconf_msg, 1, 1},        PayloadSize{option::ia_pd, 12, no_max},
    PayloadSize{option::iaprefix, 25, no_max},    PayloadSize{option::remote_id, 4, no_max},
    PayloadSize{option::client_fqdn, 1, no_max},  PayloadSize{option::pd_exclude, 2, 17},  // RFC 6603 4.2
    PayloadSize{option::client_linklayer_addr, 2, no_max},
    PayloadSize{option::relay_source_port, 2, 2},
};
constexpr std::size_t size_row_count = 160;
static_assert(std::ranges::all_of(payload_sizes, [](const auto& row) { return row.code < size_row_count; }));

/// The row of each low code, so that a check is two compares.
constexpr auto size_of_code = [] {
    std::array<PayloadSize, size_row_count> rows{};
    for (std::uint16_t code = 0; code < size_row_count; ++code) rows[code] = {code, 0, no_max};
    for (const auto& row : payload_sizes) rows[row.code] = row;
    return rows;
}();

bool has_sound_payload(const Option& option) {
    const auto& [code, payload] = option;
    if (code < size_row_count &&
        (payload.size() < size_of_code[code].min || payload.size() > size_of_code[code].max))
        return false;
    if (code == option::oro) return payload.size() % 2 == 0;
    if (code == option::iaprefix) return payload[prefix_length_at] <= 128;
    if (code == option::pd_exclude) return payload[0] <= 128;
    return true;
}

struct Damage {
    ParseErrc code;
    const std::uint8_t* at;
};
using MaybeDamage = std::optional<Damage>;

/// Goes over the options in `octets`, checks each and shows it to `visit(option, at)`, which may find damage
/// of its own; stops at the first.
template <class Visit>
MaybeDamage walk_options(std::span<const std::uint8_t> octets, Visit visit) {
    const std::uint8_t* at = octets.data();
    const std::uint8_t* const end = at + octets.size();
    while (at != end) {
        const auto left = static_cast<std::size_t>(end - at);
        if (left < option_header_size) return Damage{ParseErrc::bad_length, at};
        const std::size_t size = read_u16(at + 2);
        if (size > left - option_header_size) return Damage{ParseErrc::bad_length, at};
        const Option option{read_u16(at), {at + option_header_size, size}};
        if (!has_sound_payload(option)) return Damage{ParseErrc::bad_option, at};
        if (const MaybeDamage damage = visit(option, at)) return damage;
        at += option_header_size + size;
    }
    return std::nullopt;
}

MaybeDamage walk_inner_options(std::span<const std::uint8_t> octets) {
    return walk_options(octets, [](const Option&, const std::uint8_t*) { return MaybeDamage{}; });
}

/// Sizes within an IA, down to what its leases carry.
MaybeDamage check_ia(const IaView& ia) {
    std::size_t lease_count = 0;
    return walk_options(ia.octets, [&](const Option& option, const std::uint8_t* at) -> MaybeDamage {
        if (option.code != option::iaaddr && option.code != option::iaprefix) return std::nullopt;
        if (++lease_count > ia_lease_count_max) return Damage{ParseErrc::too_many_leases, at};
        return walk_inner_options(read_ia_lease(option).octets);
    });
}

/// Checks a relay's options and finds the message that it carries.
MaybeDamage read_relay(std::span<const std::uint8_t> relay, std::span<const std::uint8_t>& carried) {
    std::size_t message_count = 0;
    const auto damage = walk_options(relay.subspan(relay_header_size),
                                     [&](const Option& option, const std::uint8_t* at) -> MaybeDamage {
                                         if (option.code != option::relay_msg) return std::nullopt;
                                         carried = option.payload;
                                         if (++message_count == 1) return std::nullopt;
                                         return Damage{ParseErrc::no_relay_message, at};
                                     });
    if (damage || message_count == 1) return damage;
    return Damage{ParseErrc::no_relay_message, relay.data()};
}

bool is_relay(MessageType type) {
    return type == MessageType::relay_forward || type == MessageType::relay_reply;
}

}  // namespace

std::string_view to_string(MessageType type) {
    switch (type) {
        case MessageType::solicit: return "SOLICIT";
        case MessageType::advertise: return "ADVERTISE";
        case MessageType::request: return "REQUEST";
        case MessageType::confirm: return "CONFIRM";
        case MessageType::renew: return "RENEW";
        case MessageType::rebind: return "REBIND";
        case MessageType::reply: return "REPLY";
        case MessageType::release: return "RELEASE";
        case MessageType::decline: return "DECLINE";
        case MessageType::reconfigure: return "RECONFIGURE";
        case MessageType::information_request: return "INFORMATION-REQUEST";
        case MessageType::relay_forward: return "RELAY-FORW";
        case MessageType::relay_reply: return "RELAY-REPL";
        case MessageType::lease_query: return "LEASEQUERY";
        case MessageType::lease_query_reply: return "LEASEQUERY-REPLY";
        case MessageType::lease_query_done: return "LEASEQUERY-DONE";
        case MessageType::lease_query_data: return "LEASEQUERY-DATA";
        case MessageType::reconfigure_request: return "RECONFIGURE-REQUEST";
        case MessageType::reconfigure_reply: return "RECONFIGURE-REPLY";
        case MessageType::dhcpv4_query: return "DHCPV4-QUERY";
        case MessageType::dhcpv4_response: return "DHCPV4-RESPONSE";
        case MessageType::addr_reg_inform: return "ADDR-REG-INFORM";
        case MessageType::addr_reg_reply: return "ADDR-REG-REPLY";
    }
    return "unknown";  // any octet may come
}

std::string_view to_string(ParseErrc code) {
    switch (code) {
        case ParseErrc::truncated: return "shorter than the header of a DHCPv6 message";
        case ParseErrc::bad_length: return "an option runs over the end of what it is in";
        case ParseErrc::bad_option: return "an option with a length or value that it cannot have";
        case ParseErrc::no_relay_message: return "a relay's part that does not carry exactly one message";
        case ParseErrc::too_many_relays: return "over 32 relays";
        case ParseErrc::too_many_ias: return "over 64 IAs in a message";
        case ParseErrc::too_many_leases: return "over 64 addresses or prefixes in an IA";
        case ParseErrc::wrong_direction: return "a relay's message of the other direction";
    }
    return "unknown";
}

Result<MessageView, ParseError> MessageView::parse(std::span<const std::uint8_t> datagram) {
    return parse_direction(datagram, MessageType::relay_forward);
}

Result<MessageView, ParseError> MessageView::parse_reply(std::span<const std::uint8_t> datagram) {
    return parse_direction(datagram, MessageType::relay_reply);
}

Result<MessageView, ParseError> MessageView::parse_direction(std::span<const std::uint8_t> datagram,
                                                             MessageType relay_type) {
    // One variable on every path: the compiler then makes it where the caller wants it.
    Result<MessageView, ParseError> result{std::in_place, Unchecked{},
                                           datagram.first(std::min(datagram.size(), offset_max))};
    if (const auto error = result->read(relay_type)) result = std::unexpected(*error);
    return result;
}

/// From the outside inwards: each relay's part, then the client's message.
std::optional<ParseError> MessageView::read(MessageType relay_type) {
    message_ = datagram_;
    while (!message_.empty() && is_relay(type())) {
        const std::size_t offset = offset_of(message_.data());
        if (type() != relay_type) return ParseError{ParseErrc::wrong_direction, offset};
        if (message_.size() < relay_header_size) return ParseError{ParseErrc::truncated, offset};
        if (relays_.size() == relay_count_max) return ParseError{ParseErrc::too_many_relays, offset};
        relays_.emplace_back(message_);
        if (const auto damage = read_relay(message_, message_))
            return ParseError{damage->code, offset_of(damage->at)};
    }
    return read_message();
}

/// Notes where the first option of each low code is.
std::optional<ParseError> MessageView::read_message() {
    if (message_.size() < message_header_size)
        return ParseError{ParseErrc::truncated, offset_of(message_.data())};
    std::size_t ia_count = 0;
    const auto damage =
        walk_options(octets(), [&](const Option& option, const std::uint8_t* at) -> MaybeDamage {
            if (option.code < indexed_code_count && first_at_[option.code] == 0)
                first_at_[option.code] = static_cast<std::uint16_t>(at - message_.data());
            if (option.code == option::relay_msg) return Damage{ParseErrc::bad_option, at};
            if (!is_ia(option.code)) return std::nullopt;
            if (++ia_count > ia_count_max) return Damage{ParseErrc::too_many_ias, at};
            return check_ia(read_ia(option));
        });
    if (!damage) return std::nullopt;
    return ParseError{damage->code, offset_of(damage->at)};
}

OptionBytes MessageView::option(std::uint16_t code) const {
    if (code >= indexed_code_count) return find_option(octets(), code);
    const std::size_t at = first_at_[code];
    if (at == 0) return std::nullopt;
    return message_.subspan(at + option_header_size, read_u16(&message_[at + 2]));
}

Options MessageView::options(std::uint16_t code) const {
    if (code >= indexed_code_count) return {octets(), code};
    const std::size_t at = first_at_[code];
    return at == 0 ? Options{} : Options{message_.subspan(at), code};
}

std::optional<std::uint16_t> MessageView::option_u16(std::uint16_t code) const {
    const auto payload = option(code);
    if (!payload || payload->size() != 2) return std::nullopt;
    return read_u16(payload->data());
}

std::optional<std::uint32_t> MessageView::option_u32(std::uint16_t code) const {
    const auto payload = option(code);
    if (!payload || payload->size() != 4) return std::nullopt;
    return read_u32(payload->data());
}

std::span<const std::uint8_t> MessageView::duid() const {
    return option(option::client_id).value_or(std::span<const std::uint8_t>{});
}

std::span<const std::uint8_t> MessageView::server_id() const {
    return option(option::server_id).value_or(std::span<const std::uint8_t>{});
}

Codes MessageView::requested() const {
    return Codes{option(option::oro).value_or(std::span<const std::uint8_t>{})};
}

const RelayView* MessageView::relay_at(std::int64_t level) const {
    const auto count = static_cast<std::int64_t>(relays_.size());
    if (level < -count || level >= count) return nullptr;
    return &relays_[static_cast<std::size_t>(level < 0 ? level + count : level)];
}

}  // namespace leasehold::v6
