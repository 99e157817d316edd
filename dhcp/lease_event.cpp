// Names of the causes of lease changes, for event streams, logs and hooks scripts.
#include "dhcp/lease_event.hpp"

namespace leasehold {

std::string_view to_string(LeaseCause cause) {
    switch (cause) {
        case LeaseCause::granted: return "granted";
        case LeaseCause::renewed: return "renewed";
        case LeaseCause::offered: return "offered";
        case LeaseCause::released: return "released";
        case LeaseCause::declined: return "declined";
        case LeaseCause::moved: return "moved";
        case LeaseCause::reclaimed: return "reclaimed";
        case LeaseCause::probation_over: return "probation-over";
        case LeaseCause::removed: return "removed";
        case LeaseCause::edited: return "edited";
    }
    return "unknown";
}

}  // namespace leasehold
