// Writing a DHCPv4 reply into a caller's buffer. What goes into it, and in which order, is decide's part.
#include <algorithm>
#include <cassert>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {
namespace {

constexpr std::size_t message_size_min = 300;  // RFC 1542 2.1: shorter BOOTP messages may be dropped
constexpr std::size_t piece_size_max = 255;
constexpr std::size_t piece_header_size = 2;  // code and length
constexpr std::size_t sname_size = 64, file_size = 128;

void write_text(std::span<std::uint8_t> zeroed_field, std::string_view text) {
    std::ranges::copy(text.substr(0, zeroed_field.size() - 1), zeroed_field.begin());
}

}  // namespace

std::size_t wire_size(std::size_t payload_size) {
    const std::size_t pieces = std::max<std::size_t>(1, (payload_size + piece_size_max - 1) / piece_size_max);
    return payload_size + pieces * piece_header_size;
}

MessageWriter::MessageWriter(std::span<std::uint8_t> buffer, const ReplyHeader& header, MessageType type)
    : buffer_{buffer} {
    assert(buffer.size() >= message_size_min);
    assert(header.hlen <= header.chaddr.size());
    std::ranges::fill(buffer_.first(fixed_size), std::uint8_t{0});
    buffer_[0] = op_reply;
    buffer_[1] = header.htype;
    buffer_[2] = header.hlen;
    buffer_[3] = header.hops;
    write_u32(&buffer_[4], header.xid);
    write_u16(&buffer_[8], header.secs);
    write_u16(&buffer_[10], header.flags);
    write_u32(&buffer_[12], header.ciaddr.value);
    write_u32(&buffer_[16], header.yiaddr.value);
    write_u32(&buffer_[20], header.siaddr.value);
    write_u32(&buffer_[24], header.giaddr.value);
    std::ranges::copy(header.chaddr, &buffer_[28]);
    write_text(buffer_.subspan(44, sname_size), header.sname);
    write_text(buffer_.subspan(108, file_size), header.file);
    write_u32(&buffer_[fixed_size], magic_cookie);
    used_ = fixed_size + cookie_size;
    if (type != MessageType::none) add_u8(option::message_type, static_cast<std::uint8_t>(type));
}

bool MessageWriter::add(std::uint8_t code, std::span<const std::uint8_t> payload) {
    assert(code != option::pad && code != option::end);
    if (used_ + wire_size(payload.size()) + reserved_ > buffer_.size()) {
        ++left_out_;
        return false;
    }
    do {
        const auto piece = payload.first(std::min(payload.size(), piece_size_max));
        payload = payload.subspan(piece.size());
        buffer_[used_++] = code;
        buffer_[used_++] = static_cast<std::uint8_t>(piece.size());
        std::ranges::copy(piece, buffer_.subspan(used_).begin());
        used_ += piece.size();
    } while (!payload.empty());
    return true;
}

bool MessageWriter::add_u8(std::uint8_t code, std::uint8_t value) {
    return add(code, {&value, 1});
}

bool MessageWriter::add_u16(std::uint8_t code, std::uint16_t value) {
    std::array<std::uint8_t, 2> payload;
    write_u16(payload.data(), value);
    return add(code, payload);
}

bool MessageWriter::add_u32(std::uint8_t code, std::uint32_t value) {
    std::array<std::uint8_t, 4> payload;
    write_u32(payload.data(), value);
    return add(code, payload);
}

bool MessageWriter::add_ipv4(std::uint8_t code, Ipv4 value) {
    return add_u32(code, value.value);
}

bool MessageWriter::add_text(std::uint8_t code, std::string_view text) {
    return add(code, as_octets(text));
}

void MessageWriter::reserve(std::size_t payload_size) {
    reserved_ += wire_size(payload_size);
}

bool MessageWriter::add_reserved(std::uint8_t code, std::span<const std::uint8_t> payload) {
    reserved_ -= std::min(wire_size(payload.size()), reserved_ - 1);
    return add(code, payload);
}

std::size_t MessageWriter::finish() {
    buffer_[used_++] = option::end;
    if (used_ < message_size_min) {
        std::ranges::fill(buffer_.subspan(used_, message_size_min - used_), option::pad);
        used_ = message_size_min;
    }
    return used_;
}

}  // namespace leasehold::v4
