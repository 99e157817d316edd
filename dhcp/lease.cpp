// Names of lease states and kinds, as logs, commands and metrics show them. The numbers are in lease.hpp.
#include "dhcp/lease.hpp"

namespace leasehold {

bool same_holder(const Lease& a, const Lease& b) {
    if (!a.duid.empty() || !b.duid.empty()) return a.duid == b.duid && a.iaid == b.iaid;
    if (!a.client_id.empty() && !b.client_id.empty()) return a.client_id == b.client_id;
    return !a.hwaddr.empty() && a.hwaddr == b.hwaddr;
}

std::string_view to_string(LeaseState state) {
    switch (state) {
        case LeaseState::assigned: return "assigned";
        case LeaseState::declined: return "declined";
        case LeaseState::expired_reclaimed: return "expired-reclaimed";
        case LeaseState::released: return "released";
        case LeaseState::registered: return "registered";
    }
    return "unknown";  // a number from a database row
}

std::string_view to_string(LeaseKind kind) {
    switch (kind) {
        case LeaseKind::v4: return "v4";
        case LeaseKind::na: return "na";
        case LeaseKind::ta: return "ta";
        case LeaseKind::pd: return "pd";
    }
    return "unknown";
}

}  // namespace leasehold
