// What the configuration's sanity-checks say about a stored lease when it comes into memory. Pure but for its
// counts. Nothing is written here: a corrected row is written with its next change, and the rows to be
// removed are the reclaimer's business.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dhcp/lease.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// Of one load, for a log line.
struct LeaseCheckCounts {
    static constexpr std::size_t examples_max = 5;
    std::uint64_t misplaced = 0;   // the subnet of the row does not exist, or does not have the address
    std::uint64_t moved = 0;       // of them: count for the subnet that has the address
    std::uint64_t unfit = 0;       // of them: to be removed
    std::uint64_t contexts = 0;    // whose notes (lease_context) were corrected
    std::vector<Prefix> examples;  // misplaced ones, the first few
};

class LeaseChecks {
public:
    struct Verdict {
        std::optional<Lease> corrected;  // to be used in place of the row
        bool unfit = false;              // to be removed from the database; its address is not free before
    };
    /// Addresses only: a delegated prefix may come from outside its subnet. Each finding is logged at debug
    /// level.
    Verdict check(const Lease& row, const ServerConfig& config);
    const LeaseCheckCounts& counts() const { return counts_; }

private:
    void check_place(const Lease& row, const ServerConfig& config, Verdict& verdict);

    LeaseCheckCounts counts_;
};

}  // namespace leasehold
