// A change of a lease that somebody asks for by command, and what became of it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "dhcp/lease.hpp"

namespace leasehold {

enum class EditKind : std::uint8_t {
    add,     // there must be no row yet
    update,  // there must be one
    put,     // either
    remove,
};

struct LeaseEdit {
    EditKind kind = EditKind::put;
    /// What is to be there; version, last_writer and what the server noted of the same client are filled in.
    /// Of `remove` only the address counts.
    Lease lease;
    /// Is the row that is there the one that is meant? Where not, it counts as missing. nullptr: any is.
    std::function<bool(const Lease& row)> means = nullptr;
};

enum class EditOutcome : std::uint8_t {
    applied,
    exists,       // add: there is a row already
    missing,      // update, remove: there is none
    busy,         // another change of the lease is under way, for longer than an edit waits
    rejected,     // the database refuses the row, or cannot read the one that is there
    unavailable,  // the database is away, or takes no more changes now
};
struct EditResult {
    EditOutcome outcome = EditOutcome::applied;
    std::string detail = {};                    // rejected, unavailable: why
    std::optional<Lease> before = std::nullopt; // the row that was there
};
using EditDone = std::function<void(const EditResult&)>;

}  // namespace leasehold
