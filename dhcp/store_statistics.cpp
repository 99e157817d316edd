#include "dhcp/store_statistics.hpp"

#include <utility>

namespace leasehold {

void StoreStatistics::committed(const CommitReport& report) {
    if (report.took) {
        counters_.batch_leases.note(report.changes);
        counters_.commit_times.note(*report.took);
    }
    counters_.lost += report.lost;
    counters_.rejected += report.rejected;
    counters_.applied += report.changes - report.lost - report.rejected;
}

void StoreStatistics::heard(const BackendStatus& status) {
    switch (status.state) {
        case BackendState::connecting: opening_ = true; break;
        case BackendState::serving:
            if (std::exchange(opening_, false)) ++counters_.opened;
            served_ = true;
            break;
        case BackendState::waiting:
        case BackendState::given_up:
            // What was cut short because other settings came is no attempt.
            if (std::exchange(opening_, false) && status.attempt != 0) ++counters_.open_failed;
            if (std::exchange(served_, false)) ++counters_.losses;
            break;
        case BackendState::closed: opening_ = served_ = false; break;
        case BackendState::checking:
        case BackendState::settling:
        case BackendState::draining:
        case BackendState::loading: break;
    }
}

void StoreStatistics::follow(const BackendStatus& status) {
    opening_ = status.state != BackendState::serving && status.state != BackendState::waiting &&
               status.state != BackendState::given_up && status.state != BackendState::closed;
    served_ = status.state == BackendState::serving;
}

}  // namespace leasehold
