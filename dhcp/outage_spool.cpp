// See the header.
#include "dhcp/outage_spool.hpp"

#include <utility>

namespace leasehold {
namespace {

/// A file is tried again for as long as it takes. What was lost during its COMMIT gets no reply and goes into
/// the backend with the rest if it is there, as a lease that its client does not know of.
WorkerOptions journal_options() {
    WorkerOptions options;
    options.retry.wait = std::chrono::milliseconds{1000};
    options.commit_deadline = std::chrono::milliseconds{2000};
    options.hands_over_in_doubt = true;
    return options;
}

}  // namespace

OutageSpool::OutageSpool(const BackendConfig& config, JournalSides sides, StoreWorker::Post post)
    : path_{config.outage_journal},
      octets_max_{config.spool_max_octets},
      make_reader_{std::move(sides.reader)},
      fill_{std::move(sides.fill)},
      writer_{std::move(sides.writer), journal_options(), std::move(post), *this} {}

bool OutageSpool::submit(Submission&& submission) {
    if (is_full()) {
        ++refused_full_;
        return false;
    }
    if (!writer_.submit(std::move(submission))) return false;
    ++in_flight_;
    return true;
}

SpoolStatus OutageSpool::status() const {
    SpoolStatus status;
    status.file = writer_.status();
    status.entries = fill_->entries;
    status.octets = fill_->octets;
    status.octets_max = octets_max_;
    status.oldest = fill_->oldest;
    status.conflicts = fill_->conflicts;
    status.refused_full = refused_full_;
    status.full = is_full();
    return status;
}

void OutageSpool::on_backend(const BackendStatus& status) {
    if (events_.file) events_.file(status);
}

void OutageSpool::on_completions(std::vector<Completion>&& completions) {
    in_flight_ -= completions.size();
    if (events_.completions) events_.completions(std::move(completions));
}

}  // namespace leasehold
