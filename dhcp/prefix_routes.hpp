// Keeps the kernel's routes to delegated prefixes as the leases say (prefix-routes): what becomes of leases is heard on
// the bus, after the commit, all of them are read after a start and whenever the configuration changes, and once a
// minute the kernel's table is looked at. Packets never wait for it. Loop thread only. Not here: which routes follow
// from what (route_plan, prefix_route), and the kernel's words (kernel_routes).
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dhcp/event_bus.hpp"
#include "dhcp/kernel_routes.hpp"
#include "dhcp/route_plan.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

struct PrefixRoutesStatus {
    bool managed = false;  // the configuration says something of routes
    std::size_t routes = 0, installed = 0, queued = 0, no_link = 0, no_next_hop = 0, refused = 0;
    RouteCounters counters;
    std::uint64_t events_lost = 0;  // too many waited: the leases were read again
    std::string last_error;         // "": none
};

class PrefixRoutes {
public:
    static constexpr std::size_t events_max = 4096;   // decisions that wait
    static constexpr std::size_t events_per_turn = 256;
    static constexpr std::size_t leases_per_turn = 512;
    static constexpr std::size_t routes_per_turn = 1024;  // of a sweep
    static constexpr std::size_t orders_per_turn = 32;
    static constexpr std::size_t refusals_told_max = 10;  // between two looks; the others are counted
    static constexpr std::chrono::seconds look_interval{60};
    static constexpr std::chrono::seconds retry_interval{1};

    /// What it asks of the server around it.
    struct Sources {
        /// Durable leases: LeaseKeeper::page_durable.
        std::function<std::optional<Prefix>(std::optional<Prefix> after, std::size_t limit,
                                            const std::function<bool(const Lease&)>& visit)>
            page;
        std::function<LeaseTime()> now;
        std::function<RoutePlan::Links()> links;
    };
    PrefixRoutes(boost::asio::io_context& loop, EventBus& bus, Sources sources,
                 MakeRouteKernel kernel = make_kernel_routes);
    ~PrefixRoutes();

    /// @param complete  all leases are in memory; else leases_loaded() follows
    void use(std::shared_ptr<const ServerConfig> config, bool complete);
    void leases_loaded();
    void links_changed();
    PrefixRoutesStatus status() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace leasehold
