// Commands that change reservations: edits of the configuration in use, which then is loaded like every
// other, so that what the loader refuses in a file is refused here too.
#include <algorithm>
#include <utility>

#include "control/commands.hpp"
#include "control/family_names.hpp"
#include "control/host_selection.hpp"
#include "control/lease_selection.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/subnet.hpp"

namespace leasehold {
namespace {

using nlohmann::json;

/// A reservation as a command brings it.
struct GivenHost {
    std::optional<std::uint32_t> subnet_id;
    json map;  // as in a configuration
};

Result<GivenHost, std::string> read_host(const Arguments& arguments) {
    GivenHost host{{}, config::to_json(*arguments.find("reservation"))};
    const auto id = host.map.find("subnet-id");
    if (id == host.map.end()) return host;
    if (!id->is_number_integer() || *id < 0 || *id > std::numeric_limits<std::uint32_t>::max())
        return std::unexpected(std::string{
            "parameter 'subnet-id' of 'reservation' must be an integer from 0, for a global one, to "
            "4294967295"});
    host.subnet_id = id->get<std::uint32_t>();
    host.map.erase(id);
    return host;
}

/// With the subnet that was probably meant.
std::string missing_subnet(const CommandContext& context, const std::vector<Ipv6>& kept) {
    std::string text = "Mandatory 'subnet-id' parameter missing.";
    if (kept.empty()) return text;
    const ServerConfig& config = *context.server.config();
    const auto place = config.subnet_index->by_address(kept.front());
    text += " The address '" + to_string(kept.front()) + "' belongs to ";
    if (!place) return text + "no subnet that is configured.";
    const auto& subnet = config.subnets[*place];
    return text + "subnet '" + network_text(subnet.network) + "' id " + std::to_string(subnet.id) + ".";
}

/// The subnet is there, and the addresses are its. Delegated prefixes may lie elsewhere.
Result<void, std::string> check_place(const ServerConfig& config, std::uint32_t subnet_id, const json& host) {
    if (auto known = check_host_subnet(config, subnet_id); !known) return known;
    if (subnet_id == 0) return {};
    const auto& network = config.subnet(subnet_id)->network;
    for (const auto& address : kept_host_addresses(host, config.family))
        if (!contains(network, address))
            return std::unexpected("specified reservation '" + to_string(address) + "' is not matching the " +
                                   std::string{names_of(config.family).ip} + " subnet prefix '" + network_text(network) + "'");
    return {};
}

/// Where an edit finds what it changes.
struct HostList {
    std::string pointer;  // within the family's map
    json* hosts = nullptr;
};

/// @pre the subnet is configured
HostList reservations_of(json& map, Family family, std::uint32_t subnet_id) {
    const auto owners = host_owners(map, family, subnet_id);
    auto& hosts = map.at(json::json_pointer(owners.front().pointer))["reservations"];
    if (hosts.is_null()) hosts = json::array();
    return HostList{owners.front().pointer + "/reservations", &hosts};
}

std::optional<std::size_t> place_of_host(const json& hosts, const config::HostIdentifier& wanted) {
    const auto found =
        std::ranges::find_if(hosts, [&](const json& host) { return host_identifier(host) == wanted; });
    return found == hosts.end() ? std::nullopt : std::optional<std::size_t>(found - hosts.begin());
}

/// An address that is kept for another host of the list already.
/// @param own  the place of the host that is replaced
std::optional<Ipv6> taken_address(const json& hosts, const json& host, Family family,
                                  std::optional<std::size_t> own) {
    const auto wanted = kept_host_addresses(host, family);
    for (std::size_t i = 0; i < hosts.size(); ++i)
        if (i != own)
            for (const auto& kept : kept_host_addresses(hosts[i], family))
                if (std::ranges::find(wanted, kept) != wanted.end()) return kept;
    return std::nullopt;
}

std::string in_scope(std::uint32_t subnet_id) {
    return subnet_id == 0 ? "among the global reservations" : "in the subnet " + std::to_string(subnet_id);
}

/// Puts a host to its place, `own`, or at the end of the list.
struct HostPut {
    std::uint32_t subnet_id;
    json host;
    bool replaces;
    std::string text;  // of the answer

    EditedOrAnswer operator()(json& map, const ServerConfig& present) const {
        if (const auto fits = check_place(present, subnet_id, host); !fits)
            return std::unexpected(failure(fits.error()));
        const auto list = reservations_of(map, present.family, subnet_id);
        json& hosts = *list.hosts;
        const auto identifier = host_identifier(host);
        const auto own = identifier ? place_of_host(hosts, *identifier) : std::nullopt;
        // Without an identifier the loader tells what is wrong with it.
        if (replaces && identifier && !own) return std::unexpected(failure("Host not updated (not found)."));
        if (!replaces && own)
            return std::unexpected(failure("Database duplicate entry error: the host has a reservation " +
                                           in_scope(subnet_id) + " already; reservation-update replaces it"));
        if (map.value("ip-reservations-unique", true))
            if (const auto taken = taken_address(hosts, host, present.family, own))
                return std::unexpected(failure("Database duplicate entry error: the address " +
                                               to_string(*taken) + " is reserved for another host " +
                                               in_scope(subnet_id)));
        const auto place = own.value_or(hosts.size());
        if (own)
            hosts[place] = host;
        else
            hosts.push_back(host);
        return Edited{.answer = success(text),
                      .place = list.pointer + "/" + std::to_string(place),
                      .argument = "/reservation",
                      .skipped_max = present.skipped_reservations};
    }
};

void put_host(CommandContext& context, GivenHost host, bool replaces, std::string text, Reply reply) {
    context.configuration.change(replaces ? "reservation-update" : "reservation-add",
                                 HostPut{.subnet_id = host.subnet_id.value_or(0),
                                         .host = std::move(host.map),
                                         .replaces = replaces,
                                         .text = std::move(text)},
                                 std::move(reply));
}

/// The host, for a command that may change the configuration.
Result<GivenHost, std::string> writable_host(const Arguments& arguments, std::string_view verb) {
    const auto target = host_target(arguments, HostTarget::database);
    if (target == HostTarget::database)
        return std::unexpected("Host database not available, cannot " + std::string{verb} + " host.");
    return read_host(arguments);
}

}  // namespace

void reservation_add(CommandContext& context, const Arguments& arguments, Reply reply) {
    auto host = writable_host(arguments, "add");
    if (!host) return reply(failure(std::move(host.error())));
    std::string text = "Host added.";
    if (!host->subnet_id) {
        const auto kept = kept_addresses(host->map, context.family);
        if (!kept.empty()) return reply(failure(missing_subnet(context, kept)));
        text += " subnet-id not specified, assumed global (subnet-id 0).";
    }
    put_host(context, std::move(*host), false, std::move(text), std::move(reply));
}

void reservation_update(CommandContext& context, const Arguments& arguments, Reply reply) {
    auto host = writable_host(arguments, "update");
    if (!host) return reply(failure(std::move(host.error())));
    if (!host->subnet_id)
        return reply(failure(missing_subnet(context, kept_host_addresses(host->map, context.family))));
    put_host(context, std::move(*host), true, "Host updated.", std::move(reply));
}

void reservation_del(CommandContext& context, const Arguments& arguments, Reply reply) {
    auto selection = select_host(context, arguments);
    if (!selection) return reply(failure(std::move(selection.error())));
    const auto target = host_target(arguments, HostTarget::database);
    if (target == HostTarget::database)
        return reply(failure("Host database not available, cannot delete host."));
    auto edit = [selection = std::move(*selection)](json& map, const ServerConfig& present) -> EditedOrAnswer {
        if (!check_host_subnet(present, selection.subnet_id))
            return std::unexpected(nothing_found("Host not deleted (not found)."));
        json& hosts = *reservations_of(map, present.family, selection.subnet_id).hosts;
        // Several have the address where ip-reservations-unique is false.
        const auto kept_end = std::remove_if(hosts.begin(), hosts.end(), selection.filter);
        if (kept_end == hosts.end()) return std::unexpected(nothing_found("Host not deleted (not found)."));
        hosts.erase(kept_end, hosts.end());
        return Edited{.answer = success("Host deleted.")};
    };
    context.configuration.change("reservation-del", std::move(edit), std::move(reply));
}

}  // namespace leasehold
