// Deletes all leases of subnets, however many: a slice of the table in each turn of the loop, and no more edits on
// their way than a store takes beside its clients' changes. Loop thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/lease_edit.hpp"

namespace leasehold {

class LeaseWipe : public std::enable_shared_from_this<LeaseWipe> {
public:
    static constexpr std::size_t rows_per_turn = 512;    // well under 2 ms
    static constexpr std::size_t edits_in_flight_max = 256;

    struct Sources {
        /// As LeaseTable::page, durable rows.
        std::function<std::optional<Prefix>(std::optional<Prefix> after, std::size_t limit,
                                            const std::function<bool(const Lease&)>& visit)>
            page;
        std::function<void(LeaseEdit, EditDone)> edit;
        std::function<void(std::function<void()>)> post;  // in a later turn of the loop
    };
    struct Result {
        std::uint64_t deleted = 0;
        std::uint64_t left = 0;      // busy for too long, or the database does not let them go
        std::string problem = {};    // not empty: why it ended early, or why some are left
    };
    using Done = std::function<void(const Result&)>;

    /// @param subnets  ascending ids
    LeaseWipe(Sources sources, std::vector<std::uint32_t> subnets, Done done);
    /// Keeps itself alive until `done` was called.
    void start() { turn(); }

private:
    void turn();
    void remove(const Lease& lease);
    void on_edit(const EditResult& result);
    void finish_if_over();

    const Sources sources_;
    const std::vector<std::uint32_t> subnets_;
    Done done_;
    std::optional<Prefix> after_;
    std::size_t in_flight_ = 0;
    bool posted_ = false;  // turn() comes
    bool at_end_ = false;  // of the table, or nothing more is to be tried
    Result result_;
};

}  // namespace leasehold
