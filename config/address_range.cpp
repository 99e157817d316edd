// Pools as they are written, and in the form in which config-get shows them.
#include "config/address_range.hpp"

namespace leasehold::config {
namespace {

std::optional<AddressRange> prefix_pool(const Node& node, const std::string& text) {
    const auto network = parse_ipv4_network(text);
    if (!network || network->length == 0) {
        node.error("pool", "\"" + text + "\" is not a prefix", "a prefix such as 192.0.2.64/26");
        return std::nullopt;
    }
    if (const auto address = parse_ipv4(std::string_view{text}.substr(0, text.find('/')));
        address != network->network) {
        node.error("pool", "\"" + text + "\" does not begin at the prefix's first address",
                   to_string(*network));
        return std::nullopt;
    }
    return AddressRange{network->network, {network->network.value | ~network->mask()}};
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
    const std::uint64_t size = std::uint64_t{range.last.value} - range.first.value + 1;
    if ((size & (size - 1)) != 0 || range.first.value % size != 0 || size == 1) return text_of(range);
    std::uint8_t length = 32;
    for (std::uint64_t rest = size; rest > 1; rest >>= 1) --length;
    return to_string(Ipv4Network{range.first, length});
}

std::optional<AddressRange> parse_pool(const Node& node, const std::string& written) {
    const std::string text = without_blanks(written);
    if (text.find('/') != std::string::npos) return prefix_pool(node, text);
    const std::size_t dash = text.find('-');
    const auto first = parse_ipv4(text.substr(0, dash));
    const auto last = dash != std::string::npos ? parse_ipv4(text.substr(dash + 1)) : std::nullopt;
    if (!first || !last) {
        node.error("pool", "\"" + written + "\" is not a range of addresses",
                   "\"192.0.2.10 - 192.0.2.99\" or \"192.0.2.64/26\"");
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
