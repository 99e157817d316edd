// The view `reservations`: which hosts have something of their own.
#include <algorithm>
#include <array>

#include "cli/text_table.hpp"
#include "cli/views.hpp"
#include "control/lease_json.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

constexpr std::size_t reservation_page_size = 500;
constexpr std::size_t reservations_max = 1'000'000;
constexpr std::array host_identifiers{"hw-address", "duid", "client-id", "circuit-id", "flex-id"};

std::string joined(const Json& host, const char* key) {
    std::string words;
    for (const auto& entry : member_list(host, key))
        if (entry.is_string()) words += (words.empty() ? "" : ", ") + entry.get<std::string>();
    return words;
}

std::string reserved_addresses(const Json& host) {
    auto words = member_text(host, "ip-address");
    for (const char* const key : {"ip-addresses", "prefixes"})
        if (const auto more = joined(host, key); !more.empty()) words += (words.empty() ? "" : ", ") + more;
    return words;
}

std::string host_identifier(const Json& host) {
    for (const char* const key : host_identifiers)
        if (const auto text = member_text(host, key); !text.empty())
            return std::string{key} == "hw-address" ? text : std::string{key} + " " + text;
    return {};
}

bool host_has_place(const Json& host, const SearchTerm& term) {
    const auto all = reserved_addresses(host) + ", ";
    for (std::size_t at = 0; at < all.size();) {
        const auto end = all.find(", ", at);
        const auto place = read_search_term(all.substr(at, end - at));
        at = end + 2;
        const auto& network = place.network;
        if (term.address && place.address == term.address) return true;
        if (term.address && network && contains(*network, *term.address)) return true;
        if (term.network && place.address && contains(*term.network, *place.address)) return true;
        if (term.network && network && contains(*term.network, *network)) return true;
    }
    return false;
}

bool host_matches(const Json& host, const SearchTerm& term) {
    if (term.address || term.network) return host_has_place(host, term);
    if (!term.octets.empty()) {
        auto wanted = term.octets;
        std::erase(wanted, ':');
        for (const char* const key : host_identifiers) {
            auto octets = lower_case(member_text(host, key));
            std::erase(octets, ':');
            for (auto at = octets.find(wanted); at != octets.npos; at = octets.find(wanted, at + 1))
                if (at % 2 == 0) return true;
        }
        return false;
    }
    for (const auto& text : {member_text(host, "hostname"), joined(host, "client-classes")})
        if (lower_case(text).find(term.name) != std::string::npos) return true;
    return false;
}

bool host_is_asked_for(const Json& host, const ReservationQuery& query) {
    const auto subnet = static_cast<std::uint32_t>(member_number(host, "subnet-id"));
    if (!query.subnets.empty() && std::ranges::find(query.subnets, subnet) == query.subnets.end()) return false;
    return std::ranges::all_of(query.terms, [&](const SearchTerm& term) { return host_matches(host, term); });
}

CtlResult<std::vector<Json>> ask_hosts(const Ask& ask, const ReservationQuery& query) {
    std::vector<Json> hosts;
    Json arguments{{"limit", reservation_page_size}};
    while (hosts.size() < reservations_max) {
        const auto page = ask("reservation-get-page", arguments);
        if (!page) return std::unexpected(page.error());
        const auto list = member_list(*page, "hosts");
        for (const auto& host : list)
            if (host_is_asked_for(host, query)) hosts.push_back(host);
        const auto next = member_map(*page, "next");
        if (list.empty() || !next.contains("from")) break;
        arguments["from"] = next["from"];
        arguments["source-index"] = member_number(next, "source-index");
    }
    return hosts;
}

/// Addresses in their order, others by their text; hosts without come last.
bool reserved_before(const Json& a, const Json& b, const std::string& sort) {
    const auto key = [&](const Json& host) {
        if (sort == "hostname") return lower_case(member_text(host, "hostname"));
        if (sort == "identifier") return host_identifier(host);
        return reserved_addresses(host);
    };
    if (sort == "subnet") return member_number(a, "subnet-id") < member_number(b, "subnet-id");
    const auto left = key(a), right = key(b);
    if (left.empty() != right.empty()) return right.empty();
    if (sort != "address") return left < right;
    const auto first = read_search_term(left.substr(0, left.find(','))),
               second = read_search_term(right.substr(0, right.find(',')));
    return (first.network ? first.network->address : first.address.value_or(Ipv6{})) <
           (second.network ? second.network->address : second.address.value_or(Ipv6{}));
}

}  // namespace

ViewResult view_reservations(const Ask& ask, const ReservationQuery& query, const ViewPlace& place) {
    auto hosts = ask_hosts(ask, query);
    if (!hosts) return std::unexpected(hosts.error());
    if (query.sort != "configuration")
        std::ranges::stable_sort(*hosts, [&](const Json& a, const Json& b) { return reserved_before(a, b, query.sort); });
    if (query.reverse) std::ranges::reverse(*hosts);
    ViewAnswer answer;
    const auto found = hosts->size();
    if (query.limit != 0 && found > query.limit) {
        hosts->resize(query.limit);
        answer.note = std::to_string(query.limit) + " of " + std::to_string(found) +
                      " reservations are shown; --limit 0 shows all.";
    }
    answer.json["reservations"] = *hosts;
    answer.json["more"] = found > hosts->size();
    if (hosts->empty()) {
        answer.exit = CtlExit::empty;
        answer.note = "No reservation was found.";
        return answer;
    }
    std::vector<TableRow> rows;
    for (const auto& host : *hosts) {
        const auto subnet = member_number(host, "subnet-id");
        const auto options = member_list(host, "option-data").size();
        rows.push_back({{subnet == 0 ? "global" : std::to_string(subnet)},
                        {host_identifier(host)},
                        {reserved_addresses(host)},
                        {member_text(host, "hostname")},
                        {joined(host, "client-classes"), Tone::quiet},
                        {options == 0 ? std::string{} : std::to_string(options), Tone::quiet}});
    }
    answer.text = render_table({{"SUBNET", 3, 0, true},
                                {"IDENTIFIER", 1, 17},
                                {"ADDRESS", 0, 12},
                                {"HOSTNAME", 2, 8},
                                {"CLASSES", 5, 8},
                                {"OPTIONS", 6, 0, true}},
                               rows, place.terminal);
    return answer;
}

}  // namespace leasehold
