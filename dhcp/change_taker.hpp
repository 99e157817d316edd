// Where the loop brings the changes of its decisions, so that they become durable: a store's thread, or
// whoever chooses between several.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dhcp/lease_store.hpp"

namespace leasehold {

using DecisionId = std::uint64_t;

struct Submission {
    DecisionId id = 0;
    ChangeList changes;
};

enum class SubmissionOutcome : std::uint8_t {
    answered,     // what became of each change: Completion::outcome_of
    unavailable,  // nothing was applied, or it was never found out. No reply leaves
};
struct Completion {
    DecisionId id = 0;
    SubmissionOutcome outcome = SubmissionOutcome::unavailable;
    std::vector<RowResult> rows;  // answered: a result per change; empty, as nearly always: all were applied
    ChangeList changes;           // as they were submitted

    /// @pre answered
    Outcome outcome_of(std::size_t change) const { return rows.empty() ? Outcome::applied : rows[change].outcome; }
};

/// Loop thread only.
class ChangeTaker {
public:
    virtual ~ChangeTaker() = default;

    /// The completion comes later, on the loop.
    /// @return false: a limit is reached (counted), or changes are not taken now; `submission` is as it was.
    virtual bool submit(Submission&& submission) = 0;

    /// Reads rows as stored now. The answer comes on the loop.
    /// @return false: as submit; `done` will not be called.
    using FindDone = std::function<void(StoreResult<std::vector<std::optional<Lease>>>)>;
    virtual bool find(std::vector<Prefix> addresses, FindDone done) = 0;

    /// For people: "sqlite:/var/lib/leasehold/leases4.db".
    virtual const std::string& where() const = 0;
};

}  // namespace leasehold
