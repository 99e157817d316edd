#include "dhcp/route_plan.hpp"

#include <cerrno>
#include <utility>

namespace leasehold {

namespace {

/// The interface went away a moment ago, and its event is on the way.
bool is_of_link(int error) {
    return error == ENODEV || error == ENETDOWN;
}

}  // namespace

/// What tells the route apart from others, without its next hop.
KernelRoute RoutePlan::place_of(const PrefixRoute& route) {
    return {.destination = route.prefix,
            .table = route.table,
            .metric = route.metric,
            .protocol = route.protocol,
            .via = {},
            .link = 0};
}

void RoutePlan::set_state(Entry& entry, RouteState state) {
    --counts_[static_cast<std::size_t>(entry.state)];
    ++counts_[static_cast<std::size_t>(state)];
    entry.state = state;
    entry.changed = look_;
}

std::uint32_t RoutePlan::link_of(const Entry& entry) const {
    if (!entry.wanted.hop) return 0;
    const auto found = links_.find(entry.wanted.hop->device);
    return found == links_.end() ? 0 : found->second;
}

bool RoutePlan::order(RouteOrder order) {
    if (orders_.size() >= orders_limit_) {
        ++counters_.queue_full;
        needs_look_ = true;
        return false;
    }
    orders_.push_back(std::move(order));
    return true;
}

void RoutePlan::order_removal(const KernelRoute& route) {
    order({.set = false, .route = route});
}

/// Orders what the entry wants, or takes away what it can no longer have.
void RoutePlan::renew(Entry& entry) {
    entry.ticket = ++ticket_;
    entry.link = link_of(entry);
    if (entry.link != 0) {
        set_state(entry, RouteState::queued);
        entry.ordered = order({.set = true, .route = place_of(entry.wanted), .ticket = entry.ticket});
        return;
    }
    if (std::exchange(entry.in_kernel, false)) order_removal(place_of(entry.wanted));
    set_state(entry, entry.wanted.hop ? RouteState::no_link : RouteState::no_next_hop);
}

void RoutePlan::want(const PrefixRoute& route) {
    const auto found = entries_.find(route.prefix);
    if (found == entries_.end()) {
        if (entries_.size() >= routes_limit_) {
            ++counters_.over_limit;
            return;
        }
        Entry entry{.wanted = route, .round = round_};
        ++counts_[static_cast<std::size_t>(entry.state)];
        return renew(entries_.emplace(route.prefix, std::move(entry)).first->second);
    }
    Entry& entry = found->second;
    entry.round = round_;
    if (entry.wanted == route) return;  // whatever has become of it; a look tries again
    const bool elsewhere = place_of(entry.wanted) != place_of(route);
    if (elsewhere && std::exchange(entry.in_kernel, false)) order_removal(place_of(entry.wanted));
    entry.wanted = route;
    entry.error = 0;
    renew(entry);
}

RoutePlan::Entries::iterator RoutePlan::drop(Entries::iterator entry) {
    if (entry->second.in_kernel) order_removal(place_of(entry->second.wanted));
    --counts_[static_cast<std::size_t>(entry->second.state)];
    return entries_.erase(entry);
}

void RoutePlan::unwant(const Prefix& prefix) {
    const auto found = entries_.find(prefix);
    if (found != entries_.end()) drop(found);
}

void RoutePlan::begin_leases() {
    ++round_;
    due_.leases = false;
}

void RoutePlan::end_leases() {
    due_.leases = true;
    swept_.reset();
}

void RoutePlan::set_links(Links links) {
    if (links == links_) return;
    links_ = std::move(links);
    due_.links = true;
    swept_.reset();
}

bool RoutePlan::sweep(std::size_t limit) {
    if (!sweeping()) return false;
    auto at = swept_ ? entries_.upper_bound(*swept_) : entries_.begin();
    for (; at != entries_.end() && limit > 0; --limit) {
        swept_ = at->first;
        if (due_.leases && at->second.round != round_) {
            at = drop(at);
        } else {
            tend(at->second);
            ++at;
        }
    }
    if (at != entries_.end()) return true;
    due_ = {};
    swept_.reset();
    return false;
}

/// The links and the look that the sweep is for.
void RoutePlan::tend(Entry& entry) {
    const auto link = link_of(entry);
    if (due_.links && entry.link != link) {
        // The kernel removes the routes of an interface that goes down, and does not put them back.
        if (link == 0) entry.in_kernel = false;
        renew(entry);
    }
    if (!due_.look) return;
    // Orders that found no room, and those whose answer was lost, have left their routes queued.
    if (entry.state == RouteState::queued && !entry.ordered) renew(entry);
    if (entry.changed == look_) return;
    const bool missing = look_whole_ && entry.state == RouteState::installed && entry.seen != look_;
    if (missing) ++counters_.missing;
    const bool tries = entry.state == RouteState::refused || (entry.state == RouteState::no_link && link != 0);
    if (missing || tries) renew(entry);
}

std::optional<RouteOrder> RoutePlan::next(std::uint32_t sequence) {
    while (!orders_.empty() && in_flight_.size() < in_flight_max) {
        RouteOrder order = std::move(orders_.front());
        orders_.pop_front();
        if (order.set) {
            const auto found = entries_.find(order.route.destination);
            if (found == entries_.end() || found->second.ticket != order.ticket) continue;  // void
            Entry& entry = found->second;
            order.route.via = entry.wanted.hop->via;
            order.route.link = entry.link;
            order.replaces = std::exchange(entry.in_kernel, true);
        }
        in_flight_.emplace(sequence, order);
        return order;
    }
    return std::nullopt;
}

std::optional<RouteRefusal> RoutePlan::acknowledge(std::uint32_t sequence, int error) {
    const auto flight = in_flight_.extract(sequence);
    if (flight.empty()) return std::nullopt;
    const RouteOrder& order = flight.mapped();
    if (!order.set) {
        if (error == 0) ++counters_.removed;
        if (error == 0 || error == ESRCH) return std::nullopt;  // it was gone
        ++counters_.refused;
        return RouteRefusal{order, {}, error, false};
    }
    if (error == 0) ++counters_.set;
    const auto found = entries_.find(order.route.destination);
    if (found == entries_.end() || found->second.ticket != order.ticket) return std::nullopt;  // decided anew
    Entry& entry = found->second;
    entry.ordered = false;
    if (error == 0) {
        entry.error = 0;
        set_state(entry, RouteState::installed);
        return std::nullopt;
    }
    // What was there before leads elsewhere by now.
    entry.in_kernel = false;
    if (order.replaces) order_removal(place_of(entry.wanted));
    if (is_of_link(error)) {
        set_state(entry, RouteState::no_link);
        return std::nullopt;
    }
    ++counters_.refused;
    set_state(entry, RouteState::refused);
    const bool again = std::exchange(entry.error, error) == error;
    return RouteRefusal{order, entry.wanted.hop->device, error, again};
}

void RoutePlan::forget_in_flight() {
    for (auto flight = in_flight_.rbegin(); flight != in_flight_.rend(); ++flight) {
        const RouteOrder& order = flight->second;
        const auto found = entries_.find(order.route.destination);
        if (!order.set)
            orders_.push_front(order);  // does no harm twice, and may be all that is known of its route
        else if (found != entries_.end() && found->second.ticket == order.ticket)
            found->second.ordered = false;
    }
    in_flight_.clear();
    needs_look_ = true;
}

void RoutePlan::begin_look() {
    ++look_;
    needs_look_ = false;
    due_.look = false;
}

void RoutePlan::see(const KernelRoute& route) {
    const auto found = entries_.find(route.destination);
    KernelRoute place = route;
    place.via = {};
    place.link = 0;
    if (found == entries_.end() || place_of(found->second.wanted) != place) {
        ++counters_.stale;
        return order_removal(place);
    }
    Entry& entry = found->second;
    entry.seen = look_;
    entry.in_kernel = true;
    if (entry.changed == look_) return;  // since the look began: what it saw may be older
    if (entry.state == RouteState::installed) {
        if (route.via != entry.wanted.hop->via || route.link != entry.link) renew(entry);
    } else if (entry.state != RouteState::queued) {
        entry.in_kernel = false;
        order_removal(place);
    }
}

void RoutePlan::end_look(bool whole) {
    due_.look = true;
    look_whole_ = whole;
    swept_.reset();
}

}  // namespace leasehold
