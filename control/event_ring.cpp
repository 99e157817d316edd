#include "control/event_ring.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "control/lease_json.hpp"

namespace leasehold {
namespace {

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Calls `take` with each part; an empty text has none.
template <class Take>
void split(std::string_view text, char separator, const Take& take) {
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        take(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned octet = 0;
        const auto digits = text.substr(i + 1, 2);
        if (text[i] == '%' && digits.size() == 2 &&
            std::from_chars(digits.data(), digits.data() + 2, octet, 16).ptr == digits.data() + 2) {
            result += static_cast<char>(octet);
            i += 2;
        } else {
            result += text[i];
        }
    }
    return result;
}

constexpr std::array all_causes{LeaseCause::granted,   LeaseCause::renewed,        LeaseCause::offered,
                                LeaseCause::released,  LeaseCause::declined,       LeaseCause::moved,
                                LeaseCause::reclaimed, LeaseCause::probation_over, LeaseCause::removed,
                                LeaseCause::edited};

std::optional<LeaseCause> parse_cause(std::string_view name) {
    for (const LeaseCause cause : all_causes)
        if (to_string(cause) == name) return cause;
    return std::nullopt;
}
std::string cause_names() {
    std::string names;
    for (const LeaseCause cause : all_causes)
        names += (names.empty() ? "" : ", ") + std::string{to_string(cause)};
    return names;
}

/// @return what is wrong; "": nothing
std::string add_to_filter(EventFilter& filter, std::string_view key, std::string_view value) {
    if (key == "family") {
        if (value != "4" && value != "6") return "family is 4 or 6";
        filter.family = value == "4" ? Family::v4 : Family::v6;
        return {};
    }
    if (key == "subnet-id") {
        const auto id = whole_number(value);
        if (!id || *id > 0xffffffff) return "subnet-id is a number, or several with commas between";
        filter.subnets.push_back(static_cast<std::uint32_t>(*id));
        return {};
    }
    if (key == "cause") {
        const auto cause = parse_cause(value);
        if (!cause) return "cause is one of these, or several with commas between: " + cause_names();
        filter.causes.push_back(*cause);
        return {};
    }
    return "there is no filter \"" + to_utf8(key) + "\"; there are family, subnet-id and cause";
}

std::string gap_text(const std::string& id, const nlohmann::json& data) {
    return "event: gap\n" + (id.empty() ? "" : "id: " + id + "\n") + "data: " + data.dump() + "\n\n";
}

nlohmann::json shown_lease(const std::optional<Lease>& lease) {
    return lease ? lease_json(*lease) : nlohmann::json{};
}

template <class T>
bool is_any_of(const std::vector<T>& wanted, const T& value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

}  // namespace

bool EventFilter::takes(Family of, std::uint32_t subnet, LeaseCause cause) const {
    return (!family || *family == of) && is_any_of(subnets, subnet) && is_any_of(causes, cause);
}

Result<EventFilter, std::string> parse_event_filter(std::string_view query) {
    EventFilter filter;
    std::string problem;
    split(query, '&', [&](std::string_view part) {
        const auto equals = std::min(part.find('='), part.size());
        const auto value = percent_decoded(part.substr(std::min(equals + 1, part.size())));
        const auto key = part.substr(0, equals);
        if (problem.empty() && value.empty()) problem = add_to_filter(filter, key, "");
        split(value, ',', [&](std::string_view one_value) {
            if (problem.empty()) problem = add_to_filter(filter, key, one_value);
        });
    });
    if (!problem.empty()) return std::unexpected(problem);
    return filter;
}

std::string to_string(const EventPlace& place) {
    return std::to_string(place.run) + "-" + std::to_string(place.sequence);
}

std::optional<EventPlace> parse_event_place(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == text.npos) return std::nullopt;
    const auto run = whole_number(text.substr(0, dash)), sequence = whole_number(text.substr(dash + 1));
    if (!run || !sequence) return std::nullopt;
    return EventPlace{*run, *sequence};
}

std::string event_json(std::string_view text) {
    std::string members, told;
    split(text, '\n', [&](std::string_view line) {
        const auto colon = line.find(": ");
        if (colon == line.npos) return;
        const auto field = line.substr(0, colon), value = line.substr(colon + 2);
        if (field == "data") {
            told = value.substr(1);  // behind the brace
            return;
        }
        members += "\"" + std::string{field} + "\": \"" + std::string{value} + "\", ";
    });
    return "{ " + members + told;
}

void EventRing::add(Family family, const LeaseEvent& event) {
    const auto& shown = event.after ? event.after : event.before;
    const auto subnet = shown ? shown->subnet_id : 0;
    const nlohmann::json data{{"family", family == Family::v4 ? 4 : 6},
                              {"cause", to_string(event.cause)},
                              {"subnet-id", subnet},
                              {"before", shown_lease(event.before)},
                              {"after", shown_lease(event.after)}};
    keep({.for_all = false,
          .family = family,
          .cause = event.cause,
          .subnet = subnet,
          .text = "event: lease\nid: " + to_string(EventPlace{run_, next()}) +
                  "\ndata: " + data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n\n"});
}

void EventRing::add_gap(std::uint64_t changes) {
    keep({.for_all = true,
          .text = gap_text(to_string(EventPlace{run_, next()}),
                           {{"missing", changes}, {"reason", "more happened at once than could be kept"}})});
}

void EventRing::keep(Entry entry) {
    octets_ += entry.text.size();
    events_.push_back(std::move(entry));
    while (events_.size() > limits_.events || (octets_ > limits_.octets && events_.size() > 1)) {
        octets_ -= events_.front().text.size();
        events_.pop_front();
        ++first_;
    }
}

std::string_view EventRing::text(std::uint64_t sequence, const EventFilter& filter) const {
    const Entry& entry = events_[sequence - first_];
    const bool wanted = entry.for_all || filter.takes(entry.family, entry.subnet, entry.cause);
    return wanted ? std::string_view{entry.text} : std::string_view{};
}

EventRing::Resumption EventRing::resume(const std::optional<EventPlace>& seen) const {
    if (!seen) return {next(), {}};
    if (seen->run != run_ || seen->sequence >= next())
        return {first_,
                gap_text("", {{"missing", nullptr},
                              {"reason", "the last event seen is of an earlier stream or server run"}})};
    if (seen->sequence + 1 >= first_) return {seen->sequence + 1, {}};
    return {first_, gap_text("", {{"missing", first_ - seen->sequence - 1},
                                  {"reason", "they are too long ago, and no longer kept"}})};
}

}  // namespace leasehold
