// The operator's program that hears of leases (Kea's run_script library). It is started beside the server and
// never waited for: a slow program loses events, which is counted, and holds up nobody. Loop thread only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "dhcp/event_bus.hpp"
#include "dhcp/result.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

/// Can the program of this configuration be started, if it names one? @error what is wrong, and what to do
Result<void, std::string> check_script_of(const ServerConfig& config);

struct ScriptStatus {
    std::string path;  // "": none is configured
    std::uint64_t started = 0;
    std::uint64_t failed = 0;  // could not be started, ended with another status than 0, or took too long
    std::uint64_t lost = 0;    // occasions nobody was told of, because too many waited
    std::size_t running = 0, waiting = 0;
};

class RunScript {
public:
    static constexpr std::size_t running_max = 4;
    static constexpr std::size_t waiting_max = 1024;  // decisions
    static constexpr std::chrono::seconds time_max{30};

    RunScript(boost::asio::io_context& loop, EventBus& bus, std::chrono::milliseconds allowed = time_max);
    ~RunScript();

    /// The program of a configuration that is in use from now on, or none.
    void use(std::shared_ptr<const ServerConfig> config);
    ScriptStatus status() const;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace leasehold
