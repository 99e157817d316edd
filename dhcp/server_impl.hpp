// What Server is made of. Its life is in server.cpp, putting another configuration to use in server_apply.cpp,
// what it tells of itself in server_queries.cpp. Included by these three only.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>

#include "dhcp/event_bus.hpp"
#include "dhcp/journey.hpp"
#include "dhcp/lease_editor.hpp"
#include "dhcp/lease_home.hpp"
#include "dhcp/listeners.hpp"
#include "dhcp/ping.hpp"
#include "dhcp/prefix_routes.hpp"
#include "dhcp/reclaimer.hpp"
#include "dhcp/reconfiguration.hpp"
#include "dhcp/server.hpp"
#include "dhcp/store_statistics.hpp"
#include "dhcp/v6/reconfigurer.hpp"

namespace leasehold {

struct Server::Impl {
    using SteadyClock = std::chrono::steady_clock;

    Impl(boost::asio::io_context& loop, const TimeSource& time, ServerBackends backends,
         ServerOptions options);
    ~Impl() { *alive = false; }

    StoreWorker::Post post();
    std::unique_ptr<LeaseHome> make_home(const std::shared_ptr<const ServerConfig>& with,
                                         OutageSpool* journal);

    // --- life
    void start_home();
    void connect(LeaseHome& to);
    void tick();
    void on_backend(const BackendStatus& status);
    void on_given_up(const BackendStatus& status);
    void on_opened(LeaseHome& at, const Opened& opened);
    void on_renewed(LeaseHome& at, const StoreResult<void>& outcome);
    void answer_renewals(const StoreResult<void>& outcome);
    void note_newest_cltt(LeaseTime newest);
    void on_completions(std::vector<Completion>&& completions);
    void serve_newcomers();
    void serve_more_newcomers();
    void report(const BackendStatus& status);
    void update_service();
    ServiceInputs service_inputs() const;
    ServiceState service() const;
    /// Are changes made now, in whichever place they become durable?
    bool takes_changes() const;
    std::string listening_text() const;
    std::unique_ptr<PrefixRoutes> make_routes();

    /// v6: hands what a DHCPv6 message carried to the DHCPv4 server.
    Result<void, std::string> carry(CarriedMessage&& message);
    /// v4: takes it.
    Result<void, std::string> take_carried(CarriedMessage&& message);

    /// v6: sends a RECONFIGURE from the interface that its client is behind. False: there is none now.
    bool send_reconfigure(const v6::ReconfigureTarget& to, Reply&& message);

    // --- the outage journal
    /// `opened` gets why it cannot be used; "" when it can.
    void open_journal(const BackendConfig& database, std::function<void(const StoreError*)> opened);
    void on_journal(const BackendStatus& file);
    void watch_journal();

    // --- reconfiguration (server_apply.cpp)
    void prepare(std::shared_ptr<const ServerConfig> next, SteadyClock::time_point until);
    void prepare_database(const std::shared_ptr<const ServerConfig>& next);
    bool keeps_home(const ServerConfig& next) const;
    void refuse(const ServerConfig& next, const Reconfiguration::Refused& refused);
    void swap_to(Reconfiguration::Prepared prepared);
    void drain_then_swap(std::shared_ptr<Reconfiguration::Prepared> prepared, SteadyClock::time_point until);
    void swap_home(Reconfiguration::Prepared& prepared);
    void take(std::shared_ptr<const ServerConfig> next);
    void finish_apply(const ApplyResult& result);
    std::uint64_t leases_without_subnet() const;
    /// Logs prefixes that get another id. @return the same for the answer, or ""
    std::string tell_of_changed_ids(const ServerConfig& next) const;

    boost::asio::io_context& loop;
    ServerBackends backends;
    ServerOptions options;
    LeaseClock clock;
    Statistics statistics;
    StoreStatistics store_statistics;
    EventBus bus{statistics};
    Listeners listeners;
    Ping ping;  // v4
    std::unique_ptr<Journey> journey;
    Reclaimer reclaimer;
    LeaseEditor editor;
    v6::Reconfigurer reconfigurer;
    std::unique_ptr<PrefixRoutes> routes;  // v6

    std::shared_ptr<const ServerConfig> config;
    std::unique_ptr<OutageSpool> spool;
    std::unique_ptr<LeaseHome> home;
    std::vector<std::unique_ptr<LeaseHome>> leaving;  // until they have closed
    std::shared_ptr<Reconfiguration> preparing;
    Impl* carries_to = nullptr;  // v6: the DHCPv4 server of the process
    ApplyDone apply_done;
    Failed failed;
    std::function<void()> changed;  // Server::on_change

    std::map<std::uint32_t, std::unique_ptr<boost::asio::steady_timer>>
        disabled;  // by origin; null: no limit
    boost::asio::steady_timer ticker, drain_timer;
    BackendState last_state = BackendState::closed;
    std::uint64_t drained_told = 0;
    CredentialStatus credentials;
    std::vector<Renewed> renewal_waiters;
    bool has_started = false;     // DHCP4_STARTED was said
    bool journal_opened = false;  // it could be written once
    bool journal_usable = false;  // as last seen
    bool stopping = false;
    bool serves_newcomers = false;  // serve_newcomers() is on its way
    bool switching = false;     // to another database
    bool awaits_drain = false;  // its new database gets the journal first
    std::string held;           // why nobody is served: a configuration that could not be put to use
    SteadyClock::time_point started_at = SteadyClock::now(), reloaded_at = SteadyClock::now();
    std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

}  // namespace leasehold
