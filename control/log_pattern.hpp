// How a log line looks: Kea's layout patterns ("%D{%H:%M:%S.%q} %-5p [%c/%i.%t] %m%n"), read once and then
// applied to each message. Where lines go is log_sinks' part.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/log.hpp"

namespace leasehold {

inline constexpr std::string_view default_log_pattern = "%D{%Y-%m-%d %H:%M:%S.%q} %-5p [%c/%i.%t] %m\n";
inline constexpr std::string_view default_syslog_pattern = "%-5p [%c.%t] %m\n";

/// What a pattern can show of one message.
struct LogRecord {
    std::chrono::system_clock::time_point at{};
    LogSeverity severity = LogSeverity::info;
    std::string_view logger;
    std::string_view message;  // "DHCP4_STARTED Leasehold ..."
    int process = 0;
    std::size_t thread = 0;
};

/// "DEBUG", "INFO", "WARN", "ERROR", "FATAL".
std::string_view severity_name(LogSeverity severity);

class LogPattern {
public:
    /// Understands %D{..} (local time), %d{..} (UTC), %p, %c, %i, %t, %m, %n, %%, each with "-", a width
    /// and a ".limit" before its letter, and the escape \n. Anything else stands for itself.
    explicit LogPattern(std::string_view pattern);

    /// Appends the line; a pattern without %n or a line end at its end gets one, so that lines stay lines.
    void append(std::string& out, const LogRecord& record) const;

private:
    struct Part {
        char kind = 0;  // the letter; 0: literal text
        bool left = false;
        std::size_t width = 0;
        std::size_t limit = 0;  // 0: none; else the last so many octets are shown
        std::string text;       // literal, or the time format
    };
    std::size_t read_specifier(std::string_view pattern, std::size_t at);
    void add_literal(char c);
    std::vector<Part> parts_;
};

}  // namespace leasehold
