#include "cli/view_arguments.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>

namespace leasehold {
namespace {

/// "1A-2b:3c" to "1a:2b:3c"; nullopt: not groups of two hexadecimal digits, or only one.
std::optional<std::string> octet_groups(std::string_view text) {
    if (text.size() < 5 || text.size() % 3 != 2) return std::nullopt;
    std::string groups;
    for (std::size_t i = 0; i != text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        const bool separator = i % 3 == 2;
        if (separator ? c != ':' && c != '-' : std::isxdigit(c) == 0) return std::nullopt;
        groups += separator ? ':' : static_cast<char>(std::tolower(c));
    }
    return groups;
}

/// IPv4 as the mapped address, as leases have it.
std::optional<Ipv6> any_address(std::string_view text) {
    if (const auto v4 = parse_ipv4(text)) return to_ipv6(*v4);
    return parse_ipv6(text);
}

std::optional<Prefix> any_network(std::string_view text) {
    constexpr std::uint8_t mapped_length = 96;
    if (const auto v4 = parse_ipv4_network(text))
        return Prefix{to_ipv6(v4->network), static_cast<std::uint8_t>(v4->length + mapped_length)};
    return parse_ipv6_prefix(text);
}

}  // namespace

SearchTerm read_search_term(std::string_view word) {
    SearchTerm term;
    // Before addresses: a DUID of eight octets looks like one, and nobody writes an address that way.
    if (auto octets = octet_groups(word))
        term.octets = std::move(*octets);
    else if (const auto network = any_network(word))
        term.network = network;
    else if (const auto address = any_address(word))
        term.address = address;
    else
        return name_term(word);
    return term;
}

SearchTerm name_term(std::string_view name) {
    SearchTerm term;
    std::ranges::transform(name, std::back_inserter(term.name),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return term;
}

Result<SearchTerm, std::string> read_octets_term(std::string_view option, std::string_view text) {
    auto octets = octet_groups(text);
    if (!octets)
        return std::unexpected(std::string{option} + ": '" + std::string{text} +
                               "' must be octets in hexadecimal with ':' or '-' between, such as 1a:2b:3c:4d:5e:6f");
    SearchTerm term;
    term.octets = std::move(*octets);
    return term;
}

Result<SearchTerm, std::string> read_place_term(std::string_view option, std::string_view text) {
    SearchTerm term;
    term.address = any_address(text);
    if (!term.address) term.network = any_network(text);
    if (!term.address && !term.network)
        return std::unexpected(std::string{option} + ": '" + std::string{text} +
                               "' must be an address or a network, such as 192.0.2.7 or 2001:db8::/64");
    return term;
}

}  // namespace leasehold
