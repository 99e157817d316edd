// The view `leases`: looked for where the server has an index, else page by page, so that a million leases never stand in
// memory: what is kept is what will be shown.
#include <algorithm>
#include <iterator>

#include "cli/text_table.hpp"
#include "cli/text_width.hpp"
#include "cli/views.hpp"
#include "control/family_names.hpp"
#include "control/lease_json.hpp"
#include "dhcp/lease.hpp"

namespace leasehold {
namespace {

using Json = nlohmann::json;

constexpr std::size_t lease_page_size = 1000;
/// With `--limit 0` and an order that needs all leases before the first is shown.
constexpr std::size_t leases_kept_max = 1'000'000;

std::string lower(std::string text) {
    return lower_case(std::move(text));
}

std::optional<Prefix> lease_prefix(const Json& lease) {
    const auto text = member_text(lease, "ip-address");
    if (const auto v4 = parse_ipv4(text)) return to_prefix(*v4);
    const auto v6 = parse_ipv6(text);
    if (!v6) return std::nullopt;
    const auto length = lease.contains("prefix-len") ? member_number(lease, "prefix-len") : 128;
    return Prefix{*v6, static_cast<std::uint8_t>(std::clamp<std::int64_t>(length, 0, 128))};
}

/// Do these octets begin at an octet of those?
bool has_octets(const std::string& all, const std::string& wanted) {
    for (auto at = all.find(wanted); at != all.npos; at = all.find(wanted, at + 1))
        if (at % 3 == 0) return true;
    return false;
}

bool matches_term(const Json& lease, const SearchTerm& term) {
    if (term.address || term.network) {
        const auto prefix = lease_prefix(lease);
        if (!prefix) return false;
        // A delegated prefix is found by any address in it.
        if (term.address) return contains(*prefix, *term.address);
        return contains(*term.network, *prefix);
    }
    if (!term.octets.empty()) {
        for (const char* const key : {"hw-address", "client-id", "duid"})
            if (has_octets(member_text(lease, key), term.octets)) return true;
        return false;
    }
    return lower(member_text(lease, "hostname")).find(term.name) != std::string::npos;
}

// --- order

using LeaseOrder = bool (*)(const Json&, const Json&);

bool by_address(const Json& a, const Json& b) {
    return lease_prefix(a) < lease_prefix(b);
}
std::int64_t lease_end(const Json& lease) {
    const auto lifetime = member_number(lease, "valid-lft");
    return lifetime == infinite_lifetime ? std::numeric_limits<std::int64_t>::max()
                                         : member_number(lease, "cltt") + lifetime;
}
template <const char* Key>
bool by_text(const Json& a, const Json& b) {
    const auto left = lower(member_text(a, Key)), right = lower(member_text(b, Key));
    if (left.empty() != right.empty()) return right.empty();  // those without come last
    return left == right ? by_address(a, b) : left < right;
}
template <const char* Key>
bool by_number(const Json& a, const Json& b) {
    const auto left = member_number(a, Key), right = member_number(b, Key);
    return left == right ? by_address(a, b) : left < right;
}
bool by_end(const Json& a, const Json& b) {
    const auto left = lease_end(a), right = lease_end(b);
    return left == right ? by_address(a, b) : left < right;
}
constexpr char key_hostname[] = "hostname", key_hw_address[] = "hw-address", key_subnet[] = "subnet-id",
               key_state[] = "state", key_cltt[] = "cltt";

LeaseOrder order_of(const std::string& name) {
    if (name == "ends") return by_end;
    if (name == "hostname") return by_text<key_hostname>;
    if (name == "mac") return by_text<key_hw_address>;
    if (name == "subnet") return by_number<key_subnet>;
    if (name == "state") return by_number<key_state>;
    if (name == "seen") return by_number<key_cltt>;
    return by_address;
}

/// The leases that will be shown: the first so many in an order.
class LeaseSelectionList {
public:
    explicit LeaseSelectionList(const LeaseQuery& query)
        : query_{query}, order_{order_of(query.sort)}, room_{query.limit == 0 ? leases_kept_max : query.limit} {}

    /// @return false: nothing that comes later can be shown
    bool add(Json lease) {
        if (!matches(lease, query_)) return true;
        ++found_;
        kept_.push_back(std::move(lease));
        if (in_server_order()) return found_ <= room_;
        if (kept_.size() >= 2 * room_ + lease_page_size) cut();
        return true;
    }
    /// Call once, at the end.
    std::vector<Json> take() {
        cut();
        return std::move(kept_);
    }
    /// In the server's order nobody looks behind the first one that is not shown.
    bool is_cut() const { return found_ > room_; }
    std::uint64_t found() const { return found_; }
    bool in_server_order() const { return query_.sort == "address" && !query_.reverse; }

private:
    void cut() {
        std::ranges::stable_sort(kept_, [this](const Json& a, const Json& b) {
            return query_.reverse ? order_(b, a) : order_(a, b);
        });
        if (kept_.size() > room_) kept_.resize(room_);
    }

    const LeaseQuery& query_;
    LeaseOrder order_;
    std::size_t room_;
    std::vector<Json> kept_;
    std::uint64_t found_ = 0;
};

// --- asking

std::string lease_command(Family family, const std::string& rest) {
    return std::string{family == Family::v4 ? "lease4-" : "lease6-"} + rest;
}

void add_leases(LeaseSelectionList& list, const Json& arguments) {
    if (!arguments.is_object()) return;
    if (!arguments.contains("leases"))
        list.add(arguments);
    else
        for (const auto& lease : member_list(arguments, "leases")) list.add(lease);
}

/// The page that begins in front of the network: the address before it.
std::string page_before(const Prefix& network) {
    const auto first = to_uint128(network.address);
    if (first == 0) return "start";
    const auto before = to_ipv6(first - 1);
    if (is_ipv4(network.address)) return is_ipv4(before) ? to_string(to_ipv4(before)) : "start";
    return to_string(before);
}

CtlResult<void> ask_pages(const Ask& ask, const LeaseQuery& query, Family family, LeaseSelectionList& list) {
    std::string from = query.after.empty() ? "start" : query.after;
    std::optional<Prefix> within;
    for (const auto& term : query.terms)
        if (term.network) within = term.network;
    if (within && query.after.empty()) from = page_before(*within);
    // Where everything fits, no more is asked for than is shown, and whether there is more.
    const bool all_fit = query.terms.empty() && query.subnets.empty() && query.state.empty() && list.in_server_order();
    const auto page_size = all_fit && query.limit != 0 ? std::min(lease_page_size, query.limit + 1) : lease_page_size;
    for (bool wanted = true; wanted;) {
        const auto page = ask(lease_command(family, "get-page"), {{"from", from}, {"limit", page_size}});
        if (!page) return std::unexpected(page.error());
        const auto leases = member_list(*page, "leases");
        for (const auto& lease : leases) {
            const auto prefix = lease_prefix(lease);
            const bool beyond = within && prefix && prefix->address > within->address &&
                                !contains(*within, prefix->address);
            wanted = wanted && !beyond && list.add(lease);
        }
        if (leases.size() < page_size) return {};
        from = member_text(leases.back(), "ip-address");
    }
    return {};
}

CtlResult<bool> ask_index(const Ask& ask, const std::string& command, const Json& arguments,
                          LeaseSelectionList& list) {
    const auto found = ask(command, arguments);
    if (!found) return std::unexpected(found.error());
    if (found->is_null()) return false;
    add_leases(list, *found);
    return true;
}

/// A lease may be found by its hardware address and by its client-id: it is shown once.
struct IndexQuestion {
    const char* command;
    const char* argument;
};

/// @return false: no index has them; they may be a part
CtlResult<bool> ask_for_octets(const Ask& ask, const SearchTerm& term, Family family, LeaseSelectionList& list) {
    const IndexQuestion by_client{family == Family::v4 ? "get-by-client-id" : "get-by-duid",
                                  family == Family::v4 ? "client-id" : "duid"};
    for (const auto& question : {IndexQuestion{"get-by-hw-address", "hw-address"}, by_client}) {
        const auto found =
            ask_index(ask, lease_command(family, question.command), {{question.argument, term.octets}}, list);
        if (!found) return std::unexpected(found.error());
        if (*found) return true;
    }
    return false;
}

CtlResult<bool> ask_for_address(const Ask& ask, const Ipv6& address, Family family, LeaseSelectionList& list) {
    const auto text = is_ipv4(address) ? to_string(to_ipv4(address)) : to_string(address);
    const auto command = lease_command(family, "get");
    auto found = ask_index(ask, command, {{"ip-address", text}}, list);
    if (!found || *found || family == Family::v4) return found ? CtlResult<bool>{true} : found;
    return ask_index(ask, command, {{"ip-address", text}, {"type", "IA_PD"}}, list);  // else in which prefix it is
}

/// Can leases of this family be meant at all?
bool is_of_family(const LeaseQuery& query, Family family) {
    const auto fits = [family](const Ipv6& address) { return is_ipv4(address) == (family == Family::v4); };
    if (const auto after = read_search_term(query.after).address; after && !fits(*after)) return false;
    return std::ranges::all_of(query.terms, [&](const SearchTerm& term) {
        return (!term.address || fits(*term.address)) && (!term.network || fits(term.network->address));
    });
}

CtlResult<void> collect(const Ask& ask, const LeaseQuery& query, Family family, LeaseSelectionList& list) {
    if (!is_of_family(query, family)) return {};
    constexpr std::size_t whole_identifier_size = 17;  // "1a:2b:3c:4d:5e:6f"
    for (const auto& term : query.terms) {
        CtlResult<bool> done = false;
        if (term.address)
            done = ask_for_address(ask, *term.address, family, list);
        else if (term.octets.size() >= whole_identifier_size)
            done = ask_for_octets(ask, term, family, list);
        else
            continue;
        if (!done) return std::unexpected(done.error());
        if (*done) return {};
        break;
    }
    return ask_pages(ask, query, family, list);
}

// --- showing

Tone lease_tone(const std::string& state) {
    if (state == "assigned" || state == "registered") return Tone::plain;
    return state == "declined" ? Tone::bad : Tone::quiet;
}

std::vector<TableColumn> lease_columns(Family family) {
    if (family == Family::v4)
        return {{"ADDRESS"},
                {"HARDWARE ADDRESS", 1},
                {"CLIENT-ID", 7, 10},
                {"HOSTNAME", 3, 8},
                {"SUBNET", 4, 0, true},
                {"STATE", 5, 8},
                {"ENDS", 2},
                {"SEEN", 6}};
    return {{"ADDRESS"},
            {"DUID", 3, 14},
            {"IAID", 7, 0, true},
            {"HARDWARE ADDRESS", 8},
            {"HOSTNAME", 2, 8},
            {"SUBNET", 4, 0, true},
            {"STATE", 5, 8},
            {"ENDS", 1},
            {"SEEN", 6}};
}

std::string shown_address(const Json& lease) {
    const auto text = member_text(lease, "ip-address");
    return lease.is_object() && lease.contains("prefix-len") ? text + "/" + member_text(lease, "prefix-len") : text;
}

TableRow lease_row(const Json& lease, const ViewPlace& place) {
    const auto state = lease_state_name(lease);
    const bool over = lease_end(lease) < place.now && state == "assigned";
    const auto seen = short_duration(place.now - member_number(lease, "cltt")) + " ago";
    TableRow row{{shown_address(lease)}};
    if (place.family == Family::v4) {
        row.push_back({member_text(lease, "hw-address")});
        row.push_back({member_text(lease, "client-id"), Tone::quiet});
    } else {
        row.push_back({member_text(lease, "duid")});
        row.push_back({member_text(lease, "iaid"), Tone::quiet});
        row.push_back({member_text(lease, "hw-address"), Tone::quiet});
    }
    row.push_back({member_text(lease, "hostname")});
    row.push_back({member_text(lease, "subnet-id")});
    row.push_back({state, lease_tone(state)});
    row.push_back({lease_end_words(lease, place.now), over ? Tone::warning : Tone::plain});
    row.push_back({seen, Tone::quiet});
    return row;
}

std::string cut_note(const LeaseSelectionList& list, const std::vector<Json>& leases, const LeaseQuery& query) {
    if (!list.is_cut()) return {};
    if (!list.in_server_order())
        return std::to_string(leases.size()) + " of " + std::to_string(list.found()) +
               " leases are shown; --limit 0 shows all.";
    std::string note = "There are more leases; --limit 0 shows all";
    if (!leases.empty()) note += ", --after " + member_text(leases.back(), "ip-address") + " the next " +
                                 std::to_string(query.limit);
    return note + ".";
}

}  // namespace

bool matches(const Json& lease, const LeaseQuery& query) {
    if (!query.subnets.empty() &&
        std::ranges::find(query.subnets, static_cast<std::uint32_t>(member_number(lease, "subnet-id"))) ==
            query.subnets.end())
        return false;
    if (!query.state.empty() && lease_state_name(lease) != query.state) return false;
    return std::ranges::all_of(query.terms, [&](const SearchTerm& term) { return matches_term(lease, term); });
}

std::string lease_state_name(const Json& lease) {
    const auto state = member_number(lease, "state");
    if (state < 0 || state > static_cast<int>(LeaseState::registered)) return std::to_string(state);
    return std::string{to_string(static_cast<LeaseState>(state))};
}

std::string lease_end_words(const Json& lease, std::int64_t now) {
    const auto end = lease_end(lease);
    if (end == std::numeric_limits<std::int64_t>::max()) return "never";
    return end >= now ? "in " + short_duration(end - now) : short_duration(now - end) + " ago";
}

ViewResult view_leases(const Ask& ask, const LeaseQuery& query, const ViewPlace& place) {
    LeaseSelectionList list{query};
    if (const auto asked = collect(ask, query, place.family, list); !asked) return std::unexpected(asked.error());
    const auto leases = list.take();
    ViewAnswer answer;
    answer.json["leases"] = leases;
    answer.json["more"] = list.is_cut();
    answer.note = cut_note(list, leases, query);
    if (leases.empty()) {
        answer.exit = CtlExit::empty;
        answer.note = "No lease was found.";
        return answer;
    }
    std::vector<TableRow> rows;
    for (const auto& lease : leases) rows.push_back(lease_row(lease, place));
    answer.text = render_table(lease_columns(place.family), rows, place.terminal);
    return answer;
}

}  // namespace leasehold
