// Commands that ask for leases. Lists are made from the table a slice at a time while they are being sent,
// so that a million of them neither stand in memory nor hold the loop.
#include <algorithm>
#include <cctype>
#include <utility>

#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/lease_json.hpp"

namespace leasehold {
namespace {

/// Table rows looked at in one turn of the loop: well under 2 ms.
constexpr std::size_t rows_per_slice = 512;

using LeaseFilter = std::function<bool(const Lease&)>;

std::string found_text(std::uint64_t count) {
    return std::to_string(count) + " IPv4 lease(s) found.";
}

/// All leases of the table that `filter` takes, in address order, after `after`; at most `limit`.
Answer scan_answer(CommandContext& context, LeaseFilter filter,
                   std::function<std::string(std::uint64_t)> text, std::optional<Prefix> after = {},
                   std::uint64_t limit = std::numeric_limits<std::uint64_t>::max(), bool with_count = false) {
    auto more = [&server = context.server, filter = std::move(filter), after,
                 limit](const ListAnswer::Add& add) mutable {
        bool wanted = true;
        const auto visit = [&](const Lease& lease) {
            if (filter(lease)) {
                wanted = add(lease_json(lease));
                --limit;
            }
            return wanted && limit != 0;
        };
        after = server.page(after, rows_per_slice, visit);
        return after.has_value() && limit != 0;
    };
    return list_answer(
        {.name = "leases", .more = std::move(more), .text = std::move(text), .with_count = with_count});
}

Answer rows_answer(const LeaseRows& rows) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& lease : rows) list.push_back(lease_json(lease));
    Answer answer = success(found_text(rows.size()), {{"leases", std::move(list)}});
    if (rows.empty()) answer.result = ResultCode::empty;
    return answer;
}

/// The indexes end at some number of rows per client; an answer of that length may lack some, and the table
/// is searched instead.
constexpr std::size_t rows_complete_below = 64;

Result<Octets, std::string> read_octets(std::string_view name, const std::string& text) {
    auto octets = parse_hex(text);
    if (!octets || octets->empty())
        return std::unexpected("'" + std::string{name} +
                               "' must be octets in hexadecimal, such as 1a:2b:3c:4d:5e:6f, not '" + text +
                               "'");
    return std::move(*octets);
}

enum class Identifier { hw_address, client_id };

LeaseRows rows_of(const Server& server, Identifier kind, const Octets& octets) {
    return kind == Identifier::hw_address ? server.by_hwaddr(view(octets))
                                          : server.by_client_id(view(octets));
}

void get_by_identifier(CommandContext& context, const Arguments& arguments, std::string_view name,
                       Identifier kind, const Reply& reply) {
    auto octets = read_octets(name, *arguments.text(name));
    if (!octets) return reply(failure(octets.error()));
    const auto rows = rows_of(context.server, kind, *octets);
    if (rows.size() < rows_complete_below) return reply(rows_answer(rows));
    const auto has_it = [kind, wanted = *octets](const Lease& lease) {
        return same_octets(view(kind == Identifier::hw_address ? lease.hwaddr : lease.client_id),
                           view(wanted));
    };
    reply(scan_answer(context, has_it, found_text));
}

Answer one_lease(std::optional<Lease> lease) {
    if (!lease) return nothing_found("Lease not found.");
    return success("IPv4 lease found.", lease_json(*lease));
}

Answer get_by_client(CommandContext& context, const Arguments& arguments) {
    const auto subnet = arguments.integer("subnet-id");
    const auto type = arguments.text("identifier-type"), identifier = arguments.text("identifier");
    if (!subnet || !type || !identifier)
        return failure(
            "name a lease by 'ip-address', or by 'subnet-id', 'identifier-type' and 'identifier' together");
    if (*type != "hw-address" && *type != "client-id")
        return failure("'identifier-type' must be \"hw-address\" or \"client-id\", not '" + *type + "'");
    const auto octets = read_octets("identifier", *identifier);
    if (!octets) return failure(octets.error());
    const auto kind = *type == "hw-address" ? Identifier::hw_address : Identifier::client_id;
    for (const auto& lease : rows_of(context.server, kind, *octets))
        if (lease.subnet_id == *subnet) return one_lease(lease);
    return one_lease({});
}

std::string lower_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

void leases_reclaim(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.server.reclaim(*arguments.boolean("remove"), [reply = std::move(reply)](std::uint64_t count) {
        reply(success("Reclamation of expired leases is complete.", {{"reclaimed", count}}));
    });
}

void lease4_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto text = arguments.text("ip-address");
    if (!text) return reply(get_by_client(context, arguments));
    const auto address = parse_ipv4(*text);
    if (!address) return reply(failure("'ip-address' is no IPv4 address: '" + *text + "'"));
    reply(one_lease(context.server.find(to_prefix(*address))));
}

void lease4_get_all(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto* const subnets = arguments.find("subnets");
    if (subnets == nullptr)
        return reply(scan_answer(
            context, [](const Lease&) { return true; }, found_text));
    std::vector<std::uint32_t> ids;
    for (const auto& id : std::get<config::Value::List>(subnets->data))
        ids.push_back(static_cast<std::uint32_t>(std::get<std::int64_t>(id.data)));
    std::ranges::sort(ids);
    auto filter = [ids = std::move(ids)](const Lease& lease) {
        return std::ranges::binary_search(ids, lease.subnet_id);
    };
    reply(scan_answer(context, std::move(filter), found_text));
}

void lease4_get_page(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto from = *arguments.text("from");
    std::optional<Prefix> after;
    if (from != "start") {
        const auto address = parse_ipv4(from);
        if (!address)
            return reply(failure("'from' must be \"start\" or an IPv4 address, not '" + from + "'"));
        after = to_prefix(*address);
    }
    reply(scan_answer(
        context, [](const Lease&) { return true; }, found_text, after,
        static_cast<std::uint64_t>(*arguments.integer("limit")), true));
}

void lease4_get_by_hw_address(CommandContext& context, const Arguments& arguments, Reply reply) {
    get_by_identifier(context, arguments, "hw-address", Identifier::hw_address, reply);
}

void lease4_get_by_client_id(CommandContext& context, const Arguments& arguments, Reply reply) {
    get_by_identifier(context, arguments, "client-id", Identifier::client_id, reply);
}

void lease4_get_by_hostname(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto wanted = lower_case(*arguments.text("hostname"));
    if (wanted.empty()) return reply(failure("'hostname' must not be empty"));
    reply(scan_answer(
        context, [wanted](const Lease& lease) { return lower_case(lease.hostname) == wanted; }, found_text));
}

void lease4_get_by_state(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto number = arguments.integer("state");
    const auto state = parse_state(number ? std::to_string(*number) : arguments.text("state").value_or(""));
    if (!state)
        return reply(
            failure("'state' must be assigned (0), declined (1), expired-reclaimed (2) or released (3)"));
    const auto subnet = static_cast<std::uint32_t>(arguments.integer("subnet-id").value_or(0));
    auto filter = [state = *state, subnet](const Lease& lease) {
        return lease.state == state && (subnet == 0 || lease.subnet_id == subnet);
    };
    auto text = [state = *state, subnet](std::uint64_t count) {
        auto result = std::to_string(count) + " IPv4 lease(s) found with state " +
                      std::string{to_string(state)} + " (" + std::to_string(static_cast<int>(state)) + ")";
        return subnet == 0 ? result + "." : result + " in subnet " + std::to_string(subnet) + ".";
    };
    reply(scan_answer(context, std::move(filter), std::move(text)));
}

}  // namespace leasehold
