// Control sockets and loggers; opening any of them is control's part.
#include "config/load_daemon.hpp"

#include <algorithm>
#include <array>

#include "config/family.hpp"
#include "config/load_control_sockets.hpp"
#include "config/load_server.hpp"

namespace leasehold::config {
namespace {

LogOutput load_output(const Node& node, const Directories& directories) {
    LogOutput output;
    output.output = node.text_or("output", "stdout");
    output.flush = node.boolean("flush").value_or(true);
    output.maxsize =
        static_cast<std::uint64_t>(std::max<std::int64_t>(node.integer("maxsize").value_or(10240000), 0));
    output.maxver = node.uint32("maxver").value_or(1);
    output.pattern = node.text_or("pattern", "");
    const bool file = output.output != "stdout" && output.output != "stderr" && output.output != "syslog" &&
                      !output.output.starts_with("syslog:");
    if (file && output.output.empty())
        node.error("output", "the output has an empty name",
                   "stdout, stderr, syslog, syslog:FACILITY or a file name");
    else if (file)
        output.output = absolute_name(directories.log, output.output);
    return output;
}

void load_severity(const Node& node, LoggerConfig& logger) {
    const std::string* const text = node.text("severity");
    if (text == nullptr) return;
    std::string upper = *text;
    std::ranges::transform(upper, upper.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    constexpr std::array names{std::pair{"DEBUG", LogSeverity::debug}, std::pair{"INFO", LogSeverity::info},
                               std::pair{"WARN", LogSeverity::warn}, std::pair{"ERROR", LogSeverity::error},
                               std::pair{"FATAL", LogSeverity::fatal}};
    for (const auto& [name, severity] : names)
        if (upper == name) logger.severity = severity;
    logger.silent = upper == "NONE";
    if (!logger.severity && !logger.silent)
        node.error("severity", "\"" + *text + "\" is not a severity",
                   "DEBUG, INFO, WARN, ERROR, FATAL or NONE");
}

/// A name that does not begin with the root's is a child of it.
std::string logger_name(std::string_view root_logger, const std::string& name) {
    const std::string prefix = std::string{root_logger} + ".";
    return name == root_logger || name.starts_with(prefix) ? name : prefix + name;
}

void load_loggers(const Node& global, const LoadOptions& options, DaemonConfig& daemon) {
    const std::string root_logger{facts_of(options.family).logger};
    for (const Node& node : global.maps("loggers")) {
        LoggerConfig logger;
        const std::string name = node.text_or("name", root_logger);
        if (name.empty())
            node.error("name", "the logger has an empty name",
                       "\"" + root_logger + "\", or \"" + root_logger + ".\" and a child's name");
        logger.name = logger_name(root_logger, name);
        load_severity(node, logger);
        logger.debug_level =
            static_cast<int>(std::clamp<std::int64_t>(node.integer("debuglevel").value_or(0), 0, 99));
        if (node.has("output_options")) {
            if (node.has("output-options"))
                node.error("output_options", "output_options stands beside output-options",
                           "output-options alone");
            else
                node.warning("output_options", "output_options is the old spelling of output-options");
        }
        for (const char* key : {"output-options", "output_options"})
            for (const Node& output : node.maps(key))
                logger.outputs.push_back(load_output(output, options.directories));
        daemon.loggers.push_back(std::move(logger));
    }
}

}  // namespace

void load_daemon(const Node& global, const HiddenTexts& hidden, const LoadOptions& options,
                 DaemonConfig& daemon) {
    load_control_sockets(global, hidden, options, daemon);
    load_loggers(global, options, daemon);
}

}  // namespace leasehold::config
