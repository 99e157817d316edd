// Bounded reading of octets in network byte order, for datagrams and other outside bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace leasehold {

/// Takes octets off the front. After an overrun it yields only zeros and ok() stays false: a parser reads
/// straight through and checks once.
class Reader {
public:
    explicit Reader(std::span<const std::uint8_t> bytes) : rest_{bytes} {}
    bool ok() const { return ok_; }
    std::size_t left() const { return rest_.size(); }
    std::span<const std::uint8_t> take(std::size_t size) {
        if (size > rest_.size()) {
            ok_ = false;
            rest_ = {};
            return {};
        }
        const auto head = rest_.first(size);
        rest_ = rest_.subspan(size);
        return head;
    }
    std::uint8_t u8() {
        const auto b = take(1);
        return b.empty() ? 0 : b[0];
    }
    std::uint16_t u16() {
        const auto b = take(2);
        return b.empty() ? 0 : static_cast<std::uint16_t>(b[0] << 8 | b[1]);
    }
    std::uint32_t u32() {
        const auto b = take(4);
        return b.empty()
                   ? 0
                   : std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
    }

private:
    std::span<const std::uint8_t> rest_;
    bool ok_ = true;
};

/// A code octet, a length octet, and so many octets: how relays (RFC 3046), vendors (RFC 3925) and others
/// pack what is within their options.
struct SubOption {
    std::uint8_t code = 0;
    std::span<const std::uint8_t> payload;
};
/// Takes the next one off the front. @return nullopt: there is none, or it is cut short
inline std::optional<SubOption> take_sub_option(Reader& in) {
    const auto code = in.u8();
    const auto payload = in.take(in.u8());
    return in.ok() ? std::optional{SubOption{code, payload}} : std::nullopt;
}

/// An option's payload, or that there is none. What it points to lives where the option was found.
using OptionBytes = std::optional<std::span<const std::uint8_t>>;

inline std::string_view as_text(std::span<const std::uint8_t> octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}
inline std::span<const std::uint8_t> as_octets(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::uint16_t read_u16(const std::uint8_t* at) {
    return static_cast<std::uint16_t>(at[0] << 8 | at[1]);
}
inline std::uint32_t read_u32(const std::uint8_t* at) {
    return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}
inline void write_u16(std::uint8_t* at, std::uint16_t value) {
    at[0] = static_cast<std::uint8_t>(value >> 8);
    at[1] = static_cast<std::uint8_t>(value);
}
inline void write_u32(std::uint8_t* at, std::uint32_t value) {
    for (int i = 3; i >= 0; --i, value >>= 8) at[i] = static_cast<std::uint8_t>(value);
}

}  // namespace leasehold
