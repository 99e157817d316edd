// The view `subnets`: how full the pools are, and which way it goes.
#include <algorithm>
#include <cmath>
#include <ctime>
#include <limits>
#include <map>

#include "cli/text_table.hpp"
#include "cli/text_width.hpp"
#include "cli/views.hpp"
#include "control/family_names.hpp"
#include "control/lease_json.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

/// Trends are asked for subnet by subnet, of those that are shown.
constexpr std::size_t trends_max = 100;
constexpr std::size_t trend_bars = 8;

/// A bar is made as wide as it will be shown: a part of one would lie.
std::size_t pool_bar_width(const Terminal& terminal) {
    if (terminal.width == 0 || terminal.width >= 110) return 20;
    return terminal.width >= 60 ? 10 : 6;
}

struct Trend {
    double change = 0;
    std::int64_t seconds = 0;  // the time it took; 0: nothing is known
    std::vector<double> values = {};  // the oldest first
};

/// A subnet's addresses, or its prefixes.
struct PoolUse {
    std::uint32_t subnet = 0;
    std::string network = {}, shared_network = {}, kind = {};
    std::string statistic = {};  // whose samples are its trend
    double total = 0, assigned = 0, declined = 0;
    Trend trend = {};

    /// Of the addresses of its pools; a subnet may have leases outside them.
    double part() const { return total <= 0 ? 0 : std::min(1.0, (assigned + declined) / total); }
    double free() const { return std::max(0.0, total - assigned - declined); }
};

using ColumnPlaces = std::map<std::string, std::size_t>;

double stat_number(const Json& row, const ColumnPlaces& places, const std::string& column) {
    const auto at = places.find(column);
    if (at == places.end() || at->second >= row.size() || !row[at->second].is_number()) return 0;
    return row[at->second].get<double>();
}

void add_uses(std::vector<PoolUse>& uses, const Json& row, const ColumnPlaces& places, Family family) {
    PoolUse use;
    use.subnet = static_cast<std::uint32_t>(stat_number(row, places, "subnet-id"));
    const auto prefix = "subnet[" + std::to_string(use.subnet) + "].";
    const auto fill = [&](const char* kind, const char* total, const char* assigned, const char* declined) {
        use.kind = kind;
        use.total = stat_number(row, places, total);
        use.assigned = stat_number(row, places, assigned);
        use.declined = declined == nullptr ? 0 : stat_number(row, places, declined);
        use.statistic = prefix + assigned;
        uses.push_back(use);
    };
    if (family == Family::v4) return fill("", "total-addresses", "assigned-addresses", "declined-addresses");
    fill("address", "total-nas", "assigned-nas", "declined-addresses");
    if (stat_number(row, places, "total-pds") > 0 || stat_number(row, places, "assigned-pds") > 0)
        fill("prefix", "total-pds", "assigned-pds", nullptr);
}

std::vector<PoolUse> uses_of(const Json& statistics, Family family) {
    std::vector<PoolUse> uses;
    const auto set = member_map(statistics, "result-set");
    const auto columns = member_list(set, "columns"), rows = member_list(set, "rows");
    ColumnPlaces places;
    for (std::size_t i = 0; i != columns.size(); ++i)
        if (columns[i].is_string()) places[columns[i].get<std::string>()] = i;
    for (const auto& row : rows)
        if (row.is_array()) add_uses(uses, row, places, family);
    return uses;
}

void name_networks(std::vector<PoolUse>& uses, const Json& list) {
    std::map<std::uint32_t, const Json*> by_id;
    const auto subnets = member_list(list, "subnets");
    for (const auto& subnet : subnets) by_id[static_cast<std::uint32_t>(member_number(subnet, "id"))] = &subnet;
    for (auto& use : uses)
        if (const auto found = by_id.find(use.subnet); found != by_id.end()) {
            use.network = member_text(*found->second, "subnet");
            use.shared_network = member_text(*found->second, "shared-network-name");
        }
}

// --- which ones

bool meets(const PoolUse& use, const SearchTerm& term) {
    if (!term.name.empty()) return lower_case(use.shared_network).find(term.name) != std::string::npos;
    const auto network = read_search_term(use.network).network;
    if (!network) return false;
    if (term.address) return contains(*network, *term.address);
    if (term.network) return contains(*network, *term.network) || contains(*term.network, *network);
    return false;
}

bool is_asked_for(const PoolUse& use, const SubnetQuery& query) {
    if (!query.subnets.empty() && std::ranges::find(query.subnets, use.subnet) == query.subnets.end()) return false;
    return std::ranges::all_of(query.terms, [&](const SearchTerm& term) { return meets(use, term); });
}

/// The first is shown first.
bool subnet_precedes(const PoolUse& a, const PoolUse& b, const std::string& sort) {
    if (sort == "use") return a.part() > b.part();
    if (sort == "free") return a.free() < b.free();
    if (sort == "assigned") return a.assigned > b.assigned;
    if (sort == "network") {
        const auto left = read_search_term(a.network).network, right = read_search_term(b.network).network;
        return left < right;
    }
    return a.subnet < b.subnet;
}

// --- trend

/// "2026-11-21 05:55:04.464204", local; 0: something else.
std::int64_t sample_time(const Json& sample) {
    if (!sample.is_array() || sample.size() < 2 || !sample[1].is_string()) return 0;
    std::tm parts{};
    if (strptime(sample[1].get<std::string>().c_str(), "%Y-%m-%d %H:%M:%S", &parts) == nullptr) return 0;
    parts.tm_isdst = -1;
    return std::mktime(&parts);
}

/// The value at evenly spaced times: samples come when something changes, and stand until the next.
std::vector<double> resampled(const Json& newest_first, std::int64_t from, std::int64_t to) {
    std::vector<double> values;
    for (std::size_t i = 0; i != trend_bars; ++i) {
        const auto at = from + (to - from) * static_cast<std::int64_t>(i) / static_cast<std::int64_t>(trend_bars - 1);
        double value = 0;
        for (const auto& sample : newest_first)
            if (sample.is_array() && !sample.empty() && sample[0].is_number()) {
                value = sample[0].get<double>();
                if (sample_time(sample) <= at) break;
            }
        values.push_back(value);
    }
    return values;
}

Trend trend_of(const Json& newest_first, std::int64_t now) {
    Trend trend;
    if (!newest_first.is_array() || newest_first.size() < 2) return trend;
    const auto &newest = newest_first.front(), &oldest = newest_first.back();
    const auto from = sample_time(oldest);
    const auto is_sample = [](const Json& sample) {
        return sample.is_array() && !sample.empty() && sample[0].is_number();
    };
    if (from == 0 || from > now || !is_sample(newest) || !is_sample(oldest)) return trend;
    trend.change = newest[0].get<double>() - oldest[0].get<double>();
    trend.seconds = std::max<std::int64_t>(1, now - from);
    trend.values = resampled(newest_first, from, now);
    return trend;
}

CtlResult<void> ask_trends(const Ask& ask, std::vector<PoolUse>& uses, std::int64_t now) {
    for (std::size_t i = 0; i != std::min(uses.size(), trends_max); ++i) {
        const auto answer = ask("statistic-get", {{"name", uses[i].statistic}});
        if (!answer) return std::unexpected(answer.error());
        uses[i].trend = trend_of(member_list(*answer, uses[i].statistic.c_str()), now);
    }
    return {};
}

std::string trend_words(const PoolUse& use, bool utf8) {
    if (use.trend.seconds == 0) return {};
    const auto sparks = sparkline(use.trend.values, utf8);
    const std::string sign = use.trend.change > 0 ? "+" : "";
    return sparks + (sparks.empty() ? "" : " ") + sign + grouped(use.trend.change) + " in " +
           short_duration(use.trend.seconds);
}

// --- showing

Tone use_tone(double part) {
    constexpr double nearly_full = 0.95, filling = 0.8;
    if (part >= nearly_full) return Tone::bad;
    return part >= filling ? Tone::warning : Tone::good;
}

std::string percent(const PoolUse& use) {
    if (use.total <= 0) return "-";
    const double value = use.part() * 100;
    if (value > 0 && value < 0.1) return "<0.1%";
    // Full is only what has no address left.
    const double shown = use.free() > 0 ? std::min(value, 99.9) : value;
    std::string text = std::to_string(std::lround(shown * 10));
    if (text.size() == 1) text.insert(0, "0");
    text.insert(text.size() - 1, ".");
    return text + "%";
}

std::vector<TableColumn> subnet_columns() {
    return {{"ID", 0, 0, true},
            {"SUBNET", 1},
            {"KIND", 3},
            {"NETWORK", 9, 8},
            {"POOL USE", 2},
            {"USED", 0, 0, true},
            {"ASSIGNED", 5, 0, true},
            {"FREE", 4, 0, true},
            {"DECLINED", 8, 0, true},
            {"TOTAL", 7, 0, true},
            {"TREND", 6}};
}

TableRow subnet_row(const PoolUse& use, const Terminal& terminal, std::size_t bar_width) {
    const auto tone = use_tone(use.part());
    return {{std::to_string(use.subnet)},
            {use.network},
            {use.kind, Tone::quiet},
            {use.shared_network, Tone::quiet},
            {use.total <= 0 ? std::string{} : bar(use.part(), bar_width, terminal.utf8), tone},
            {percent(use), tone},
            {grouped(use.assigned)},
            {grouped(use.free())},
            {use.declined == 0 ? std::string{"0"} : grouped(use.declined), use.declined > 0 ? Tone::bad : Tone::quiet},
            {grouped(use.total)},
            {trend_words(use, terminal.utf8), Tone::quiet}};
}

/// Whole where that is exact.
Json count_json(double count) {
    constexpr double exact_max = 9007199254740992.0;  // 2^53
    return std::abs(count) <= exact_max ? Json(static_cast<std::int64_t>(count)) : Json(count);
}

Json use_json(const PoolUse& use) {
    Json json{{"subnet-id", use.subnet},
              {"subnet", use.network},
              {"total", count_json(use.total)},
              {"assigned", count_json(use.assigned)},
              {"declined", count_json(use.declined)},
              {"free", count_json(use.free())},
              {"used", use.part()}};
    if (!use.kind.empty()) json["kind"] = use.kind;
    if (!use.shared_network.empty()) json["shared-network"] = use.shared_network;
    if (use.trend.seconds != 0) json["trend"] = {{"change", count_json(use.trend.change)}, {"seconds", use.trend.seconds}};
    return json;
}

}  // namespace

ViewResult view_subnets(const Ask& ask, const SubnetQuery& query, const ViewPlace& place) {
    const auto statistics = ask(command_name(place.family, "stat-lease4-get"), nullptr);
    if (!statistics) return std::unexpected(statistics.error());
    auto uses = uses_of(*statistics, place.family);
    if (!uses.empty()) {
        const auto list = ask(subnets_key(place.family) + "-list", nullptr);
        if (!list) return std::unexpected(list.error());
        name_networks(uses, *list);
    }
    std::erase_if(uses, [&](const PoolUse& use) { return !is_asked_for(use, query); });
    std::ranges::stable_sort(uses, [&](const PoolUse& a, const PoolUse& b) {
        return query.reverse ? subnet_precedes(b, a, query.sort) : subnet_precedes(a, b, query.sort);
    });
    ViewAnswer answer;
    const auto found = uses.size();
    if (query.limit != 0 && found > query.limit) {
        uses.resize(query.limit);
        answer.note = std::to_string(query.limit) + " of " + std::to_string(found) +
                      " pools are shown; --limit 0 shows all.";
    }
    if (const auto asked = ask_trends(ask, uses, place.now); !asked) return std::unexpected(asked.error());
    answer.json["subnets"] = Json::array();
    std::vector<TableRow> rows;
    for (const auto& use : uses) {
        answer.json["subnets"].push_back(use_json(use));
        rows.push_back(subnet_row(use, place.terminal, pool_bar_width(place.terminal)));
    }
    answer.json["more"] = found > uses.size();
    if (uses.empty()) {
        answer.exit = CtlExit::empty;
        answer.note = "No subnet was found.";
        return answer;
    }
    answer.text = render_table(subnet_columns(), rows, place.terminal);
    return answer;
}

}  // namespace leasehold
