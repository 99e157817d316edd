// See the header. Boost.JSON is used without exceptions where it has a way; all parsing is bounded.
#include "dhcp/lease_context.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <utility>

#include "dhcp/client_identity.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

namespace json = boost::json;

constexpr std::string_view notes_key = "ISC", classes_key = "client-classes", relay_key = "relay-agent-info";
constexpr std::string_view own_key = "Leasehold", route_key = "route", via_key = "via", device_key = "dev";
constexpr std::string_view payload_key = "sub-options", relay_id_key = "relay-id",
                           remote_id_key = "remote-id";
constexpr std::uint8_t remote_id_code = 2, relay_id_code = 12;  // RFC 3046 2.0, RFC 6925 5

std::optional<json::object> parse_map(std::string_view text) {
    if (text.empty() || text.size() > user_context_size_max) return std::nullopt;
    json::parse_options options;
    options.max_depth = user_context_depth_max;
    json::error_code error;
    json::value value = json::parse(json::string_view{text.data(), text.size()}, error, {}, options);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

const json::value* member(const json::object& map, std::string_view key) {
    return map.if_contains(json::string_view{key.data(), key.size()});
}
json::value& place(json::object& map, std::string_view key) {
    return map[json::string_view{key.data(), key.size()}];
}
void remove(json::object& map, std::string_view key) {
    const auto found = map.find(json::string_view{key.data(), key.size()});
    if (found != map.end()) map.stable_erase(found);
}

const json::object* map_of(const json::object& map, std::string_view key) {
    const auto* value = member(map, key);
    return value == nullptr ? nullptr : value->if_object();
}

/// Octets of hexadecimal text. nullopt: not a text, or other characters.
std::optional<Octets> octets_of(const json::value& value) {
    const auto* text = value.if_string();
    return text == nullptr ? std::nullopt : parse_hex({text->data(), text->size()});
}

/// The payload of option 82, of either form.
std::vector<std::uint8_t> relay_payload(const json::object& notes) {
    const auto* entry = member(notes, relay_key);
    if (entry == nullptr) return {};
    if (const auto* map = entry->if_object()) entry = member(*map, payload_key);
    const auto octets = entry == nullptr ? std::nullopt : octets_of(*entry);
    return octets ? std::vector<std::uint8_t>{octets->begin(), octets->end()} : std::vector<std::uint8_t>{};
}

json::object relay_entry(OctetView payload) {
    json::object entry;
    place(entry, payload_key) = "0x" + to_hex(payload, "");
    Reader in{payload};
    while (const auto found = take_sub_option(in)) {
        if (found->payload.empty()) continue;
        if (found->code == relay_id_code) place(entry, relay_id_key) = to_hex(found->payload, "");
        if (found->code == remote_id_code) place(entry, remote_id_key) = to_hex(found->payload, "");
    }
    return entry;
}

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Behind the value or key that begins at `at`. @pre the text is well formed
std::size_t end_of_value(std::string_view text, std::size_t at) {
    int depth = 0;
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted) {
            if (c == '\\') ++at;
            quoted = c != '"';
            if (!quoted && depth == 0) return at + 1;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return at;
            if (--depth == 0) return at + 1;
        } else if (depth == 0 && (c == ',' || c == ':' || is_space(c))) {
            return at;
        }
    }
    return at;
}

/// Is this key, as it is written, that name?
bool names(std::string_view key, std::string_view name) {
    json::error_code error;
    const json::value value = json::parse(json::string_view{key.data(), key.size()}, error);
    return !error && value.is_string() && value.get_string() == json::string_view{name.data(), name.size()};
}

/// The context with these notes (none when empty) in place of its own of that name. Other members are copied as they are
/// written: a parser would give their numbers another form, and the last digit another value.
/// @pre the context is well formed, or empty
/// @return nullopt: it would be too long
std::optional<std::string> spliced(std::string_view context, const json::object& notes,
                                   std::string_view name = notes_key) {
    const std::string own =
        notes.empty() ? "" : '"' + std::string{name} + "\":" + std::string{json::serialize(notes)};
    std::string text;
    const auto append = [&](std::string_view key, std::string_view separator, std::string_view value) {
        text.append(text.empty() ? "{" : ",").append(key).append(separator).append(value);
    };
    bool placed = own.empty();
    for (std::size_t at = context.empty() ? 0 : context.find('{') + 1; at < context.size();) {
        if (is_space(context[at]) || context[at] == ',') {
            ++at;
            continue;
        }
        if (context[at] == '}') break;
        const auto key = context.substr(at, end_of_value(context, at) - at);
        at = context.find(':', at + key.size()) + 1;
        while (is_space(context[at])) ++at;
        const auto value = context.substr(at, end_of_value(context, at) - at);
        at += value.size();
        if (!names(key, name))
            append(key, ":", value);
        else if (!std::exchange(placed, true))
            append(own, "", "");
    }
    if (!placed) append(own, "", "");
    if (!text.empty()) text += '}';
    return text.size() > user_context_size_max ? std::nullopt : std::optional{std::move(text)};
}

/// Are all parts of the entry texts of hexadecimal digits? A part that may be missing may be missing.
bool is_well_formed(const json::object& entry) {
    if (member(entry, payload_key) == nullptr) return false;
    return std::ranges::all_of(std::array{payload_key, relay_id_key, remote_id_key}, [&](auto key) {
        const auto* part = member(entry, key);
        if (part == nullptr) return true;
        const auto octets = octets_of(*part);
        return octets && !octets->empty();
    });
}

bool has_unknown_parts(const json::object& entry) {
    return std::ranges::any_of(entry, [](const auto& part) {
        const std::string_view key{part.key().data(), part.key().size()};
        return key != payload_key && key != relay_id_key && key != remote_id_key;
    });
}

/// @return true when something was changed
bool correct_relay_entry(json::object& notes, ExtendedInfoCheck check) {
    const auto* entry = member(notes, relay_key);
    if (entry == nullptr) return false;
    const auto* map = entry->if_object();
    if (map == nullptr) {
        const auto payload = relay_payload(notes);
        if (payload.empty())
            remove(notes, relay_key);
        else
            place(notes, relay_key) = relay_entry(payload);
        return true;
    }
    const bool usable = (check == ExtendedInfoCheck::fix || is_well_formed(*map)) &&
                        (check != ExtendedInfoCheck::pedantic || !has_unknown_parts(*map));
    if (!usable) remove(notes, relay_key);
    return !usable;
}

}  // namespace

LeaseNotes read_notes(std::string_view user_context) {
    LeaseNotes result;
    // Most contexts have no notes: those are not parsed.
    if (user_context.find(notes_key) == std::string_view::npos) return result;
    const auto context = parse_map(user_context);
    const auto* notes = context ? map_of(*context, notes_key) : nullptr;
    if (notes == nullptr) return result;
    if (const auto* classes = member(*notes, classes_key); classes != nullptr && classes->is_array()) {
        for (const json::value& name : classes->get_array())
            if (const auto* text = name.if_string())
                result.client_classes.emplace_back(text->data(), text->size());
    }
    result.relay_information = relay_payload(*notes);
    return result;
}

std::string with_notes(std::string_view user_context, const LeaseNotes& notes) {
    const bool nothing = notes.client_classes.empty() && notes.relay_information.empty();
    if (nothing && user_context.find(notes_key) == std::string_view::npos) return std::string{user_context};
    const std::optional<json::object> context =
        user_context.empty() ? std::optional{json::object{}} : parse_map(user_context);
    if (!context) return std::string{user_context};

    json::object own = map_of(*context, notes_key) == nullptr ? json::object{} : *map_of(*context, notes_key);
    remove(own, classes_key);
    remove(own, relay_key);
    if (!notes.client_classes.empty()) {
        json::array names;
        for (const std::string& name : notes.client_classes) names.emplace_back(name);
        place(own, classes_key) = std::move(names);
    }
    if (!notes.relay_information.empty()) place(own, relay_key) = relay_entry(notes.relay_information);
    return spliced(user_context, own).value_or(std::string{user_context});
}

std::optional<NextHop> read_next_hop(std::string_view user_context) {
    if (user_context.find(own_key) == std::string_view::npos) return std::nullopt;
    const auto context = parse_map(user_context);
    const auto* own = context ? map_of(*context, own_key) : nullptr;
    const auto* route = own == nullptr ? nullptr : map_of(*own, route_key);
    const auto text = [&](std::string_view key) -> std::string_view {
        const auto* value = route == nullptr ? nullptr : member(*route, key);
        const auto* found = value == nullptr ? nullptr : value->if_string();
        return found == nullptr ? std::string_view{} : std::string_view{found->data(), found->size()};
    };
    const auto via = parse_ipv6(text(via_key));
    const auto device = text(device_key);
    if (!via || is_unspecified(*via) || device.empty() || device.size() > interface_name_max) return std::nullopt;
    return NextHop{*via, std::string{device}};
}

std::string with_next_hop(std::string_view user_context, const std::optional<NextHop>& hop) {
    if (!hop && user_context.find(own_key) == std::string_view::npos) return std::string{user_context};
    const std::optional<json::object> context =
        user_context.empty() ? std::optional{json::object{}} : parse_map(user_context);
    if (!context) return std::string{user_context};
    json::object own = map_of(*context, own_key) == nullptr ? json::object{} : *map_of(*context, own_key);
    remove(own, route_key);
    if (hop) {
        json::object route;
        place(route, via_key) = to_string(hop->via);
        place(route, device_key) = hop->device;
        place(own, route_key) = std::move(route);
    }
    return spliced(user_context, own, own_key).value_or(std::string{user_context});
}

std::optional<std::string> corrected_context(std::string_view user_context, ExtendedInfoCheck check) {
    if (check == ExtendedInfoCheck::none || user_context.find(notes_key) == std::string_view::npos)
        return std::nullopt;
    const auto context = parse_map(user_context);
    const auto* found = context ? member(*context, notes_key) : nullptr;
    if (found == nullptr) return std::nullopt;
    if (!found->is_object()) return spliced(user_context, {});
    json::object notes = found->get_object();
    if (!correct_relay_entry(notes, check)) return std::nullopt;
    return spliced(user_context, notes);
}

}  // namespace leasehold
