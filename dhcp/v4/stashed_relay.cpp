#include "dhcp/v4/stashed_relay.hpp"

#include "dhcp/lease_context.hpp"
#include "dhcp/v4/option_table.hpp"

namespace leasehold::v4 {
namespace {

/// The subnet is not known yet: what its lease's subnet says about identity is used (decide asks again).
bool is_of_sender(const Lease& lease, const MessageView& message, const ServerConfig& config) {
    const auto* subnet = config.subnet(lease.subnet_id);
    const auto client_id = message.option(option::client_identifier);
    const bool ids_count = subnet == nullptr || subnet->match_client_id;
    if (ids_count && client_id && !lease.client_id.empty())
        return same_octets(view(lease.client_id), *client_id);
    return !lease.hwaddr.empty() && same_octets(view(lease.hwaddr), message.chaddr());
}

}  // namespace

bool restore_relay_information(MessageView& message, const ServerConfig& config, const LeaseTable& table,
                               LeaseTime now) {
    constexpr Ipv4 none{};
    if (!config.stash_agent_options || message.type() != MessageType::request ||
        message.has(option::relay_agent_information) || message.giaddr() != none || message.ciaddr() == none)
        return false;
    const auto lease = table.find(to_prefix(message.ciaddr()));
    if (!lease || lease->state != LeaseState::assigned || is_expired(*lease, now)) return false;
    if (!is_of_sender(*lease, message, config)) return false;
    return message.set_relay_information(read_notes(lease->user_context).relay_information);
}

}  // namespace leasehold::v4
