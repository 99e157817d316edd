// What the parts of v6's decide() are given.
#pragma once

#include <algorithm>

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

/// The IAID by which the leases of this IA are known. flex-id with ignore-iaid: 0, of a message with one IA of the
/// kind, so that a client finds its lease again whatever it calls its IA.
inline std::uint32_t iaid_of(const Context& context, const IaView& ia) {
    if (!context.config.flex_id_ignores_iaid) return ia.iaid;
    const auto same_kind = [&](const IaView& other) { return other.kind == ia.kind; };
    const auto ias = context.request.message->ias();
    return std::ranges::count_if(ias, same_kind) == 1 ? 0 : ia.iaid;
}

}  // namespace leasehold::v6
