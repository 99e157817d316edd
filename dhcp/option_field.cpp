// A case per shape, in both directions. See option_field.hpp for what is elsewhere.
#include "dhcp/option_field.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "dhcp/address.hpp"
#include "dhcp/client_identity.hpp"

namespace leasehold {
namespace {

using Octets8 = std::vector<std::uint8_t>;
using Appended = Result<void, OptionTextError>;
using Taken = Result<std::string, OptionTextError>;

constexpr std::size_t label_size_max = 63, name_size_max = 255;  // RFC 1035 2.3.4

std::string quoted(std::string_view text) {
    constexpr std::size_t shown_max = 60;
    std::string out = "\"";
    out += text.substr(0, shown_max);
    return out += text.size() > shown_max ? "...\"" : "\"";
}

auto refuse(std::string_view text, std::string_view why) {
    return option_text_error(quoted(text) + ' ' + std::string{why});
}

/// Decimal, or what is not decimal in hexadecimal: "f0", "0xf0", as Kea reads numbers. No more than 32 bits.
std::optional<std::int64_t> parse_number(std::string_view text) {
    using Limits = std::numeric_limits<std::int64_t>;
    if (const auto decimal = parse_decimal(text, Limits::min(), Limits::max())) return decimal;
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

template <class Number>
Appended append_integer(std::string_view text, Octets8& out) {
    constexpr auto min = std::numeric_limits<Number>::min();
    constexpr auto max = std::numeric_limits<Number>::max();
    const auto value = parse_number(text);
    if (!value || *value < min || *value > max)
        return refuse(text, "is not a number from " + std::to_string(min) + " to " + std::to_string(max));
    append_number(out, static_cast<std::uint64_t>(*value), sizeof(Number));
    return {};
}

Appended append_boolean(std::string_view text, Octets8& out) {
    const auto is_word = [text](std::string_view word) {
        return std::ranges::equal(text, word, {},
                                  [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
    };
    if (text == "1" || is_word("true"))
        out.push_back(1);
    else if (text == "0" || is_word("false"))
        out.push_back(0);
    else
        return refuse(text, "is not a boolean: use true, false, 1 or 0");
    return {};
}

Appended append_prefix(std::string_view text, Octets8& out) {
    const auto prefix = parse_ipv6_prefix(text);
    if (!prefix) return refuse(text, "is not an IPv6 prefix such as 2001:db8::/32");
    out.push_back(prefix->length);
    const auto& bytes = prefix->address.bytes;
    out.insert(out.end(), bytes.begin(), bytes.begin() + (prefix->length + 7) / 8);
    return {};
}

/// RFC 7618 4: the length in bits, then the PSID at the left of 16 bits.
Appended append_psid(std::string_view text, Octets8& out) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto length = slash == text.size() ? std::nullopt : parse_decimal(text.substr(slash + 1), 0, 16);
    const auto value = length ? parse_decimal(text.substr(0, slash), 0, (1 << *length) - 1) : std::nullopt;
    if (!value)
        return refuse(text,
                      "is not a PSID: use value/length with a length of 0 to 16 bits that holds the value");
    out.push_back(static_cast<std::uint8_t>(*length));
    append_number(out, static_cast<std::uint64_t>(*value) << (16 - *length), 2);
    return {};
}

Appended append_tuple(std::string_view text, std::uint8_t length_size, Octets8& out) {
    const std::size_t size_max = length_size == 1 ? 255 : 65535;
    if (text.size() > size_max)
        return refuse(text, "is too long: " + std::to_string(size_max) + " octets at most");
    append_number(out, text.size(), length_size);
    out.insert(out.end(), text.begin(), text.end());
    return {};
}

Appended append_binary(std::string_view text, Octets8& out) {
    // Colons and 0x belong to csv-format false; here they would more likely be a slip.
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != ' '; });
    const bool plain = digits.find_first_not_of("0123456789abcdefABCDEF") == digits.npos;
    const auto octets = plain && !digits.empty() && digits.size() % 2 == 0 ? parse_hex(digits) : std::nullopt;
    if (!octets) return refuse(text, "is not binary: use pairs of hexadecimal digits, with or without blanks");
    out.insert(out.end(), octets->begin(), octets->end());
    return {};
}

std::unexpected<OptionTextError> too_short(Shape shape) {
    return option_text_error("too few octets for " + std::string{to_string(shape)});
}

template <class Number>
Taken take_integer(Shape shape, Reader& octets) {
    const auto bytes = octets.take(sizeof(Number));
    if (!octets.ok()) return too_short(shape);
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return std::to_string(static_cast<Number>(value));
}

Taken take_boolean(Reader& octets) {
    const std::uint8_t value = octets.u8();
    if (!octets.ok()) return too_short(Shape::boolean);
    if (value > 1) return option_text_error("a boolean is 1 or 0 on the wire, not " + std::to_string(value));
    return value ? "true" : "false";
}

Taken take_ipv6(Reader& octets) {
    const auto bytes = octets.take(16);
    if (!octets.ok()) return too_short(Shape::ipv6);
    Ipv6 address;
    std::ranges::copy(bytes, address.bytes.begin());
    return to_string(address);
}

Taken take_prefix(Reader& octets) {
    const std::uint8_t length = octets.u8();
    if (length > 128)
        return option_text_error("an IPv6 prefix cannot have " + std::to_string(length) + " bits");
    const auto bytes = octets.take((length + 7u) / 8);
    if (!octets.ok()) return too_short(Shape::ipv6_prefix);
    Ipv6 address;
    std::ranges::copy(bytes, address.bytes.begin());
    // Not by to_string(Prefix), which leaves the length of a whole address out.
    return to_string(masked(address, length)) + '/' + std::to_string(length);
}

Taken take_psid(Reader& octets) {
    const std::uint8_t length = octets.u8();
    const std::uint16_t value = octets.u16();
    if (!octets.ok()) return too_short(Shape::psid);
    if (length > 16) return option_text_error("a PSID cannot have " + std::to_string(length) + " bits");
    return std::to_string(value >> (16 - length)) + '/' + std::to_string(length);
}

Taken take_string(Reader& octets) {
    std::string_view text = as_text(octets.take(octets.left()));
    text = text.substr(0, text.find_last_not_of('\0') + 1);  // some clients send the terminator
    if (text.empty()) return option_text_error("a string must not be empty");
    return std::string{text};
}

Taken take_tuple(std::uint8_t length_size, Reader& octets) {
    const std::size_t size = length_size == 1 ? octets.u8() : octets.u16();
    const auto text = octets.take(size);
    if (!octets.ok()) return too_short(Shape::tuple);
    return std::string{as_text(text)};
}

bool is_plain_in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/// One character of a name's text with its escape resolved; takes it off. nullopt: a bad escape.
std::optional<char> take_name_character(std::string_view& text) {
    char c = text.front();
    std::size_t used = 1;
    if (c == '\\') {
        if (text.size() < 2) return std::nullopt;
        c = text[1];
        used = 2;
        if (c >= '0' && c <= '9') {
            const auto code = text.size() < 4 ? std::nullopt : parse_decimal(text.substr(1, 3), 0, 255);
            if (!code) return std::nullopt;
            c = static_cast<char>(*code);
            used = 4;
        }
    }
    text.remove_prefix(used);
    return c;
}

}  // namespace

std::optional<std::int64_t> parse_decimal(std::string_view text, std::int64_t min, std::int64_t max) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max)
        return std::nullopt;
    return value;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void append_number(std::vector<std::uint8_t>& out, std::uint64_t value, std::size_t size) {
    while (size-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * size)));
}

Result<void, OptionTextError> append_domain_name(std::string_view text, std::vector<std::uint8_t>& out) {
    const std::string_view whole = text;
    const std::size_t name_at = out.size();
    if (text == ".") text = {};
    while (!text.empty()) {
        const std::size_t label_at = out.size();
        out.push_back(0);
        while (!text.empty() && text.front() != '.') {
            const auto c = take_name_character(text);
            if (!c)
                return refuse(whole,
                              "has a backslash that is neither before a character nor \\ddd up to 255");
            out.push_back(static_cast<std::uint8_t>(*c));
        }
        const std::size_t label_size = out.size() - label_at - 1;
        if (label_size == 0 || label_size > label_size_max)
            return refuse(whole, "is not a domain name: each label between dots has 1 to 63 octets");
        out[label_at] = static_cast<std::uint8_t>(label_size);
        if (!text.empty()) text.remove_prefix(1);
    }
    out.push_back(0);
    if (out.size() - name_at > name_size_max)
        return refuse(whole, "is too long for a domain name: 255 octets at most");
    return {};
}

Result<std::string, OptionTextError> take_domain_name(Reader& octets) {
    std::string text;
    std::size_t size = 0;
    while (true) {
        const std::uint8_t label_size = octets.u8();
        const auto label = octets.take(label_size);
        if (!octets.ok()) return too_short(Shape::fqdn);
        if (label_size == 0) return text.empty() ? "." : text;
        size += 1u + label_size;
        if (label_size > label_size_max)
            return option_text_error("a label over 63 octets, or a compressed name");
        if (size >= name_size_max) return option_text_error("a domain name over 255 octets");
        for (const std::uint8_t octet : label) {
            if (is_plain_in_name(static_cast<char>(octet))) {
                text += static_cast<char>(octet);
            } else {
                const std::string digits = std::to_string(octet);
                text.append("\\").append(3 - digits.size(), '0').append(digits);
            }
        }
        text += '.';
    }
}

Result<void, OptionTextError> append_field(Shape shape, std::string_view text, std::uint8_t tuple_length_size,
                                           std::vector<std::uint8_t>& out) {
    switch (shape) {
        case Shape::empty: return refuse(text, "stands where no value is allowed: this option carries none");
        case Shape::boolean: return append_boolean(text, out);
        case Shape::int8: return append_integer<std::int8_t>(text, out);
        case Shape::int16: return append_integer<std::int16_t>(text, out);
        case Shape::int32: return append_integer<std::int32_t>(text, out);
        case Shape::uint8: return append_integer<std::uint8_t>(text, out);
        case Shape::uint16: return append_integer<std::uint16_t>(text, out);
        case Shape::uint32: return append_integer<std::uint32_t>(text, out);
        case Shape::ipv4: {
            const auto address = parse_ipv4(text);
            if (!address) return refuse(text, "is not an IPv4 address such as 192.0.2.1");
            append_number(out, address->value, 4);
            return {};
        }
        case Shape::ipv6: {
            const auto address = parse_ipv6(text);
            if (!address) return refuse(text, "is not an IPv6 address such as 2001:db8::1");
            out.insert(out.end(), address->bytes.begin(), address->bytes.end());
            return {};
        }
        case Shape::ipv6_prefix: return append_prefix(text, out);
        case Shape::psid: return append_psid(text, out);
        case Shape::string: out.insert(out.end(), text.begin(), text.end()); return {};
        case Shape::fqdn: return append_domain_name(text, out);
        case Shape::tuple: return append_tuple(text, tuple_length_size, out);
        case Shape::binary: return append_binary(text, out);
        case Shape::classless_route:
        case Shape::dnr:
        case Shape::dnr6: break;  // whole options, never fields
    }
    return refuse(text, "belongs to an option with a syntax of its own, which cannot be a field");
}

Result<std::string, OptionTextError> take_field(Shape shape, std::uint8_t tuple_length_size, Reader& octets) {
    switch (shape) {
        case Shape::empty: return {};
        case Shape::boolean: return take_boolean(octets);
        case Shape::int8: return take_integer<std::int8_t>(shape, octets);
        case Shape::int16: return take_integer<std::int16_t>(shape, octets);
        case Shape::int32: return take_integer<std::int32_t>(shape, octets);
        case Shape::uint8: return take_integer<std::uint8_t>(shape, octets);
        case Shape::uint16: return take_integer<std::uint16_t>(shape, octets);
        case Shape::uint32: return take_integer<std::uint32_t>(shape, octets);
        case Shape::ipv4: {
            const Ipv4 address{octets.u32()};
            if (!octets.ok()) return too_short(shape);
            return to_string(address);
        }
        case Shape::ipv6: return take_ipv6(octets);
        case Shape::ipv6_prefix: return take_prefix(octets);
        case Shape::psid: return take_psid(octets);
        case Shape::string: return take_string(octets);
        case Shape::fqdn: return take_domain_name(octets);
        case Shape::tuple: return take_tuple(tuple_length_size, octets);
        case Shape::binary: return to_hex(octets.take(octets.left()), "");
        case Shape::classless_route:
        case Shape::dnr:
        case Shape::dnr6: break;  // whole options, never fields
    }
    return option_text_error("an option with a syntax of its own cannot be a field");
}

}  // namespace leasehold
