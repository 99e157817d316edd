// Comparison, hash and hexadecimal text of the octet strings that identify clients.
#include "dhcp/client_identity.hpp"

#include <algorithm>
#include <functional>

#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

std::optional<std::uint8_t> hex_digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
    return std::nullopt;
}

std::optional<Octets> parse_plain_hex(std::string_view digits) {
    Octets octets;
    octets.reserve((digits.size() + 1) / 2);
    bool high = digits.size() % 2 == 0;  // an odd count: as if a zero came first
    std::uint8_t value = 0;
    for (const char c : digits) {
        const auto digit = hex_digit(c);
        if (!digit) return std::nullopt;
        value = static_cast<std::uint8_t>(value << 4 | *digit);
        if (!high) {
            octets.push_back(value);
            value = 0;
        }
        high = !high;
    }
    return octets;
}

std::optional<Octets> parse_separated_hex(std::string_view text, char separator) {
    Octets octets;
    while (true) {
        const auto end = std::min(text.find(separator), text.size());
        if (end == 0 || end > 2) return std::nullopt;
        const auto octet = parse_plain_hex(text.substr(0, end));
        if (!octet) return std::nullopt;
        octets.push_back(octet->front());
        if (end == text.size()) return octets;
        text.remove_prefix(end + 1);
    }
}

}  // namespace

bool same_octets(OctetView a, OctetView b) {
    return std::ranges::equal(a, b);
}

std::size_t hash_value(const ClientKey& key) {
    // The kind goes into the top bits, so that equal octets of two kinds fall apart.
    return std::hash<std::string_view>{}(as_text({key.bytes.data(), key.bytes.size()})) ^
           static_cast<std::size_t>(key.kind) << 60;
}

std::string to_hex(OctetView bytes, std::string_view separator) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * (2 + separator.size()));
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += separator;
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::optional<Octets> parse_hex(std::string_view text) {
    for (const char separator : {':', '-', ' '})
        if (text.find(separator) != text.npos) return parse_separated_hex(text, separator);
    if (text.starts_with("0x") || text.starts_with("0X")) {
        text.remove_prefix(2);
        if (text.empty()) return std::nullopt;
    }
    return parse_plain_hex(text);
}

}  // namespace leasehold
