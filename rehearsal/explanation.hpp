// One packet explained, as JSON: what `leasehold explain --json` prints, and what its text is made from. Facts are those
// of the decision (memory_server, observation); where a reason is worked out here it only says which of the known
// causes applies to what was decided.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "rehearsal/memory_server.hpp"
#include "rehearsal/observation.hpp"
#include "rehearsal/option_words.hpp"

namespace leasehold::rehearsal {

/// Decides the packet on this server and says why. The server's leases do not change.
///
/// Members: family, packet, interface, tests, classes, subnet, reservation, leases, answer, options, options-not-sent,
/// stores; "no-answer" in place of "answer" when there is none (docs/rehearsal.md).
nlohmann::json explain(MemoryServer& server, const Packet& packet, const Place& place, const OptionWords& words);

/// Does the explanation end with what its client asked for: an offer, a lease, information? False: a refusal, an IA
/// without a lease, silence where an answer was due.
bool grants(const nlohmann::json& explanation);

}  // namespace leasehold::rehearsal
