// Who listens while a packet is decided: `leasehold explain` and `leasehold replay`. Nobody listens on a server, which
// pays a look at a pointer for that. An observer hears and changes nothing, so decide() still depends on its
// arguments alone (invariant I8). Not here: what is said to a person (rehearsal/).
#pragma once

#include <string_view>

#include "dhcp/address.hpp"
#include "dhcp/client_class.hpp"

namespace leasehold {

struct ClientClassConfig;
struct DecisionContext;
struct SubnetConfig;
class ExpressionSource;

/// By what a subnet was looked for.
struct SubnetClue {
    std::string_view by;     // in words, a literal: "the relay's address (giaddr)"
    std::string_view name;   // of an interface or the like; empty: it was by address
    Ipv6 address = {};       // an IPv4 one is mapped
};

/// Calls come in the order of what happens, on the thread that decides; what they show lives as long as the call.
class DecisionObserver {
public:
    virtual ~DecisionObserver() = default;
    /// The test or template of a class was evaluated.
    /// @param before, after  the packet's classes; @param error  why it could not be, else empty
    virtual void on_test(const ClientClassConfig& of, const ExpressionSource& packet, const ClassSet& before,
                         const ClassSet& after, std::string_view error) = 0;
    /// @param classes  whom guards were asked about; @param found  nullptr: none fits
    virtual void on_subnet(const SubnetClue& clue, const ClassSet& classes, const SubnetConfig* found) = 0;
    /// A lease, or its absence, is settled (grant: settle): host, pool and classes are certain.
    virtual void on_settled(const DecisionContext& context) = 0;
};

/// Of this thread; nullptr: nobody listens.
inline constinit thread_local DecisionObserver* decision_observer = nullptr;

/// Listens while it lives.
class ObservedDecisions {
public:
    explicit ObservedDecisions(DecisionObserver& observer) { decision_observer = &observer; }
    ~ObservedDecisions() { decision_observer = nullptr; }
    ObservedDecisions(const ObservedDecisions&) = delete;
    ObservedDecisions& operator=(const ObservedDecisions&) = delete;
};

}  // namespace leasehold
