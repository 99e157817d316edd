// Walking over DHCPv6 options: a code and a length of 16 bits each, then the payload (RFC 8415 21.1). Options
// of messages, of relays and within other options have this form, and so have those of vendors (21.17).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>

#include "dhcp/address.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v6 {

inline constexpr std::size_t option_header_size = 4;  // code and length
inline constexpr std::size_t enterprise_size = 4;     // the number that vendor options begin with

struct Option {
    std::uint16_t code = 0;
    std::span<const std::uint8_t> payload;
};

/// Options in the order they came: all, or those of one code. Any octets will do: a damaged option ends the
/// range. Valid while the octets live; allocates nothing.
class Options {
    static constexpr std::int32_t any = -1;

public:
    class Iterator {
    public:
        using value_type = Option;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        Iterator(std::span<const std::uint8_t> octets, std::int32_t wanted) : rest_{octets}, wanted_{wanted} {
            skip_others();
        }
        Option operator*() const {
            return {read_u16(rest_.data()), rest_.subspan(option_header_size, payload_size())};
        }
        Iterator& operator++() {
            rest_ = rest_.subspan(option_header_size + payload_size());
            skip_others();
            return *this;
        }
        Iterator operator++(int) {
            const Iterator old = *this;
            ++*this;
            return old;
        }
        bool operator==(std::default_sentinel_t) const { return rest_.empty(); }
        bool operator==(const Iterator& other) const { return rest_.size() == other.rest_.size(); }

    private:
        std::size_t payload_size() const { return read_u16(rest_.data() + 2); }
        void skip_others() {
            while (rest_.size() >= option_header_size) {
                const std::size_t size = option_header_size + payload_size();
                if (size > rest_.size()) break;
                if (wanted_ == any || read_u16(rest_.data()) == wanted_) return;
                rest_ = rest_.subspan(size);
            }
            rest_ = {};
        }

        std::span<const std::uint8_t> rest_;
        std::int32_t wanted_ = any;
    };

    Options() = default;
    explicit Options(std::span<const std::uint8_t> octets) : octets_{octets} {}
    Options(std::span<const std::uint8_t> octets, std::uint16_t code) : octets_{octets}, wanted_{code} {}

    Iterator begin() const { return {octets_, wanted_}; }
    std::default_sentinel_t end() const { return {}; }
    bool empty() const { return begin() == end(); }
    std::size_t count() const { return static_cast<std::size_t>(std::ranges::distance(begin(), end())); }
    /// The payload of the first one.
    OptionBytes first() const {
        const Iterator found = begin();
        return found == end() ? std::nullopt : std::optional{(*found).payload};
    }

private:
    std::span<const std::uint8_t> octets_;
    std::int32_t wanted_ = any;
};

/// Payload of the first option of a code; nullopt: there is none.
inline OptionBytes find_option(std::span<const std::uint8_t> octets, std::uint16_t code) {
    return Options{octets, code}.first();
}

/// Numbers of 16 bits, as the option request option (RFC 8415 21.7) has them. A last odd octet is ignored.
class Codes {
public:
    class Iterator {
    public:
        using value_type = std::uint16_t;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        explicit Iterator(const std::uint8_t* at) : at_{at} {}
        std::uint16_t operator*() const { return read_u16(at_); }
        Iterator& operator++() {
            at_ += 2;
            return *this;
        }
        Iterator operator++(int) {
            const Iterator old = *this;
            ++*this;
            return old;
        }
        bool operator==(const Iterator&) const = default;

    private:
        const std::uint8_t* at_ = nullptr;
    };

    using value_type = std::uint16_t;
    using const_iterator = Iterator;

    Codes() = default;
    explicit Codes(std::span<const std::uint8_t> octets) : octets_{octets.first(octets.size() / 2 * 2)} {}

    Iterator begin() const { return Iterator{octets_.data()}; }
    Iterator end() const { return Iterator{octets_.data() + octets_.size()}; }
    std::size_t size() const { return octets_.size() / 2; }
    bool contains(std::uint16_t code) const { return std::ranges::find(begin(), end(), code) != end(); }

private:
    std::span<const std::uint8_t> octets_;
};

/// The 16 octets at `at`.
inline Ipv6 read_ipv6(const std::uint8_t* at) {
    Ipv6 address;
    std::copy_n(at, address.bytes.size(), address.bytes.begin());
    return address;
}

}  // namespace leasehold::v6
