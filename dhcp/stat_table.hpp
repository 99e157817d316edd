// The table of counters: Kea's names, and where each exists. What they count up to is statistics' part.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "dhcp/families.hpp"

namespace leasehold {

/// A row each in stat_table.cpp; named as Kea names it, with '_' for '-'.
enum class Stat : std::uint8_t {
    pkt4_received,
    pkt4_discover_received,
    pkt4_offer_received,
    pkt4_request_received,
    pkt4_ack_received,
    pkt4_nak_received,
    pkt4_release_received,
    pkt4_decline_received,
    pkt4_inform_received,
    pkt4_lease_query_received,
    pkt4_unknown_received,
    pkt4_sent,
    pkt4_offer_sent,
    pkt4_ack_sent,
    pkt4_nak_sent,
    pkt4_lease_query_response_unknown_sent,
    pkt4_lease_query_response_unassigned_sent,
    pkt4_lease_query_response_active_sent,
    // causes of a drop; each moves pkt4_receive_drop too
    pkt4_service_disabled,
    pkt4_parse_failed,
    pkt4_queue_full,
    pkt4_duplicate,
    pkt4_rfc_violation,
    pkt4_admin_filtered,
    pkt4_not_for_us,
    pkt4_processing_failed,
    pkt4_limit_exceeded,
    pkt4_receive_drop,
    // the same for DHCPv6
    pkt6_received,
    pkt6_solicit_received,
    pkt6_advertise_received,
    pkt6_request_received,
    pkt6_reply_received,
    pkt6_confirm_received,  // not in Kea, which counts it as unknown
    pkt6_renew_received,
    pkt6_rebind_received,
    pkt6_decline_received,
    pkt6_release_received,
    pkt6_infrequest_received,
    pkt6_dhcpv4_query_received,
    pkt6_dhcpv4_response_received,
    pkt6_addr_reg_inform_received,
    pkt6_addr_reg_reply_received,
    pkt6_lease_query_received,
    pkt6_unknown_received,
    pkt6_sent,
    pkt6_advertise_sent,
    pkt6_reply_sent,
    pkt6_dhcpv4_response_sent,
    pkt6_reconfigure_sent,
    pkt6_addr_reg_reply_sent,
    pkt6_lease_query_reply_sent,
    // causes of a drop; each moves pkt6_receive_drop too
    pkt6_service_disabled,
    pkt6_parse_failed,
    pkt6_queue_full,
    pkt6_duplicate,
    pkt6_rfc_violation,
    pkt6_admin_filtered,
    pkt6_not_for_us,
    pkt6_processing_failed,
    pkt6_limit_exceeded,
    pkt6_receive_drop,
    // leases
    assigned_addresses,
    cumulative_assigned_addresses,
    total_addresses,
    assigned_nas,
    cumulative_assigned_nas,
    total_nas,
    assigned_pds,
    cumulative_assigned_pds,
    total_pds,
    registered_nas,
    cumulative_registered_nas,
    declined_addresses,
    reclaimed_declined_addresses,
    reclaimed_leases,
    v4_lease_reuses,
    v4_reservation_conflicts,
    v6_ia_na_lease_reuses,
    v6_ia_pd_lease_reuses,
    v4_allocation_fail,
    v4_allocation_fail_no_pools,
    v4_allocation_fail_shared_network,
    v4_allocation_fail_subnet,
    v4_allocation_fail_classes,
    v6_allocation_fail,
    v6_allocation_fail_no_pools,
    v6_allocation_fail_shared_network,
    v6_allocation_fail_subnet,
    v6_allocation_fail_classes,
    count_,  // how many there are
};

struct StatScopes {
    bool global = false;
    bool subnet = false;   // "subnet[1].NAME"
    bool pool = false;     // of addresses: "subnet[1].pool[0].NAME"
    bool pd_pool = false;  // of prefixes: "subnet[1].pd-pool[0].NAME"; v6 only
    /// In a subnet it exists from its first move on, as with Kea; else from the configuration on.
    bool subnet_when_moved = false;
};

struct StatDef {
    Stat stat;
    std::string_view name;  // "pkt4-received"
    Families families;  // each server shows only those of its own family
    StatScopes scopes;
    std::string_view help;
};
const StatDef& stat_def(Stat stat);
std::span<const StatDef> stat_defs();

}  // namespace leasehold
