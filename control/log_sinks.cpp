#include "control/log_sinks.hpp"

#include <spdlog/details/file_helper.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>

#include "config/syslog_facility.hpp"
#include "control/log_pattern.hpp"

namespace leasehold {
namespace {

LogSeverity severity_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::trace:
        case spdlog::level::debug: return LogSeverity::debug;
        case spdlog::level::warn: return LogSeverity::warn;
        case spdlog::level::err: return LogSeverity::error;
        case spdlog::level::critical: return LogSeverity::fatal;
        default: return LogSeverity::info;
    }
}

std::string_view view(spdlog::string_view_t text) {
    return {text.data(), text.size()};
}

class PatternFormatter final : public spdlog::formatter {
public:
    explicit PatternFormatter(LogPattern pattern) : pattern_{std::move(pattern)} {}
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
        line_.clear();
        pattern_.append(line_, {.at = message.time,
                                .severity = severity_of(message.level),
                                .logger = view(message.logger_name),
                                .message = view(message.payload),
                                .process = process_,
                                .thread = message.thread_id});
        out.append(line_.data(), line_.data() + line_.size());
    }
    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<PatternFormatter>(pattern_);
    }

private:
    LogPattern pattern_;
    std::string line_;
    int process_ = getpid();
};

/// A file that becomes F.1, F.2 ... when it is full; F is always the live one. spdlog's rotating sink puts
/// the number before the extension ("kea.1.log"), where Kea's tools do not look.
class RotatingFile final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit RotatingFile(const config::LogOutput& output) : output_{output} {
        if (output_.maxsize != 0) output_.maxsize = std::max(output_.maxsize, size_floor);
        file_.open(output_.output);
        size_ = file_.size();
    }

private:
    static constexpr std::uint64_t size_floor = 204800;  // smaller values would rotate all the time

    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        if (output_.maxsize != 0 && size_ != 0 && size_ + line.size() > output_.maxsize) rotate();
        file_.write(line);
        size_ += line.size();
        if (output_.flush) file_.flush();
    }
    void flush_() override { file_.flush(); }

    std::string numbered(std::uint32_t number) const {
        return number == 0 ? output_.output : output_.output + "." + std::to_string(number);
    }
    void rotate() {
        file_.close();
        for (auto number = output_.maxver; number != 0; --number)
            std::rename(numbered(number - 1).c_str(),
                        numbered(number).c_str());  // a gap in the row is no error
        file_.open(output_.output, true);
        size_ = 0;
    }

    config::LogOutput output_;
    spdlog::details::file_helper file_;
    std::uint64_t size_ = 0;
};

/// "syslog" is local0, as with Kea; an unknown facility falls back to user.
int facility_of(std::string_view output) {
    const auto colon = output.find(':');
    if (colon == output.npos) return LOG_LOCAL0;
    return config::syslog_facility(output.substr(colon + 1)).value_or(LOG_USER);
}

/// spdlog's own syslog sink closes the connection of all when one of them goes, and takes the name with it;
/// log_backend opens it once.
class Syslog final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit Syslog(int facility) : facility_{facility} {}

private:
    static int priority(LogSeverity severity) {
        switch (severity) {
            case LogSeverity::debug: return LOG_DEBUG;
            case LogSeverity::info: return LOG_INFO;
            case LogSeverity::warn: return LOG_WARNING;
            case LogSeverity::error: return LOG_ERR;
            case LogSeverity::fatal: return LOG_CRIT;
        }
        return LOG_INFO;
    }
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        syslog(facility_ | priority(severity_of(message.level)), "%.*s", static_cast<int>(line.size()),
               line.data());
    }
    void flush_() override {}

    int facility_;
};

std::shared_ptr<spdlog::sinks::sink> make_sink(const config::LogOutput& output) {
    if (output.output == "stdout") return std::make_shared<spdlog::sinks::stdout_sink_mt>();
    if (output.output == "stderr") return std::make_shared<spdlog::sinks::stderr_sink_mt>();
    if (output.output == "syslog" || output.output.starts_with("syslog:"))
        return std::make_shared<Syslog>(facility_of(output.output));
    return std::make_shared<RotatingFile>(output);
}

}  // namespace

Result<std::shared_ptr<spdlog::sinks::sink>, std::string> open_log_sink(const config::LogOutput& output) {
    try {
        auto sink = make_sink(output);
        const auto usual = output.output.starts_with("syslog") ? default_syslog_pattern : default_log_pattern;
        sink->set_formatter(
            std::make_unique<PatternFormatter>(LogPattern{output.pattern.empty() ? usual : output.pattern}));
        return sink;
    } catch (const spdlog::spdlog_ex& error) {  // spdlog's only way to say that a file cannot be opened
        return std::unexpected("the log file " + output.output + " cannot be opened: " + error.what() +
                               "; check that its directory exists and that this user may write there");
    }
}

}  // namespace leasehold
