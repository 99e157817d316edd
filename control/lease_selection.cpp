#include "control/lease_selection.hpp"

#include "control/family_names.hpp"

namespace leasehold {
namespace {

/// Rows with one address that are looked at for a prefix: there are no more lengths.
constexpr std::size_t lengths_max = 129;

/// The kind that "type" names, a word of the command table.
LeaseKind kind_asked(const CommandContext& context, const Arguments& arguments) {
    if (context.family == Family::v4) return LeaseKind::v4;
    const auto type = arguments.text("type").value_or("IA_NA");
    return type == "IA_PD" || type == "2" ? LeaseKind::pd : LeaseKind::na;
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

Result<LeaseSelection, std::string> select_by_address(const CommandContext& context, const Arguments& arguments,
                                                      const std::string& text) {
    const auto kind = kind_asked(context, arguments);
    const auto address = read_address(context.family, text);
    if (!address) return std::unexpected("'ip-address' is no " + ip(context) + " address: '" + text + "'");
    LeaseSelection selection{kind, {}, {}};
    if (kind == LeaseKind::pd) {
        const auto length = arguments.integer("prefix-len");
        if (length) selection.key = Prefix{*address, static_cast<std::uint8_t>(*length)};
        selection.lease = find_prefix(context.server, *address, length);
    } else {
        selection.key = Prefix{*address, 128};
        selection.lease = context.server.find(*selection.key);
    }
    if (selection.lease && selection.lease->kind != kind) selection.lease.reset();
    return selection;
}

Result<LeaseSelection, std::string> select_by_client(const CommandContext& context, const Arguments& arguments) {
    const auto subnet = arguments.integer("subnet-id");
    const auto type = arguments.text("identifier-type"), identifier = arguments.text("identifier");
    if (!subnet || !type || !identifier)
        return std::unexpected(std::string{
            "name a lease by 'ip-address', or by 'subnet-id', 'identifier-type' and 'identifier' together"});
    // A DUID is what a client of DHCPv6 is identified by.
    const auto identified_by = *type == "hw-address" ? Identifier::hw_address : Identifier::client_id;
    const auto kind = kind_asked(context, arguments);
    const auto octets = read_octets("identifier", *identifier);
    if (!octets) return std::unexpected(octets.error());
    const std::int64_t iaid = arguments.integer("iaid").value_or(0);  // v4 leases have 0
    for (const auto& lease : rows_of(context.server, identified_by, *octets))
        if (lease.subnet_id == *subnet && lease.kind == kind && lease.iaid == iaid)
            return LeaseSelection{kind, lease, lease.address};
    return LeaseSelection{kind, {}, {}};
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
