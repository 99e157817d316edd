// stat-lease4-get and stat-lease6-get: the counts of leases per subnet as one table (Kea's stat_cmds
// library).
#include <array>
#include <limits>
#include <span>

#include "config/load.hpp"
#include "control/command_context.hpp"
#include "control/commands.hpp"
#include "control/family_names.hpp"
#include "control/local_time.hpp"

namespace leasehold {
namespace {

struct StatColumn {
    std::string_view name;
    Stat stat;
};
constexpr std::array columns4{
    StatColumn{"total-addresses", Stat::total_addresses},
    StatColumn{"cumulative-assigned-addresses", Stat::cumulative_assigned_addresses},
    StatColumn{"assigned-addresses", Stat::assigned_addresses},
    StatColumn{"declined-addresses", Stat::declined_addresses},
};
constexpr std::array columns6{
    StatColumn{"total-nas", Stat::total_nas},
    StatColumn{"cumulative-assigned-nas", Stat::cumulative_assigned_nas},
    StatColumn{"assigned-nas", Stat::assigned_nas},
    StatColumn{"declined-addresses", Stat::declined_addresses},
    StatColumn{"total-pds", Stat::total_pds},
    StatColumn{"cumulative-assigned-pds", Stat::cumulative_assigned_pds},
    StatColumn{"assigned-pds", Stat::assigned_pds},
};
std::span<const StatColumn> columns_of(Family family) {
    if (family == Family::v4) return columns4;
    return columns6;
}

struct SubnetRange {
    std::uint32_t first = 0, last = std::numeric_limits<std::uint32_t>::max();
};

Result<SubnetRange, std::string> read_range(const Arguments& arguments) {
    const auto id = arguments.integer("subnet-id");
    const auto* const range = arguments.find("subnet-range");
    if (id && range != nullptr)
        return std::unexpected(std::string{"give 'subnet-id' or 'subnet-range', not both"});
    if (id) return SubnetRange{static_cast<std::uint32_t>(*id), static_cast<std::uint32_t>(*id)};
    if (range == nullptr) return SubnetRange{};
    const auto end = [range](std::string_view name) -> std::uint32_t {
        const auto* const value = range->member(name);
        const auto* const number = value == nullptr ? nullptr : std::get_if<std::int64_t>(&value->data);
        const bool fits =
            number != nullptr && *number > 0 && *number <= std::numeric_limits<std::uint32_t>::max();
        return fits ? static_cast<std::uint32_t>(*number) : 0;
    };
    const SubnetRange wanted{end("first-subnet-id"), end("last-subnet-id")};
    if (wanted.first == 0 || wanted.last == 0)
        return std::unexpected(
            std::string{"'subnet-range' needs 'first-subnet-id' and 'last-subnet-id', ids from 1 on"});
    if (wanted.first > wanted.last)
        return std::unexpected("'first-subnet-id' (" + std::to_string(wanted.first) +
                               ") must not be greater than 'last-subnet-id' (" + std::to_string(wanted.last) +
                               ")");
    return wanted;
}

}  // namespace

// As text: a /64 has more addresses than JSON numbers of the library hold. Counted as statistics are: nothing
// is scanned, so ten thousand subnets take a millisecond or two.
void stat_lease_get(CommandContext& context, const Arguments& arguments, Reply reply) {
    const std::string command = "stat-lease" + std::string{context.family == Family::v4 ? "4" : "6"} + "-get";
    const auto range = read_range(arguments);
    if (!range) return reply(failure(command + ": " + range.error()));
    const auto columns = columns_of(context.family);
    const Statistics& statistics = context.server.statistics();
    std::string rows;
    std::size_t count = 0;
    const auto config = context.configuration.loaded().server;
    for (const auto& subnet : config->subnets) {
        if (subnet.id < range->first || subnet.id > range->last) continue;
        rows += (count++ == 0 ? "[ " : ", [ ") + std::to_string(subnet.id);
        for (const auto& column : columns) rows += ", " + to_text(statistics.value(column.stat, subnet.id));
        rows += " ]";
    }
    if (count == 0) return reply(nothing_found(command + ": no matching data found"));
    std::string names = "\"subnet-id\"";
    for (const auto& column : columns) names += ", \"" + std::string{column.name} + "\"";
    reply(text_answer(
        "{ \"arguments\": { \"result-set\": { \"columns\": [ " + names + " ], \"rows\": [ " + rows +
        " ], \"timestamp\": \"" + precise_time(std::chrono::system_clock::now(), TimeZone::utc) +
        "\" } }, \"result\": 0, \"text\": \"" + command + ": " + std::to_string(count) + " rows found\" }"));
}

}  // namespace leasehold
