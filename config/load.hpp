// Text or a command's arguments -> checked against the schema -> ServerConfig and what the daemon around it
// needs. All problems at once.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/control_sockets.hpp"
#include "config/dialect.hpp"
#include "config/dump.hpp"
#include "config/hidden_texts.hpp"
#include "config/placeholders.hpp"
#include "config/problem.hpp"
#include "dhcp/log.hpp"
#include "dhcp/server_config.hpp"

namespace leasehold::config {

struct LogOutput {
    std::string output = "stdout";  // stdout, stderr, syslog, syslog:FACILITY, or a file name
    bool flush = true;
    std::uint64_t maxsize = 10240000;  // octets; 0: no rotation
    std::uint32_t maxver = 1;
    std::string pattern;
    bool operator==(const LogOutput&) const = default;
};
struct LoggerConfig {
    std::string name;                     // "kea-dhcp4" or "kea-dhcp4.leases"; "kea-dhcp6" and so on
    std::optional<LogSeverity> severity;  // nullopt: inherited (root: info), unless `silent`
    bool silent = false;                  // severity NONE
    int debug_level = 0;
    std::vector<LogOutput> outputs;  // empty: the root's
    bool operator==(const LoggerConfig&) const = default;
};
struct DaemonConfig {
    std::vector<ControlSocketConfig> control_sockets;
    std::vector<HttpSocketConfig> http_sockets;
    std::vector<LoggerConfig> loggers;
};

/// Where relative names of a configuration belong.
struct Directories {
    std::string data = "/var/lib/leasehold";  // KEA_DHCP_DATA_DIR
    std::string run = "/run/leasehold";       // KEA_CONTROL_SOCKET_DIR, KEA_PIDFILE_DIR
    std::string log = "/var/log/leasehold";   // KEA_LOG_FILE_DIR
    std::string legal_log = log;              // KEA_LEGAL_LOG_DIR, else as above
    static Directories from_environment();
};

struct LoadOptions {
    Family family = Family::v4;
    bool allow_unsupported = false;  // keys that decide who may get which address and are not built: warn
    bool relax_security = false;  // -X: what is open to everybody is warned of, and not refused
    Directories directories;
    std::uint64_t server_id = 0;  // where the configuration names none
    /// Finds or makes this DHCPv6 server's DUID; the error says why there is none. Called last, when nothing
    /// else is wrong. Not set: ServerConfig::duid stays empty.
    std::function<Result<Octets, std::string>(const ServerDuidConfig&)> server_duid = nullptr;
    /// The keys of RECONFIGURE, where reconfigure-accept asks for them; the error says why there are none. Not set: nobody
    /// gets one.
    std::function<Result<std::shared_ptr<const v6::ReconfigureKeys>, std::string>()> reconfigure_keys = nullptr;
    /// What config-get shows at present: a configuration made from it may leave its secrets hidden. nullptr:
    /// a file, which has to hold them.
    std::shared_ptr<const ShownConfiguration> present = nullptr;
    Environment environment = process_environment;
};

struct Loaded {
    std::shared_ptr<const ServerConfig> server;
    DaemonConfig daemon;
    std::vector<Problem> warnings;
    /// What config-get shows: { "Dhcp4": { ... } } or { "Dhcp6": { ... } } with defaults filled in and inheritance copied down; no
    /// secrets.
    std::shared_ptr<const nlohmann::json> full;
    HiddenTexts hidden;  // of `full`: written_form() puts them back
    /// SHA-256 of the compact text of `full`, upper-case hex.
    std::string hash;
};

using LoadResult = Result<Loaded, std::vector<Problem>>;

/// The other family's map, if the file has both, is not looked at.
LoadResult load_file(const std::string& path, const LoadOptions& options);
/// @param root  { "Dhcp4": { ... } } or { "Dhcp6": { ... } }, as options.family says
LoadResult load(const Value& root, const LoadOptions& options);

}  // namespace leasehold::config
