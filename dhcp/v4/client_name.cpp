// Names from the wire are bytes of strangers: what is not allowed is replaced or dropped.
#include "dhcp/v4/client_name.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/wire.hpp"

namespace leasehold::v4 {

namespace {

constexpr std::uint8_t rcode_unused = 255;

std::optional<ClientName> read_fqdn(std::span<const std::uint8_t> payload, const DdnsConfig& ddns) {
    if (payload.size() < 3) return std::nullopt;
    const auto flags = payload[0];
    const auto bytes = payload.subspan(3);
    const bool has_labels = (flags & fqdn_flag::e) != 0;
    bool has_root = !has_labels && !bytes.empty() && bytes.back() == '.';
    auto text = has_labels ? clean_labels(bytes, ddns, has_root) : clean_name(bytes, ddns);
    return fqdn_of(std::move(text), flags, has_root, ddns);
}

}  // namespace

ClientName read_client_name(const MessageView& message, const DdnsConfig& ddns) {
    if (const auto payload = message.option(option::fqdn)) {
        if (auto name = read_fqdn(*payload, ddns)) return std::move(*name);
    }
    ClientName name;
    if (const auto payload = message.option(option::host_name)) name.text = clean_name(*payload, ddns);
    return name;
}

FqdnPayload fqdn_payload(const ClientName& name) {
    FqdnPayload out{name.fqdn_flags, rcode_unused, rcode_unused};
    if ((name.fqdn_flags & fqdn_flag::e) != 0) {
        append_labels(out, name.text);
    } else {
        out.insert(out.end(), name.text.begin(), name.text.end());
    }
    return out;
}

}  // namespace leasehold::v4
