#include "control/lease_selection.hpp"

#include "control/family_names.hpp"

namespace leasehold {
namespace {

/// Rows with one address that are looked at for a prefix: there are no more lengths.
constexpr std::size_t lengths_max = 129;

/// The kind that "type" names, as Kea's commands take it.
Result<LeaseKind, std::string> read_kind(const CommandContext& context, const Arguments& arguments) {
    if (context.family == Family::v4) return LeaseKind::v4;
    const auto type = arguments.text("type").value_or("IA_NA");
    if (type == "IA_NA" || type == "0") return LeaseKind::na;
    if (type == "IA_PD" || type == "2") return LeaseKind::pd;
    return std::unexpected("'type' must be \"IA_NA\" or \"IA_PD\", not '" + type + "'");
}

/// Prefixes are asked for by address alone: the shortest one with it that is leased, or the one of a length.
std::optional<Lease> find_prefix(const Server& server, const Ipv6& address,
                                 std::optional<std::int64_t> length) {
    if (length) return server.find({address, static_cast<std::uint8_t>(*length)});
    const Uint128 value = to_uint128(address);
    std::optional<Prefix> before;  // the last key in front of all that begin with the address
    if (value != 0) before = Prefix{to_ipv6(value - 1), 128};
    std::optional<Lease> found;
    server.page(before, lengths_max, [&](const Lease& lease) {
        if (lease.address.address != address) return false;
        if (lease.kind == LeaseKind::pd) found = lease;
        return !found;
    });
    return found;
}

/// What a client is found by, as "identifier-type" names it.
Result<Identifier, std::string> read_identifier_type(const CommandContext& context, const std::string& type) {
    if (context.family == Family::v6) {
        if (type == "duid") return Identifier::client_id;
        return std::unexpected("'identifier-type' must be \"duid\", not '" + type + "'");
    }
    if (type == "hw-address") return Identifier::hw_address;
    if (type == "client-id") return Identifier::client_id;
    return std::unexpected("'identifier-type' must be \"hw-address\" or \"client-id\", not '" + type + "'");
}

Result<LeaseSelection, std::string> select_by_address(const CommandContext& context, const Arguments& arguments,
                                                      const std::string& text) {
    const auto kind = read_kind(context, arguments);
    if (!kind) return std::unexpected(kind.error());
    const auto address = read_address(context.family, text);
    if (!address) return std::unexpected("'ip-address' is no " + ip(context) + " address: '" + text + "'");
    LeaseSelection selection{*kind, {}, {}};
    if (*kind == LeaseKind::pd) {
        const auto length = arguments.integer("prefix-len");
        if (length) selection.key = Prefix{*address, static_cast<std::uint8_t>(*length)};
        selection.lease = find_prefix(context.server, *address, length);
    } else {
        selection.key = Prefix{*address, 128};
        selection.lease = context.server.find(*selection.key);
    }
    if (selection.lease && selection.lease->kind != *kind) selection.lease.reset();
    return selection;
}

Result<LeaseSelection, std::string> select_by_client(const CommandContext& context, const Arguments& arguments) {
    const auto subnet = arguments.integer("subnet-id");
    const auto type = arguments.text("identifier-type"), identifier = arguments.text("identifier");
    if (!subnet || !type || !identifier)
        return std::unexpected(std::string{
            "name a lease by 'ip-address', or by 'subnet-id', 'identifier-type' and 'identifier' together"});
    const auto identified_by = read_identifier_type(context, *type);
    if (!identified_by) return std::unexpected(identified_by.error());
    const auto kind = read_kind(context, arguments);
    if (!kind) return std::unexpected(kind.error());
    const auto octets = read_octets("identifier", *identifier);
    if (!octets) return std::unexpected(octets.error());
    const std::int64_t iaid = arguments.integer("iaid").value_or(0);  // v4 leases have 0
    for (const auto& lease : rows_of(context.server, *identified_by, *octets))
        if (lease.subnet_id == *subnet && lease.kind == *kind && lease.iaid == iaid)
            return LeaseSelection{*kind, lease, lease.address};
    return LeaseSelection{*kind, {}, {}};
}

}  // namespace

std::string ip(const CommandContext& context) {
    return std::string{names_of(context.family).ip};
}

std::optional<Ipv6> read_address(Family family, const std::string& text) {
    if (family == Family::v6) return parse_ipv6(text);
    const auto address = parse_ipv4(text);
    return address ? std::optional{to_ipv6(*address)} : std::nullopt;
}

Result<Octets, std::string> read_octets(std::string_view name, const std::string& text) {
    auto octets = parse_hex(text);
    if (!octets || octets->empty())
        return std::unexpected("'" + std::string{name} +
                               "' must be octets in hexadecimal, such as 1a:2b:3c:4d:5e:6f, not '" + text +
                               "'");
    return std::move(*octets);
}

LeaseRows rows_of(const Server& server, Identifier kind, const Octets& octets) {
    return kind == Identifier::hw_address ? server.by_hwaddr(view(octets))
                                          : server.by_client_id(view(octets));
}

Result<LeaseSelection, std::string> select_lease(const CommandContext& context, const Arguments& arguments) {
    const auto text = arguments.text("ip-address");
    return text ? select_by_address(context, arguments, *text) : select_by_client(context, arguments);
}

}  // namespace leasehold
