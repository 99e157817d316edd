// A pool's addresses: "a - b" or a prefix.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/family.hpp"
#include "config/node.hpp"
#include "dhcp/address.hpp"

namespace leasehold::config {

struct AddressRange {
    Ipv6 first, last;  // inclusive; IPv4 ones are mapped
};

std::string text_of(const AddressRange& range);
/// A range that is a prefix is shown as one.
std::string normal_form(const AddressRange& range);
/// "a - b" or "prefix/length"; blanks do not count. nullopt: told at the member "pool" of `node`.
std::optional<AddressRange> parse_pool(const FamilyFacts& facts, const Node& node, const std::string& written);
std::string without_blanks(std::string_view text);

}  // namespace leasehold::config
