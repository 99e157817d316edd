// Writing a DHCPv6 reply into a caller's buffer. What goes into it, and in which order, is decide's part.
#include <algorithm>
#include <cassert>

#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::v6 {

std::size_t relay_overhead(const MessageView& query) {
    std::size_t size = 0;
    for (const RelayView& relay : query.relays()) {
        size += relay_header_size + option_header_size;
        for (const std::uint16_t code : option::echoed_to_relays)
            if (const auto payload = relay.option(code)) size += option_header_size + payload->size();
    }
    return size;
}

MessageWriter::MessageWriter(std::span<std::uint8_t> buffer, MessageType type, std::uint32_t xid)
    : buffer_{buffer.first(std::min(buffer.size(), udp_payload_max))} {
    assert(buffer.size() >= message_header_size);
    begin_message(type, xid);
}

MessageWriter::MessageWriter(std::span<std::uint8_t> buffer, MessageType type, const MessageView& query,
                             std::uint32_t xid)
    : buffer_{buffer.first(std::min(buffer.size(), udp_payload_max))} {
    if (relay_overhead(query) + message_header_size > buffer_.size()) {
        buffer_ = {};
        return;
    }
    for (const RelayView& relay : query.relays()) begin_relay(relay);
    begin_message(type, xid);
}

/// The message that the relay is to pass on comes last, as option 9 whose length finish() knows.
void MessageWriter::begin_relay(const RelayView& relay) {
    put_u8(static_cast<std::uint8_t>(MessageType::relay_reply));
    put_u8(relay.hop_count());
    put_ipv6(relay.link_address());
    put_ipv6(relay.peer_address());
    for (const std::uint16_t code : option::echoed_to_relays)
        if (const auto payload = relay.option(code)) add(code, *payload);
    relay_messages_.push_back(used_);
    put_u16(option::relay_msg);
    put_u16(0);
}

void MessageWriter::begin_message(MessageType type, std::uint32_t xid) {
    put_u32(std::uint32_t{static_cast<std::uint8_t>(type)} << 24 | (xid & 0xffffff));
}

bool MessageWriter::add(std::uint16_t code, std::span<const std::uint8_t> payload) {
    begin_option(code);
    put(payload);
    return end_option();
}

bool MessageWriter::add_u8(std::uint16_t code, std::uint8_t value) {
    return add(code, {&value, 1});
}

bool MessageWriter::add_u16(std::uint16_t code, std::uint16_t value) {
    begin_option(code);
    put_u16(value);
    return end_option();
}

bool MessageWriter::add_u32(std::uint16_t code, std::uint32_t value) {
    begin_option(code);
    put_u32(value);
    return end_option();
}

bool MessageWriter::add_text(std::uint16_t code, std::string_view text) {
    return add(code, as_octets(text));
}

bool MessageWriter::add_ipv6(std::uint16_t code, const Ipv6& address) {
    return add(code, address.bytes);
}

bool MessageWriter::add_status(StatusCode code, std::string_view text) {
    begin_option(option::status_code);
    put_u16(static_cast<std::uint16_t>(code));
    put(as_octets(text));
    return end_option();
}

void MessageWriter::begin_option(std::uint16_t code) {
    assert(open_.size() < open_.capacity());
    open_.push_back(used_);
    put_u16(code);
    put_u16(0);  // end_option knows it
}

void MessageWriter::begin_ia(LeaseKind kind, std::uint32_t iaid, std::uint32_t t1, std::uint32_t t2) {
    assert(kind != LeaseKind::v4);
    begin_option(ia_code(kind));
    put_u32(iaid);
    if (kind == LeaseKind::ta) return;
    put_u32(t1);
    put_u32(t2);
}

void MessageWriter::begin_ia_lease(LeaseKind kind, const Prefix& unit, std::uint32_t preferred,
                                   std::uint32_t valid) {
    begin_option(ia_lease_code(kind));
    if (kind != LeaseKind::pd) put_ipv6(unit.address);
    put_u32(preferred);
    put_u32(valid);
    if (kind != LeaseKind::pd) return;
    put_u8(unit.length);
    put_ipv6(unit.address);
}

bool MessageWriter::end_option() {
    assert(!open_.empty());
    const std::size_t begin = open_.back();
    open_.pop_back();
    if (overflow_) {
        if (!open_.empty()) return false;
        used_ = begin;
        overflow_ = false;
        ++left_out_;
        return false;
    }
    write_u16(&buffer_[begin + 2], static_cast<std::uint16_t>(used_ - begin - option_header_size));
    return true;
}

void MessageWriter::put(std::span<const std::uint8_t> octets) {
    if (octets.size() > buffer_.size() - used_) overflow_ = true;
    if (overflow_) return;
    std::ranges::copy(octets, buffer_.subspan(used_).begin());
    used_ += octets.size();
}

void MessageWriter::put_u8(std::uint8_t value) {
    put({&value, 1});
}

void MessageWriter::put_u16(std::uint16_t value) {
    std::array<std::uint8_t, 2> octets;
    write_u16(octets.data(), value);
    put(octets);
}

void MessageWriter::put_u32(std::uint32_t value) {
    std::array<std::uint8_t, 4> octets;
    write_u32(octets.data(), value);
    put(octets);
}

void MessageWriter::put_ipv6(const Ipv6& address) {
    put(address.bytes);
}

std::span<const std::uint8_t> MessageWriter::finish() {
    assert(open_.empty());
    for (const std::size_t at : relay_messages_)
        write_u16(&buffer_[at + 2], static_cast<std::uint16_t>(used_ - at - option_header_size));
    return buffer_.first(used_);
}

}  // namespace leasehold::v6
