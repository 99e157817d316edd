// What is kept of an exchange that was among the slowest: who, about which lease, and what it waited for.
#include "dhcp/journey_parts.hpp"
#include "dhcp/wire.hpp"

namespace leasehold {
namespace {

constexpr std::size_t yiaddr_at = 16;  // in a DHCPv4 message, RFC 2131 2

/// The lease that a decision is about: the first, of several.
std::optional<Prefix> lease_told(Family family, const Done& done) {
    for (const Change& change : done.changes)
        if (std::holds_alternative<Put>(change)) return address_of(change);
    if (!done.holds.empty()) return done.holds.front().unit;
    if (family != Family::v4 || done.reply->bytes.size() < yiaddr_at + 4) return std::nullopt;
    const Ipv4 given{read_u32(done.reply->bytes.data() + yiaddr_at)};
    return given.is_zero() ? std::nullopt : std::optional{to_prefix(given)};
}

}  // namespace

void Journey::keep_slow(const Packet& packet, const Done& done, SteadyClock::time_point now) {
    const auto took = now - packet.received_at + packet.waited;
    const auto waited_for = 2 * packet.waited > took  ? WaitedFor::kernel_queue
                            : !packet.pings.empty()   ? WaitedFor::ping_check
                            : !packet.facts.empty()   ? WaitedFor::stored_leases
                            : !done.changes.empty()   ? WaitedFor::commit
                                                      : WaitedFor::unknown;
    slowest_.add({.at = std::chrono::system_clock::now(),
                  .took = took,
                  .message = words_.type_name(packet.type),
                  .client = words_.client_text(packet.bytes),
                  .lease = lease_told(words_.family, done),
                  .subnet_id = packet.subnet_id,
                  .waited_for = waited_for},
                 now);
}

}  // namespace leasehold
