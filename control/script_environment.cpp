#include "control/script_environment.hpp"

#include <algorithm>
#include <optional>

#include "control/lease_json.hpp"
#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/duid.hpp"
#include "dhcp/v6/message.hpp"
#include "dhcp/v6/next_hop.hpp"

namespace leasehold {
namespace {

class Variables {
public:
    void add(std::string_view name, std::string_view value) {
        std::string line{name};
        line += '=';
        // What is not text ends a variable or begins a new line of a log: it never gets there.
        for (const char c : value) line += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
        lines_.push_back(std::move(line));
    }
    void add(std::string_view name, std::int64_t value) { add(name, std::to_string(value)); }
    void add(std::string_view name, Ipv4 value) { add(name, to_string(value)); }
    std::vector<std::string> take() { return std::move(lines_); }

private:
    std::vector<std::string> lines_;
};

std::string_view text_of(bool flag) {
    return flag ? "true" : "false";
}

void add_lease(Variables& out, const std::string& prefix, const Lease& lease) {
    out.add(prefix + "_ADDRESS", to_string(lease.address.address));  // of a prefix: without the length
    out.add(prefix + "_CLTT", lease.cltt.time_since_epoch().count());
    out.add(prefix + "_HOSTNAME", lease.hostname);
    out.add(prefix + "_HWADDR", to_hex(view(lease.hwaddr)));
    out.add(prefix + "_HWADDR_TYPE", lease.hwaddr.empty() ? "" : std::to_string(lease.hwtype));
    out.add(prefix + "_STATE", to_string(lease.state));
    out.add(prefix + "_SUBNET_ID", lease.subnet_id);
    out.add(prefix + "_VALID_LIFETIME", lease.valid_lifetime);
    if (lease.kind == LeaseKind::v4) {
        out.add(prefix + "_CLIENT_ID", to_hex(view(lease.client_id)));
    } else {
        out.add(prefix + "_DUID", to_hex(view(lease.duid)));
        out.add(prefix + "_IAID", lease.iaid);
        out.add(prefix + "_PREFERRED_LIFETIME", lease.preferred_lifetime);
        out.add(prefix + "_PREFIX_LEN", lease.address.length);
        out.add(prefix + "_TYPE", lease_type_name(lease.kind));
    }
    out.add(prefix + "_FQDN_FWD", text_of(lease.fqdn_fwd));
    out.add(prefix + "_FQDN_REV", text_of(lease.fqdn_rev));
}

/// How a packet came. @param prefix  "QUERY4"
void add_way(Variables& out, const std::string& prefix, const QueryContext& query, std::uint16_t local_port) {
    out.add(prefix + "_LOCAL_ADDR", to_string(query.local));
    out.add(prefix + "_LOCAL_PORT", local_port);
    out.add(prefix + "_REMOTE_ADDR", to_string(query.remote));
    out.add(prefix + "_REMOTE_PORT", query.remote_port);
    out.add(prefix + "_IFACE_INDEX", query.interface_index);
    out.add(prefix + "_IFACE_NAME", query.interface_name);
}

std::string hex(OptionBytes bytes) {
    return bytes ? to_hex(*bytes) : std::string{};
}

void add_query4(Variables& out, const QueryContext& query) {
    const auto message = v4::MessageView::parse(query.packet);
    if (!message) return;  // it was read before it changed anything
    out.add("QUERY4_TYPE", v4::to_string(message->type()));
    out.add("QUERY4_TXID", message->xid());
    add_way(out, "QUERY4", query, 67);
    out.add("QUERY4_HOPS", message->hops());
    out.add("QUERY4_SECS", message->secs());
    out.add("QUERY4_FLAGS", message->flags());
    out.add("QUERY4_CIADDR", message->ciaddr());
    out.add("QUERY4_SIADDR", message->siaddr());
    out.add("QUERY4_YIADDR", message->yiaddr());
    out.add("QUERY4_GIADDR", message->giaddr());
    out.add("QUERY4_RELAYED", message->giaddr().is_zero() ? "false" : "true");
    out.add("QUERY4_HWADDR", to_hex(message->chaddr()));
    out.add("QUERY4_HWADDR_TYPE", message->htype());
    out.add("QUERY4_CLIENT_ID", hex(message->option(v4::option::client_identifier)));
    out.add("QUERY4_OPTION_82", hex(message->option(v4::option::relay_agent_information)));
    out.add("QUERY4_OPTION_82_SUB_OPTION_1", hex(message->relay_suboption(v4::rai::circuit_id)));
    out.add("QUERY4_OPTION_82_SUB_OPTION_2", hex(message->relay_suboption(v4::rai::remote_id)));
}

void add_query6(Variables& out, const QueryContext& query) {
    const auto message = v6::MessageView::parse(query.packet);
    if (!message) return;
    out.add("QUERY6_TYPE", v6::to_string(message->type()));
    out.add("QUERY6_TXID", message->xid());
    add_way(out, "QUERY6", query, 547);
    const auto hardware = v6::hardware_address_of(query.remote);
    out.add("QUERY6_REMOTE_HWADDR", hardware ? to_hex(view(hardware->octets)) : "");
    out.add("QUERY6_REMOTE_HWADDR_TYPE", hardware ? std::to_string(hardware->type) : "");
    out.add("QUERY6_PROTO", "UDP");
    out.add("QUERY6_CLIENT_ID", to_hex(message->duid()));
    out.add("QUERY6_RELAYED", text_of(message->is_relayed()));
    // Not Kea's: the client's own address, where REMOTE_ADDR is a relay's, and where a route has to lead.
    out.add("QUERY6_PEER_ADDR", to_string(v6::client_address_of(*message, query.remote)));
    const auto hop = v6::next_hop_of(*message, query.remote, query.interface_name);
    out.add("QUERY6_NEXT_HOP_ADDR", hop ? to_string(hop->via) : "");
    out.add("QUERY6_NEXT_HOP_IFACE", hop ? hop->device : "");
}

/// The IA in which the client asked for this lease, as it sent it. With flex-id's ignore-iaid leases are known by
/// another IAID than their IA has: then it is the only one of its kind.
void add_ia(Variables& out, const QueryContext& query, const Lease& lease) {
    const auto message = v6::MessageView::parse(query.packet);
    if (!message) return;
    std::optional<v6::IaView> found;
    for (const auto& ia : message->ias()) {
        if (ia.kind != lease.kind || (found && ia.iaid != lease.iaid)) continue;
        found = ia;
        if (ia.iaid == lease.iaid) break;
    }
    if (!found) return;
    out.add("PKT6_IA_IAID", found->iaid);
    out.add("PKT6_IA_IA_TYPE", v6::ia_code(found->kind));
    out.add("PKT6_IA_IA_T1", found->t1);
    out.add("PKT6_IA_IA_T2", found->t2);
}

void add_query(Variables& out, const ServerConfig& config, const LeaseEvents& events) {
    if (!events.query) return;
    config.family == Family::v4 ? add_query4(out, *events.query) : add_query6(out, *events.query);
}

/// The digit in the names of a family's variables.
std::string digit(const ServerConfig& config) {
    return config.family == Family::v4 ? "4" : "6";
}

void add_subnet(Variables& out, const ServerConfig& config, std::uint32_t id) {
    const std::string prefix = "SUBNET" + digit(config);
    out.add(prefix + "_ID", id);
    const auto* subnet = config.subnet(id);
    if (subnet == nullptr) return;
    const bool v4 = config.family == Family::v4;
    out.add(prefix + "_NAME", network_text(subnet->network));
    out.add(prefix + "_PREFIX", to_string(subnet->network.address));
    out.add(prefix + "_PREFIX_LEN", v4 ? to_ipv4_network(subnet->network).length : subnet->network.length);
}

struct OccasionName {
    std::string_view v4, v6;
};
/// What a change of one lease is called; empty: a program is not told of it by itself.
OccasionName occasion_name(LeaseCause cause) {
    switch (cause) {
        case LeaseCause::renewed: return {"lease4_renew", "lease6_renew"};
        case LeaseCause::released: return {"lease4_release", "lease6_release"};
        case LeaseCause::declined: return {"lease4_decline", "lease6_decline"};
        case LeaseCause::reclaimed: return {"lease4_expire", "lease6_expire"};
        case LeaseCause::probation_over: return {"lease4_recover", "lease6_recover"};
        case LeaseCause::granted:
        case LeaseCause::offered:
        case LeaseCause::moved:
        case LeaseCause::removed:
        case LeaseCause::edited: break;
    }
    return {};
}

bool is_rebind(const LeaseEvents& events) {
    if (!events.query) return false;
    const auto message = v6::MessageView::parse(events.query->packet);
    return message && message->type() == v6::MessageType::rebind;
}

std::string_view occasion_of(const LeaseEvent& event, const LeaseEvents& events, Family family) {
    const auto names = occasion_name(event.cause);
    if (family == Family::v4) return names.v4;
    return event.cause == LeaseCause::renewed && is_rebind(events) ? "lease6_rebind" : names.v6;
}

ScriptCall call_for(std::string_view occasion, const LeaseEvent& event, const LeaseEvents& events,
                    const ServerConfig& config) {
    Variables out;
    const auto& after = event.after;
    const Lease& lease = after && event.cause == LeaseCause::renewed ? *after : *event.before;
    add_query(out, config, events);
    add_subnet(out, config, lease.subnet_id);
    add_lease(out, "LEASE" + digit(config), lease);
    if (events.query && lease.kind != LeaseKind::v4 && event.cause == LeaseCause::renewed)
        add_ia(out, *events.query, lease);
    if (!events.query) out.add("REMOVE_LEASE", text_of(!after));
    return {occasion, out.take()};
}

/// RFC 9686: a client has told of an address that it made itself, which is no lease of the server's.
ScriptCall call_for_registration(const LeaseEvent& event, const LeaseEvents& events, const ServerConfig& config) {
    Variables out;
    add_query(out, config, events);
    add_subnet(out, config, event.after->subnet_id);
    out.add("ADDRESS6", to_string(event.after->address.address));
    if (event.before) add_lease(out, "OLD_LEASE6", *event.before);
    add_lease(out, "NEW_LEASE6", *event.after);
    return {"addr6_register", out.take()};
}

void add_leases(Variables& out, const std::string& prefix, const std::vector<const Lease*>& leases) {
    out.add(prefix + "_SIZE", static_cast<std::int64_t>(leases.size()));
    for (std::size_t i = 0; i < leases.size(); ++i)
        add_lease(out, prefix + "_AT" + std::to_string(i), *leases[i]);
}

}  // namespace

std::vector<ScriptCall> script_calls(const LeaseEvents& events, const ServerConfig& config) {
    std::vector<ScriptCall> calls;
    std::vector<const Lease*> committed, deleted;
    for (const LeaseEvent& event : events.events) {
        const bool binds = event.cause == LeaseCause::granted || event.cause == LeaseCause::renewed;
        if (binds && event.after && event.after->state == LeaseState::registered) {
            calls.push_back(call_for_registration(event, events, config));
            continue;
        }
        if (binds && event.after) committed.push_back(&*event.after);
        if (event.cause == LeaseCause::moved && event.before) deleted.push_back(&*event.before);
        const auto occasion = occasion_of(event, events, config.family);
        // A declined address that nobody held has no lease to tell of but the declined one.
        if (!occasion.empty() && (event.before || event.cause == LeaseCause::renewed))
            calls.push_back(call_for(occasion, event, events, config));
    }
    if (committed.empty()) return calls;
    Variables out;
    const bool v4 = config.family == Family::v4;
    add_query(out, config, events);
    add_subnet(out, config, committed.front()->subnet_id);
    add_leases(out, "LEASES" + digit(config), committed);
    add_leases(out, "DELETED_LEASES" + digit(config), deleted);
    calls.push_back({v4 ? "leases4_committed" : "leases6_committed", out.take()});
    return calls;
}

}  // namespace leasehold
