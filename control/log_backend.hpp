// Connects log() to its destinations: Kea's `loggers`, a bounded queue and a thread that writes. A slow disk
// or terminal never holds the packet loop; when the queue overruns, the oldest line is lost and counted.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/load.hpp"
#include "dhcp/log.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

struct LogOptions {
    /// What the process serves: each family has a root logger with its name, and loggers of its own below it.
    /// Messages that name no family belong to the first.
    std::vector<Family> families{Family::v4};
    bool verbose = false;  // -d: everything, whatever the configuration says; destinations are kept
    std::size_t queue_lines_max = 8192;
};

/// The loggers before there is a configuration: KEA_LOGGER_DESTINATION, _SEVERITY and _DBGLEVEL, else
/// INFO to standard output.
std::vector<config::LoggerConfig> loggers_from_environment(const std::string& root);

/// The configured logger that decides about messages of `logger` ("leases"): itself or its nearest ancestor.
/// nullptr: none is configured. A configured name that does not begin with the root is a child of it.
const config::LoggerConfig* nearest_logger(std::span<const config::LoggerConfig> loggers,
                                           const std::string& root, std::string_view logger);

/// The family that a message speaks for, by its name; nullopt: both use it.
std::optional<Family> family_of(const MessageDef& def);

/// Does `config` let the message through?
bool passes(const config::LoggerConfig& config, const MessageDef& def);

class LogBackend final : public LogSink {
public:
    explicit LogBackend(LogOptions options);
    ~LogBackend() override;

    /// Destinations opened, not in use yet: a configuration is refused when one cannot be opened, and the
    /// running one does not notice.
    struct Prepared;
    Result<std::shared_ptr<Prepared>, std::string> prepare(const std::vector<config::LoggerConfig>& loggers,
                                                           Family family = Family::v4) const;
    /// Changes where the messages of its family go.
    void activate(std::shared_ptr<Prepared> prepared);

    bool enabled(const MessageDef& def) const noexcept override {
        return enabled_[static_cast<std::size_t>(def.id)].load(std::memory_order_relaxed);
    }
    void write(const MessageDef& def, std::span<const LogField> fields) override;

    /// Lines lost so far because the queue was full.
    std::uint64_t lost() const;
    /// Says LOG_OVERFLOW when lines were lost since it was called last. About once a second.
    void report_lost();

    /// Writes what is queued. False: a destination took longer than `limit`; its lines are given up, and
    /// the process must end without destroying this object.
    bool drain(std::chrono::milliseconds limit);

private:
    struct Impl;
    std::array<std::atomic<bool>, static_cast<std::size_t>(MessageId::count_)> enabled_{};
    std::unique_ptr<Impl> impl_;
};

}  // namespace leasehold
