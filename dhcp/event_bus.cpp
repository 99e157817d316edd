#include "dhcp/event_bus.hpp"

#include <algorithm>

#include "dhcp/lease_statistics.hpp"

namespace leasehold {

std::shared_ptr<const LeaseEvents> EventBus::Subscription::take() {
    if (waiting_.empty()) return nullptr;
    auto oldest = std::move(waiting_.front());
    waiting_.pop_front();
    return oldest;
}

void EventBus::Subscription::add(const std::shared_ptr<const LeaseEvents>& events) {
    if (waiting_.size() >= limit_) {
        waiting_.pop_front();
        ++lost_;
    }
    waiting_.push_back(events);
    ready_();
}

std::shared_ptr<EventBus::Subscription> EventBus::subscribe(std::size_t limit, std::function<void()> ready) {
    std::shared_ptr<Subscription> made{new Subscription{std::max<std::size_t>(limit, 1), std::move(ready)}};
    subscriptions_.push_back(made);
    return made;
}

void EventBus::publish(LeaseEventList&& events,
                       const std::function<std::shared_ptr<const QueryContext>()>& query, ChangeOrigin origin) {
    if (events.empty()) return;
    for (auto& event : events) {
        event.sequence = ++sequence_;
        count_event(statistics_, event);
    }
    std::erase_if(subscriptions_, [](const auto& subscription) { return subscription.expired(); });
    if (subscriptions_.empty()) return;
    const auto told = std::make_shared<const LeaseEvents>(
        LeaseEvents{query ? query() : std::shared_ptr<const QueryContext>{}, std::move(events), origin});
    for (const auto& subscription : subscriptions_)
        if (const auto open = subscription.lock()) open->add(told);
}

}  // namespace leasehold
