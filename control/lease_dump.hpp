// Writes leases as lines of a dump.
#pragma once

#include <iosfwd>

#include "control/lease_transfer.hpp"
#include "control/progress.hpp"
#include "control/transfer_command_line.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

class LeaseDump final : public RowSink {
public:
    LeaseDump(std::ostream& out, DumpFormat format, Family family, Progress& progress);

    /// @return false: nothing more can be written; the stream says so
    bool row(Lease&& lease) override;
    bool unreadable(UnreadableRow&& row) override;

    std::uint64_t written() const { return written_; }
    /// Leases without a lifetime (released ones), which Kea's format takes for deletions.
    std::uint64_t without_lifetime() const { return without_lifetime_; }
    const Refusals& refusals() const { return refusals_; }

private:
    std::ostream& out_;
    const DumpFormat format_;
    const Family family_;
    Progress& progress_;
    std::uint64_t written_ = 0, without_lifetime_ = 0;
    Refusals refusals_;
};

}  // namespace leasehold
