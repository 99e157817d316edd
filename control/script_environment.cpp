#include "control/script_environment.hpp"

#include <algorithm>

#include "dhcp/v4/message.hpp"
#include "dhcp/v4/option_table.hpp"

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

void add_lease(Variables& out, const std::string& prefix, const Lease& lease) {
    out.add(prefix + "_ADDRESS", to_ipv4(lease.address));
    out.add(prefix + "_CLTT", lease.cltt.time_since_epoch().count());
    out.add(prefix + "_HOSTNAME", lease.hostname);
    out.add(prefix + "_HWADDR", to_hex(view(lease.hwaddr)));
    out.add(prefix + "_HWADDR_TYPE", lease.hwaddr.empty() ? "" : std::to_string(lease.hwtype));
    out.add(prefix + "_STATE", to_string(lease.state));
    out.add(prefix + "_SUBNET_ID", lease.subnet_id);
    out.add(prefix + "_VALID_LIFETIME", lease.valid_lifetime);
    out.add(prefix + "_CLIENT_ID", to_hex(view(lease.client_id)));
    out.add(prefix + "_FQDN_FWD", lease.fqdn_fwd ? "true" : "false");
    out.add(prefix + "_FQDN_REV", lease.fqdn_rev ? "true" : "false");
}

std::string hex(OptionBytes bytes) {
    return bytes ? to_hex(*bytes) : std::string{};
}

void add_query(Variables& out, const QueryContext& query) {
    const auto message = v4::MessageView::parse(query.packet);
    if (!message) return;  // it was read before it changed anything
    out.add("QUERY4_TYPE", v4::to_string(message->type()));
    out.add("QUERY4_TXID", message->xid());
    out.add("QUERY4_LOCAL_ADDR", to_string(query.local));
    out.add("QUERY4_LOCAL_PORT", 67);
    out.add("QUERY4_REMOTE_ADDR", to_string(query.remote));
    out.add("QUERY4_REMOTE_PORT", query.remote_port);
    out.add("QUERY4_IFACE_INDEX", query.interface_index);
    out.add("QUERY4_IFACE_NAME", query.interface_name);
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

void add_subnet(Variables& out, const ServerConfig& config, std::uint32_t id) {
    out.add("SUBNET4_ID", id);
    const auto* subnet = config.subnet(id);
    if (subnet == nullptr) return;
    out.add("SUBNET4_NAME", to_string(subnet->network));
    out.add("SUBNET4_PREFIX", to_ipv4(subnet->network.address));
    out.add("SUBNET4_PREFIX_LEN", subnet->network.length);
}

/// What a change of one lease is called; "": a program is not told of it by itself.
std::string_view occasion_of(const LeaseEvent& event) {
    switch (event.cause) {
        case LeaseCause::renewed: return "lease4_renew";
        case LeaseCause::released: return "lease4_release";
        case LeaseCause::declined: return "lease4_decline";
        case LeaseCause::reclaimed: return "lease4_expire";
        case LeaseCause::probation_over: return "lease4_recover";
        case LeaseCause::granted:
        case LeaseCause::offered:
        case LeaseCause::moved:
        case LeaseCause::removed: break;
    }
    return {};
}

ScriptCall call_for(std::string_view occasion, const LeaseEvent& event, const LeaseEvents& events,
                    const ServerConfig& config) {
    Variables out;
    const auto& after = event.after;
    const Lease& lease = after && event.cause == LeaseCause::renewed ? *after : *event.before;
    if (events.query) add_query(out, *events.query);
    add_subnet(out, config, lease.subnet_id);
    add_lease(out, "LEASE4", lease);
    if (!events.query) out.add("REMOVE_LEASE", after ? "false" : "true");
    return {occasion, out.take()};
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
        if (binds && event.after) committed.push_back(&*event.after);
        if (event.cause == LeaseCause::moved && event.before) deleted.push_back(&*event.before);
        const auto occasion = occasion_of(event);
        // A declined address that nobody held has no lease to tell of but the declined one.
        if (!occasion.empty() && (event.before || event.cause == LeaseCause::renewed))
            calls.push_back(call_for(occasion, event, events, config));
    }
    if (committed.empty()) return calls;
    Variables out;
    if (events.query) add_query(out, *events.query);
    add_subnet(out, config, committed.front()->subnet_id);
    add_leases(out, "LEASES4", committed);
    add_leases(out, "DELETED_LEASES4", deleted);
    calls.push_back({"leases4_committed", out.take()});
    return calls;
}

}  // namespace leasehold
