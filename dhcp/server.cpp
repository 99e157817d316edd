#include "dhcp/server.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <map>
#include <thread>

#include "dhcp/lease_home.hpp"
#include "dhcp/lease_statistics.hpp"
#include "dhcp/listeners.hpp"
#include "dhcp/log.hpp"
#include "dhcp/reclaimer.hpp"
#include "dhcp/reconfiguration.hpp"
#include "dhcp/v4/journey.hpp"

namespace leasehold {

using SteadyClock = std::chrono::steady_clock;

namespace {
constexpr std::chrono::seconds tick_interval{1};
constexpr std::chrono::seconds drain_time_max{10};  // for answers of a database that is being left
constexpr std::chrono::milliseconds drain_look{5};
constexpr std::size_t index_growth_per_tick = 1u << 16;

void report_renewal(LeaseHome& at, const StoreResult<void>& outcome) {
    const std::string& where = at.status().where;
    if (outcome)
        log(MessageId::STORE_RENEWED, {{"where", where}});
    else
        log(MessageId::STORE_RENEW_FAILED, {{"where", where}, {"reason", outcome.error().detail}});
}
}  // namespace

struct Server::Impl {
    Impl(boost::asio::io_context& loop_, const TimeSource& time, OpenStore open_store_,
         ServerOptions options_)
        : loop{loop_},
          open_store{std::move(open_store_)},
          options{options_},
          clock{time},
          statistics{time},
          listeners{loop,
                    options.server_port,
                    {[this](const ListenerView& at, const Inbound& in) { journey.on_datagram(at, in); },
                     [this] { journey.flush(); }}},
          journey{{clock, statistics, listeners, options.client_port}},
          reclaimer{clock, statistics, v4::Journey::foreign_ids,
                    [this](const Prefix& unit) { journey.wake(unit); }},
          ticker{loop},
          drain_timer{loop} {}

    ~Impl() { *alive = false; }

    StoreWorker::Post post() {
        return [&io = loop](std::function<void()> run) { boost::asio::post(io, std::move(run)); };
    }
    std::unique_ptr<LeaseHome> make_home(const std::shared_ptr<const ServerConfig>& with) {
        auto made = std::make_unique<LeaseHome>(with, clock, open_store(with->lease_database), post(),
                                                LeaseHome::Events{});
        made->events().newest_cltt = [this](LeaseTime newest) { note_newest_cltt(newest); };
        made->events().renewed = [at = made.get()](const StoreResult<void>& outcome) {
            report_renewal(*at, outcome);
        };
        made->events().opened = [this, at = made.get()](const Opened& opened) { on_opened(*at, opened); };
        return made;
    }

    // --- life
    void connect(LeaseHome& to);
    void tick();
    void on_backend(const BackendStatus& status);
    void on_opened(LeaseHome& at, const Opened& opened);
    void note_newest_cltt(LeaseTime newest);
    void on_completions(std::vector<Completion>&& completions);
    void report(const BackendStatus& status);
    void update_service();
    ServiceState service() const;
    std::string listening_text() const;

    // --- reconfiguration
    void prepare(std::shared_ptr<const ServerConfig> next, SteadyClock::time_point until);
    void swap_to(Reconfiguration::Prepared prepared);
    void drain_then_swap(std::shared_ptr<Reconfiguration::Prepared> prepared, SteadyClock::time_point until);
    void take(std::shared_ptr<const ServerConfig> next);
    void finish_apply(const ApplyResult& result);
    std::uint64_t leases_without_subnet() const;

    boost::asio::io_context& loop;
    OpenStore open_store;
    ServerOptions options;
    LeaseClock clock;
    Statistics statistics;
    Listeners listeners;
    v4::Journey journey;
    Reclaimer reclaimer;

    std::shared_ptr<const ServerConfig> config;
    std::unique_ptr<LeaseHome> home;
    std::vector<std::unique_ptr<LeaseHome>> leaving;  // until they have closed
    std::shared_ptr<Reconfiguration> preparing;
    ApplyDone apply_done;
    Failed failed;
    std::function<void()> changed;

    std::map<std::uint32_t, std::unique_ptr<boost::asio::steady_timer>>
        disabled;  // by origin; null: no limit
    boost::asio::steady_timer ticker, drain_timer;
    BackendState last_state = BackendState::closed;
    bool has_served = false;
    bool stopping = false;
    bool switching = false;
    SteadyClock::time_point started_at = SteadyClock::now(), reloaded_at = SteadyClock::now();
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

// ---------------------------------------------------------------------------------------------- life

void Server::Impl::connect(LeaseHome& to) {
    to.events().backend = [this](const BackendStatus& status) { on_backend(status); };
    to.events().completions = [this](std::vector<Completion>&& list) { on_completions(std::move(list)); };
}

void Server::Impl::tick() {
    ticker.expires_after(tick_interval);
    ticker.async_wait([this, guard = alive](boost::system::error_code error) {
        if (error || !*guard) return;
        if (clock.check()) {
            const auto status = clock.status();
            if (status.step.count() == 0)
                log(MessageId::CLOCK_SETTLED);
            else
                log(MessageId::CLOCK_STEP, {{"seconds", status.step.count()}});
        }
        if (home) {
            home->keeper().expire_holds(clock.now());
            home->keeper().table().grow_step(index_growth_per_tick);
            if (home->status().state == BackendState::serving && !switching) reclaimer.tick();
        }
        tick();
    });
}

void Server::Impl::on_opened(LeaseHome& at, const Opened& opened) {
    const std::string& where = at.status().where;
    log(MessageId::STORE_OPENED, {{"where", where}, {"version", opened.schema_version}});
    for (const auto& notice : opened.notices)
        log(MessageId::STORE_NOTICE, {{"where", where}, {"notice", notice}});
    if (opened.lacks_encryption) log(MessageId::STORE_NOT_ENCRYPTED, {{"where", where}});
    for (const auto& warning : opened.warnings)
        log(MessageId::STORE_WARNING, {{"where", where}, {"warning", warning}});
    if (opened.newest_cltt) note_newest_cltt(*opened.newest_cltt);
}

void Server::Impl::note_newest_cltt(LeaseTime newest) {
    const bool waited = clock.status().wait_until.has_value();
    clock.note_newest_cltt(newest);
    const auto until = clock.status().wait_until;
    if (until && !waited) log(MessageId::CLOCK_IN_PAST, {{"seconds", (*until - clock.now()).count()}});
}

void Server::Impl::on_backend(const BackendStatus& status) {
    report(status);
    if (status.state == BackendState::serving && last_state != BackendState::serving) {
        recount(statistics, *config, home->keeper());
        has_served = true;
    }
    const bool gave_up = status.state == BackendState::given_up && last_state != BackendState::given_up;
    last_state = status.state;
    update_service();
    if (!gave_up || stopping) return;
    if (!has_served)
        return failed(exit_code_of(status.last_code.value_or(StoreErrc::unavailable)), status.last_error);
    if (config->lease_database.on_fail != OnFail::serve_retry_continue)
        failed(ExitCode::recovery_given_up, status.last_error);
}

void Server::Impl::report(const BackendStatus& status) {
    if (status.state == last_state) return;
    using std::chrono::duration_cast;
    const auto wait = status.next_try
                          ? duration_cast<std::chrono::seconds>(*status.next_try - SteadyClock::now()) +
                                std::chrono::seconds{1}
                          : std::chrono::seconds{0};
    if (status.state == BackendState::waiting && has_served && status.attempt <= 1) {
        log(MessageId::STORE_LOST,
            {{"where", status.where}, {"reason", status.last_error}, {"seconds", wait.count()}});
    } else if (status.state == BackendState::waiting) {
        log(MessageId::STORE_ATTEMPT_FAILED, {{"where", status.where},
                                              {"attempt", status.attempt},
                                              {"reason", status.last_error},
                                              {"seconds", wait.count()}});
    } else if (status.state == BackendState::given_up) {
        log(MessageId::STORE_GIVEN_UP, {{"where", status.where}, {"reason", status.last_error}});
    } else if (status.state == BackendState::serving && has_served) {
        log(MessageId::STORE_RECOVERED, {{"where", status.where}});
    } else if (status.state == BackendState::serving) {
        log(MessageId::STORE_LOADED, {{"leases", home->keeper().table().size()}, {"where", status.where}});
        log(MessageId::DHCP4_STARTED, {{"version", LEASEHOLD_VERSION},
                                       {"subnets", config->subnets.size()},
                                       {"interfaces", listening_text()}});
    }
}

std::string Server::Impl::listening_text() const {
    std::string text;
    for (const auto& name : listeners.listening()) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "no interface yet" : text;
}

ServiceState Server::Impl::service() const {
    if (!home || stopping || switching) return {ServiceMode::closed, stopping ? "stopping" : "starting"};
    ServiceInputs inputs;
    inputs.backend = &home->status();
    inputs.disabled_by_user = disabled.contains(static_cast<std::uint32_t>(DisableOrigin::user));
    inputs.disabled_by_others = disabled.size() > (inputs.disabled_by_user ? 1u : 0u);
    return service_state(inputs);
}

void Server::Impl::update_service() {
    journey.set_open(service().mode == ServiceMode::open);
    if (changed) changed();
}

void Server::Impl::on_completions(std::vector<Completion>&& completions) {
    for (Completion& completion : completions)
        if (!journey.on_completion(completion)) reclaimer.on_completion(completion);
    journey.flush();
}

// ---------------------------------------------------------------------------------- reconfiguration

void Server::Impl::take(std::shared_ptr<const ServerConfig> next) {
    auto old = std::exchange(config, std::move(next));
    statistics.limit_count_all(config->statistic_sample_count);
    if (config->statistic_sample_age > 0)
        statistics.limit_age_all(std::chrono::seconds{config->statistic_sample_age});
    journey.use(config, &home->keeper(), &home->worker());
    reclaimer.use(config, &home->keeper(), &home->worker());
    listeners.use(config->interfaces);
    reloaded_at = SteadyClock::now();
    // Ten thousand subnets take milliseconds to free: not on the loop.
    if (old) std::thread{[last = std::move(old)] {}}.detach();
}

std::uint64_t Server::Impl::leases_without_subnet() const {
    std::int64_t count = 0;
    for (const auto& [scope, leases] : home->keeper().counts())
        if (config->subnet(scope.subnet_id) == nullptr) count += leases.assigned;
    return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

void Server::Impl::swap_to(Reconfiguration::Prepared prepared) {
    preparing.reset();
    if (prepared.home) {
        switching = true;
        update_service();
        auto kept = std::make_shared<Reconfiguration::Prepared>(std::move(prepared));
        return drain_then_swap(std::move(kept), SteadyClock::now() + drain_time_max);
    }
    if (config->lease_database != prepared.config->lease_database)
        home->renew(prepared.config->lease_database);
    home->keeper().use(prepared.config, std::move(prepared.pools));
    take(prepared.config);
    if (home->status().state == BackendState::serving) recount(statistics, *config, home->keeper());
    finish_apply({true, "", std::nullopt, leases_without_subnet(), 0});
}

// What is with the old database is answered first; a client that asks meanwhile is heard a moment later.
void Server::Impl::drain_then_swap(std::shared_ptr<Reconfiguration::Prepared> prepared,
                                   SteadyClock::time_point until) {
    const bool drained = journey.idle() && reclaimer.idle();
    if (!drained && SteadyClock::now() < until) {
        drain_timer.expires_after(drain_look);
        drain_timer.async_wait([this, prepared, until](boost::system::error_code error) {
            if (!error) drain_then_swap(prepared, until);
        });
        return;
    }
    switching = false;
    if (!drained) {
        update_service();
        return finish_apply(
            {false, "The present lease database does not answer, so its clients cannot be answered first.",
             StoreErrc::unavailable, 0, 0});
    }
    auto old = std::exchange(home, std::move(prepared->home));
    old->events() = {};
    connect(*home);
    last_state = home->status().state;
    take(prepared->config);
    recount(statistics, *config, home->keeper());
    update_service();
    LeaseHome* closing = old.get();
    leaving.push_back(std::move(old));
    closing->worker().stop(SteadyClock::now() + drain_time_max, [this, closing, guard = alive] {
        if (*guard) std::erase_if(leaving, [&](const auto& entry) { return entry.get() == closing; });
    });
    finish_apply({true, "Leases are now kept in " + home->status().where + ".", std::nullopt,
                  leases_without_subnet(), prepared->leases_missing});
}

// A database that was left a moment ago is closed first: going back to it finds it free.
void Server::Impl::prepare(std::shared_ptr<const ServerConfig> next, SteadyClock::time_point until) {
    if (!leaving.empty() && SteadyClock::now() < until) {
        drain_timer.expires_after(drain_look);
        drain_timer.async_wait([this, next, until](boost::system::error_code error) {
            if (!error) prepare(next, until);
        });
        return;
    }
    Reconfiguration::Events events;
    events.ready = [this](Reconfiguration::Prepared prepared) { swap_to(std::move(prepared)); };
    events.refused = [this](const Reconfiguration::Refused& refused) {
        preparing.reset();
        finish_apply({false, refused.detail + ".", refused.code, 0, 0});
    };
    preparing = std::make_shared<Reconfiguration>(loop, clock, *home, config, next, std::move(events));
    // One that was given up is opened anew, as an operator who corrects its cause expects.
    const bool keeps = same_database(config->lease_database, next->lease_database) &&
                       home->status().state != BackendState::given_up;
    if (keeps)
        preparing->prepare_pools();
    else
        preparing->prepare_home(make_home(next));
}

void Server::Impl::finish_apply(const ApplyResult& result) {
    if (auto done = std::exchange(apply_done, nullptr)) done(result);
}

// ------------------------------------------------------------------------------------- the public face

Server::Server(boost::asio::io_context& loop, const TimeSource& time, OpenStore open_store,
               ServerOptions options)
    : impl_{std::make_unique<Impl>(loop, time, std::move(open_store), options)} {}

Server::~Server() = default;

void Server::start(std::shared_ptr<const ServerConfig> config, Failed failed) {
    assert(!impl_->home);
    impl_->failed = std::move(failed);
    impl_->home = impl_->make_home(config);
    impl_->connect(*impl_->home);
    impl_->take(std::move(config));
    impl_->tick();
    impl_->home->worker().start();
}

void Server::apply(std::shared_ptr<const ServerConfig> config, ApplyDone done) {
    if (impl_->apply_done)
        return done({false, "Another configuration is being applied; try again after it.", {}, 0, 0});
    impl_->apply_done = std::move(done);
    impl_->prepare(std::move(config), SteadyClock::now() + drain_time_max);
}

void Server::stop(SteadyClock::time_point deadline, std::function<void()> done) {
    impl_->stopping = true;
    impl_->update_service();
    impl_->ticker.cancel();
    impl_->drain_timer.cancel();
    if (impl_->preparing) impl_->preparing->cancel();
    impl_->preparing.reset();
    if (!impl_->home) {
        impl_->listeners.close();
        return done();
    }
    impl_->home->worker().stop(deadline, [impl = impl_.get(), guard = impl_->alive, done = std::move(done)] {
        if (!*guard) return;
        impl->journey.flush();
        impl->listeners.close();
        done();
    });
}

void Server::disable(std::uint32_t origin, std::optional<std::chrono::seconds> max_period) {
    std::unique_ptr<boost::asio::steady_timer> timer;
    if (max_period) {
        timer = std::make_unique<boost::asio::steady_timer>(impl_->loop, *max_period);
        timer->async_wait([this, origin, guard = impl_->alive](boost::system::error_code error) {
            if (!error && *guard) enable(origin);
        });
    }
    impl_->disabled[origin] = std::move(timer);
    impl_->update_service();
}

void Server::enable(std::uint32_t origin) {
    impl_->disabled.erase(origin);
    impl_->update_service();
}

void Server::reclaim(bool remove, std::function<void(std::uint64_t)> done) {
    if (!impl_->home || impl_->service().mode == ServiceMode::closed) return done(0);
    impl_->reclaimer.run_all(remove, std::move(done));
}

void Server::accept_clock() {
    impl_->clock.accept();
}

void Server::on_change(std::function<void()> changed) {
    impl_->changed = std::move(changed);
}

ServerStatus Server::status() const {
    ServerStatus status;
    status.service = impl_->service();
    if (impl_->home) status.backend = impl_->home->status();
    status.clock = impl_->clock.status();
    const auto now = SteadyClock::now();
    status.uptime = std::chrono::duration_cast<std::chrono::seconds>(now - impl_->started_at);
    status.since_reload = std::chrono::duration_cast<std::chrono::seconds>(now - impl_->reloaded_at);
    for (const auto& [origin, timer] : impl_->disabled) status.disabled_by.push_back(origin);
    status.listening = impl_->listeners.listening();
    for (auto& problem : impl_->listeners.problems())
        status.socket_problems.push_back({problem.interface, problem.reason});
    status.preparing = impl_->preparing != nullptr || impl_->switching;
    status.parked = impl_->journey.parked();
    status.queue_full = impl_->journey.counters().queue_full;
    status.replies_too_old = impl_->journey.counters().replies_too_old;
    if (!impl_->home) return status;
    const auto& keeper = impl_->home->keeper();
    const auto table = keeper.table().stats();
    status.leases = table.leases;
    status.table_bytes = table.bytes;
    status.pending = keeper.pending().size();
    status.offers_held = keeper.offers().size();
    status.holds_overflowed = keeper.offers().overflowed();
    status.set_aside = keeper.set_aside_count();
    return status;
}

Statistics& Server::statistics() {
    return impl_->statistics;
}
std::shared_ptr<const ServerConfig> Server::config() const {
    return impl_->config;
}
LeaseTime Server::now() const {
    return impl_->clock.now();
}

std::optional<Lease> Server::find(const Prefix& address) const {
    return impl_->home ? impl_->home->keeper().durable(address) : std::nullopt;
}
LeaseRows Server::by_client_id(OctetView client_id) const {
    if (!impl_->home) return {};
    return impl_->home->keeper().durable(impl_->home->keeper().table().by_client_id(client_id));
}
LeaseRows Server::by_hwaddr(OctetView hwaddr) const {
    if (!impl_->home) return {};
    return impl_->home->keeper().durable(impl_->home->keeper().table().by_hwaddr(hwaddr));
}
std::optional<Prefix> Server::page(std::optional<Prefix> after, std::size_t limit,
                                   const std::function<bool(const Lease&)>& visit) const {
    return impl_->home ? impl_->home->keeper().page_durable(after, limit, visit) : std::nullopt;
}

}  // namespace leasehold
