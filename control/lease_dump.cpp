#include "control/lease_dump.hpp"

#include <ostream>

#include "control/lease_line.hpp"
#include "lease_backends/kea_csv_writer.hpp"

namespace leasehold {

LeaseDump::LeaseDump(std::ostream& out, DumpFormat format, Family family, Progress& progress)
    : out_{out}, format_{format}, family_{family}, progress_{progress} {
    if (format_ == DumpFormat::csv) out_ << kea_csv_header(family_) << '\n';
}

bool LeaseDump::row(Lease&& lease) {
    progress_.advance();
    if (format_ == DumpFormat::json) {
        out_ << lease_line(lease) << '\n';
    } else if (const auto row = kea_csv_row(lease, family_)) {
        out_ << *row << '\n';
    } else {
        ++without_lifetime_;
        return true;
    }
    ++written_;
    return out_.good();
}

bool LeaseDump::unreadable(UnreadableRow&& row) {
    refusals_.add(to_string(row.address) + ": " + row.detail);
    return true;
}

}  // namespace leasehold
