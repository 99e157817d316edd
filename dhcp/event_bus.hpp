// Whoever wants to hear of leases hears of them here, once their change is durable: each change once, in the
// order in which the changes became durable, whether a packet, reclamation or a command made them. Loop
// thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "dhcp/address.hpp"
#include "dhcp/lease_event.hpp"

namespace leasehold {

class Statistics;

/// The packet that brought a change about.
struct QueryContext {
    std::vector<std::uint8_t> packet;
    std::string interface_name;
    std::uint32_t interface_index = 0;
    Ipv6 local, remote;  // IPv4 ones are mapped
    std::uint16_t remote_port = 0;
    std::vector<std::uint8_t> reply = {};  // what leaves for it; empty: nothing, or it is decided again
};

/// Who asked for a change.
enum class ChangeOrigin : std::uint8_t {
    service,  // a client by its packet, or the server itself when time has passed
    command,
};

/// What one decision changed.
struct LeaseEvents {
    std::shared_ptr<const QueryContext> query;  // null: reclamation or a command
    LeaseEventList events;
    ChangeOrigin origin = ChangeOrigin::service;
};

class EventBus {
public:
    /// Events that wait for a reader, oldest first. A reader that is too slow loses the oldest.
    class Subscription {
    public:
        /// nullptr: none waits.
        std::shared_ptr<const LeaseEvents> take();
        std::size_t waiting() const { return waiting_.size(); }
        /// How many were lost so far, decisions each.
        std::uint64_t lost() const { return lost_; }

    private:
        friend class EventBus;
        Subscription(std::size_t limit, std::function<void()> ready)
            : limit_{limit}, ready_{std::move(ready)} {}
        void add(const std::shared_ptr<const LeaseEvents>& events);

        std::size_t limit_;
        std::function<void()> ready_;
        std::list<std::shared_ptr<const LeaseEvents>> waiting_;
        std::uint64_t lost_ = 0;
    };

    /// Counters are moved at once, before any subscriber is told.
    explicit EventBus(Statistics& statistics) : statistics_{statistics} {}

    /// @param limit  decisions that may wait, at least 1
    /// @param ready  something waits; called on the loop from within publish(), so it only takes note
    std::shared_ptr<Subscription> subscribe(std::size_t limit, std::function<void()> ready);

    /// Numbers them. @param query  is called only when somebody listens; empty: no packet brought them about
    void publish(LeaseEventList&& events, const std::function<std::shared_ptr<const QueryContext>()>& query,
                 ChangeOrigin origin = ChangeOrigin::service);

private:
    Statistics& statistics_;
    std::vector<std::weak_ptr<Subscription>> subscriptions_;
    std::uint64_t sequence_ = 0;
};

}  // namespace leasehold
