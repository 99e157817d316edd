// Putting another configuration to use (lease-engine 11): what changed is opened beside what runs, then
// swapped. Before the swap the running service has not noticed; when the new lease database cannot be opened,
// its own keys say what happens (docs/recovery.md).
#include <algorithm>
#include <cassert>
#include <thread>

#include "dhcp/lease_statistics.hpp"
#include "dhcp/log.hpp"
#include "dhcp/server_impl.hpp"
#include "dhcp/subnet_ids.hpp"

namespace leasehold {

namespace {
constexpr std::chrono::seconds drain_time_max{10};      // for answers of a database that is being left
constexpr std::chrono::seconds drain_time_away_max{2};  // of one that does not answer now
constexpr std::chrono::milliseconds drain_look{5};
}  // namespace

void Server::Impl::take(std::shared_ptr<const ServerConfig> next) {
    auto old = std::exchange(config, std::move(next));
    held.clear();
    statistics.limit_count_all(config->statistic_sample_count);
    if (config->statistic_sample_age > 0)
        statistics.limit_age_all(std::chrono::seconds{config->statistic_sample_age});
    if (spool) spool->set_octets_max(config->lease_database.spool_max_octets);
    if (home) {
        journey->use(config, &home->keeper(), home.get());
        reclaimer.use(config, &home->keeper(), home.get());
        editor.use(config, &home->keeper(), home.get());
    }
    reconfigurer.use(config);
    listeners.use(config->interfaces);
    if (routes) routes->use(config, home && home->keeper().complete());
    reloaded_at = SteadyClock::now();
    // Ten thousand subnets take milliseconds to free: not on the loop.
    if (old) std::thread{[last = std::move(old)] {}}.detach();
}

std::uint64_t Server::Impl::leases_without_subnet() const {
    std::int64_t count = 0;
    home->keeper().counts().for_each([&](const LeaseScope& scope, const LeaseCount& leases) {
        if (config->subnet(scope.subnet_id) == nullptr) count += leases.assigned;
    });
    return static_cast<std::uint64_t>(std::max<std::int64_t>(count, 0));
}

// Before the swap: afterwards the old ids mean something else.
std::string Server::Impl::tell_of_changed_ids(const ServerConfig& next) const {
    const auto leases_of = [this](std::uint32_t subnet_id) {
        return static_cast<std::uint64_t>(
            std::max<std::int64_t>(home->keeper().counts().of_subnet(subnet_id).assigned, 0));
    };
    const auto changes = changed_subnet_ids(*config, next, leases_of);
    for (const SubnetIdChange& change : changes)
        if (change.leases != 0)
            log(in_family(MessageId::DHCP4_SUBNET_ID_CHANGED, options.family),
                {{"subnet", network_text(change.network)},
                 {"old", change.old_id},
                 {"new", change.new_id},
                 {"leases", change.leases}});
    return changes.empty() ? std::string{}
                           : "Subnets whose ids changed, so that their leases are not found any more: " +
                                 to_text(changes) + ".";
}

void Server::Impl::swap_to(Reconfiguration::Prepared prepared) {
    preparing.reset();
    if (prepared.home) {
        switching = true;
        update_service();
        const bool away = home->status().state != BackendState::serving;
        auto kept = std::make_shared<Reconfiguration::Prepared>(std::move(prepared));
        return drain_then_swap(std::move(kept),
                               SteadyClock::now() + (away ? drain_time_away_max : drain_time_max));
    }
    // Whoever puts a configuration to use while the database is away wants it to be tried now.
    const auto state = home->status().state;
    if (config->lease_database != prepared.config->lease_database || state == BackendState::waiting ||
        state == BackendState::given_up)
        home->renew(prepared.config->lease_database);
    const std::string changed_ids = tell_of_changed_ids(*prepared.config);
    home->keeper().use(prepared.config, std::move(prepared.pools));
    take(prepared.config);
    if (home->status().state == BackendState::serving) recount(statistics, *config, home->keeper());
    update_service();
    finish_apply({.applied = true, .text = changed_ids, .leases_without_subnet = leases_without_subnet()});
}

// What is with the old database is answered first; a client that asks meanwhile is heard a moment later. One
// that does not answer is left all the same: its clients got no reply.
void Server::Impl::drain_then_swap(std::shared_ptr<Reconfiguration::Prepared> prepared,
                                   SteadyClock::time_point until) {
    const bool drained = journey->idle() && reclaimer.idle() && editor.idle();
    if (!drained && SteadyClock::now() < until) {
        drain_timer.expires_after(drain_look);
        drain_timer.async_wait([this, prepared, until](boost::system::error_code error) {
            if (!error) drain_then_swap(prepared, until);
        });
        return;
    }
    switching = false;
    if (!drained && home->status().state == BackendState::serving) {
        update_service();
        return finish_apply(
            {.text = "The present lease database does not answer, so its clients cannot be answered first.",
             .store_error = StoreErrc::unavailable});
    }
    const bool abandons = !drained;
    if (abandons) {
        journey->abandon();
        reclaimer.abandon();
        editor.abandon();
    }
    const bool has_entries = spool && (abandons || spool->status().entries > 0);
    swap_home(*prepared);
    if (spool) {
        home->adopt(spool.get(), has_entries);
        awaits_drain = has_entries;
    }
    update_service();
    const BackendStatus& status = home->status();
    const std::string text =
        prepared->recovering ? "The lease database " + status.where + " cannot be used yet (" +
                                   status.last_error + "); it is tried again, and service starts when it can."
                             : "Leases are now kept in " + status.where + ".";
    finish_apply({.applied = true,
                  .text = text,
                  .leases_without_subnet = leases_without_subnet(),
                  .leases_missing = prepared->leases_missing});
}

void Server::Impl::swap_home(Reconfiguration::Prepared& prepared) {
    auto old = std::exchange(home, std::move(prepared.home));
    old->let_go();
    connect(*home);
    last_state = home->status().state;
    store_statistics.follow(home->status());
    drained_told = home->status().rows_drained;
    credentials = {.loaded_at = std::chrono::system_clock::now()};
    answer_renewals(
        std::unexpected(StoreError{StoreErrc::unavailable, "its lease database was left meanwhile"}));
    take(prepared.config);
    recount(statistics, *config, home->keeper());
    LeaseHome* closing = old.get();
    leaving.push_back(std::move(old));
    closing->worker().stop(SteadyClock::now() + drain_time_max, [this, closing, guard = alive] {
        if (*guard) std::erase_if(leaving, [&](const auto& entry) { return entry.get() == closing; });
    });
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
    const BackendConfig& database = next->lease_database;
    if (!needs_outage_journal(database)) return prepare_database(next);
    if (!spool) {
        return open_journal(database, [this, next](const StoreError* error) {
            if (error == nullptr) return prepare_database(next);
            spool.reset();
            finish_apply({.text = "The outage journal cannot be used: " + error->detail + ".",
                          .store_error = error->code});
        });
    }
    if (spool->path() != database.outage_journal)
        return finish_apply({.text = "The outage journal " + spool->path() +
                                     " is in use: another file for it takes a restart."});
    prepare_database(next);
}

/// One that was never open is tried beside the present attempts, so that the answer can say how that went,
/// unless the new configuration goes on trying too.
bool Server::Impl::keeps_home(const ServerConfig& next) const {
    const BackendStatus& status = home->status();
    if (!same_database(config->lease_database, next.lease_database)) return false;
    const bool goes_on = next.lease_database.retry_on_startup && status.state != BackendState::given_up;
    return status.has_served || status.state == BackendState::loading || goes_on;
}

void Server::Impl::prepare_database(const std::shared_ptr<const ServerConfig>& next) {
    Reconfiguration::Events events;
    events.ready = [this](Reconfiguration::Prepared prepared) { swap_to(std::move(prepared)); };
    events.refused = [this, next](const Reconfiguration::Refused& refused) { refuse(*next, refused); };
    preparing = std::make_shared<Reconfiguration>(loop, clock, *home, config, next, std::move(events));
    if (!keeps_home(*next)) return preparing->prepare_home(make_home(next, nullptr));
    if (spool && !home->has_spool()) home->adopt(spool.get(), spool->status().entries > 0);
    preparing->prepare_pools();
}

void Server::Impl::refuse(const ServerConfig& next, const Reconfiguration::Refused& refused) {
    preparing.reset();
    ApplyResult result{.text = refused.detail + ".", .store_error = refused.code};
    if (next.hold_when_not_applied) {
        held =
            "a new configuration could not be put to use, and reconfigure-on-fail is hold: " + refused.detail;
        result.held = true;
        update_service();
    }
    finish_apply(result);
}

void Server::Impl::finish_apply(const ApplyResult& result) {
    if (auto done = std::exchange(apply_done, nullptr)) done(result);
}

}  // namespace leasehold
