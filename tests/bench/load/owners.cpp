// The table of owners.
#include "tests/bench/load/owners.hpp"

namespace leasehold::bench {

std::optional<Duplicate> Owners::take(const Prefix& unit, ClientNumber client, Instant asked, Instant now,
                                      std::chrono::seconds valid) {
    const auto [found, is_new] = owners_.try_emplace(unit, Owner{client, asked + valid});
    if (is_new) return std::nullopt;
    auto& owner = found->second;
    const auto before = owner;
    owner = {client, asked + valid};
    if (before.client == client || before.until <= now) return std::nullopt;
    return Duplicate{unit, before.client, client};
}

void Owners::give_back(const Prefix& unit, ClientNumber client) {
    const auto found = owners_.find(unit);
    if (found != owners_.end() && found->second.client == client) owners_.erase(found);
}

}  // namespace leasehold::bench
