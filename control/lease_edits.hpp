// What became of an edit of a lease, in the words that Kea's tools know; and removals as arguments name them.
#pragma once

#include <optional>
#include <string>

#include "control/answer.hpp"
#include "control/command_context.hpp"
#include "dhcp/lease_edit.hpp"

namespace leasehold {

/// @param lease  that was to be added, changed or removed
Answer edit_answer(Family family, EditKind kind, const Lease& lease, const EditResult& result);

/// The removal that the arguments of lease4-del or lease6-del ask for; nullopt: there is no such lease.
/// @error which argument is missing or wrong
Result<std::optional<LeaseEdit>, std::string> read_removal(const CommandContext& context, const Arguments& arguments);

}  // namespace leasehold
