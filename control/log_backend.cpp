#include "control/log_backend.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <syslog.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "control/family_names.hpp"
#include "control/log_pattern.hpp"
#include "control/log_sinks.hpp"

namespace leasehold {
namespace {

using SinkPointer = std::shared_ptr<spdlog::sinks::sink>;

spdlog::level::level_enum level_of(LogSeverity severity) {
    switch (severity) {
        case LogSeverity::debug: return spdlog::level::debug;
        case LogSeverity::info: return spdlog::level::info;
        case LogSeverity::warn: return spdlog::level::warn;
        case LogSeverity::error: return spdlog::level::err;
        case LogSeverity::fatal: return spdlog::level::critical;
    }
    return spdlog::level::info;
}

std::string full_name(const std::string& root, std::string_view name) {
    if (name == root || name.starts_with(root + ".")) return std::string{name};
    return root + "." + std::string{name};
}

config::LoggerConfig default_logger(const std::string& root) {
    return {.name = root, .severity = LogSeverity::info, .silent = false, .debug_level = 0, .outputs = {{}}};
}

/// Of the nearest configured logger that names destinations; standard output when none does.
std::vector<config::LogOutput> outputs_of(std::span<const config::LoggerConfig> loggers,
                                          const std::string& root, std::string name) {
    while (true) {
        for (const auto& logger : loggers)
            if (full_name(root, logger.name) == name && !logger.outputs.empty()) return logger.outputs;
        const auto dot = name.rfind('.');
        if (name == root || dot == name.npos) return {{}};
        name.resize(dot);
    }
}

}  // namespace

std::vector<config::LoggerConfig> loggers_from_environment(const std::string& root) {
    auto logger = default_logger(root);
    if (const char* destination = std::getenv("KEA_LOGGER_DESTINATION");
        destination != nullptr && *destination != 0)
        logger.outputs.front().output = destination;
    const char* const severity = std::getenv("KEA_LOGGER_SEVERITY");
    for (const auto candidate :
         {LogSeverity::debug, LogSeverity::info, LogSeverity::warn, LogSeverity::error, LogSeverity::fatal})
        if (severity != nullptr && severity == severity_name(candidate)) logger.severity = candidate;
    logger.debug_level = 99;
    if (const char* level = std::getenv("KEA_LOGGER_DBGLEVEL"); level != nullptr)
        logger.debug_level = std::clamp(std::atoi(level), 0, 99);
    return {logger};
}

const config::LoggerConfig* nearest_logger(std::span<const config::LoggerConfig> loggers,
                                           const std::string& root, std::string_view logger) {
    for (auto name = full_name(root, logger);;) {
        for (const auto& candidate : loggers)
            if (full_name(root, candidate.name) == name && (candidate.severity || candidate.silent))
                return &candidate;
        const auto dot = name.rfind('.');
        if (name == root || dot == name.npos) return nullptr;
        name.resize(dot);
    }
}

bool passes(const config::LoggerConfig& config, const MessageDef& def) {
    if (config.silent) return false;
    const auto severity = config.severity.value_or(LogSeverity::info);
    if (def.severity != LogSeverity::debug) return def.severity >= severity;
    return severity == LogSeverity::debug && def.debug_level <= config.debug_level;
}

std::optional<Family> family_of(const MessageDef& def) {
    for (const std::string_view prefix : {"DHCP4_", "ALLOC_ENGINE_V4_"})
        if (def.name.starts_with(prefix)) return Family::v4;
    for (const std::string_view prefix : {"DHCP6_", "ALLOC_ENGINE_V6_"})
        if (def.name.starts_with(prefix)) return Family::v6;
    return std::nullopt;
}

/// The loggers of one family.
struct LogBackend::Prepared {
    Family family = Family::v4;
    std::array<bool, static_cast<std::size_t>(MessageId::count_)> enabled{};
    std::map<std::string_view, std::shared_ptr<spdlog::async_logger>> loggers;  // by MessageDef::logger
    std::vector<std::pair<config::LogOutput, SinkPointer>> opened;
};

struct LogBackend::Impl {
    LogOptions options;
    std::string ident;
    std::shared_ptr<spdlog::details::thread_pool> queue;
    std::mutex mutex;  // guards `active` only: held to copy a pointer
    std::map<Family, std::shared_ptr<const Prepared>> active;
    std::uint64_t lost_reported = 0;

    /// Whose loggers decide about a message.
    Family owner(const MessageDef& def) const {
        const auto family = family_of(def);
        const bool served = family && std::ranges::find(options.families, *family) != options.families.end();
        return served ? *family : options.families.front();
    }
    /// Two families may write to one file, which rotates once then.
    SinkPointer opened_for_other(Family family, const config::LogOutput& output) {
        const std::scoped_lock lock{mutex};
        for (const auto& [other, prepared] : active) {
            if (other == family) continue;
            for (const auto& [known, sink] : prepared->opened)
                if (known == output) return sink;
        }
        return nullptr;
    }
};

LogBackend::LogBackend(LogOptions options) : impl_{std::make_unique<Impl>()} {
    impl_->options = std::move(options);
    impl_->queue = std::make_shared<spdlog::details::thread_pool>(impl_->options.queue_lines_max, 1);
    impl_->ident = names_of(impl_->options.families.front()).process;
    openlog(impl_->ident.c_str(), LOG_PID | LOG_NDELAY, LOG_USER);  // keeps the pointer: it lives as long
}

LogBackend::~LogBackend() {
    impl_->active.clear();
    closelog();
}

Result<std::shared_ptr<LogBackend::Prepared>, std::string> LogBackend::prepare(
    const std::vector<config::LoggerConfig>& loggers, Family family) const {
    const std::string root{names_of(family).process};
    auto prepared = std::make_shared<Prepared>();
    prepared->family = family;
    // One destination is opened once.
    const auto open = [&](const config::LogOutput& output) -> Result<SinkPointer, std::string> {
        for (const auto& [known, sink] : prepared->opened)
            if (known == output) return sink;
        Result<SinkPointer, std::string> sink = impl_->opened_for_other(family, output);
        if (*sink == nullptr) sink = open_log_sink(output);
        if (sink) prepared->opened.emplace_back(output, *sink);
        return sink;
    };
    const auto usual = default_logger(root);
    for (const auto& def : message_defs()) {
        if (impl_->owner(def) != family) continue;
        const auto* const configured = nearest_logger(loggers, root, def.logger);
        prepared->enabled[static_cast<std::size_t>(def.id)] =
            impl_->options.verbose || passes(configured == nullptr ? usual : *configured, def);
        auto& logger = prepared->loggers[def.logger];
        if (logger != nullptr) continue;
        std::vector<SinkPointer> sinks;
        for (const auto& output : outputs_of(loggers, root, full_name(root, def.logger))) {
            auto sink = open(output);
            if (!sink) return std::unexpected(sink.error());
            sinks.push_back(*sink);
        }
        logger = std::make_shared<spdlog::async_logger>(full_name(root, def.logger), sinks.begin(),
                                                        sinks.end(), impl_->queue,
                                                        spdlog::async_overflow_policy::overrun_oldest);
        logger->set_level(spdlog::level::trace);  // enabled() has decided already
    }
    return prepared;
}

void LogBackend::activate(std::shared_ptr<Prepared> prepared) {
    for (const auto& def : message_defs()) {
        const auto place = static_cast<std::size_t>(def.id);
        if (impl_->owner(def) == prepared->family)
            enabled_[place].store(prepared->enabled[place], std::memory_order_relaxed);
    }
    const std::scoped_lock lock{impl_->mutex};
    const Family family = prepared->family;
    impl_->active[family] = std::move(prepared);
}

void LogBackend::write(const MessageDef& def, std::span<const LogField> fields) {
    std::shared_ptr<const Prepared> active;
    {
        const std::scoped_lock lock{impl_->mutex};
        const auto found = impl_->active.find(impl_->owner(def));
        if (found != impl_->active.end()) active = found->second;
    }
    if (active == nullptr) return;
    const auto logger = active->loggers.find(def.logger);
    std::string line{def.name};
    line += ' ';
    line += render(def, fields);
    logger->second->log(level_of(def.severity), spdlog::string_view_t{line.data(), line.size()});
}

std::uint64_t LogBackend::lost() const {
    return impl_->queue->overrun_counter();
}

void LogBackend::report_lost() {
    const auto now = lost();
    if (now == impl_->lost_reported) return;
    log(MessageId::LOG_OVERFLOW, {{"count", now - impl_->lost_reported}});
    impl_->lost_reported = now;
}

bool LogBackend::drain(std::chrono::milliseconds limit) {
    std::map<Family, std::shared_ptr<const Prepared>> active;
    {
        const std::scoped_lock lock{impl_->mutex};
        active = std::exchange(impl_->active, {});
    }
    // Destroying the queue writes what is in it; a destination that hangs (a full pipe) must not hold the
    // exit.
    std::packaged_task<void()> finish{[queue = std::move(impl_->queue), held = std::move(active)]() mutable {
        held.clear();
        queue.reset();
    }};
    auto finished = finish.get_future();
    std::thread{std::move(finish)}.detach();
    return finished.wait_for(limit) == std::future_status::ready;
}

}  // namespace leasehold
