// What the parts of v6's decide() are given.
#pragma once

#include "dhcp/binding.hpp"
#include "dhcp/v6/packet_source.hpp"
#include "dhcp/v6/request.hpp"

namespace leasehold::v6 {

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
                          .kind = LeaseKind::na,
                          .classes = of.classes,
                          .host = of.host},
          request{of} {}
};

}  // namespace leasehold::v6
