// The destinations of log lines: standard output and error, files that rotate, syslog. Each formats with its
// own pattern. Only log_backend includes this: the rest of the house does not see spdlog.
#pragma once

#include <spdlog/sinks/sink.h>

#include <memory>
#include <string>

#include "config/load.hpp"
#include "dhcp/result.hpp"

namespace leasehold {

/// @return the destination, opened; or why it cannot be: what, where, what to do.
Result<std::shared_ptr<spdlog::sinks::sink>, std::string> open_log_sink(const config::LogOutput& output);

}  // namespace leasehold
