// See the header.
#include "rehearsal/option_origin.hpp"

#include <algorithm>
#include <ranges>

#include "dhcp/v4/option_table.hpp"
#include "dhcp/v6/option_table.hpp"

namespace leasehold::rehearsal {
namespace {

/// The name of each set that sets_of() may give.
std::string label_of(const OptionSet* set, const ServerConfig& config, const ReplyScopes& scopes) {
    if (scopes.host != nullptr && set == &scopes.host->options) return "host " + host_text(*scopes.host);
    for (const auto* pool : scopes.pools)
        if (set == &pool->options) return "pool " + pool_text(*pool);
    if (scopes.subnet != nullptr) {
        if (set == &scopes.subnet->options) return "subnet " + std::to_string(scopes.subnet->id);
        if (const auto network = scopes.subnet->shared_network)
            if (set == &config.shared_networks[*network].options)
                return "shared network " + config.shared_networks[*network].name;
    }
    for (const auto* of : config.defined(classes_of(scopes)))
        if (set == &of->options) return "class " + of->name;
    return "global";
}

std::string server_made4(std::uint16_t code) {
    switch (code) {
        case v4::option::message_type: return "server: the kind of answer";
        case v4::option::server_identifier: return "server: its address";
        case v4::option::lease_time: return "server: the lease";
        case v4::option::renewal_time:
        case v4::option::rebinding_time: return "server: the timers of the subnet";
        case v4::option::subnet_mask: return "server: the subnet's own mask";
        case v4::option::client_identifier:
        case v4::option::relay_agent_information:
        case v4::option::subnet_selection: return "server: as it came";
        case v4::option::host_name:
        case v4::option::fqdn: return "server: the client's name here";
        case v4::option::rapid_commit: return "server: it was asked for";
        default: return "server";
    }
}

std::string server_made6(std::uint16_t code) {
    switch (code) {
        case v6::option::client_id: return "server: as it came";
        case v6::option::server_id: return "server: its DUID";
        case v6::option::ia_na:
        case v6::option::ia_ta:
        case v6::option::ia_pd: return "server: the lease";
        case v6::option::status_code: return "server: the outcome";
        case v6::option::client_fqdn: return "server: the client's name here";
        case v6::option::rapid_commit: return "server: it was asked for";
        default: return "server";
    }
}

bool has_flex_option(const ServerConfig& config, std::uint16_t code) {
    return std::ranges::find(config.flex_options, code, &FlexOption::code) != config.flex_options.end();
}

bool is_sent(const std::vector<MessageOption>& sent, std::uint16_t code) {
    return std::ranges::find(sent, code, &MessageOption::code) != sent.end();
}

}  // namespace

std::string pool_text(const PoolConfig& pool) {
    const auto& [first, last] = pool.range;
    if (pool.kind == LeaseKind::pd)
        return to_string(first.address) + "-" + to_string(last.address) + ", delegated /" + std::to_string(first.length);
    return to_string(first.address) + "-" + to_string(last.address);
}

std::string_view identifier_name(HostIdentifierType type) {
    switch (type) {
        case HostIdentifierType::hw_address: return "hw-address";
        case HostIdentifierType::duid: return "duid";
        case HostIdentifierType::circuit_id: return "circuit-id";
        case HostIdentifierType::client_id: return "client-id";
        case HostIdentifierType::flex_id: return "flex-id";
    }
    return "identifier";
}

std::string host_text(const Reservation& host) {
    return std::string{identifier_name(host.type)} + " " + to_hex(view(host.identifier));
}

Scopes scopes_of(const ServerConfig& config, const std::vector<Settled>& settled, const ClientRequest& request) {
    Scopes scopes;
    auto& of_reply = scopes.of_reply;
    of_reply.config = &config;
    if (settled.empty()) {
        of_reply.subnet = request.subnet;
        of_reply.host = request.host;
        scopes.classes = request.classes;
        return scopes;
    }
    of_reply.subnet = settled.front().subnet;
    of_reply.host = settled.back().host;
    scopes.classes = settled.back().classes;
    for (const auto& lease : settled)
        if (lease.pool != nullptr && std::ranges::find(of_reply.pools, lease.pool) == of_reply.pools.end())
            of_reply.pools.push_back(lease.pool);
    return scopes;
}

std::string origin_of(const MessageOption& option, const ServerConfig& config, const Scopes& scopes) {
    auto of_reply = scopes.of_reply;
    of_reply.classes = &scopes.classes;
    for (const auto* set : sets_of(of_reply)) {
        for (const auto& value : *set) {
            if (value.vendor || value.code != option.code || !admits(value.only_for, scopes.classes)) continue;
            if (value.bytes == option.payload) return label_of(set, config, of_reply);
        }
    }
    if (has_flex_option(config, option.code)) return "flex-option";
    const bool is_vendor = option.code == (config.family == Family::v4 ? 125 : 17);
    if (is_vendor) return "sub-options of several scopes";
    return config.family == Family::v4 ? server_made4(option.code) : server_made6(option.code);
}

std::vector<UnsentOption> unsent_options(const std::vector<MessageOption>& sent, const ServerConfig& config,
                                         const Scopes& scopes) {
    auto of_reply = scopes.of_reply;
    of_reply.classes = &scopes.classes;
    std::vector<UnsentOption> unsent;
    for (const auto* set : sets_of(of_reply)) {
        for (const auto& value : *set) {
            if (value.vendor || is_sent(sent, value.code)) continue;
            if (std::ranges::find(unsent, value.code, &UnsentOption::code) != unsent.end()) continue;
            const char* const why = !admits(value.only_for, scopes.classes) ? "it is for other classes"
                                    : value.never_send                     ? "never-send"
                                                                           : "the client did not ask for it";
            unsent.push_back({value.code, label_of(set, config, of_reply), why});
        }
    }
    std::ranges::sort(unsent, {}, &UnsentOption::code);
    return unsent;
}

}  // namespace leasehold::rehearsal
