// Rows and changes for one client. The rules of versions and of taking over are in lease_store.hpp.
#include "dhcp/v4/grant.hpp"

#include "dhcp/v4/lifetimes.hpp"
#include "dhcp/v4/option_table.hpp"

namespace leasehold::v4 {

namespace {

Octets relay_octets(const MessageView& message, std::uint8_t code) {
    const auto bytes = message.relay_suboption(code);
    return bytes ? to_octets(*bytes) : Octets{};
}

}  // namespace

std::uint32_t lifetime_for(const Context& context) {
    return granted_lifetime(context.subnet().valid_lifetime,
                            context.request.message->option_u32(option::lease_time));
}

Lease bound_lease(const Context& context, Ipv4 address, const PoolConfig& pool,
                  const std::optional<Lease>& row, std::uint32_t lifetime) {
    const auto& request = context.request;
    const bool own = claim_on(context, row) == Claim::own;
    Lease lease;
    lease.address = to_prefix(address);
    lease.subnet_id = context.subnet().id;
    lease.pool_id = pool.pool_id;
    lease.client_id = request.client_id;
    lease.hwaddr = request.hwaddr;
    lease.hwtype = request.hwtype;
    lease.hostname = context.name.text;
    if (own) lease.user_context = row->user_context;
    if (context.subnet().store_extended_info) {
        lease.relay_id = relay_octets(*request.message, rai::relay_id);
        lease.remote_id = relay_octets(*request.message, rai::remote_id);
    }
    start_lifetime(lease, lifetime, context.now, own ? row->hold_until : LeaseTime{});
    lease.version = row ? row->version + 1 : context.first_version;
    lease.last_writer = context.config.server_id;
    return lease;
}

LeaseChange put_change(const Context& context, Lease lease, const std::optional<Lease>& row,
                       LeaseCause cause) {
    Put put{std::move(lease), false, 0, {}};
    if (row && !belongs_to(*row, context.request)) {
        put.takes_over = true;
        put.grace_seconds = context.config.lease_reuse_grace;
        put.now = context.now;
    }
    return {std::move(put), cause};
}

LeaseChange erase_change(const Lease& row, LeaseCause cause) {
    return {Erase{row.address, row.version}, cause};
}

bool is_cached(const Context& context, const Lease& row, const Lease& renewed) {
    return is_fresh_enough(row, context.subnet(), renewed.valid_lifetime, context.now) &&
           row.pool_id == renewed.pool_id && row.client_id == renewed.client_id &&
           row.hwaddr == renewed.hwaddr && row.hwtype == renewed.hwtype && row.hostname == renewed.hostname &&
           row.relay_id == renewed.relay_id && row.remote_id == renewed.remote_id;
}

}  // namespace leasehold::v4
