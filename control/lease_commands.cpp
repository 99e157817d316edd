// Commands that ask for leases, of either family. Lists are made from the table a slice at a time while they
// are being sent, so that a million of them neither stand in memory nor hold the loop.
#include <algorithm>
#include <utility>

#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/lease_json.hpp"
#include "control/lease_selection.hpp"

namespace leasehold {
namespace {

using LeaseFilter = std::function<bool(const Lease&)>;

using ListText = std::function<std::string(std::uint64_t count)>;

ListText found_text(const CommandContext& context) {
    return [ip = ip(context)](std::uint64_t count) {
        return std::to_string(count) + " " + ip + " lease(s) found.";
    };
}

bool any_lease(const Lease&) {
    return true;
}

/// All leases of the table that `filter` takes, in address order, after `after`; at most `limit`.
Answer scan_answer(CommandContext& context, LeaseFilter filter, ListText text,
                   std::optional<Prefix> after = {},
                   std::uint64_t limit = std::numeric_limits<std::uint64_t>::max(), bool with_count = false) {
    auto more = [&server = context.server, filter = std::move(filter), after, limit,
                 text = std::string{}](const ListAnswer::Add& add) mutable {
        bool wanted = true;
        const auto visit = [&](const Lease& lease) {
            if (filter(lease)) {
                text.clear();
                append_lease(text, lease);
                wanted = add(text);
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

Answer rows_answer(const CommandContext& context, const LeaseRows& rows) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& lease : rows) list.push_back(lease_json(lease));
    Answer answer = success(found_text(context)(rows.size()), {{"leases", std::move(list)}});
    if (rows.empty()) answer.result = ResultCode::empty;
    return answer;
}

/// The indexes end at some number of rows per client; an answer of that length may lack some, and the table
/// is searched instead.
constexpr std::size_t rows_complete_below = 64;

OctetView identifier_of(const Lease& lease, Identifier kind) {
    if (kind == Identifier::hw_address) return view(lease.hwaddr);
    return view(lease.kind == LeaseKind::v4 ? lease.client_id : lease.duid);
}

void get_by_identifier(CommandContext& context, const Arguments& arguments, std::string_view name,
                       Identifier kind, const Reply& reply) {
    auto octets = read_octets(name, *arguments.text(name));
    if (!octets) return reply(failure(octets.error()));
    const auto rows = rows_of(context.server, kind, *octets);
    if (rows.size() < rows_complete_below) return reply(rows_answer(context, rows));
    const auto has_it = [kind, wanted = *octets](const Lease& lease) {
        return same_octets(identifier_of(lease, kind), view(wanted));
    };
    reply(scan_answer(context, has_it, found_text(context)));
}

Answer one_lease(const CommandContext& context, const std::optional<Lease>& lease) {
    if (!lease) return nothing_found("Lease not found.");
    return success(ip(context) + " lease found.", lease_json(*lease));
}

}  // namespace

void leases_reclaim(CommandContext& context, const Arguments& arguments, Reply reply) {
    context.server.reclaim(*arguments.boolean("remove"), [reply = std::move(reply)](std::uint64_t count) {
        reply(success("Reclamation of expired leases is complete.", {{"reclaimed", count}}));
    });
}

void lease_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto selected = select_lease(context, arguments);
    reply(selected ? one_lease(context, selected->lease) : failure(selected.error()));
}

void lease_get_all(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto* const subnets = arguments.find("subnets");
    if (subnets == nullptr) return reply(scan_answer(context, any_lease, found_text(context)));
    std::vector<std::uint32_t> ids;
    for (const auto& id : std::get<config::Value::List>(subnets->data))
        ids.push_back(static_cast<std::uint32_t>(std::get<std::int64_t>(id.data)));
    std::ranges::sort(ids);
    auto filter = [ids = std::move(ids)](const Lease& lease) {
        return std::ranges::binary_search(ids, lease.subnet_id);
    };
    reply(scan_answer(context, std::move(filter), found_text(context)));
}

void lease_get_page(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto from = *arguments.text("from");
    std::optional<Prefix> after;
    if (from != "start") {
        const auto address = read_address(context.family, from);
        if (!address)
            return reply(
                failure("'from' must be \"start\" or an " + ip(context) + " address, not '" + from + "'"));
        after = Prefix{*address, 128};
    }
    reply(scan_answer(context, any_lease, found_text(context), after,
                      static_cast<std::uint64_t>(*arguments.integer("limit")), true));
}

void lease_get_by_hw_address(CommandContext& context, const Arguments& arguments, Reply reply) {
    get_by_identifier(context, arguments, "hw-address", Identifier::hw_address, reply);
}

void lease_get_by_client_id(CommandContext& context, const Arguments& arguments, Reply reply) {
    get_by_identifier(context, arguments, context.family == Family::v4 ? "client-id" : "duid",
                      Identifier::client_id, reply);
}

void lease_get_by_hostname(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto wanted = lower_case(*arguments.text("hostname"));
    if (wanted.empty()) return reply(failure("'hostname' must not be empty"));
    reply(scan_answer(
        context, [wanted](const Lease& lease) { return lower_case(lease.hostname) == wanted; },
        found_text(context)));
}

void lease_get_by_state(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto number = arguments.integer("state");
    const auto state = parse_state(number ? std::to_string(*number) : arguments.text("state").value_or(""));
    if (!state) return reply(failure("'state' is none that is known"));
    const auto subnet = static_cast<std::uint32_t>(arguments.integer("subnet-id").value_or(0));
    auto filter = [state = *state, subnet](const Lease& lease) {
        return lease.state == state && (subnet == 0 || lease.subnet_id == subnet);
    };
    auto text = [state = *state, subnet, ip = ip(context)](std::uint64_t count) {
        auto result = std::to_string(count) + " " + ip + " lease(s) found with state " +
                      std::string{to_string(state)} + " (" + std::to_string(static_cast<int>(state)) + ")";
        return subnet == 0 ? result + "." : result + " in subnet " + std::to_string(subnet) + ".";
    };
    reply(scan_answer(context, std::move(filter), std::move(text)));
}

}  // namespace leasehold
