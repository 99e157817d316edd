#include "control/legal_log_entry.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "dhcp/legal_log_format.hpp"
#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold {
namespace {

enum class LegalAction : std::uint8_t { assigned, renewed, registered, released, added, updated, deleted };

bool is_gift(LegalAction action) {
    return action == LegalAction::assigned || action == LegalAction::renewed ||
           action == LegalAction::registered;
}

/// What is no text on one line, or could steer a terminal, is escaped.
void append_one_line(std::string& out, std::string_view text, bool keeps_line_ends = false) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto octet = static_cast<unsigned char>(text[i]);
        const bool is_late_control =  // U+0080 to U+009F
            i + 1 < text.size() && octet == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0;
        if ((octet >= 0x20 && octet != 0x7f && !is_late_control) || (keeps_line_ends && octet == '\n'))
            out += text[i];
        else
            out.append({'\\', 'x', digits[octet >> 4], digits[octet & 15]});
    }
}

/// "68:6f:77:64:79 (howdy)"
std::string octets_text(OctetView octets) {
    std::string text = to_hex(octets);
    const bool printable =
        !octets.empty() && std::ranges::all_of(octets, [](std::uint8_t c) { return c >= 0x20 && c < 0x7f; });
    if (printable) text.append(" (").append(octets.begin(), octets.end()).append(")");
    return text;
}

/// "circuit-id: 01:02 and remote-id: 03:04"
class Identifiers {
public:
    void add(std::string_view name, OptionBytes octets) {
        if (!octets || octets->empty()) return;
        if (!text_.empty()) text_ += " and ";
        text_.append(name).append(": ").append(octets_text(*octets));
    }
    std::string after(std::string_view introduction) const {
        return text_.empty() ? std::string{} : std::string{introduction} + text_;
    }

private:
    std::string text_;
};

/// What the packet says that its lease does not.
struct QueryTexts {
    std::string relay;
    bool is_decline = false;
};

QueryTexts query4_texts(const QueryContext& query) {
    QueryTexts texts;
    const auto message = v4::MessageView::parse(query.packet);
    if (!message) return texts;  // it was read before it changed anything
    texts.is_decline = message->type() == v4::MessageType::decline;
    if (message->giaddr().is_zero()) return texts;
    Identifiers ids;
    ids.add("circuit-id", message->relay_suboption(v4::rai::circuit_id));
    ids.add("remote-id", message->relay_suboption(v4::rai::remote_id));
    ids.add("subscriber-id", message->relay_suboption(v4::rai::subscriber_id));
    texts.relay =
        " connected via relay at address: " + to_string(message->giaddr()) + ids.after(", identified by ");
    return texts;
}

/// Of the relay nearest to the client that has one.
OptionBytes relays_option(const v6::MessageView& message, std::uint16_t code) {
    const auto relays = message.relays();
    for (auto relay = relays.rbegin(); relay != relays.rend(); ++relay)
        if (const auto found = relay->option(code)) return found;
    return std::nullopt;
}

QueryTexts query6_texts(const QueryContext& query) {
    QueryTexts texts;
    const auto message = v6::MessageView::parse(query.packet);
    if (!message) return texts;
    texts.is_decline = message->type() == v6::MessageType::decline;
    if (!message->is_relayed()) return texts;
    const v6::RelayView& nearest_to_server = message->relays().front();
    Identifiers ids, location;
    ids.add("remote-id", relays_option(*message, v6::option::remote_id));
    ids.add("subscriber-id", relays_option(*message, v6::option::subscriber_id));
    location.add("interface-id", relays_option(*message, v6::option::interface_id));
    texts.relay = " connected via relay at address: " + to_string(nearest_to_server.peer_address()) +
                  " for client on link address: " + to_string(nearest_to_server.link_address()) +
                  ", hop count: " + std::to_string(nearest_to_server.hop_count()) +
                  ids.after(", identified by ") + location.after(", connected at location ");
    return texts;
}

/// Where a DHCPv6 client's hardware address was found, by Kea's bit.
std::string_view source_name(std::uint32_t bit) {
    struct Name {
        std::uint32_t bit;
        std::string_view name;
    };
    constexpr std::array names{Name{0x1, "Raw Socket"},      Name{0x2, "DUID"},
                               Name{0x4, "IPv6 Link Local"}, Name{0x8, "Client Link Address"},
                               Name{0x10, "Remote ID"},      Name{0x20, "Subscriber ID"},
                               Name{0x40, "DOCSIS CMTS"},    Name{0x80, "DOCSIS MODEM"}};
    const auto found = std::ranges::find(names, bit, &Name::bit);
    return found == names.end() ? "" : found->name;
}

std::string hardware_text(const Lease& lease) {
    return "hwtype=" + std::to_string(lease.hwtype) + " " + to_hex(view(lease.hwaddr));
}

/// "hardware address: hwtype=1 08:00:2b:02:3f:4e, client-id: 17:34"
std::string device_text(const Lease& lease) {
    if (lease.kind == LeaseKind::v4) {
        std::string text = "hardware address: " + hardware_text(lease);
        if (!lease.client_id.empty()) text += ", client-id: " + octets_text(view(lease.client_id));
        return text;
    }
    std::string text = "DUID: " + to_hex(view(lease.duid));
    if (lease.hwaddr.empty()) return text;
    text += " and hardware address: " + hardware_text(lease);
    const auto source = source_name(lease.hwaddr_source);
    if (!source.empty()) text.append(" (from ").append(source).append(")");
    return text;
}

/// As Kea writes it: only of DHCPv4 with a space behind the colon.
std::string subject_text(const Lease& lease) {
    if (lease.kind == LeaseKind::v4) return "Address: " + to_string(lease.address.address);
    if (lease.kind == LeaseKind::pd) return "Prefix:" + to_string(lease.address);
    return "Address:" + to_string(lease.address.address);
}

std::string_view verb_of(LegalAction action) {
    switch (action) {
        case LegalAction::assigned: return "assigned";
        case LegalAction::renewed: return "renewed";
        case LegalAction::registered: return "registered";
        case LegalAction::released: return "released";
        case LegalAction::added: return "added a lease of ";
        case LegalAction::updated: return "updated information on the lease of ";
        case LegalAction::deleted: return "deleted the lease for ";
    }
    return "";
}

std::string client_text(LegalAction action, const Lease& lease, const QueryTexts& query) {
    std::string text = subject_text(lease) + " has been ";
    text += verb_of(action);
    text += is_gift(action) ? " for " + duration_text(lease.valid_lifetime) + " to" : std::string{" from"};
    text += " a device with " + device_text(lease) + query.relay;
    if (!lease.user_context.empty()) {
        text += ", context: ";
        append_one_line(text, lease.user_context);
    }
    return text;
}

std::string administrators_text(LegalAction action, const Lease& lease) {
    std::string text = "Administrator ";
    text += verb_of(action);
    text += lease.kind == LeaseKind::pd ? "prefix: " + to_string(lease.address)
                                        : "address: " + to_string(lease.address.address);
    if (action == LegalAction::deleted) return text;
    const bool v4 = lease.kind == LeaseKind::v4;
    text += v4 ? " to a device with hardware address: " + to_hex(view(lease.hwaddr))
               : " to a device with DUID: " + to_hex(view(lease.duid));
    if (v4 && !lease.client_id.empty()) text += ", client-id: " + to_hex(view(lease.client_id));
    if (!v4 && !lease.hwaddr.empty()) text += ", hardware address: " + to_hex(view(lease.hwaddr));
    return text + " for " + duration_text(lease.valid_lifetime);
}

std::optional<LegalAction> action_by_command(const LeaseEvent& event) {
    if (!event.after) return event.before ? std::optional{LegalAction::deleted} : std::nullopt;
    return event.before ? LegalAction::updated : LegalAction::added;
}

/// A ping that finds an address in use declines it too: nobody who is known had it then.
std::optional<LegalAction> action_by_packet(const LeaseEvent& event, bool is_decline) {
    switch (event.cause) {
        case LeaseCause::granted:
        case LeaseCause::renewed:
            if (!event.after) return std::nullopt;
            if (event.after->state == LeaseState::registered) return LegalAction::registered;
            return event.cause == LeaseCause::granted ? LegalAction::assigned : LegalAction::renewed;
        case LeaseCause::declined:
            return event.before && is_decline ? std::optional{LegalAction::released} : std::nullopt;
        case LeaseCause::released:
        case LeaseCause::moved: return event.before ? std::optional{LegalAction::released} : std::nullopt;
        case LeaseCause::offered:
        case LeaseCause::reclaimed:
        case LeaseCause::probation_over:
        case LeaseCause::removed:
        case LeaseCause::edited: break;
    }
    return std::nullopt;
}

bool is_logged(const Lease& lease, const ServerConfig& config) {
    const auto* const subnet = config.subnet(lease.subnet_id);
    return subnet == nullptr || subnet->legal_logging;
}

/// The operator's format of it; nullopt: there is none, or it cannot be evaluated.
std::optional<std::string> formatted(const Lease& lease, const LeaseEvents& events,
                                     const ServerConfig& config, LegalLogEntries& entries) {
    const LegalLogConfig& legal = *config.legal_log;
    if (!legal.request_format && !legal.response_format) return std::nullopt;
    const auto made = legal_log_text(lease, *events.query, config);
    if (!made) {
        entries.problem = made.error();
        return std::nullopt;
    }
    std::string text;
    append_one_line(text, *made, true);
    return text;
}

}  // namespace

std::string duration_text(std::uint32_t seconds) {
    if (seconds == infinite_lifetime) return "infinite duration";
    constexpr std::uint32_t minute = 60, hour = 60 * minute, day = 24 * hour;
    const std::string days = seconds < day ? "" : std::to_string(seconds / day) + " days ";
    return days + std::to_string(seconds % day / hour) + " hrs " + std::to_string(seconds % hour / minute) +
           " mins " + std::to_string(seconds % minute) + " secs";
}

LegalLogEntries legal_log_entries(const LeaseEvents& events, const ServerConfig& config) {
    LegalLogEntries entries;
    const bool by_command = events.origin == ChangeOrigin::command;
    if (!by_command && !events.query) return entries;  // time has passed
    std::optional<QueryTexts> query;
    if (!by_command)
        query = config.family == Family::v4 ? query4_texts(*events.query) : query6_texts(*events.query);
    for (const LeaseEvent& event : events.events) {
        const auto action =
            by_command ? action_by_command(event) : action_by_packet(event, query->is_decline);
        if (!action) continue;
        const bool is_over = *action == LegalAction::released || *action == LegalAction::deleted;
        const Lease& lease = is_over ? *event.before : *event.after;
        if (!is_logged(lease, config)) continue;
        if (by_command) {
            entries.texts.push_back(administrators_text(*action, lease));
            continue;
        }
        auto text = formatted(lease, events, config, entries);
        if (!text) text = client_text(*action, lease, *query);
        if (!text->empty()) entries.texts.push_back(std::move(*text));
    }
    return entries;
}

}  // namespace leasehold
