// Writes replies. The order: who answers whom, what became of the leases, then the options by code.
#include "dhcp/v6/reply.hpp"

#include "dhcp/v6/client_fqdn.hpp"
#include "dhcp/v6/option_table.hpp"
#include "dhcp/v6/packet_source.hpp"
#include "dhcp/v6/reconfigure.hpp"
#include "dhcp/v6/reply_options.hpp"

namespace leasehold::v6 {

namespace {

constexpr SubOptionForm sub_option_form{.vendor_code = option::vendor_opts, .number_size = 2};
constexpr std::uint16_t client_port = 546, relay_port = 547;

/// RFC 8415 19.3; RFC 8357: a relay that sends from another port than 547 says so, and is answered there.
Destination destination_of(const MessageView& message, const Arrival& arrival) {
    if (!message.is_relayed()) return {Route::address, arrival.source, client_port, {}};
    const bool own_port = message.relays().front().has(option::relay_source_port);
    return {Route::address, arrival.source, own_port ? arrival.source_port : relay_port, {}};
}

/// RFC 6603 4.2: the length of the excluded prefix, and its bits behind those of the delegated one.
void write_excluded(MessageWriter& out, const Prefix& delegated, const Prefix& excluded) {
    const auto bits = to_uint128(excluded.address) << delegated.length;
    const auto size = (excluded.length - delegated.length - 1) / 8 + 1;
    out.begin_option(option::pd_exclude);
    out.put_u8(excluded.length);
    for (int i = 0; i < size; ++i) out.put_u8(static_cast<std::uint8_t>(bits >> (120 - 8 * i)));
    out.end_option();
}

void write_ia(MessageWriter& out, const ToldIa& ia, const IaTimes& times) {
    const bool has_leases = !ia.leases.empty();
    out.begin_ia(ia.kind, ia.iaid, has_leases ? times.t1 : 0, has_leases ? times.t2 : 0);
    for (const auto& lease : ia.leases) {
        out.begin_ia_lease(ia.kind, lease.unit, lease.preferred, lease.valid);
        if (lease.excluded) write_excluded(out, lease.unit, *lease.excluded);
        out.end_option();
    }
    if (ia.status != StatusCode::success || !ia.text.empty()) out.add_status(ia.status, ia.text);
    out.end_option();
}

void write_identities(MessageWriter& out, const Request& request, const ServerConfig& config) {
    if (const auto sent = request.message->duid(); !sent.empty()) out.add(option::client_id, sent);
    out.add(option::server_id, view(config.duid));
}

}  // namespace

Reply finish_reply(MessageWriter& out, MessageType type, const MessageView& query, const Arrival& arrival) {
    const auto octets = out.finish();
    Reply reply;
    reply.type = static_cast<std::uint8_t>(type);
    reply.bytes.assign(octets.begin(), octets.end());
    reply.destination = destination_of(query, arrival);
    return reply;
}

Reply make_reply(const Request& request, const ReplyScopes& scopes, const Told& told) {
    ReplyBuffer buffer;
    MessageWriter out{buffer, told.type, *request.message};
    write_identities(out, request, *scopes.config);
    if (told.status) out.add_status(*told.status, told.text);
    for (const auto& ia : told.ias) write_ia(out, ia, told.times);
    if (told.rapid_commit) out.add(option::rapid_commit, {});
    if (accepts_reconfigure(request, *scopes.config))
        write_reconfigure_key(out, request, *scopes.config->reconfigure_keys, told.type, replay_value(told.now));
    if (told.name != nullptr && told.name->from_fqdn) {
        const auto answer = fqdn_answer(*told.name);
        out.add(option::client_fqdn, {answer.data(), answer.size()});
    }
    if (told.with_options) {
        ReplyOptions options;
        options.add_configured(*request.message, scopes, told.type);
        options.add_relay_supplied(*request.message, scopes.config->relay_supplied_options);
        if (const auto& entries = scopes.config->flex_options; !entries.empty())
            apply_flex_options(entries, PacketSource{*request.message, request.arrival, request.hwaddr},
                               classes_of(scopes), sub_option_form, options);
        for (const auto& chosen : options.all()) out.add(chosen.code, chosen.payload);
    }
    return finish_reply(out, told.type, *request.message, request.arrival);
}

Reply make_registration_reply(const Request& request, const ServerConfig& config,
                              std::span<const std::uint8_t> iaaddr) {
    ReplyBuffer buffer;
    MessageWriter out{buffer, MessageType::addr_reg_reply, *request.message};
    write_identities(out, request, config);
    out.add(option::iaaddr, iaaddr);
    return finish_reply(out, MessageType::addr_reg_reply, *request.message, request.arrival);
}

}  // namespace leasehold::v6
