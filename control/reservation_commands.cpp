// Commands that ask for reservations, of either family. They are read from the configuration in use a slice
// at a time while the answer is being sent, so that a million of them do not hold the loop.
#include <utility>

#include "config/dump.hpp"
#include "control/commands.hpp"
#include "control/host_selection.hpp"
#include "control/lease_json.hpp"
#include "control/lease_selection.hpp"

namespace leasehold {
namespace {

/// Reservations looked at in one turn of the loop: well under 2 ms.
constexpr std::size_t hosts_per_slice = 256;

HostWalk walk_of(const CommandContext& context, std::optional<std::uint32_t> subnet_id) {
    return {context.configuration.loaded().full, context.family, subnet_id};
}

std::function<std::string(std::uint64_t)> hosts_text(const CommandContext& context) {
    return [ip = ip(context)](std::uint64_t count) {
        return std::to_string(count) + " " + ip + " host(s) found.";
    };
}

ListAnswer hosts_list(const CommandContext& context, HostWalk walk, HostFilter filter) {
    auto more = [walk = std::move(walk), filter = std::move(filter),
                 family = context.family](const ListAnswer::Add& add) mutable {
        return walk.next(hosts_per_slice, [&](const HostOwner& owner, const nlohmann::json& host) {
            return !filter(host) || add(config::compact(host_json(owner, host, family)));
        });
    };
    return {.name = "hosts", .more = std::move(more), .text = hosts_text(context)};
}

ListAnswer no_hosts(const CommandContext& context) {
    return {
        .name = "hosts", .more = [](const ListAnswer::Add&) { return false; }, .text = hosts_text(context)};
}

bool every_host(const nlohmann::json&) {
    return true;
}

void append_answer(std::string& out, Answer answer) {
    const auto pieces = to_pieces(std::move(answer));
    while (pieces(out)) {
    }
}

/// The first that `filter` takes.
Answer one_host(const CommandContext& context, HostSelection selection) {
    Answer answer;
    answer.pieces = [walk = walk_of(context, selection.subnet_id), filter = std::move(selection.filter),
                     family = context.family](std::string& out) mutable {
        bool found = false;
        const bool more = walk.next(hosts_per_slice, [&](const HostOwner& owner, const nlohmann::json& host) {
            found = filter(host);
            if (found) append_answer(out, success("Host found.", host_json(owner, host, family)));
            return !found;
        });
        if (!found && !more) append_answer(out, nothing_found("Host not found."));
        return more && !found;
    };
    return answer;
}

/// Those that `filter` takes, in the subnet that the command names or in all.
void hosts_answer(const CommandContext& context, const Arguments& arguments,
                  Result<HostFilter, std::string> filter, const Reply& reply) {
    if (!filter) return reply(failure(std::move(filter.error())));
    const auto target = host_target(arguments, HostTarget::memory);
    if (target == HostTarget::database) return reply(list_answer(no_hosts(context)));
    reply(list_answer(hosts_list(context, walk_of(context, subnet_id_of(arguments)), std::move(*filter))));
}

/// The next page begins behind the last reservation of this one.
nlohmann::json page_members(std::uint64_t from, std::uint64_t count) {
    nlohmann::json members{{"count", count}};
    if (count != 0) members["next"] = {{"from", from + count}, {"source-index", 0}};
    return members;
}

}  // namespace

void reservation_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    auto selection = select_host(context, arguments);
    if (!selection) return reply(failure(std::move(selection.error())));
    const auto target = host_target(arguments, HostTarget::memory);
    if (target == HostTarget::database) return reply(nothing_found("Host not found."));
    reply(one_host(context, std::move(*selection)));
}

void reservation_get_all(CommandContext& context, const Arguments& arguments, Reply reply) {
    hosts_answer(context, arguments, HostFilter{every_host}, reply);
}

void reservation_get_page(CommandContext& context, const Arguments& arguments, Reply reply) {
    const auto subnet = subnet_id_of(arguments);
    if (const auto known = check_host_subnet(*context.server.config(), subnet.value_or(0)); !known)
        return reply(failure(known.error()));
    const auto from = static_cast<std::uint64_t>(arguments.integer("from").value_or(0));
    auto left = static_cast<std::uint64_t>(*arguments.integer("limit"));
    // Source 0 is the configuration; behind it would come databases of hosts.
    const bool in_memory = arguments.integer("source-index").value_or(0) == 0;
    auto list = no_hosts(context);
    if (in_memory) {
        auto walk = walk_of(context, subnet);
        walk.skip(from);
        list.more = [walk = std::move(walk), left,
                     family = context.family](const ListAnswer::Add& add) mutable {
            bool more = walk.next(hosts_per_slice, [&](const HostOwner& owner, const nlohmann::json& host) {
                const bool wants_more = add(config::compact(host_json(owner, host, family)));
                return --left != 0 && wants_more;
            });
            return more && left != 0;
        };
    }
    list.beside = [from](std::uint64_t count) { return page_members(from, count); };
    reply(list_answer(std::move(list)));
}

void reservation_get_by_hostname(CommandContext& context, const Arguments& arguments, Reply reply) {
    auto wanted = lower_case(*arguments.text("hostname"));
    if (wanted.empty()) return reply(failure("'hostname' must not be empty"));
    HostFilter filter = [wanted = std::move(wanted)](const nlohmann::json& host) {
        const auto name = host.find("hostname");
        return name != host.end() && name->is_string() && lower_case(name->get<std::string>()) == wanted;
    };
    hosts_answer(context, arguments, std::move(filter), reply);
}

void reservation_get_by_id(CommandContext& context, const Arguments& arguments, Reply reply) {
    if (arguments.find("subnet-id") != nullptr)
        return reply(failure("'subnet-id' is not allowed here: reservation-get looks into one subnet"));
    hosts_answer(context, arguments, host_by_identifier(arguments), reply);
}

void reservation_get_by_address(CommandContext& context, const Arguments& arguments, Reply reply) {
    hosts_answer(context, arguments, host_by_address(context, arguments), reply);
}

}  // namespace leasehold
