#include "dhcp/stat_table.hpp"

#include <array>
#include <cstddef>

namespace leasehold {
namespace {

constexpr std::array stat_rows = [] {
    using enum Stat;
    using enum Families;
    constexpr StatScopes G{.global = true};
    constexpr StatScopes S{.subnet = true};
    constexpr StatScopes SP{.subnet = true, .pool = true};
    constexpr StatScopes SD{.subnet = true, .pd_pool = true};
    constexpr StatScopes GS{.global = true, .subnet = true};
    constexpr StatScopes GSP{.global = true, .subnet = true, .pool = true};
    constexpr StatScopes GSD{.global = true, .subnet = true, .pd_pool = true};
    constexpr StatScopes GSPD{.global = true, .subnet = true, .pool = true, .pd_pool = true};
    constexpr StatScopes GS_moved{.global = true, .subnet = true, .subnet_when_moved = true};
    return std::array{
        StatDef{pkt4_received, "pkt4-received", v4, G, "datagrams received"},
        StatDef{pkt4_discover_received, "pkt4-discover-received", v4, G, "DHCPDISCOVER received"},
        StatDef{pkt4_offer_received, "pkt4-offer-received", v4, G, "DHCPOFFER received, a server's message"},
        StatDef{pkt4_request_received, "pkt4-request-received", v4, G, "DHCPREQUEST received"},
        StatDef{pkt4_ack_received, "pkt4-ack-received", v4, G, "DHCPACK received, a server's message"},
        StatDef{pkt4_nak_received, "pkt4-nak-received", v4, G, "DHCPNAK received, a server's message"},
        StatDef{pkt4_release_received, "pkt4-release-received", v4, G, "DHCPRELEASE received"},
        StatDef{pkt4_decline_received, "pkt4-decline-received", v4, G, "DHCPDECLINE received"},
        StatDef{pkt4_inform_received, "pkt4-inform-received", v4, G, "DHCPINFORM received"},
        StatDef{pkt4_lease_query_received, "pkt4-lease-query-received", v4, G, "DHCPLEASEQUERY received"},
        StatDef{pkt4_unknown_received, "pkt4-unknown-received", v4, G,
                "messages of an unknown type received"},
        StatDef{pkt4_sent, "pkt4-sent", v4, G, "messages sent"},
        StatDef{pkt4_offer_sent, "pkt4-offer-sent", v4, G, "DHCPOFFER sent"},
        StatDef{pkt4_ack_sent, "pkt4-ack-sent", v4, G, "DHCPACK sent"},
        StatDef{pkt4_nak_sent, "pkt4-nak-sent", v4, G, "DHCPNAK sent"},
        StatDef{pkt4_lease_query_response_unknown_sent, "pkt4-lease-query-response-unknown-sent", v4, G,
                "DHCPLEASEUNKNOWN sent"},
        StatDef{pkt4_lease_query_response_unassigned_sent, "pkt4-lease-query-response-unassigned-sent", v4, G,
                "DHCPLEASEUNASSIGNED sent"},
        StatDef{pkt4_lease_query_response_active_sent, "pkt4-lease-query-response-active-sent", v4, G,
                "DHCPLEASEACTIVE sent"},
        StatDef{pkt4_service_disabled, "pkt4-service-disabled", v4, G, "dropped: service is disabled"},
        StatDef{pkt4_parse_failed, "pkt4-parse-failed", v4, G, "dropped: not a readable DHCPv4 message"},
        StatDef{pkt4_queue_full, "pkt4-queue-full", v4, G, "dropped: a queue was full"},
        StatDef{pkt4_duplicate, "pkt4-duplicate", v4, G,
                "dropped: a newer message of the same client took its place"},
        StatDef{pkt4_rfc_violation, "pkt4-rfc-violation", v4, G, "dropped: the message breaks RFC 2131"},
        StatDef{pkt4_admin_filtered, "pkt4-admin-filtered", v4, G, "dropped: the configuration says so"},
        StatDef{pkt4_not_for_us, "pkt4-not-for-us", v4, G, "dropped: meant for another server"},
        StatDef{pkt4_processing_failed, "pkt4-processing-failed", v4, G,
                "dropped: an answer could not be made"},
        StatDef{pkt4_limit_exceeded, "pkt4-limit-exceeded", v4, G, "dropped: over a limit"},
        StatDef{pkt4_receive_drop, "pkt4-receive-drop", v4, G, "dropped, for any of the causes"},
        StatDef{pkt6_received, "pkt6-received", v6, G, "datagrams received"},
        StatDef{pkt6_solicit_received, "pkt6-solicit-received", v6, G, "SOLICIT received"},
        StatDef{pkt6_advertise_received, "pkt6-advertise-received", v6, G,
                "ADVERTISE received, a server's message"},
        StatDef{pkt6_request_received, "pkt6-request-received", v6, G, "REQUEST received"},
        StatDef{pkt6_reply_received, "pkt6-reply-received", v6, G, "REPLY received, a server's message"},
        StatDef{pkt6_confirm_received, "pkt6-confirm-received", v6, G, "CONFIRM received; not in Kea"},
        StatDef{pkt6_renew_received, "pkt6-renew-received", v6, G, "RENEW received"},
        StatDef{pkt6_rebind_received, "pkt6-rebind-received", v6, G, "REBIND received"},
        StatDef{pkt6_decline_received, "pkt6-decline-received", v6, G, "DECLINE received"},
        StatDef{pkt6_release_received, "pkt6-release-received", v6, G, "RELEASE received"},
        StatDef{pkt6_infrequest_received, "pkt6-infrequest-received", v6, G, "INFORMATION-REQUEST received"},
        StatDef{pkt6_dhcpv4_query_received, "pkt6-dhcpv4-query-received", v6, G,
                "DHCPV4-QUERY received (RFC 7341)"},
        StatDef{pkt6_dhcpv4_response_received, "pkt6-dhcpv4-response-received", v6, G,
                "DHCPV4-RESPONSE received, a server's message"},
        StatDef{pkt6_addr_reg_inform_received, "pkt6-addr-reg-inform-received", v6, G,
                "ADDR-REG-INFORM received (RFC 9686)"},
        StatDef{pkt6_addr_reg_reply_received, "pkt6-addr-reg-reply-received", v6, G,
                "ADDR-REG-REPLY received, a server's message"},
        StatDef{pkt6_lease_query_received, "pkt6-lease-query-received", v6, G, "LEASEQUERY received"},
        StatDef{pkt6_unknown_received, "pkt6-unknown-received", v6, G,
                "messages of an unknown type received"},
        StatDef{pkt6_sent, "pkt6-sent", v6, G, "messages sent"},
        StatDef{pkt6_advertise_sent, "pkt6-advertise-sent", v6, G, "ADVERTISE sent"},
        StatDef{pkt6_reply_sent, "pkt6-reply-sent", v6, G, "REPLY sent"},
        StatDef{pkt6_dhcpv4_response_sent, "pkt6-dhcpv4-response-sent", v6, G, "DHCPV4-RESPONSE sent"},
        StatDef{pkt6_reconfigure_sent, "pkt6-reconfigure-sent", v6, G, "RECONFIGURE sent; not in Kea"},
        StatDef{pkt6_addr_reg_reply_sent, "pkt6-addr-reg-reply-sent", v6, G, "ADDR-REG-REPLY sent"},
        StatDef{pkt6_lease_query_reply_sent, "pkt6-lease-query-reply-sent", v6, G, "LEASEQUERY-REPLY sent"},
        StatDef{pkt6_service_disabled, "pkt6-service-disabled", v6, G, "dropped: service is disabled"},
        StatDef{pkt6_parse_failed, "pkt6-parse-failed", v6, G, "dropped: not a readable DHCPv6 message"},
        StatDef{pkt6_queue_full, "pkt6-queue-full", v6, G, "dropped: a queue was full"},
        StatDef{pkt6_duplicate, "pkt6-duplicate", v6, G,
                "dropped: a newer message of the same client took its place"},
        StatDef{pkt6_rfc_violation, "pkt6-rfc-violation", v6, G, "dropped: the message breaks RFC 8415"},
        StatDef{pkt6_admin_filtered, "pkt6-admin-filtered", v6, G, "dropped: the configuration says so"},
        StatDef{pkt6_not_for_us, "pkt6-not-for-us", v6, G, "dropped: meant for another server"},
        StatDef{pkt6_processing_failed, "pkt6-processing-failed", v6, G,
                "dropped: an answer could not be made"},
        StatDef{pkt6_limit_exceeded, "pkt6-limit-exceeded", v6, G, "dropped: over a limit"},
        StatDef{pkt6_receive_drop, "pkt6-receive-drop", v6, G, "dropped, for any of the causes"},
        StatDef{assigned_addresses, "assigned-addresses", v4, GSP,
                "addresses leased now, declined ones included"},
        StatDef{cumulative_assigned_addresses, "cumulative-assigned-addresses", v4, GSP,
                "addresses leased since the start; never goes down"},
        StatDef{total_addresses, "total-addresses", v4, SP, "addresses in the pools"},
        StatDef{assigned_nas, "assigned-nas", v6, GSP, "addresses leased now, declined ones included"},
        StatDef{cumulative_assigned_nas, "cumulative-assigned-nas", v6, GSP,
                "addresses leased since the start; never goes down"},
        StatDef{total_nas, "total-nas", v6, SP, "addresses in the pools"},
        StatDef{assigned_pds, "assigned-pds", v6, GSD, "prefixes delegated now"},
        StatDef{cumulative_assigned_pds, "cumulative-assigned-pds", v6, GSD,
                "prefixes delegated since the start; never goes down"},
        StatDef{total_pds, "total-pds", v6, SD, "prefixes in the pools"},
        StatDef{registered_nas, "registered-nas", v6, S,
                "addresses that clients made themselves and have registered (RFC 9686)"},
        StatDef{cumulative_registered_nas, "cumulative-registered-nas", v6, GS,
                "addresses registered since the start; never goes down"},
        StatDef{declined_addresses, "declined-addresses", both, GSP,
                "addresses kept away because a client declined them"},
        StatDef{reclaimed_declined_addresses, "reclaimed-declined-addresses", both, GSP,
                "declined addresses whose probation ended"},
        StatDef{reclaimed_leases, "reclaimed-leases", both, GSPD, "expired leases cleaned up"},
        StatDef{v4_lease_reuses, "v4-lease-reuses", v4, GS, "renewals answered from the stored lease"},
        StatDef{v4_reservation_conflicts, "v4-reservation-conflicts", v4, GS,
                "reserved addresses found in use by another client"},
        StatDef{v6_ia_na_lease_reuses, "v6-ia-na-lease-reuses", v6, GS,
                "renewals of addresses answered from the stored lease"},
        StatDef{v6_ia_pd_lease_reuses, "v6-ia-pd-lease-reuses", v6, GS,
                "renewals of prefixes answered from the stored lease"},
        StatDef{v4_allocation_fail, "v4-allocation-fail", v4, GS_moved, "no free address found"},
        StatDef{v4_allocation_fail_no_pools, "v4-allocation-fail-no-pools", v4, GS_moved,
                "no pool that the client may use"},
        StatDef{v4_allocation_fail_shared_network, "v4-allocation-fail-shared-network", v4, GS_moved,
                "no address in a shared network"},
        StatDef{v4_allocation_fail_subnet, "v4-allocation-fail-subnet", v4, GS_moved,
                "no address in a subnet outside shared networks"},
        StatDef{v4_allocation_fail_classes, "v4-allocation-fail-classes", v4, GS_moved,
                "no address for a client that belongs to a class"},
        StatDef{v6_allocation_fail, "v6-allocation-fail", v6, GS_moved, "no free address or prefix found"},
        StatDef{v6_allocation_fail_no_pools, "v6-allocation-fail-no-pools", v6, GS_moved,
                "no pool that the client may use"},
        StatDef{v6_allocation_fail_shared_network, "v6-allocation-fail-shared-network", v6, GS_moved,
                "no address or prefix in a shared network"},
        StatDef{v6_allocation_fail_subnet, "v6-allocation-fail-subnet", v6, GS_moved,
                "no address or prefix in a subnet outside shared networks"},
        StatDef{v6_allocation_fail_classes, "v6-allocation-fail-classes", v6, GS_moved,
                "no address or prefix for a client that belongs to a class"},
    };
}();
static_assert(stat_rows.size() == static_cast<std::size_t>(Stat::count_));
static_assert([] {
    for (std::size_t i = 0; i != stat_rows.size(); ++i)
        if (static_cast<std::size_t>(stat_rows[i].stat) != i) return false;
    return true;
}());

}  // namespace

const StatDef& stat_def(Stat stat) {
    return stat_rows[static_cast<std::size_t>(stat)];
}
std::span<const StatDef> stat_defs() {
    return stat_rows;
}

}  // namespace leasehold
