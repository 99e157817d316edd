// The words of decisions.
#include "dhcp/decision.hpp"

#include <utility>

namespace leasehold {

Decision dropped(DropReason reason, std::string detail) {
    Done done;
    done.drop = {reason, std::move(detail)};
    return done;
}

std::string_view to_string(DropReason reason) {
    switch (reason) {
        case DropReason::none: return "not dropped";
        case DropReason::parse_failed: return "malformed";
        case DropReason::rfc_violation: return "against the protocol";
        case DropReason::not_for_us: return "for another server";
        case DropReason::unknown_type: return "unknown message type";
        case DropReason::service_disabled: return "service is disabled";
        case DropReason::queue_full: return "queue is full";
        case DropReason::duplicate: return "replaced by a newer packet of its client";
        case DropReason::too_old: return "too old to answer";
        case DropReason::no_subnet: return "no subnet";
        case DropReason::no_address: return "no address to offer";
        case DropReason::not_our_client: return "a client of another server, perhaps";
        case DropReason::unknown_address: return "an address of no pool";
        case DropReason::not_the_holder: return "not the holder of the lease";
        case DropReason::store_unavailable: return "lease database is not available";
        case DropReason::row_rejected: return "the lease database refused the lease";
        case DropReason::processing_failed: return "cannot be processed";
        case DropReason::admin_filtered: return "dropped by its class";
        case DropReason::limit_exceeded: return "over a limit";
    }
    return "unknown";
}

}  // namespace leasehold
