// See the header. The numbers are spelt out: those of MySQL 8 and of newer servers are not in the headers of
// Connector/C.
#include "lease_backends/mariadb_errors.hpp"

#include <algorithm>
#include <array>

namespace leasehold {
namespace {

struct Known {
    unsigned number;
    SqlFault fault;
    std::string_view cure;  // added to the server's words
};

constexpr std::string_view no_writes = "this server takes no writes now; the next host is tried";
constexpr std::string_view plugin =
    "the account asks for a way to log in that the client library does not have; give it "
    "mysql_native_password, ed25519 or caching_sha2_password";
constexpr std::string_view away = "";

/// Sorted by number; what is not here is SqlFault::statement.
constexpr std::array known{
    Known{1021, SqlFault::full, "free disk space of the database server"},
    Known{1036, SqlFault::read_only, no_writes},
    Known{1037, SqlFault::full, "the database server is out of memory"},
    Known{1038, SqlFault::full, "the database server is out of memory"},
    Known{1040, SqlFault::full,
          "raise max_connections of the database server, or lower max-connections here"},
    Known{1041, SqlFault::full, "the database server is out of memory"},
    Known{1044, SqlFault::no_database,
          "the database does not exist, or the account has no right to it: CREATE DATABASE, or GRANT"},
    Known{1045, SqlFault::credentials,
          "check user and password, and from which hosts (and with which TLS certificates) the account may "
          "come"},
    Known{1046, SqlFault::no_database, "name the database in the configuration"},
    Known{1047, SqlFault::read_only,
          "this Galera node has no quorum, or is not in step yet; the next host is tried"},
    Known{1048, SqlFault::data, {}},
    Known{1049, SqlFault::no_database, "create it: CREATE DATABASE, and GRANT the account the rights to it"},
    Known{1050, SqlFault::exists, {}},
    Known{1051, SqlFault::exists, {}},
    Known{1053, SqlFault::lost, away},
    Known{1054, SqlFault::missing, {}},
    Known{1060, SqlFault::exists, {}},
    Known{1061, SqlFault::exists, {}},
    Known{1062, SqlFault::data, {}},
    Known{1080, SqlFault::lost, away},
    Known{1091, SqlFault::exists, {}},
    Known{1114, SqlFault::full, "free disk space of the database server"},
    Known{1129, SqlFault::permission,
          "the server blocks this host after failed connections: run mariadb-admin flush-hosts there"},
    Known{1130, SqlFault::credentials, "the account may not come from this host: CREATE USER for it"},
    Known{1135, SqlFault::full, "the database server has no thread left"},
    Known{1142, SqlFault::permission, "GRANT the account SELECT, INSERT, UPDATE and DELETE in this database"},
    Known{1143, SqlFault::permission, "GRANT the account SELECT, INSERT, UPDATE and DELETE in this database"},
    Known{1146, SqlFault::missing, {}},
    Known{1152, SqlFault::lost, away},
    Known{1153, SqlFault::data, "raise max_allowed_packet of the database server"},
    Known{1158, SqlFault::lost, away},
    Known{1159, SqlFault::lost, away},
    Known{1160, SqlFault::lost, away},
    Known{1161, SqlFault::lost, away},
    Known{1203, SqlFault::full, "raise the connections that this account may have, or lower max-connections"},
    Known{1205, SqlFault::conflict, {}},
    Known{1213, SqlFault::conflict, {}},
    Known{1226, SqlFault::full, "raise the connections that this account may have, or lower max-connections"},
    Known{1227, SqlFault::permission, {}},
    Known{1251, SqlFault::credentials, plugin},
    Known{1264, SqlFault::data, {}},
    Known{1290, SqlFault::read_only, no_writes},
    Known{1292, SqlFault::data, {}},
    Known{1317, SqlFault::conflict, {}},  // KILL QUERY: undone whole
    Known{1364, SqlFault::data, {}},
    Known{1366, SqlFault::data, {}},
    Known{1370, SqlFault::permission, {}},
    Known{1406, SqlFault::data, {}},
    Known{1524, SqlFault::credentials, plugin},
    Known{1665, SqlFault::configuration,
          "READ COMMITTED needs row based replication: set binlog_format=ROW on the database server"},
    Known{1690, SqlFault::data, {}},
    Known{1698, SqlFault::credentials, "the account logs in by the name of a local user, not by password"},
    Known{1792, SqlFault::read_only, no_writes},
    Known{1820, SqlFault::credentials, "the password has expired: set a new one"},
    Known{1836, SqlFault::read_only, no_writes},
    Known{1862, SqlFault::credentials, "the password has expired: set a new one"},
    Known{1927, SqlFault::lost, away},
    Known{1969, SqlFault::conflict, {}},  // max_statement_time: undone whole
    Known{2001, SqlFault::lost, away},
    Known{2002, SqlFault::lost, away},
    Known{2003, SqlFault::lost, away},
    Known{2005, SqlFault::lost, "check the host name in the configuration, and the name service"},
    Known{2006, SqlFault::lost, away},
    Known{2012, SqlFault::lost, away},
    Known{2013, SqlFault::lost, away},
    Known{2014, SqlFault::lost, away},
    Known{2020, SqlFault::data, "raise max_allowed_packet of the database server"},
    Known{2026, SqlFault::configuration,
          "check trust-anchor, cert-file, key-file, cipher-list and ssl-mode against the server's TLS "
          "settings"},
    Known{2027, SqlFault::lost, away},
    Known{2049, SqlFault::credentials, plugin},
    Known{2055, SqlFault::lost, away},
    Known{2059, SqlFault::credentials, plugin},
    Known{2061, SqlFault::credentials, plugin},
    Known{3024, SqlFault::conflict, {}},          // MySQL's time limit of a statement
    Known{3100, SqlFault::read_only, no_writes},  // MySQL group replication
    Known{3819, SqlFault::data, {}},              // MySQL: a CHECK constraint
    Known{3948, SqlFault::permission, {}},
    Known{4025, SqlFault::data, {}},  // MariaDB: a CHECK constraint
    Known{4151, SqlFault::credentials, "the account is locked: ALTER USER ... ACCOUNT UNLOCK"},
    Known{5013, SqlFault::lost, away},
    Known{5014, SqlFault::lost, away},
};
static_assert(std::ranges::is_sorted(known, {}, &Known::number));

const Known* find(unsigned number) {
    const auto* const found = std::ranges::lower_bound(known, number, {}, &Known::number);
    return found != known.end() && found->number == number ? &*found : nullptr;
}

}  // namespace

SqlFault mariadb_fault(unsigned number) {
    const Known* const one = find(number);
    return one == nullptr ? SqlFault::statement : one->fault;
}

SqlError mariadb_error(unsigned number, std::string_view words) {
    SqlError error{mariadb_fault(number), std::to_string(number), std::string{words}, false};
    if (const Known* const one = find(number); one != nullptr && !one->cure.empty())
        error.detail += "; " + std::string{one->cure};
    return error;
}

}  // namespace leasehold
