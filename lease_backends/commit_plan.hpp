// Turns the changes of a batch into the groups that a database server takes as one statement each. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dhcp/lease_store.hpp"

namespace leasehold {

/// Changes that one statement can make: all of one sort, sorted by key, each key once.
struct ChangeGroup {
    enum class Sort : std::uint8_t { put, take_over, erase };
    Sort sort = Sort::put;
    std::int64_t held_before =
        0;  // take_over: the stored row's hold_until must be below (seconds since 1970)
    std::vector<const Put*> puts;      // put, take_over
    std::vector<const Erase*> erases;  // erase
    std::vector<std::size_t> at;       // of each change: where its result belongs
};

/// A change and where its result belongs.
struct PlannedChange {
    const Change* change = nullptr;
    std::size_t at = 0;
};

/// Changes of one key keep their order, in groups that follow each other. Take-overs are grouped by the time
/// that they compare with: it has whole seconds, so a batch has few.
std::vector<ChangeGroup> plan_groups(std::span<const PlannedChange> changes);

}  // namespace leasehold
