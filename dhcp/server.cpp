// The life of the server: from the first configuration to the last reply.
#include <algorithm>
#include <boost/asio/post.hpp>
#include <cassert>
#include <filesystem>

#include "dhcp/lease_statistics.hpp"
#include "dhcp/log.hpp"
#include "dhcp/server_impl.hpp"
#include "dhcp/v4/journey.hpp"
#include "dhcp/v6/journey.hpp"

namespace leasehold {

using SteadyClock = std::chrono::steady_clock;

namespace {
constexpr std::chrono::seconds tick_interval{1};
constexpr std::size_t index_growth_per_tick = 1u << 16;

std::uint16_t port_of(const ServerOptions& options) {
    if (options.server_port != 0) return options.server_port;
    return options.family == Family::v4 ? 67 : 547;
}

std::unique_ptr<Journey> make_journey(Family family, JourneyContext context) {
    if (family == Family::v6) return std::make_unique<v6::Journey>(std::move(context));
    return std::make_unique<v4::Journey>(std::move(context));
}

void report_renewal(LeaseHome& at, const StoreResult<void>& outcome) {
    const std::string& where = at.status().where;
    if (outcome)
        log(MessageId::STORE_RENEWED, {{"where", where}});
    else
        log(MessageId::STORE_RENEW_FAILED, {{"where", where}, {"reason", outcome.error().detail}});
}

/// How it goes on, as the end of a message.
std::string what_follows(const BackendStatus& status, const RetryRules& rules) {
    if (!status.next_try)
        return rules.recovers ? "no further attempt is made"
                              : "no attempt is made, because max-reconnect-tries or reconnect-wait-time is 0";
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*status.next_try - SteadyClock::now());
    if (wait.count() <= 0) return "it is tried again at once";
    if (wait < std::chrono::seconds{1}) return "next attempt in " + std::to_string(wait.count()) + " ms";
    return "next attempt in " + std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) + " s";
}
}  // namespace

Server::Impl::Impl(boost::asio::io_context& loop_, const TimeSource& time, ServerBackends backends_,
                   ServerOptions options_)
    : loop{loop_},
      backends{std::move(backends_)},
      options{options_},
      clock{time},
      statistics{time, options.family},
      listeners{loop,
                options.family,
                port_of(options),
                {[this](const ListenerView& at, const Inbound& in) { journey->on_datagram(at, in); },
                 [this] { journey->flush(); },
                 [this](bool backlog) {
                     journey->set_backlog(backlog);
                     serve_newcomers();
                 },
                 [this] {
                     if (routes) routes->links_changed();
                 }}},
      ping{loop},
      journey{make_journey(options.family, {clock, statistics, bus, listeners, options.client_port, &ping,
                                             [this](CarriedMessage&& message) { return carry(std::move(message)); },
                                             [this](OctetView duid) { reconfigurer.heard(duid); }})},
      reclaimer{clock, bus, Journey::foreign_ids, [this](const Prefix& unit) { journey->wake(unit); }},
      editor{clock, bus, Journey::foreign_ids | Journey::foreign_ids >> 1,
             [this](const Prefix& unit) { journey->wake(unit); }},
      reconfigurer{[this](const v6::ReconfigureTarget& to, Reply&& message) {
          return send_reconfigure(to, std::move(message));
      }},
      routes{make_routes()},
      ticker{loop},
      drain_timer{loop} {}

std::unique_ptr<PrefixRoutes> Server::Impl::make_routes() {
    if (options.family != Family::v6) return nullptr;
    PrefixRoutes::Sources sources;
    sources.page = [this](std::optional<Prefix> after, std::size_t limit,
                          const std::function<bool(const Lease&)>& visit) {
        return home ? home->keeper().page_durable(after, limit, visit) : std::nullopt;
    };
    sources.now = [this] { return clock.now(); };
    sources.links = [this] {
        RoutePlan::Links up;
        for (const auto& [index, interface] : listeners.interfaces())
            if (interface.up) up.emplace(interface.name, index);
        return up;
    };
    return std::make_unique<PrefixRoutes>(loop, bus, std::move(sources));
}

StoreWorker::Post Server::Impl::post() {
    return [&io = loop](std::move_only_function<void()> run) { boost::asio::post(io, std::move(run)); };
}

std::unique_ptr<LeaseHome> Server::Impl::make_home(const std::shared_ptr<const ServerConfig>& with,
                                                   OutageSpool* journal) {
    auto made = std::make_unique<LeaseHome>(with, clock, backends.store(with->lease_database), post(),
                                            LeaseHome::Events{}, journal);
    made->events().newest_cltt = [this](LeaseTime newest) { note_newest_cltt(newest); };
    made->events().renewed = [this, at = made.get()](const StoreResult<void>& outcome) {
        on_renewed(*at, outcome);
    };
    made->events().opened = [this, at = made.get()](const Opened& opened) { on_opened(*at, opened); };
    return made;
}

// ---------------------------------------------------------------------------------------------- life

/// The journal is ready, or there is none.
void Server::Impl::start_home() {
    home = make_home(config, spool.get());
    connect(*home);
    journey->use(config, &home->keeper(), home.get());
    reclaimer.use(config, &home->keeper(), home.get());
    editor.use(config, &home->keeper(), home.get());
    home->worker().start();
}

void Server::Impl::connect(LeaseHome& to) {
    to.events().backend = [this](const BackendStatus& status) { on_backend(status); };
    to.events().commit = [this](const CommitReport& report) { store_statistics.committed(report); };
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
            if (takes_changes() && !switching) reclaimer.tick();
            editor.go_on(SteadyClock::now());
        }
        reconfigurer.tick(SteadyClock::now(), v6::replay_value(clock.now_precise()));
        watch_journal();
        tick();
    });
}

void Server::Impl::on_renewed(LeaseHome& at, const StoreResult<void>& outcome) {
    report_renewal(at, outcome);
    if (&at != home.get()) return;
    store_statistics.renewed(outcome.has_value());
    const auto now = std::chrono::system_clock::now();
    if (outcome) {
        credentials.loaded_at = now;
        credentials.refused.clear();
        credentials.refused_since.reset();
    } else {
        credentials.refused = outcome.error().detail;
        if (!credentials.refused_since) credentials.refused_since = now;
    }
    answer_renewals(outcome);
}

void Server::Impl::answer_renewals(const StoreResult<void>& outcome) {
    for (const auto& told : std::exchange(renewal_waiters, {})) told(outcome);
}

void Server::Impl::on_opened(LeaseHome& at, const Opened& opened) {
    if (&at == home.get()) credentials = {.loaded_at = std::chrono::system_clock::now()};
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
    store_statistics.heard(status);
    if (status.state == BackendState::serving && last_state != BackendState::serving) {
        recount(statistics, *config, home->keeper());
        if (routes) routes->leases_loaded();
        has_started = true;
    }
    const bool gave_up = status.state == BackendState::given_up && last_state != BackendState::given_up;
    last_state = status.state;
    if (status.state == BackendState::draining) awaits_drain = false;
    if (status.state == BackendState::waiting || status.state == BackendState::given_up)
        answer_renewals(std::unexpected(StoreError{StoreErrc::unavailable, status.last_error}));
    update_service();
    if (gave_up && !stopping) on_given_up(status);
}

void Server::Impl::on_given_up(const BackendStatus& status) {
    const auto& database = config->lease_database;
    const auto code = exit_when_given_up(status, database.on_fail, database.retry_on_startup);
    if (code) return failed(*code, status.last_error);
    log(MessageId::STORE_STAYS_AWAY, {{"where", status.where}, {"service", to_string(service().mode)}});
}

/// The state that a message is about is `status`; what it means for clients, service() says a moment later.
void Server::Impl::report(const BackendStatus& status) {
    if (status.state == last_state) return;
    const RetryRules rules = retry_rules(config->lease_database);
    if (status.state == BackendState::waiting && status.has_served && status.attempt == 0) {
        const ServiceState now = service_state(service_inputs());
        log(MessageId::STORE_LOST,
            {{"where", status.where},
             {"reason", error_without_place(status)},
             {"service", to_string(now.mode)},
             {"what", now.mode == ServiceMode::closed ? "nobody" : to_string(now.outage)},
             {"next", what_follows(status, rules)}});
    } else if (status.state == BackendState::waiting) {
        log(MessageId::STORE_ATTEMPT_FAILED, {{"where", status.where},
                                              {"attempt", status.attempt},
                                              {"reason", error_without_place(status)},
                                              {"next", what_follows(status, rules)}});
    } else if (status.state == BackendState::given_up) {
        log(MessageId::STORE_GIVEN_UP, {{"where", status.where}, {"reason", error_without_place(status)}});
    } else if (status.state == BackendState::serving) {
        if (status.rows_drained > drained_told)
            log(MessageId::JOURNAL_DRAINED,
                {{"entries", status.rows_drained - drained_told}, {"where", status.where}});
        drained_told = status.rows_drained;
        if (has_started) return log(MessageId::STORE_RECOVERED, {{"where", status.where}});
        log(MessageId::STORE_LOADED, {{"leases", home->keeper().table().size()}, {"where", status.where}});
        log(in_family(MessageId::DHCP4_STARTED, options.family), {{"version", LEASEHOLD_VERSION},
                                                                  {"subnets", config->subnets.size()},
                                                                  {"interfaces", listening_text()}});
    }
}

std::string Server::Impl::listening_text() const {
    std::string text;
    for (const auto& name : listeners.listening()) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "no interface yet" : text;
}

ServiceInputs Server::Impl::service_inputs() const {
    ServiceInputs inputs;
    inputs.backend = home ? &home->status() : nullptr;
    inputs.disabled_by_user = disabled.contains(static_cast<std::uint32_t>(DisableOrigin::user));
    inputs.disabled_by_others = disabled.size() > (inputs.disabled_by_user ? 1u : 0u);
    inputs.serves_without_backend = config && config->lease_database.on_fail != OnFail::stop_retry_exit;
    if (config) inputs.outage_service = outage_service_of(config->lease_database);
    inputs.journal_works = spool && spool->is_usable();
    inputs.held = held;
    return inputs;
}

ServiceState Server::Impl::service() const {
    const auto shut = [](const char* why) {
        return ServiceState{ServiceMode::closed, OutageService::drop, why};
    };
    if (stopping) return shut("stopping");
    if (switching) return shut("the lease database is being changed");
    if (!home) return shut("starting");
    if (awaits_drain) return shut("the outage journal goes into the new lease database first");
    return service_state(service_inputs());
}

bool Server::Impl::takes_changes() const {
    if (!home || !held.empty()) return false;
    if (home->status().state == BackendState::serving) return true;
    const auto now = service();
    return now.mode == ServiceMode::open_without_backend && now.outage == OutageService::spool;
}

void Server::Impl::update_service() {
    const auto now = service();
    const bool limited = now.mode == ServiceMode::open_without_backend && now.outage != OutageService::spool;
    journey->set_open(now.mode != ServiceMode::closed, limited ? std::optional{now.outage} : std::nullopt);
    if (changed) changed();
}

void Server::Impl::on_completions(std::vector<Completion>&& completions) {
    for (Completion& completion : completions)
        if (!journey->on_completion(completion) && !editor.on_completion(completion))
            reclaimer.on_completion(completion);
    editor.go_on(SteadyClock::now());
    journey->flush();
    serve_more_newcomers();
    watch_journal();
}

/// A turn of theirs, and then other work's turn.
void Server::Impl::serve_newcomers() {
    journey->serve_newcomers();
    if (!journey->has_turn_for_newcomers() || std::exchange(serves_newcomers, true)) return;
    boost::asio::post(loop, [this, guard = alive] {
        if (!*guard) return;
        serves_newcomers = false;
        serve_more_newcomers();
    });
}

void Server::Impl::serve_more_newcomers() {
    if (journey->has_turn_for_newcomers()) serve_newcomers();
}

// --------------------------------------------------------------------------- DHCPv4 over DHCPv6 (RFC 7341)

Result<void, std::string> Server::Impl::carry(CarriedMessage&& message) {
    if (!config->carries_dhcpv4)
        return std::unexpected("DHCPv4 over DHCPv6 is off: dhcp4o6-port under \"Dhcp6\" is 0");
    if (carries_to == nullptr)
        return std::unexpected("it carries a DHCPv4 message, and this process serves no \"Dhcp4\"");
    return carries_to->take_carried(std::move(message));
}

Result<void, std::string> Server::Impl::take_carried(CarriedMessage&& message) {
    if (!config || !config->carries_dhcpv4)
        return std::unexpected("DHCPv4 over DHCPv6 is off: dhcp4o6-port under \"Dhcp4\" is 0");
    const auto& known = listeners.interfaces();
    const auto at = known.find(message.interface_index);
    journey->on_carried(std::move(message), at == known.end() ? Ipv4{} : at->second.first_ipv4());
    return {};
}

bool Server::Impl::send_reconfigure(const v6::ReconfigureTarget& to, Reply&& message) {
    const auto* const interface = listeners.interface(to.way.way.device);
    if (interface == nullptr) return false;
    const Ipv6& receiver = message.destination.address;
    const Ipv6 source = is_link_local(receiver) ? interface->link_local().value_or(Ipv6{}) : Ipv6{};
    const auto port = options.client_port != 0 ? options.client_port : message.destination.port;
    listeners.send_udp(interface->index, {message.bytes, source, receiver, port, {}});
    listeners.flush();
    statistics.add(Stat::pkt6_sent);
    statistics.add(Stat::pkt6_reconfigure_sent);
    log(MessageId::DHCP6_RECONFIGURE_SENT, {{"client", to_hex(view(to.duid))},
                                            {"address", to_string(receiver)},
                                            {"interface", to.way.way.device},
                                            {"message", v6::to_string(to.wanted)}});
    return true;
}

// ------------------------------------------------------------------------------- the outage journal

void Server::Impl::open_journal(const BackendConfig& database,
                                std::function<void(const StoreError*)> opened) {
    spool = std::make_unique<OutageSpool>(database, backends.journal(database), post());
    spool->events().file = [this, opened = std::move(opened)](const BackendStatus& file) mutable {
        on_journal(file);
        const bool works = file.state == BackendState::serving;
        if (!opened || (!works && file.state != BackendState::given_up)) return;
        // Not from inside the journal's own call: what follows may let go of it.
        const StoreError error{file.last_code.value_or(StoreErrc::unavailable), file.last_error};
        boost::asio::post(loop, [this, works, error, guard = alive, tell = std::exchange(opened, nullptr)] {
            if (*guard && !stopping) tell(works ? nullptr : &error);
        });
    };
    spool->start();
}

void Server::Impl::on_journal(const BackendStatus& file) {
    if (file.state == BackendState::serving) {
        const auto status = spool->status();
        log(journal_opened ? MessageId::JOURNAL_RECOVERED : MessageId::JOURNAL_OPENED,
            {{"file", spool->path()}, {"entries", status.entries}});
        journal_opened = true;
    } else if (file.state == BackendState::waiting && file.attempt == 0) {
        log(MessageId::JOURNAL_LOST, {{"file", spool->path()}, {"reason", file.last_error}});
    }
    watch_journal();
    update_service();
}

/// It fills up, and is emptied, without a word of its own.
void Server::Impl::watch_journal() {
    if (!spool) return;
    const bool usable = spool->is_usable();
    if (usable == journal_usable) return;
    journal_usable = usable;
    const auto status = spool->status();
    if (status.full)
        log(MessageId::JOURNAL_FULL,
            {{"file", spool->path()}, {"octets", status.octets}, {"entries", status.entries}});
    update_service();
}

// ------------------------------------------------------------------------------------- the public face

Server::Server(boost::asio::io_context& loop, const TimeSource& time, ServerBackends backends,
               ServerOptions options)
    : impl_{std::make_unique<Impl>(loop, time, std::move(backends), options)} {}

Server::~Server() = default;

void Server::start(std::shared_ptr<const ServerConfig> config, Failed failed) {
    assert(!impl_->config);
    impl_->failed = std::move(failed);
    impl_->take(std::move(config));
    impl_->tick();
    const BackendConfig& database = impl_->config->lease_database;
    std::error_code unreadable;  // then opening it tells why
    // What an earlier outage has left goes into the database whatever is served in the next one.
    const bool left = !database.outage_journal.empty() && database.type != BackendType::memory &&
                      std::filesystem::exists(database.outage_journal, unreadable);
    if (!needs_outage_journal(database) && !left) return impl_->start_home();
    impl_->open_journal(database, [impl = impl_.get()](const StoreError* error) {
        if (error == nullptr) return impl->start_home();
        impl->failed(ExitCode::state_directory, "the outage journal cannot be used: " + error->detail);
    });
}

void Server::apply(std::shared_ptr<const ServerConfig> config, ApplyDone done) {
    if (impl_->apply_done)
        return done({.text = "Another configuration is being applied; try again after it."});
    if (!impl_->home) return done({.text = "The server is starting; try again in a moment."});
    impl_->apply_done = std::move(done);
    constexpr std::chrono::seconds leaving_time_max{10};
    impl_->prepare(std::move(config), SteadyClock::now() + leaving_time_max);
}

void Server::stop(SteadyClock::time_point deadline, std::function<void()> done) {
    impl_->stopping = true;
    impl_->update_service();
    impl_->ticker.cancel();
    impl_->drain_timer.cancel();
    if (impl_->preparing) impl_->preparing->cancel();
    impl_->preparing.reset();
    impl_->finish_apply({.text = "The server is stopping."});
    auto end = [impl = impl_.get(), guard = impl_->alive, done = std::move(done)] {
        if (!*guard) return;
        impl->journey->flush();
        impl->listeners.close();
        if (impl->spool && impl->spool->status().entries > 0)
            log(MessageId::JOURNAL_LEFT,
                {{"file", impl->spool->path()}, {"entries", impl->spool->status().entries}});
        done();
    };
    auto end_journal = [impl = impl_.get(), guard = impl_->alive, deadline, end = std::move(end)] {
        if (!*guard) return;
        if (!impl->spool) return end();
        impl->spool->stop(deadline, end);
    };
    if (!impl_->home) return end_journal();
    impl_->home->worker().stop(deadline, std::move(end_journal));
}

void Server::carry_to(Server& dhcpv4) {
    impl_->carries_to = dhcpv4.impl_.get();
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

void Server::edit(LeaseEdit edit, EditDone done) {
    const auto refuse = [&](std::string why) { done({EditOutcome::unavailable, std::move(why), {}}); };
    if (impl_->stopping) return refuse("the server is stopping");
    if (impl_->switching) return refuse("the lease database is being changed");
    if (!impl_->home) return refuse("the server is starting");
    // Why it is away is worth more than that it takes no changes.
    auto told = [impl = impl_.get(), guard = impl_->alive, done = std::move(done)](const EditResult& result) {
        const bool away = result.outcome == EditOutcome::unavailable && *guard && impl->home &&
                          !is_open(impl->home->status().state);
        if (!away) return done(result);
        const BackendStatus& at = impl->home->status();
        done({result.outcome, at.where + " is away" + (at.last_error.empty() ? "" : ": " + at.last_error), {}});
    };
    impl_->editor.run(std::move(edit), std::move(told));
}

bool Server::reconfigure(v6::ReconfigureTarget target) {
    return impl_->reconfigurer.add(std::move(target));
}

void Server::accept_clock() {
    impl_->clock.accept();
}

void Server::renew_credentials(Renewed done) {
    const auto answer = [&](StoreErrc code, std::string why) {
        if (done) done(std::unexpected(StoreError{code, std::move(why)}));
    };
    if (!impl_->home) return answer(StoreErrc::unavailable, "the server is starting");
    const BackendConfig& database = impl_->config->lease_database;
    if (!is_server(database.type))
        return answer(StoreErrc::configuration,
                      describe(database) + " is no database server: it has no credentials");
    const bool open = is_open(impl_->home->status().state);
    impl_->home->renew(database);
    if (!open)
        return answer(StoreErrc::unavailable,
                      describe(database) + " is not open: the attempt that begins now reads the files");
    if (done) impl_->renewal_waiters.push_back(std::move(done));
}

void Server::on_change(std::function<void()> changed) {
    impl_->changed = std::move(changed);
}

}  // namespace leasehold
