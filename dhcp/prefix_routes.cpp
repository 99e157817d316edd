#include "dhcp/prefix_routes.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <system_error>

#include "dhcp/log.hpp"
#include "dhcp/prefix_route.hpp"

namespace leasehold {

namespace {

std::string words_of(int error, std::string_view detail) {
    auto words = std::generic_category().message(error);
    if (!detail.empty()) words += ", " + std::string{detail};
    return words;
}

/// What whoever reads the log can do about it.
std::string_view cure_of(int error) {
    switch (error) {
        case EPERM:
            return "routes need the capability CAP_NET_ADMIN, which docs/operations.md says how to give; or set "
                   "prefix-routes.install to false";
        case EACCES: return "IPv6 is switched off there (net.ipv6.conf.*.disable_ipv6)";
        case EHOSTUNREACH:
        case ENETUNREACH:
        case EINVAL:
            return "the next hop has to be on a link of this machine: between a relay farther away and this machine "
                   "the routers need routes of their own";
        case ENOMEM:
        case ENOBUFS:
        case ENOSPC: return "the kernel has no room for it (sysctl net.ipv6.route.max_size)";
        default: return "it is tried again once a minute";
    }
}

}  // namespace

struct PrefixRoutes::Impl : std::enable_shared_from_this<PrefixRoutes::Impl> {
    Impl(boost::asio::io_context& on, EventBus& from, Sources asked, MakeRouteKernel make)
        : loop{on}, bus{from}, sources{std::move(asked)}, make_kernel{std::move(make)}, timer{on} {}

    void use(std::shared_ptr<const ServerConfig> next, bool complete);
    void read_leases();
    void wake();
    void turn();
    bool take_events();
    void apply(const LeaseEvent& event);
    void want(const Lease& lease);
    void read_slice();
    void end_reading();
    void send();
    RouteKernel& the_kernel();
    void answered(std::uint32_t sequence, int error, std::string_view detail);
    void begin_look();
    void ask_owner();
    void end_owner(int error);
    void end_look();
    bool has_room() const { return plan.waiting() < RoutePlan::orders_max / 2; }
    void broken(int error);
    void arm(std::chrono::seconds delay);
    void tell(const RouteRefusal& refusal, std::string_view detail);

    boost::asio::io_context& loop;
    EventBus& bus;
    Sources sources;
    MakeRouteKernel make_kernel;
    boost::asio::steady_timer timer;
    std::unique_ptr<RouteKernel> kernel;  // once there is something to tell it
    std::shared_ptr<const ServerConfig> config;
    std::shared_ptr<EventBus::Subscription> subscription;
    RoutePlan plan;

    bool reading = false;           // leases, from `read_after` on
    bool closing_read = false;      // the sweep that follows is not done yet
    bool all_read = false;          // once: until then nothing in the kernel's table is known to be stale
    std::optional<Prefix> read_after;
    bool woken = false;
    bool paused = false;  // the kernel could not be spoken with: the timer tries again

    std::uint32_t sequence = 0;
    bool look_due = false;          // once nothing else is under way
    bool looking = false;           // until the sweep that follows is done, too:
    bool closing_look = false;
    bool whole = true;              // the look under way
    std::size_t owner = 0;          // that is being looked at
    std::uint32_t look_sequence = 0;
    std::vector<RouteOwner> owners;  // of the look under way
    RouteCounters at_look;           // when it began

    std::uint64_t lost_before = 0, lost_seen = 0;
    std::size_t refusals_told = 0, refusals_untold = 0;
    bool limit_told = false, broken_told = false;
    std::string last_error;
};

// ------------------------------------------------------------------------------------ configuration and leases

void PrefixRoutes::Impl::use(std::shared_ptr<const ServerConfig> next, bool complete) {
    config = std::move(next);
    const bool managed = !config->route_owners.empty();
    if (managed && !subscription) {
        subscription = bus.subscribe(events_max, [this] { wake(); });
    } else if (!managed && subscription) {
        lost_before += subscription->lost();
        subscription.reset();
    }
    limit_told = false;
    plan.set_links(sources.links());
    reading = false;
    if (complete) read_leases();
    if (managed) arm(look_interval);
}

/// Without routes to set or to remove there is nothing to read them for.
void PrefixRoutes::Impl::read_leases() {
    if (!config || (config->route_owners.empty() && plan.routes() == 0)) return;
    plan.begin_leases();
    reading = true;
    read_after.reset();
    wake();
}

void PrefixRoutes::Impl::want(const Lease& lease) {
    if (const auto route = route_of(lease, *config, sources.now())) plan.want(*route);
}

void PrefixRoutes::Impl::apply(const LeaseEvent& event) {
    const auto& lease = event.after ? event.after : event.before;
    if (!lease || lease->kind != LeaseKind::pd) return;
    // What comes after may not ask for one: released, reclaimed, or out of its pool.
    if (const auto route = event.after ? route_of(*event.after, *config, sources.now()) : std::nullopt)
        plan.want(*route);
    else
        plan.unwant(destination_of(*lease));
}

/// @return true: more wait
bool PrefixRoutes::Impl::take_events() {
    if (!subscription) return false;
    for (std::size_t i = 0; i < events_per_turn; ++i) {
        const auto told = subscription->take();
        if (!told) break;
        for (const LeaseEvent& event : told->events) apply(event);
    }
    if (const auto lost = lost_before + subscription->lost(); lost != std::exchange(lost_seen, lost)) read_leases();
    return subscription->waiting() > 0;
}

void PrefixRoutes::Impl::read_slice() {
    read_after = sources.page(read_after, leases_per_turn, [this](const Lease& lease) {
        if (lease.kind == LeaseKind::pd) want(lease);
        return true;
    });
    if (read_after) return;
    reading = false;
    all_read = true;
    plan.end_leases();
    closing_read = true;
    look_due = true;
}

/// The sweep that follows is done, too: what the leases no longer ask for is on its way out.
void PrefixRoutes::Impl::end_reading() {
    closing_read = false;
    if (config->route_owners.empty()) return;
    log(MessageId::DHCP6_PREFIX_ROUTES_READ,
        {{"routes", plan.routes()}, {"unknown", plan.count(RouteState::no_next_hop)}});
}

// --------------------------------------------------------------------------------------------------- the loop

void PrefixRoutes::Impl::wake() {
    if (std::exchange(woken, true)) return;
    boost::asio::post(loop, [self = weak_from_this()] {
        if (const auto impl = self.lock()) {
            impl->woken = false;
            impl->turn();
        }
    });
}

/// A little of everything, then the loop does something else.
void PrefixRoutes::Impl::turn() {
    const bool more_events = take_events();
    if (has_room()) {
        if (reading) read_slice();
        const bool swept = !plan.sweep(routes_per_turn);
        if (swept && closing_read && !reading) end_reading();
        if (swept && closing_look) end_look();
    }
    send();
    if (plan.counters().over_limit > 0 && !std::exchange(limit_told, true))
        log(MessageId::DHCP6_PREFIX_ROUTES_LIMIT, {{"limit", std::uint64_t{RoutePlan::routes_max}}});
    const bool can_send = !paused && plan.waiting() > 0 && plan.in_flight() < RoutePlan::in_flight_max;
    if (look_due || plan.needs_look()) begin_look();
    if (more_events || ((reading || plan.sweeping()) && has_room()) || can_send) wake();
}

RouteKernel& PrefixRoutes::Impl::the_kernel() {
    if (kernel) return *kernel;
    RouteKernel::Events events;
    events.answers.done = [this](std::uint32_t number, int error, std::string_view detail) {
        answered(number, error, detail);
    };
    events.answers.route = [this](std::uint32_t number, const KernelRoute& route) {
        if (!looking || number != look_sequence) return;
        // A kernel that does not filter shows everybody's.
        if (RouteOwner{route.table, route.protocol} == owners[owner]) plan.see(route);
    };
    events.answers.interrupted = [this](std::uint32_t number) {
        if (looking && number == look_sequence) whole = false;
    };
    events.answers.end = [this](std::uint32_t number, int error) {
        if (looking && number == look_sequence) end_owner(error);
    };
    events.broken = [this](int error) { broken(error); };
    kernel = make_kernel(loop, std::move(events));
    return *kernel;
}

void PrefixRoutes::Impl::send() {
    for (std::size_t i = 0; i < orders_per_turn && !paused; ++i) {
        const auto order = plan.next(++sequence);
        if (!order) return;
        if (const int error = the_kernel().tell(*order, sequence); error != 0) broken(error);
    }
}

void PrefixRoutes::Impl::answered(std::uint32_t number, int error, std::string_view detail) {
    if (looking && number == look_sequence) return end_owner(error);
    if (const auto refusal = plan.acknowledge(number, error)) tell(*refusal, detail);
    if (error == 0) broken_told = false;
    wake();
}

// ------------------------------------------------------------------------------- a look at the kernel's table

/// When all that was ordered is done: so nothing is seen that is about to go.
void PrefixRoutes::Impl::begin_look() {
    const bool quiet = plan.waiting() == 0 && plan.in_flight() == 0 && !plan.sweeping();
    if (looking || reading || paused || !quiet || !all_read || config->route_owners.empty()) return;
    look_due = false;
    looking = true;
    whole = true;
    owners = config->route_owners;
    owner = 0;
    at_look = plan.counters();
    plan.begin_look();
    ask_owner();
}

void PrefixRoutes::Impl::ask_owner() {
    look_sequence = ++sequence;
    if (const int error = the_kernel().look(owners[owner], look_sequence); error != 0) broken(error);
}

void PrefixRoutes::Impl::end_owner(int error) {
    // A table without routes does not exist.
    if (error != 0 && error != ENOENT) {
        last_error = "reading table " + std::to_string(owners[owner].table) + ": " + words_of(error, {});
        whole = false;
    }
    if (++owner < owners.size()) return ask_owner();
    look_sequence = 0;
    plan.end_look(whole);
    closing_look = true;
    wake();
}

/// The sweep that follows it is done, too.
void PrefixRoutes::Impl::end_look() {
    looking = closing_look = false;
    const auto missing = plan.counters().missing - at_look.missing, stale = plan.counters().stale - at_look.stale;
    if (missing + stale > 0)
        log(MessageId::DHCP6_PREFIX_ROUTES_CORRECTED, {{"missing", missing}, {"stale", stale}});
    if (refusals_untold > 0)
        log(MessageId::DHCP6_PREFIX_ROUTES_REFUSED,
            {{"count", std::exchange(refusals_untold, 0)}, {"error", last_error}});
    refusals_told = 0;
    arm(look_interval);
    wake();
}

// ------------------------------------------------------------------------------------------------ what fails

void PrefixRoutes::Impl::broken(int error) {
    last_error = "netlink: " + words_of(error, {});
    if (!std::exchange(broken_told, true))
        log(MessageId::DHCP6_PREFIX_ROUTES_NO_KERNEL, {{"reason", words_of(error, {})}});
    looking = closing_look = false;
    paused = true;
    plan.forget_in_flight();
    arm(retry_interval);
}

/// Looks again then. What is left to be sent goes first.
void PrefixRoutes::Impl::arm(std::chrono::seconds delay) {
    timer.expires_after(delay);
    timer.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        const auto self = weak.lock();
        if (error || !self) return;
        self->paused = false;
        self->look_due = true;
        self->wake();
        if (!self->config->route_owners.empty()) self->arm(look_interval);
    });
}

void PrefixRoutes::Impl::tell(const RouteRefusal& refusal, std::string_view detail) {
    const KernelRoute& route = refusal.order.route;
    const auto reason = words_of(refusal.error, detail);
    last_error = network_text(route.destination) + ": " + reason;
    if (refusal.again) return;  // said before
    if (refusals_told >= refusals_told_max) {
        ++refusals_untold;
        return;
    }
    ++refusals_told;
    if (!refusal.order.set)
        return log(MessageId::DHCP6_PREFIX_ROUTE_NOT_REMOVED, {{"prefix", network_text(route.destination)},
                                                               {"table", route.table},
                                                               {"reason", reason},
                                                               {"cure", cure_of(refusal.error)}});
    log(MessageId::DHCP6_PREFIX_ROUTE_REFUSED, {{"prefix", network_text(route.destination)},
                                                {"via", to_string(route.via)},
                                                {"interface", refusal.device},
                                                {"table", route.table},
                                                {"reason", reason},
                                                {"cure", cure_of(refusal.error)}});
}

// ---------------------------------------------------------------------------------------------- public face

PrefixRoutes::PrefixRoutes(boost::asio::io_context& loop, EventBus& bus, Sources sources, MakeRouteKernel kernel)
    : impl_{std::make_shared<Impl>(loop, bus, std::move(sources), std::move(kernel))} {}
PrefixRoutes::~PrefixRoutes() = default;

void PrefixRoutes::use(std::shared_ptr<const ServerConfig> config, bool complete) {
    impl_->use(std::move(config), complete);
}
void PrefixRoutes::leases_loaded() {
    impl_->read_leases();
}
void PrefixRoutes::links_changed() {
    if (!impl_->subscription) return;
    impl_->plan.set_links(impl_->sources.links());
    impl_->wake();
}

PrefixRoutesStatus PrefixRoutes::status() const {
    const RoutePlan& plan = impl_->plan;
    PrefixRoutesStatus status;
    status.managed = impl_->subscription != nullptr;
    status.routes = plan.routes();
    status.installed = plan.count(RouteState::installed);
    status.queued = plan.count(RouteState::queued);
    status.no_link = plan.count(RouteState::no_link);
    status.no_next_hop = plan.count(RouteState::no_next_hop);
    status.refused = plan.count(RouteState::refused);
    status.counters = plan.counters();
    status.events_lost = impl_->lost_before + (impl_->subscription ? impl_->subscription->lost() : 0);
    status.last_error = impl_->last_error;
    return status;
}

}  // namespace leasehold
