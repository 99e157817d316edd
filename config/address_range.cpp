// Pools as they are written, and in the form in which config-get shows them.
#include "config/address_range.hpp"

namespace leasehold::config {
namespace {

std::optional<AddressRange> prefix_pool(const FamilyFacts& facts, const Node& node, const std::string& text) {
    const auto network = parse_network(facts.family, text);
    const std::uint8_t everything = facts.family == Family::v4 ? 96 : 0;
    if (!network || network->length == everything) {
        node.error("pool", "\"" + text + "\" is not a prefix", std::string{facts.prefix_example});
        return std::nullopt;
    }
    const auto address = parse_address(facts.family, std::string_view{text}.substr(0, text.find('/')));
    if (address != network->address) {
        node.error("pool", "\"" + text + "\" does not begin at the prefix's first address",
                   network_text(*network));
        return std::nullopt;
    }
    return AddressRange{network->address, last_address(*network)};
}

}  // namespace

std::string without_blanks(std::string_view text) {
    std::string kept;
    for (const char c : text)
        if (c != ' ' && c != '\t') kept += c;
    return kept;
}

std::string text_of(const AddressRange& range) {
    return to_string(range.first) + "-" + to_string(range.last);
}

std::string normal_form(const AddressRange& range) {
    const Uint128 first = to_uint128(range.first), last = to_uint128(range.last);
    const Uint128 size = last - first + 1;  // 0: all that there are
    if (size <= 1 || (size & (size - 1)) != 0 || first % size != 0) return text_of(range);
    std::uint8_t length = 128;
    for (Uint128 rest = size; rest > 1; rest >>= 1) --length;
    return network_text({range.first, length});
}

std::optional<AddressRange> parse_pool(const FamilyFacts& facts, const Node& node,
                                       const std::string& written) {
    const std::string text = without_blanks(written);
    if (text.find('/') != std::string::npos) return prefix_pool(facts, node, text);
    const std::size_t dash = text.find('-');
    const auto first = parse_address(facts.family, std::string_view{text}.substr(0, dash));
    const auto last = dash != std::string::npos
                          ? parse_address(facts.family, std::string_view{text}.substr(dash + 1))
                          : std::nullopt;
    if (!first || !last) {
        node.error("pool", "\"" + written + "\" is not a range of " + std::string{facts.ip} + " addresses",
                   std::string{facts.range_example});
        return std::nullopt;
    }
    if (*last < *first) {
        node.error("pool",
                   "the pool ends at " + to_string(*last) + ", before it begins at " + to_string(*first),
                   "the lower address first");
        return std::nullopt;
    }
    return AddressRange{*first, *last};
}

}  // namespace leasehold::config
