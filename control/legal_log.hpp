// The forensic log of leases (Kea's legal_log library): what happened to them, once it is durable and its
// reply has left. A thread of its own makes the texts and writes them; a disk that is slow, full or away
// holds up nobody. What it cannot take is counted and told of, and leases are given on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "control/legal_log_output.hpp"
#include "dhcp/event_bus.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold {

struct LegalLogStatus {
    std::string where;          // the present file, or "syslog"; "": none is kept
    std::uint64_t written = 0;  // entries
    std::uint64_t lost = 0;     // decisions, because too many waited or it could not be written until the end
    std::uint64_t unformatted = 0;      // entries whose format could not be evaluated
    std::uint64_t programs_failed = 0;  // prerotate and postrotate
    std::size_t waiting = 0;            // decisions
    std::string problem;                // why it cannot be written at present; "": it can
};

struct LegalLogLimits {
    std::size_t waiting_max = 16384;                 // decisions, about 2 kB each
    std::chrono::milliseconds retry{1000};           // after a failure
    std::chrono::milliseconds last_words{2000};      // at the end, for what waits
    std::chrono::milliseconds program_time{600000};  // of prerotate and postrotate
};

/// Loop thread only.
class LegalLog {
public:
    static constexpr std::size_t programs_max = 4;  // that run at a time

    LegalLog(boost::asio::io_context& loop, EventBus& bus, LegalLogLimits limits = {});
    /// Writes what waits, for as long as the limit says.
    ~LegalLog();
    LegalLog(const LegalLog&) = delete;
    LegalLog& operator=(const LegalLog&) = delete;

    /// The log of a configuration that is in use from now on, or none. What waits goes to the new place.
    void use(std::shared_ptr<const ServerConfig> config);
    LegalLogStatus status() const;

private:
    class Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace leasehold
