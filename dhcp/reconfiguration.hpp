// Prepares a new configuration beside the one that runs (lease-engine rule 11): new pools are filled from the
// table in slices, another database is opened and loaded. Nothing of the running service changes before
// `ready` is called; when preparing fails it has not noticed.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "dhcp/lease_home.hpp"

namespace leasehold {

class Reconfiguration : public std::enable_shared_from_this<Reconfiguration> {
public:
    /// The longest that a slice of work may hold the loop.
    static constexpr std::chrono::milliseconds slice{2};

    struct Prepared {
        std::shared_ptr<const ServerConfig> config;
        std::optional<AddressPools> pools;  // same database: filled from its table; nullopt: unchanged
        std::unique_ptr<LeaseHome> home;    // another database: open and loaded
        std::uint64_t leases_missing = 0;   // unexpired ones that the other database lacks
        bool recovering = false;            // home cannot be opened yet, and is tried again
    };
    struct Refused {
        StoreErrc code = StoreErrc::unavailable;
        std::string detail;
    };
    struct Events {
        std::function<void(Prepared)> ready;
        std::function<void(Refused)> refused;
    };

    /// @param running  the present leases; must outlive this, or cancel() be called before
    Reconfiguration(boost::asio::io_context& loop, const LeaseClock& clock, LeaseHome& running,
                    std::shared_ptr<const ServerConfig> from, std::shared_ptr<const ServerConfig> to,
                    Events events);
    ~Reconfiguration();

    /// The same database: its pools.
    void prepare_pools();
    /// Another database.
    void prepare_home(std::unique_ptr<LeaseHome> home);
    void cancel();

private:
    void fill_slice(std::optional<Prefix> after);
    void compare_slice(std::optional<Prefix> after);
    void on_backend(const BackendStatus& status);
    void next_slice(void (Reconfiguration::*step)(std::optional<Prefix>), std::optional<Prefix> after);

    boost::asio::io_context& loop_;
    const LeaseClock& clock_;
    LeaseHome& running_;
    std::shared_ptr<const ServerConfig> from_;
    Events events_;
    Prepared prepared_;
    std::optional<std::size_t> hosts_blocked_;  // so many; nullopt: all of them
    bool cancelled_ = false;
    bool comparing_ = false;
};

}  // namespace leasehold
