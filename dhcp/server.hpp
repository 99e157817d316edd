// The loop: takes datagrams, asks decide, hands changes to the store worker, sends what became durable.
// Owns the lease table, pools, offers, statistics and sockets of one family; runs on one thread and never
// blocks. Commands (control/) call it on the same thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dhcp/clock.hpp"
#include "dhcp/datagram.hpp"
#include "dhcp/exchange_times.hpp"
#include "dhcp/exit_code.hpp"
#include "dhcp/lease_edit.hpp"
#include "dhcp/lease_event.hpp"
#include "dhcp/lease_table.hpp"
#include "dhcp/outage_spool.hpp"
#include "dhcp/ping.hpp"
#include "dhcp/prefix_routes.hpp"
#include "dhcp/recovery.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/slowest_exchanges.hpp"
#include "dhcp/statistics.hpp"
#include "dhcp/store_statistics.hpp"
#include "dhcp/v6/reconfigure_target.hpp"

namespace leasehold {

class EventBus;

struct ServerOptions {
    Family family = Family::v4;
    std::uint16_t server_port = 0;  // 0: 67 or 547
    std::uint16_t client_port = 0;  // 0: 68 or 546, or the relay's port
};

/// Opens the store of a backend: lease_backends provides it, so that the engine knows no backend.
using OpenStore = std::function<std::unique_ptr<LeaseStore>(const BackendConfig&)>;
struct ServerBackends {
    OpenStore store;
    OpenJournal journal;
};

/// Why the service does not answer, by who said so (Kea's origins; a set, each cleared by its own enable).
enum class DisableOrigin : std::uint32_t { user = 1, ha_local = 1000, ha_remote = 2000 };

struct ApplyResult {
    bool applied = false;
    bool held = false;      // not applied, and nobody is served until another configuration is
    std::string text = {};  // what happened, for the answer and the log
    std::optional<StoreErrc> store_error = std::nullopt;
    std::uint64_t leases_without_subnet = 0;  // stay, block their address, are not renewed
    std::uint64_t leases_missing = 0;         // unexpired ones that a new database lacks
};
using ApplyDone = std::function<void(const ApplyResult&)>;

struct SocketProblem {
    std::string interface;
    std::string reason;
};
/// Where a database server's credentials come from, and whether the newest ones work.
struct CredentialStatus {
    std::string source = {};  // "password-file", "credentials-file" ...; "none"
    std::optional<std::chrono::system_clock::time_point> loaded_at = std::nullopt;
    std::string refused =
        {};  // not empty: why the newest ones do not work; the connection with older ones serves
    std::optional<std::chrono::system_clock::time_point> refused_since = std::nullopt;
};
struct ServerStatus {
    ServiceState service;
    BackendStatus backend;
    BackendType backend_type = BackendType::memory;
    OnFail on_fail = OnFail::stop_retry_exit;
    std::optional<SpoolStatus> journal;
    std::optional<CredentialStatus> credentials;  // of a database server
    ClockStatus clock;
    std::chrono::seconds uptime{0};
    std::chrono::seconds since_reload{0};
    std::vector<std::uint32_t> disabled_by;  // origin ids
    std::vector<std::string> listening;      // "eth0 (raw and udp)"
    std::vector<SocketProblem> socket_problems;
    PingStatus ping;
    PrefixRoutesStatus routes;  // v6
    v6::ReconfigureStatus reconfigure;
    std::size_t skipped_reservations = 0;  // reservations-lenient
    bool preparing = false;                // a configuration is being opened beside the running one
    std::uint64_t leases = 0;
    std::uint64_t table_bytes = 0;
    std::uint64_t pending = 0, parked = 0, newcomers = 0, offers_held = 0;
    std::uint64_t decisions_queued = 0;  // for the next commit
    SocketLoad sockets;
    std::vector<ExchangeTimes::Entry> exchange_times;
    std::vector<SlowExchange> slowest_exchanges;  // the slowest first
    StoreCounters store;
    std::uint64_t queue_full = 0, stale = 0, turned_away = 0, replies_too_old = 0, holds_overflowed = 0, set_aside = 0;
};

class Server {
public:
    Server(boost::asio::io_context& loop, const TimeSource& time, ServerBackends backends,
           ServerOptions options);
    ~Server();

    /// The first configuration: opens the outage journal if there is to be one, then the store, loads, opens
    /// sockets. `failed` is called when the start fails for good (with the exit code), or when recovery is
    /// given up later.
    using Failed = std::function<void(ExitCode, std::string reason)>;
    void start(std::shared_ptr<const ServerConfig> config, Failed failed);

    /// A later configuration, per lease-engine 11: what changed is opened beside what runs, then swapped.
    /// If anything fails before the swap the running service has not noticed. One at a time.
    void apply(std::shared_ptr<const ServerConfig> config, ApplyDone done);

    /// Answers what is with the store (until `deadline`), closes, calls `done`.
    void stop(std::chrono::steady_clock::time_point deadline, std::function<void()> done);

    /// DHCPv6: DHCPv4 messages in DHCPv6 ones (RFC 7341) go to this server, on the loop, and never after it.
    void carry_to(Server& dhcpv4);

    void disable(std::uint32_t origin, std::optional<std::chrono::seconds> max_period);
    void enable(std::uint32_t origin);

    /// Reclaims every expired lease now, in slices; `remove` drops them instead of keeping affinity.
    void reclaim(bool remove, std::function<void(std::uint64_t count)> done);
    /// Changes a lease as a command says; `done` is called once it is durable or refused, perhaps at once.
    void edit(LeaseEdit edit, EditDone done);
    /// DHCPv6: tells a client to come (RFC 8415 18.3.11), again until it does.
    /// @return false: there are too many, or the configuration has no keys
    bool reconfigure(v6::ReconfigureTarget target);
    /// Adopts the wall clock as it is.
    void accept_clock();

    /// Connects to the lease database with what its files of credentials hold now, beside the connection that
    /// serves. `done`: how that went; nullptr where nobody waits for it.
    /// @error the new credentials do not work, and the old connection goes on serving; or there is none now,
    /// and
    ///        the next attempt reads the files
    using Renewed = std::function<void(const StoreResult<void>&)>;
    void renew_credentials(Renewed done);

    /// Called at the end of every change of the service's or the backend's state.
    void on_change(std::function<void()> changed);
    ServerStatus status() const;
    Statistics& statistics();
    /// What becomes of leases, for whoever listens. Loop thread only.
    EventBus& events();
    std::shared_ptr<const ServerConfig> config() const;
    LeaseTime now() const;

    // Durable leases, as commands show them.
    std::optional<Lease> find(const Prefix& address) const;
    LeaseRows by_client_id(OctetView client_id) const;
    LeaseRows by_hwaddr(OctetView hwaddr) const;
    /// In address order after `after`, at most `limit` table rows looked at; the visitor may return false.
    /// @return where to go on; nullopt: the end was reached.
    std::optional<Prefix> page(std::optional<Prefix> after, std::size_t limit,
                               const std::function<bool(const Lease&)>& visit) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
