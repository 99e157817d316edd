// What the parts of v4's decide() are given.
#pragma once

#include "dhcp/binding.hpp"
#include "dhcp/v4/decide.hpp"
#include "dhcp/v4/packet_source.hpp"

namespace leasehold::v4 {

struct Context : DecisionContext {
    const Request& request;
    Context(const Request& of, const PacketSource& packet, const ServerConfig& rules, const World& seen,
            const Facts& known, LeaseTime at, std::uint64_t version, std::uint64_t random)
        : DecisionContext{.client = of,
                          .source = packet,
                          .config = rules,
                          .world = seen,
                          .facts = known,
                          .now = at,
                          .first_version = version,
                          .seed = random,
                          .classes = of.classes,
                          .host = of.host},
          request{of} {}
};

}  // namespace leasehold::v4
