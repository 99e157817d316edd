// Classless routes and designated resolvers, text <-> octets. See option_special.hpp.
#include "dhcp/option_special.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "dhcp/address.hpp"
#include "dhcp/option_field.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

using Octets8 = std::vector<std::uint8_t>;
using Appended = Result<void, OptionTextError>;
using Bytes = Result<Octets8, OptionTextError>;
using Text = Result<std::string, OptionTextError>;

/// Splits at separators that have no backslash before them; the parts keep their escapes and are trimmed.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= text.size(); ++at) {
        if (at < text.size() && text[at] == '\\') {
            ++at;
            continue;
        }
        if (at < text.size() && text[at] != separator) continue;
        parts.push_back(trimmed(text.substr(begin, std::min(at, text.size()) - begin)));
        begin = at + 1;
    }
    if (begin <= text.size()) parts.push_back(trimmed(text.substr(begin)));  // ended within an escape
    return parts;
}

std::vector<std::string_view> words(std::string_view text) {
    auto parts = split(text, ' ');
    std::erase_if(parts, [](std::string_view part) { return part.empty(); });
    return parts;
}

constexpr std::string_view escapable = ",|";

std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 1 < text.size() && escapable.find(text[at + 1]) != text.npos) ++at;
        out += text[at];
    }
    return out;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (escapable.find(c) != text.npos) out += '\\';
        out += c;
    }
    return out;
}

// Service parameters (RFC 9460 14.3.2) that RFC 9463 uses; the address hints are not allowed in DNR (3.1.8).
constexpr std::uint16_t key_alpn = 1, key_port = 3, key_ipv4hint = 4, key_ipv6hint = 6, key_dohpath = 7;
struct KeyName {
    std::uint16_t key;
    std::string_view name;
};
constexpr std::array key_names{KeyName{key_alpn, "alpn"}, KeyName{key_port, "port"},
                               KeyName{key_dohpath, "dohpath"}};

struct Parameter {
    std::uint16_t key = 0;
    Octets8 value;
};

std::optional<std::uint16_t> parse_key(std::string_view name) {
    if (const auto known = std::ranges::find(key_names, name, &KeyName::name); known != key_names.end())
        return known->key;
    if (!name.starts_with("key")) return std::nullopt;
    const auto number = parse_decimal(name.substr(3), 0, 65535);
    if (!number || *number == key_ipv4hint || *number == key_ipv6hint) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

Result<Parameter, OptionTextError> parse_parameter(std::string_view text) {
    const auto equals = std::min(text.find('='), text.size());
    const auto key = parse_key(text.substr(0, equals));
    if (!key || equals == text.size())
        return option_text_error(
            "\"" + std::string{text} +
            "\" is not a service parameter: use alpn=, port=, dohpath= or keyN= (but neither "
            "address hint, key4 nor key6)");
    Parameter parameter{*key, {}};
    const std::string value = unescaped(text.substr(equals + 1));
    if (*key == key_port) {
        if (const auto ok = append_field(Shape::uint16, value, 1, parameter.value); !ok)
            return option_text_error("port: " + ok.error().detail);
    } else if (*key == key_alpn) {
        for (const auto name : split(value, ',')) {
            if (name.empty()) return option_text_error("alpn: a protocol name is empty");
            if (const auto ok = append_field(Shape::tuple, name, 1, parameter.value); !ok)
                return option_text_error("alpn: " + ok.error().detail);
        }
    } else {
        parameter.value.assign(value.begin(), value.end());
    }
    return parameter;
}

Appended append_parameters(std::string_view text, Octets8& out) {
    std::vector<Parameter> parameters;
    for (const auto word : words(text)) {
        auto parameter = parse_parameter(word);
        if (!parameter) return std::unexpected(parameter.error());
        parameters.push_back(std::move(*parameter));
    }
    std::ranges::sort(parameters, {}, &Parameter::key);
    if (std::ranges::adjacent_find(parameters, {}, &Parameter::key) != parameters.end())
        return option_text_error("a service parameter comes twice");
    for (const auto& [key, value] : parameters) {
        append_number(out, key, 2);
        append_number(out, value.size(), 2);
        out.insert(out.end(), value.begin(), value.end());
    }
    return {};
}

/// Where the two families' options differ (RFC 9463 4.1, 5.1).
struct DnrForm {
    Shape address;
    std::size_t address_size;
    std::string_view address_name;
    std::size_t length_size;  // octets of the name's and the addresses' length
    bool is_list;             // several resolvers in an option, each behind its length of 2 octets
};
constexpr DnrForm dnr_form_v4{Shape::ipv4, 4, "IPv4", 1, true};
constexpr DnrForm dnr_form_v6{Shape::ipv6, 16, "IPv6", 2, false};

Appended append_addresses(const DnrForm& form, std::string_view text, Octets8& out) {
    const auto addresses = words(text);
    const std::size_t address_count_max = (form.length_size == 1 ? 255u : 65535u) / form.address_size;
    if (addresses.empty() || addresses.size() > address_count_max)
        return option_text_error("1 to " + std::to_string(address_count_max) + ' ' +
                                 std::string{form.address_name} + " addresses with blanks between");
    append_number(out, addresses.size() * form.address_size, form.length_size);
    for (const auto address : addresses)
        if (const auto ok = append_field(form.address, address, 1, out); !ok) return ok;
    return {};
}

Appended append_resolver(const DnrForm& form, std::string_view text, Octets8& out) {
    const auto parts = split(text, ',');
    if (parts.size() < 2 || parts.size() > 4)
        return option_text_error(
            "a resolver is \"priority, name., addresses, parameters\", the last two optional");
    Octets8 resolver, name;
    if (const auto ok = append_field(Shape::uint16, parts[0], 1, resolver); !ok)
        return option_text_error("priority: " + ok.error().detail);
    if (parts[1].empty() || parts[1] == ".")
        return option_text_error("the authentication domain name is empty");
    if (const auto ok = append_domain_name(parts[1], name); !ok) return ok;
    append_number(resolver, name.size(), form.length_size);
    resolver.insert(resolver.end(), name.begin(), name.end());
    if (parts.size() > 2)
        if (const auto ok = append_addresses(form, parts[2], resolver); !ok)
            return option_text_error("addresses: " + ok.error().detail);
    if (parts.size() > 3)
        if (const auto ok = append_parameters(parts[3], resolver); !ok) return ok;
    if (resolver.size() > 65535) return option_text_error("a resolver is longer than 65535 octets");
    if (form.is_list) append_number(out, resolver.size(), 2);
    out.insert(out.end(), resolver.begin(), resolver.end());
    return {};
}

/// nullopt: the value has no text.
std::optional<std::string> parameter_value_text(std::uint16_t key, std::span<const std::uint8_t> value) {
    Reader octets{value};
    if (key == key_port) {
        const std::uint16_t port = octets.u16();
        return octets.ok() && octets.left() == 0 ? std::optional{std::to_string(port)} : std::nullopt;
    }
    std::string text;
    if (key == key_alpn) {
        while (octets.left() > 0) {
            const auto name = take_field(Shape::tuple, 1, octets);
            if (!name || name->empty() || name->find(',') != name->npos) return std::nullopt;
            if (!text.empty()) text += ',';
            text += *name;
        }
    } else {
        text = as_text(value);
    }
    if (!is_printable(text) || text.find_first_of(" \\") != text.npos) return std::nullopt;
    return escaped(text);
}

struct Resolver {
    std::uint16_t priority = 0;
    std::string name;
    std::vector<std::string> addresses;
    std::vector<Parameter> parameters;
};

std::span<const std::uint8_t> take_counted(const DnrForm& form, Reader& octets) {
    return octets.take(form.length_size == 1 ? octets.u8() : octets.u16());
}

/// The part of one resolver behind its length.
Result<Resolver, OptionTextError> read_resolver(const DnrForm& form, Reader octets) {
    Resolver resolver{.priority = octets.u16(), .name = {}, .addresses = {}, .parameters = {}};
    Reader name_octets{take_counted(form, octets)};
    if (!octets.ok()) return option_text_error("a resolver's name runs over its end");
    auto name = take_domain_name(name_octets);
    if (!name) return std::unexpected(name.error());
    if (name_octets.left() > 0) return option_text_error("octets after a resolver's name");
    resolver.name = std::move(*name);
    if (octets.left() == 0) return resolver;  // known by its name only

    Reader addresses{take_counted(form, octets)};
    if (!octets.ok()) return option_text_error("a resolver's addresses run over its end");
    while (addresses.left() > 0) {
        auto address = take_field(form.address, 1, addresses);
        if (!address) return std::unexpected(address.error());
        resolver.addresses.push_back(std::move(*address));
    }
    while (octets.left() > 0) {
        const std::uint16_t key = octets.u16();
        const auto value = octets.take(octets.u16());
        if (!octets.ok()) return option_text_error("a service parameter runs over the end");
        resolver.parameters.push_back({key, {value.begin(), value.end()}});
    }
    return resolver;
}

Result<std::vector<Resolver>, OptionTextError> read_resolvers(const DnrForm& form,
                                                              std::span<const std::uint8_t> bytes) {
    std::vector<Resolver> resolvers;
    Reader octets{bytes};
    if (!form.is_list) {
        auto resolver = read_resolver(form, octets);
        if (!resolver) return std::unexpected(resolver.error());
        resolvers.push_back(std::move(*resolver));
        return resolvers;
    }
    do {
        const auto one = octets.take(octets.u16());
        if (!octets.ok()) return option_text_error("a resolver runs over the end of the option");
        auto resolver = read_resolver(form, Reader{one});
        if (!resolver) return std::unexpected(resolver.error());
        resolvers.push_back(std::move(*resolver));
    } while (octets.left() > 0);
    return resolvers;
}

std::optional<std::string> parameter_text(const Parameter& parameter) {
    const auto value = parameter_value_text(parameter.key, parameter.value);
    if (!value) return std::nullopt;
    const auto known = std::ranges::find(key_names, parameter.key, &KeyName::key);
    const std::string name =
        known == key_names.end() ? "key" + std::to_string(parameter.key) : std::string{known->name};
    return name + '=' + *value;
}

Text resolver_text(const Resolver& resolver) {
    std::string text = std::to_string(resolver.priority) + ", " + resolver.name;
    if (!resolver.addresses.empty() || !resolver.parameters.empty()) text += ',';
    for (const auto& address : resolver.addresses) text += ' ' + address;
    if (!resolver.parameters.empty()) text += ',';
    for (const auto& parameter : resolver.parameters) {
        const auto one = parameter_text(parameter);
        if (!one)
            return option_text_error("service parameter " + std::to_string(parameter.key) +
                                     " has no text form");
        text += ' ' + *one;
    }
    return text;
}

Bytes classless_route_bytes(std::string_view text) {
    Octets8 out;
    for (const auto route : split(text, ',')) {
        if (route.empty()) continue;
        const auto dash = std::min(route.find('-'), route.size());
        const auto network = parse_ipv4_network(trimmed(route.substr(0, dash)));
        const auto router = dash == route.size() ? std::nullopt : parse_ipv4(trimmed(route.substr(dash + 1)));
        if (!network || !router)
            return option_text_error(
                "\"" + std::string{route} +
                "\" is not a route: write \"10.1.0.0/16 - 192.0.2.1\", network - router");
        out.push_back(network->length);
        // RFC 3442: only the significant octets of the network.
        append_number(out, network->network.value >> (32 - 8 * ((network->length + 7) / 8)) % 32,
                      (network->length + 7u) / 8);
        append_number(out, router->value, 4);
    }
    if (out.empty())
        return option_text_error("no route: write \"10.1.0.0/16 - 192.0.2.1\", network - router");
    return out;
}

Text classless_route_text(std::span<const std::uint8_t> bytes) {
    std::string text;
    Reader octets{bytes};
    while (octets.left() > 0) {
        Ipv4Network network{{}, octets.u8()};
        if (network.length > 32) return option_text_error("a route's network has over 32 bits");
        int shift = 24;
        for (const std::uint8_t octet : octets.take((network.length + 7u) / 8)) {
            network.network.value |= std::uint32_t{octet} << shift;
            shift -= 8;
        }
        network.network.value &= network.mask();
        const Ipv4 router{octets.u32()};
        if (!octets.ok()) return option_text_error("the octets end within a route");
        if (!text.empty()) text += ", ";
        text += to_string(network) + " - " + to_string(router);
    }
    if (text.empty()) return option_text_error("no route");
    return text;
}

Bytes dnr_bytes(const DnrForm& form, std::string_view text) {
    Octets8 out;
    std::size_t count = 0;
    for (const auto resolver : split(text, '|')) {
        if (++count > 1 && !form.is_list)
            return option_text_error("this option holds one resolver: give it once for each, without \"|\"");
        if (const auto ok = append_resolver(form, resolver, out); !ok)
            return option_text_error("resolver " + std::to_string(count) + ": " + ok.error().detail);
    }
    return out;
}

Text dnr_text(const DnrForm& form, std::span<const std::uint8_t> bytes) {
    const auto resolvers = read_resolvers(form, bytes);
    if (!resolvers) return std::unexpected(resolvers.error());
    std::string text;
    for (const auto& resolver : *resolvers) {
        const auto one = resolver_text(resolver);
        if (!one) return one;
        if (!text.empty()) text += " | ";
        text += *one;
    }
    return text;
}

const DnrForm& dnr_form(Shape shape) {
    return shape == Shape::dnr ? dnr_form_v4 : dnr_form_v6;
}

}  // namespace

bool is_special(Shape shape) {
    return shape == Shape::classless_route || shape == Shape::dnr || shape == Shape::dnr6;
}

Result<std::vector<std::uint8_t>, OptionTextError> special_bytes(Shape shape, std::string_view text) {
    return shape == Shape::classless_route ? classless_route_bytes(text) : dnr_bytes(dnr_form(shape), text);
}

Result<std::string, OptionTextError> special_text(Shape shape, std::span<const std::uint8_t> bytes) {
    return shape == Shape::classless_route ? classless_route_text(bytes) : dnr_text(dnr_form(shape), bytes);
}

Result<void, OptionTextError> check_special(Shape shape, std::span<const std::uint8_t> bytes) {
    if (shape == Shape::classless_route) {
        const auto text = classless_route_text(bytes);
        return text ? Result<void, OptionTextError>{} : std::unexpected(text.error());
    }
    const auto resolvers = read_resolvers(dnr_form(shape), bytes);
    if (!resolvers) return std::unexpected(resolvers.error());
    return {};
}

}  // namespace leasehold
