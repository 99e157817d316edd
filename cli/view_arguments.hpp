// What is asked of a view, as it was typed and understood.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// Something to look for. What a word means follows from its form: 192.0.2.7 or 2001:db8::7 is an address, 192.0.2.0/24
/// a network, 1a:2b:3c (or 1a-2b-3c) octets of a hardware address, client-id or DUID, anything else a part of a name.
struct SearchTerm {
    std::optional<Ipv6> address = {};
    std::optional<Prefix> network = {};
    std::string octets = {};  // "1a:2b:3c"
    std::string name = {};    // lower case
    bool operator==(const SearchTerm&) const = default;
};
SearchTerm read_search_term(std::string_view word);
/// Whatever it looks like.
SearchTerm name_term(std::string_view name);
/// @error what is wrong with it, and what it should be like
Result<SearchTerm, std::string> read_octets_term(std::string_view option, std::string_view text);
Result<SearchTerm, std::string> read_place_term(std::string_view option, std::string_view text);  // address, network

inline constexpr std::size_t view_rows_usual = 100;

struct LeaseQuery {
    std::vector<SearchTerm> terms = {};   // all of them must fit
    std::vector<std::uint32_t> subnets = {};
    std::string state = {};               // "": any
    std::string sort = "address";
    bool reverse = false;
    std::size_t limit = view_rows_usual;  // 0: all
    std::string after = {};               // an address: the page begins behind it
    bool follow = false;
};
struct SubnetQuery {
    std::vector<SearchTerm> terms = {};  // an address or a network: subnets that meet it; a name: of a shared network
    std::vector<std::uint32_t> subnets = {};
    std::string sort = "id";
    bool reverse = false;
    std::size_t limit = view_rows_usual;
};
struct ReservationQuery {
    std::vector<SearchTerm> terms = {};
    std::vector<std::uint32_t> subnets = {};  // 0: global ones
    std::string sort = "configuration";
    bool reverse = false;
    std::size_t limit = view_rows_usual;
};

}  // namespace leasehold
