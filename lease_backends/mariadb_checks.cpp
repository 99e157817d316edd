// See the header.
#include "lease_backends/mariadb_checks.hpp"

#include <charconv>
#include <optional>

namespace leasehold {
namespace {

/// A batch is one write set on Galera: with 64 rows a sixth of the batches of two servers that quarrel over
/// the same addresses collide, with 256 a third (docs/backends.md).
constexpr std::size_t galera_batch_max = 64;

SqlError refusal(SqlFault fault, std::string words) {
    return {fault, "", std::move(words), false};
}

std::optional<SqlError> why_no_writes(const ServerSettings& settings) {
    for (const std::string_view name : {"innodb_read_only", "super_read_only", "read_only"}) {
        const std::string_view value = settings.of(name);
        if (value.empty() || value == "OFF" || value == "0") continue;
        return refusal(SqlFault::read_only,
                       "this server is read-only (" + std::string{name} + "=" + std::string{value} +
                           "): it is a replica, or was taken out of service; the next host is tried. If it "
                           "should be written to: SET GLOBAL " +
                           std::string{name} + "=OFF");
    }
    return std::nullopt;
}

std::optional<SqlError> why_no_cluster(const ServerSettings& settings) {
    if (settings.of("wsrep_cluster_status") == "Primary" && settings.is_on("wsrep_ready"))
        return std::nullopt;
    return refusal(SqlFault::read_only,
                   "this Galera node takes no statements (wsrep_cluster_status=" +
                       std::string{settings.of("wsrep_cluster_status")} +
                       ", wsrep_ready=" + std::string{settings.of("wsrep_ready")} +
                       "): it lost its peers, or is not in step yet; the next host is tried. When its peers "
                       "are gone for good: SET GLOBAL wsrep_provider_options='pc.bootstrap=YES'");
}

/// READ COMMITTED, which keeps batches from locking gaps, needs rows in the binary log.
std::optional<SqlError> why_no_binary_log(const ServerSettings& settings, bool galera) {
    const std::string_view format = settings.of("binlog_format");
    if (galera ? format == "ROW" : !settings.is_on("log_bin") || format != "STATEMENT") return std::nullopt;
    return refusal(SqlFault::configuration, "binlog_format is " + std::string{format} +
                                                " on this server, with which " +
                                                (galera ? "Galera does not replicate leases rightly"
                                                        : "it refuses every change of a lease (error 1665)") +
                                                "; set binlog_format=ROW in its configuration");
}

void note_durability(const ServerSettings& settings, bool galera, std::vector<std::string>& notices) {
    const std::string_view flush = settings.of("innodb_flush_log_at_trx_commit");
    if (!flush.empty() && flush != "1" && flush != "3")
        notices.push_back(
            "innodb_flush_log_at_trx_commit is " + std::string{flush} +
            " on the database server: after a power cut leases can be missing that clients were "
            "already given" +
            (galera ? ", unless another node of the cluster kept running" : "") +
            "; set it to 1 (batches make that cheap)");
    const std::string_view sync = settings.of("sync_binlog");
    if (settings.is_on("log_bin") && !sync.empty() && sync != "1")
        notices.push_back("sync_binlog is " + std::string{sync} +
                          " on the database server: after a power cut its binary log, and with it its "
                          "replicas, can lack leases that clients were already given; set it to 1");
    if (settings.of("innodb_doublewrite") == "OFF")
        notices.push_back(
            "innodb_doublewrite is OFF on the database server: a power cut can damage its tables, unless its "
            "file system writes pages whole; set it to ON");
}

std::string version_words(const ServerSettings& settings, std::string_view version, bool is_mariadb,
                          bool galera) {
    std::string words = is_mariadb ? "MariaDB " : "MySQL ";
    words += version.substr(0, version.find('-'));
    if (galera) words += ", Galera cluster of " + std::string{settings.of("wsrep_cluster_size")};
    return words;
}

}  // namespace

void ServerSettings::add(const SqlRows& rows) {
    for (const auto& row : rows.rows)
        if (row.size() == 2 && row[0] && row[1]) values_[*row[0]] = *row[1];
}
std::string_view ServerSettings::of(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view{} : found->second;
}
bool ServerSettings::is_on(std::string_view name) const {
    const std::string_view value = of(name);
    return value == "ON" || value == "1";
}
std::uint64_t ServerSettings::number(std::string_view name) const {
    const std::string_view value = of(name);
    std::uint64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return number;
}

std::string_view judged_variables() {
    return "'read_only', 'super_read_only', 'innodb_read_only', 'innodb_flush_log_at_trx_commit', "
           "'innodb_doublewrite', 'log_bin', 'sync_binlog', 'binlog_format', 'wsrep_on', "
           "'max_allowed_packet'";
}
std::string_view judged_states() {
    return "'wsrep_cluster_status', 'wsrep_cluster_size', 'wsrep_ready'";
}

bool is_galera(const ServerSettings& settings) {
    return settings.is_on("wsrep_on");
}

SqlResult<ServerTraits> judge(const ServerSettings& settings, std::string_view version, bool is_mariadb,
                              bool may_be_read_only) {
    const bool galera = is_galera(settings);
    ServerTraits traits;
    traits.version = version_words(settings, version, is_mariadb, galera);
    if (galera) {
        // Without a quorum not even a read is answered.
        if (auto why = why_no_cluster(settings)) return std::unexpected(std::move(*why));
        traits.batch_changes_max = galera_batch_max;
    }
    if (may_be_read_only) return traits;
    if (auto why = why_no_writes(settings)) return std::unexpected(std::move(*why));
    if (auto why = why_no_binary_log(settings, galera)) return std::unexpected(std::move(*why));
    note_durability(settings, galera, traits.notices);
    return traits;
}

}  // namespace leasehold
