// The flags stand in other places than in DHCPv4: N is 4 here (RFC 4704 4.1), and names are always labels.
#include "dhcp/v6/client_fqdn.hpp"

#include "dhcp/v6/option_table.hpp"

namespace leasehold::v6 {

namespace {

constexpr std::uint8_t s_on_wire = 1, o_on_wire = 2, n_on_wire = 4;

struct FlagPlace {
    std::uint8_t on_wire, in_name;
};
constexpr std::array flag_places{FlagPlace{s_on_wire, fqdn_flag::s}, FlagPlace{o_on_wire, fqdn_flag::o},
                                 FlagPlace{n_on_wire, fqdn_flag::n}};

}  // namespace

ClientName read_client_fqdn(const MessageView& message, const DdnsConfig& ddns) {
    const auto payload = message.option(option::client_fqdn);
    if (!payload || payload->empty()) return {};
    int flags = 0;
    for (const auto& place : flag_places)
        if ((payload->front() & place.on_wire) != 0) flags |= place.in_name;
    bool has_root = false;
    auto text = clean_labels(payload->subspan(1), ddns, has_root);
    return fqdn_of(std::move(text), static_cast<std::uint8_t>(flags), has_root, ddns).value_or(ClientName{});
}

FqdnPayload fqdn_answer(const ClientName& name) {
    int flags = 0;
    for (const auto& place : flag_places)
        if ((name.fqdn_flags & place.in_name) != 0) flags |= place.on_wire;
    FqdnPayload out{static_cast<std::uint8_t>(flags)};
    append_labels(out, name.text);
    return out;
}

}  // namespace leasehold::v6
