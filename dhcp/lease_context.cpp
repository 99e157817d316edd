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

constexpr std::string_view notes_key = "ISC", classes_key = "client-classes", relay_key = "relay-agent-info",
                           relays_key = "relay-info", older_relays_key = "relays";
constexpr std::string_view own_key = "Leasehold", route_key = "route", reconfigure_key = "reconfigure",
                           via_key = "via", device_key = "dev", port_key = "port";
constexpr std::string_view payload_key = "sub-options", relay_id_key = "relay-id",
                           remote_id_key = "remote-id", hop_key = "hop", link_key = "link", peer_key = "peer",
                           options_key = "options";
constexpr std::uint8_t remote_id_code = 2, relay_id_code = 12;      // RFC 3046 2.0, RFC 6925 5
constexpr std::uint16_t remote_id6_code = 37, relay_id6_code = 53;  // RFC 4649 3, RFC 5460 5.4.1

enum class PartShape : std::uint8_t { hex, octet, address };
struct Part {
    std::string_view key;
    PartShape shape;
    bool required;
};
constexpr std::array relay_parts{Part{payload_key, PartShape::hex, true},
                                 Part{relay_id_key, PartShape::hex, false},
                                 Part{remote_id_key, PartShape::hex, false}};
constexpr std::array relays_parts{
    Part{hop_key, PartShape::octet, true},     Part{link_key, PartShape::address, true},
    Part{peer_key, PartShape::address, true},  Part{options_key, PartShape::hex, false},
    Part{relay_id_key, PartShape::hex, false}, Part{remote_id_key, PartShape::hex, false}};

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

std::optional<std::uint8_t> octet_of(const json::value& value) {
    json::error_code error;
    const auto number = value.is_number() ? value.to_number<std::int64_t>(error) : -1;
    if (error || number < 0 || number > 255) return std::nullopt;
    return static_cast<std::uint8_t>(number);
}
std::optional<Ipv6> address_of_text(const json::value& value) {
    const auto* text = value.if_string();
    return text == nullptr ? std::nullopt : parse_ipv6({text->data(), text->size()});
}
/// As of any IPv6 address: a mapped one is none of IPv4 here.
std::string address_text(const Ipv6& address) {
    return (is_ipv4(address) ? "::ffff:" : "") + to_string(address);
}

/// The payload of option 82, of either form.
std::vector<std::uint8_t> relay_payload(const json::object& notes) {
    const auto* entry = member(notes, relay_key);
    if (entry == nullptr) return {};
    if (const auto* map = entry->if_object()) entry = member(*map, payload_key);
    const auto octets = entry == nullptr ? std::nullopt : octets_of(*entry);
    return octets ? std::vector<std::uint8_t>{octets->begin(), octets->end()} : std::vector<std::uint8_t>{};
}

/// The first of a code counts, here and in v6.
RelayIdentities identities_in_payload(OctetView payload) {
    RelayIdentities found;
    Reader in{payload};
    while (const auto sub = take_sub_option(in)) {
        if (sub->code == relay_id_code && found.relay_id.empty()) found.relay_id = to_octets(sub->payload);
        if (sub->code == remote_id_code && found.remote_id.empty()) found.remote_id = to_octets(sub->payload);
    }
    return found;
}

RelayIdentities identities_in_options(OctetView options) {
    RelayIdentities found;
    Reader in{options};
    while (in.left() > 0) {
        const auto code = in.u16();
        const auto payload = in.take(in.u16());
        if (!in.ok()) break;
        if (code == relay_id6_code && found.relay_id.empty()) found.relay_id = to_octets(payload);
        if (code == remote_id6_code && found.remote_id.empty()) found.remote_id = to_octets(payload);
    }
    return found;
}

void place_identities(json::object& entry, const RelayIdentities& identities) {
    const auto& [relay_id, remote_id] = identities;
    if (!remote_id.empty()) place(entry, remote_id_key) = to_hex(view(remote_id), "");
    if (!relay_id.empty()) place(entry, relay_id_key) = to_hex(view(relay_id), "");
}

json::object relay_entry(OctetView payload) {
    json::object entry;
    place(entry, payload_key) = "0x" + to_hex(payload, "");
    place_identities(entry, identities_in_payload(payload));
    return entry;
}

std::optional<RelayNote> relay_note(const json::value& value) {
    const auto* entry = value.if_object();
    if (entry == nullptr) return std::nullopt;
    const auto *hop = member(*entry, hop_key), *link = member(*entry, link_key),
               *peer = member(*entry, peer_key), *options = member(*entry, options_key);
    if (hop == nullptr || link == nullptr || peer == nullptr) return std::nullopt;
    const auto hop_count = octet_of(*hop);
    const auto link_address = address_of_text(*link), peer_address = address_of_text(*peer);
    const auto octets = options == nullptr ? Octets{} : octets_of(*options);
    if (!hop_count || !link_address || !peer_address || !octets) return std::nullopt;
    return RelayNote{*hop_count, *link_address, *peer_address, {octets->begin(), octets->end()}};
}

/// The relays of v6, of either form.
std::vector<RelayNote> relay_notes(const json::object& notes) {
    const auto* entries = member(notes, relays_key);
    if (entries == nullptr) entries = member(notes, older_relays_key);
    std::vector<RelayNote> relays;
    if (entries == nullptr || !entries->is_array()) return relays;
    for (const json::value& entry : entries->get_array()) {
        auto relay = relay_note(entry);
        if (!relay) return {};
        relays.push_back(std::move(*relay));
    }
    return relays;
}

json::array relays_entry(const std::vector<RelayNote>& relays) {
    json::array entries;
    for (const RelayNote& relay : relays) {
        json::object entry;
        place(entry, hop_key) = relay.hop_count;
        place(entry, link_key) = address_text(relay.link_address);
        place(entry, peer_key) = address_text(relay.peer_address);
        if (!relay.options.empty()) place(entry, options_key) = "0x" + to_hex(relay.options, "");
        place_identities(entry, identities_in_options(relay.options));
        entries.push_back(std::move(entry));
    }
    return entries;
}

void remove_relay_entries(json::object& notes) {
    for (const auto key : {relay_key, relays_key, older_relays_key}) remove(notes, key);
}

LeaseNotes notes_in(const json::object& map) {
    LeaseNotes result;
    if (const auto* classes = member(map, classes_key); classes != nullptr && classes->is_array()) {
        for (const json::value& name : classes->get_array())
            if (const auto* text = name.if_string())
                result.client_classes.emplace_back(text->data(), text->size());
    }
    result.relay_information = relay_payload(map);
    result.relays = relay_notes(map);
    return result;
}

std::optional<NextHop> hop_in(const json::object& entry) {
    const auto text = [&](std::string_view key) -> std::string_view {
        const auto* value = member(entry, key);
        const auto* found = value == nullptr ? nullptr : value->if_string();
        return found == nullptr ? std::string_view{} : std::string_view{found->data(), found->size()};
    };
    const auto via = parse_ipv6(text(via_key));
    const auto device = text(device_key);
    if (!via || is_unspecified(*via) || device.empty() || device.size() > interface_name_max) return std::nullopt;
    return NextHop{*via, std::string{device}};
}

json::object hop_entry(const NextHop& hop) {
    json::object entry;
    place(entry, via_key) = address_text(hop.via);
    place(entry, device_key) = hop.device;
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

/// A note of the map "Leasehold".
std::optional<json::object> own_note(std::string_view user_context, std::string_view key) {
    if (user_context.find(own_key) == std::string_view::npos) return std::nullopt;
    const auto context = parse_map(user_context);
    const auto* own = context ? map_of(*context, own_key) : nullptr;
    const auto* note = own == nullptr ? nullptr : map_of(*own, key);
    return note == nullptr ? std::nullopt : std::optional{*note};
}

/// @param note  nullopt: it goes
std::string with_own_note(std::string_view user_context, std::string_view key, const std::optional<json::object>& note) {
    if (!note && user_context.find(own_key) == std::string_view::npos) return std::string{user_context};
    const std::optional<json::object> context =
        user_context.empty() ? std::optional{json::object{}} : parse_map(user_context);
    if (!context) return std::string{user_context};
    json::object own = map_of(*context, own_key) == nullptr ? json::object{} : *map_of(*context, own_key);
    remove(own, key);
    if (note) place(own, key) = *note;
    return spliced(user_context, own, own_key).value_or(std::string{user_context});
}

bool has_shape(const json::value& part, PartShape shape) {
    switch (shape) {
        case PartShape::hex: {
            const auto octets = octets_of(part);
            return octets && !octets->empty();
        }
        case PartShape::octet: return octet_of(part).has_value();
        case PartShape::address: return address_of_text(part).has_value();
    }
    return false;
}

/// May the entry stay? Not when it is no map, nor when a stricter check finds something in its parts.
bool is_usable(const json::value& value, std::span<const Part> parts, ExtendedInfoCheck check) {
    const auto* entry = value.if_object();
    if (entry == nullptr) return false;
    const auto is_sound = [&](const Part& part) {
        const auto* found = member(*entry, part.key);
        return found == nullptr ? !part.required : has_shape(*found, part.shape);
    };
    const auto is_known = [&](const auto& found) {
        const std::string_view key{found.key().data(), found.key().size()};
        return std::ranges::find(parts, key, &Part::key) != parts.end();
    };
    return (check == ExtendedInfoCheck::fix || std::ranges::all_of(parts, is_sound)) &&
           (check != ExtendedInfoCheck::pedantic || std::ranges::all_of(*entry, is_known));
}

/// @return true when something was changed
bool correct_relay_entry(json::object& notes, ExtendedInfoCheck check) {
    const auto* entry = member(notes, relay_key);
    if (entry == nullptr || is_usable(*entry, relay_parts, check)) return false;
    const auto payload = entry->is_object() ? std::vector<std::uint8_t>{} : relay_payload(notes);
    if (payload.empty())
        remove(notes, relay_key);
    else
        place(notes, relay_key) = relay_entry(payload);
    return true;
}

/// The same of v6's relays. One that is unusable makes its chain so.
bool correct_relays_entry(json::object& notes, ExtendedInfoCheck check) {
    if (const auto* entries = member(notes, relays_key)) {
        const bool changed = member(notes, older_relays_key) != nullptr;
        remove(notes, older_relays_key);
        const auto usable = [&](const json::value& entry) { return is_usable(entry, relays_parts, check); };
        const auto* const list = entries->if_array();
        if (list != nullptr && !list->empty() && std::ranges::all_of(*list, usable)) return changed;
        remove(notes, relays_key);
        return true;
    }
    if (member(notes, older_relays_key) == nullptr) return false;
    const auto relays = relay_notes(notes);
    remove(notes, older_relays_key);
    if (!relays.empty()) place(notes, relays_key) = relays_entry(relays);
    return true;
}

}  // namespace

LeaseNotes read_notes(std::string_view user_context) {
    LeaseNotes result;
    // Most contexts have no notes: those are not parsed.
    if (user_context.find(notes_key) == std::string_view::npos) return result;
    const auto context = parse_map(user_context);
    const auto* notes = context ? map_of(*context, notes_key) : nullptr;
    return notes == nullptr ? result : notes_in(*notes);
}

std::string with_notes(std::string_view user_context, const LeaseNotes& notes) {
    const bool nothing = notes == LeaseNotes{};
    if (nothing && user_context.find(notes_key) == std::string_view::npos) return std::string{user_context};
    const std::optional<json::object> context =
        user_context.empty() ? std::optional{json::object{}} : parse_map(user_context);
    if (!context) return std::string{user_context};

    const auto* present = map_of(*context, notes_key);
    if (present != nullptr && !nothing && notes_in(*present) == notes) return std::string{user_context};
    json::object own = present == nullptr ? json::object{} : *present;
    remove(own, classes_key);
    remove_relay_entries(own);
    if (!notes.client_classes.empty()) {
        json::array names;
        for (const std::string& name : notes.client_classes) names.emplace_back(name);
        place(own, classes_key) = std::move(names);
    }
    if (!notes.relay_information.empty()) place(own, relay_key) = relay_entry(notes.relay_information);
    if (!notes.relays.empty()) place(own, relays_key) = relays_entry(notes.relays);
    if (auto text = spliced(user_context, own)) return std::move(*text);
    remove_relay_entries(own);
    return spliced(user_context, own).value_or(std::string{user_context});
}

std::string without_relay_notes(std::string_view user_context) {
    LeaseNotes notes = read_notes(user_context);
    if (notes.relay_information.empty() && notes.relays.empty()) return std::string{user_context};
    notes.relay_information.clear();
    notes.relays.clear();
    return with_notes(user_context, notes);
}

RelayIdentities relay_identities(OctetView relay_information, std::span<const RelayNote> relays) {
    constexpr std::size_t column_size_max = 255;
    auto found = relays.empty() ? identities_in_payload(relay_information)
                                : identities_in_options(relays.back().options);
    for (auto* identity : {&found.relay_id, &found.remote_id})
        if (identity->size() > column_size_max) identity->clear();
    return found;
}

std::optional<NextHop> read_next_hop(std::string_view user_context) {
    const auto route = own_note(user_context, route_key);
    return route ? hop_in(*route) : std::nullopt;
}

std::string with_next_hop(std::string_view user_context, const std::optional<NextHop>& hop) {
    return with_own_note(user_context, route_key, hop ? std::optional{hop_entry(*hop)} : std::nullopt);
}

std::optional<ReconfigureNote> read_reconfigure_note(std::string_view user_context) {
    const auto entry = own_note(user_context, reconfigure_key);
    auto way = entry ? hop_in(*entry) : std::nullopt;
    if (!way) return std::nullopt;
    ReconfigureNote note{.way = std::move(*way)};
    if (const auto* port = member(*entry, port_key)) {
        json::error_code error;
        note.port = port->to_number<std::uint16_t>(error);
        if (error || note.port == 0) return std::nullopt;
    }
    if (member(*entry, relays_key) == nullptr) return note;
    note.relays = relay_notes(*entry);
    return note.relays.empty() ? std::nullopt : std::optional{std::move(note)};
}

std::string with_reconfigure_note(std::string_view user_context, const std::optional<ReconfigureNote>& note) {
    if (!note) return with_own_note(user_context, reconfigure_key, std::nullopt);
    auto entry = hop_entry(note->way);
    if (note->port != ReconfigureNote{}.port) place(entry, port_key) = note->port;
    if (!note->relays.empty()) place(entry, relays_key) = relays_entry(note->relays);
    return with_own_note(user_context, reconfigure_key, entry);
}

std::optional<std::string> corrected_context(std::string_view user_context, ExtendedInfoCheck check) {
    if (check == ExtendedInfoCheck::none || user_context.find(notes_key) == std::string_view::npos)
        return std::nullopt;
    const auto context = parse_map(user_context);
    const auto* found = context ? member(*context, notes_key) : nullptr;
    if (found == nullptr) return std::nullopt;
    if (!found->is_object()) return spliced(user_context, {});
    json::object notes = found->get_object();
    const bool v4_changed = correct_relay_entry(notes, check),
               v6_changed = correct_relays_entry(notes, check);
    if (!v4_changed && !v6_changed) return std::nullopt;
    return spliced(user_context, notes);
}

}  // namespace leasehold
