#include "config/load_legal_log.hpp"

#include <algorithm>
#include <array>

#include "config/syslog_facility.hpp"

namespace leasehold::config {
namespace {

constexpr std::array rotation_units{
    std::pair{"second", LegalLogTarget::Unit::second}, std::pair{"day", LegalLogTarget::Unit::day},
    std::pair{"month", LegalLogTarget::Unit::month}, std::pair{"year", LegalLogTarget::Unit::year}};
constexpr std::array file_keys{"path", "base-name", "time-unit", "count", "prerotate", "postrotate"};
constexpr std::array syslog_keys{"pattern", "facility"};

/// A text among parameters, which the schema has not looked at.
std::string legal_text(const Node& node, std::string_view key, std::string_view otherwise) {
    if (node.has(key) && node.text(key) == nullptr)
        node.error(key, "\"" + std::string{key} + "\" is a text", "a string");
    return node.text_or(key, otherwise);
}

std::optional<LegalLogTarget::Type> load_target_type(const Node& node) {
    const std::string type = legal_text(node, "type", "logfile");
    if (type == "logfile") return LegalLogTarget::Type::file;
    if (type == "syslog") return LegalLogTarget::Type::syslog;
    const bool is_database = type == "mysql" || type == "postgresql";
    node.error("type",
               is_database ? "the forensic log is not kept in a database (" + type + ")"
                           : "\"" + type + "\" is no place for the forensic log",
               "\"logfile\" or \"syslog\"",
               is_database ? "a log shipper brings lines of files or of syslog into a database" : "");
    return std::nullopt;
}

/// As Kea does: the directory itself, in its very letters, or no limit with -X.
std::string load_directory(const Node& node, const LoadOptions& options) {
    const std::string& allowed = options.directories.legal_log;
    std::string path = legal_text(node, "path", allowed);
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (path == allowed) return path;
    if (!path.starts_with('/')) {
        node.error("path", "\"" + path + "\" is no absolute path", "\"" + allowed + "\"");
    } else if (!options.relax_security) {
        node.error(
            "path", "the forensic log may not be written to \"" + path + "\"", "\"" + allowed + "\"",
            "another directory is set with the environment variable KEA_LEGAL_LOG_DIR, or any is accepted "
            "with -X");
    } else {
        node.warning("path", "the forensic log is written outside of " + allowed + ", as -X permits");
    }
    return path;
}

std::string load_base_name(const Node& node) {
    const std::string name = legal_text(node, "base-name", LegalLogTarget{}.base_name);
    constexpr std::size_t size_max = 200;  // a file's name has 255 octets at most
    const bool is_name =
        !name.empty() && name != "." && name != ".." && !name.contains('/') && name.size() <= size_max &&
        std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (!is_name)
        node.error("base-name", "\"" + name + "\" cannot begin the name of a file",
                   "a name of up to " + std::to_string(size_max) + " octets without \"/\"",
                   "the directory is \"path\"");
    return name;
}

void load_rotation(const Node& node, LegalLogTarget& target) {
    const std::string unit = legal_text(node, "time-unit", "day");
    const auto known =
        std::ranges::find_if(rotation_units, [&](const auto& row) { return unit == row.first; });
    if (known == rotation_units.end())
        node.error("time-unit", "\"" + unit + "\" is no unit of rotation", "second, day, month or year");
    else
        target.unit = known->second;
    if (node.has("count")) {
        if (const auto count = node.uint32("count"))
            target.count = *count;
        else
            node.error("count", "\"count\" is no number that can be used",
                       "an integer from 0 (one file, never rotated) to 4294967295");
    }
    for (const auto& [key, program] :
         {std::pair{"prerotate", &target.prerotate}, std::pair{"postrotate", &target.postrotate}}) {
        *program = legal_text(node, key, "");
        if (!program->empty() && !program->starts_with('/'))
            node.error(key, "the program that hears of rotated files has no absolute path",
                       "a file such as \"/etc/leasehold/compress-log.sh\"");
    }
}

void load_syslog(const Node& node, LegalLogTarget& target) {
    target.pattern = legal_text(node, "pattern", "");
    const std::string name = legal_text(node, "facility", "local0");
    const auto facility = syslog_facility(name);
    if (!facility) node.error("facility", "\"" + name + "\" is no facility of syslog", syslog_facilities());
    target.facility = facility.value_or(0);
}

/// What would be sent to the other kind of place.
template <std::size_t count>
void tell_other_keys(const Node& node, const std::array<const char*, count>& keys, std::string_view type) {
    for (const char* const key : keys)
        if (node.has(key))
            node.warning(key, "\"" + std::string{key} + "\" says nothing where \"type\" is \"" +
                                  std::string{type} + "\"");
}

std::string load_timestamp_format(const Node& node) {
    std::string format = legal_text(node, "timestamp-format", LegalLogConfig{}.timestamp_format);
    constexpr std::size_t size_max = 100;
    const bool has_line_end = format.contains('\n') || format.contains('\r') || format.contains("%n");
    if (format.size() > size_max || has_line_end)
        node.error("timestamp-format", "the format makes no time for the begin of a line",
                   "strftime's conversions and %Q for microseconds, without line ends, up to " +
                       std::to_string(size_max) + " octets");
    return format;
}

/// The classes of a packet are not kept until its lease is stored.
std::optional<Expression> load_format(const Node& node, std::string_view key, Loading& loading) {
    auto format = load_expression(node, key, Expression::Kind::text, loading);
    if (format && !format->referred_classes().empty())
        node.error(key, "what is logged cannot depend on client classes", "an expression without member()");
    return format;
}

}  // namespace

std::shared_ptr<const LegalLogConfig> load_legal_log(const Node& parameters, const LoadOptions& options,
                                                     Loading& loading) {
    auto made = std::make_shared<LegalLogConfig>();
    const auto type = load_target_type(parameters);
    if (!type) return nullptr;  // its other keys are those of a database
    check_members(parameters, {"type", "path", "base-name", "time-unit", "count", "prerotate", "postrotate",
                               "mark-continuation-lines", "timestamp-format", "pattern", "facility",
                               "request-parser-format", "response-parser-format"});
    made->target.type = *type;
    if (*type == LegalLogTarget::Type::file) {
        made->target.directory = load_directory(parameters, options);
        made->target.base_name = load_base_name(parameters);
        load_rotation(parameters, made->target);
        tell_other_keys(parameters, syslog_keys, "logfile");
    } else {
        load_syslog(parameters, made->target);
        tell_other_keys(parameters, file_keys, "syslog");
        tell_other_keys(parameters, std::array{"timestamp-format"}, "syslog");
    }
    made->mark_continuation_lines = flag_of(parameters, "mark-continuation-lines", true);
    made->timestamp_format = load_timestamp_format(parameters);
    made->request_format = load_format(parameters, "request-parser-format", loading);
    made->response_format = load_format(parameters, "response-parser-format", loading);
    return made;
}

bool load_legal_logging(const Node& owner, const Loading& loading, bool inherited) {
    const auto context = loading.libraries.legal_log ? owner.map("user-context") : std::nullopt;
    return context ? flag_of(*context, "legal-logging", inherited) : inherited;
}

}  // namespace leasehold::config
