// A replay as people and scripts read it, while it goes on.
#pragma once

#include <iosfwd>

#include "rehearsal/lease_sources.hpp"
#include "rehearsal/replay.hpp"

namespace leasehold {

class ReplayReport {
public:
    /// @param all  of people's form: messages that are answered the same are shown, too
    ReplayReport(std::ostream& out, bool json, bool all) : out_{out}, json_{json}, all_{all} {}
    void turn(const rehearsal::Turn& turn);
    void summary(const rehearsal::ReplaySummary& summary, const rehearsal::CaptureFile& capture,
                 const rehearsal::LoadedLeases& leases);

private:
    std::ostream& out_;
    bool json_, all_;
};

}  // namespace leasehold
