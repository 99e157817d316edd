// What a decision told while it was made, kept for an explanation: each test of a class with what it read of the
// packet, by what the subnet was looked for, and what was settled with each lease.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dhcp/decision_observer.hpp"
#include "dhcp/lease.hpp"
#include "dhcp/reply_scopes.hpp"

namespace leasehold::rehearsal {

/// Something that a test asked of the packet.
struct Read {
    std::string what;   // "option[60]", "pkt4.mac", "member('KNOWN')"
    std::string value;  // as a person reads it; "absent"
    bool operator==(const Read&) const = default;
};

struct Test {
    const ClientClassConfig* of = nullptr;  // lives in the configuration
    bool holds = false;                     // the packet is in the class by it
    std::string value;                      // of a template: what it gave
    std::string error;                      // it could not be evaluated
    std::vector<Read> reads;                // each once, in the order asked
};

struct SubnetSearch {
    std::string by;
    std::string what;  // the address or name that was looked up; "" where there was none
    std::optional<Ipv6> address;
    ClassSet classes;
    const SubnetConfig* found = nullptr;
};

/// One lease, or the absence of one, as it was settled.
struct Settled {
    LeaseKind kind = LeaseKind::v4;
    std::uint32_t iaid = 0;
    const SubnetConfig* subnet = nullptr;
    const PoolConfig* pool = nullptr;
    const Reservation* host = nullptr;
    ClassSet classes;
};

/// Of one packet.
class Observation final : public DecisionObserver {
public:
    explicit Observation(const ServerConfig& config) : config_{config} {}

    void on_test(const ClientClassConfig& of, const ExpressionSource& packet, const ClassSet& before,
                 const ClassSet& after, std::string_view error) override;
    void on_subnet(const SubnetClue& clue, const ClassSet& classes, const SubnetConfig* found) override;
    void on_settled(const DecisionContext& context) override;

    const std::vector<Test>& tests() const { return tests_; }
    const std::vector<SubnetSearch>& searches() const { return searches_; }
    const std::vector<Settled>& settled() const { return settled_; }

private:
    const ServerConfig& config_;
    std::vector<Test> tests_;
    std::vector<SubnetSearch> searches_;
    std::vector<Settled> settled_;
};

/// Octets for people: 'text' where they are printable, else 0x and hexadecimal digits; cut after 64 octets.
std::string octets_text(std::span<const std::uint8_t> octets);

}  // namespace leasehold::rehearsal
