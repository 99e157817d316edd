// What libpq is told when it connects: every setting that it would otherwise take from environment variables
// or from files in a home directory is named, so that a connection is what the configuration says.
#pragma once

#include <chrono>
#include <vector>

#include "dhcp/backend_config.hpp"
#include "lease_backends/credentials.hpp"
#include "lease_backends/postgres_connection.hpp"

namespace leasehold {

/// The certificates of a folder as one file, the only form that libpq takes; it lives in memory, readable by
/// this process alone, as long as this object.
class CertificateBundle {
public:
    static constexpr std::size_t size_max = std::size_t{4} << 20;

    CertificateBundle() = default;
    ~CertificateBundle();
    CertificateBundle(const CertificateBundle&) = delete;
    CertificateBundle& operator=(const CertificateBundle&) = delete;

    /// @return the name under which libpq can open it
    /// @error configuration: unreadable, without certificates, or larger than size_max
    SqlResult<std::string> gather(const std::string& folder);

private:
    int descriptor_ = -1;
};

/// How long a peer may be silent while something is outstanding; enough for a network that heals itself.
inline constexpr std::chrono::seconds default_user_timeout{8};

/// What is used for ssl-mode: the configured word, or what follows from the files.
SslMode ssl_mode_of(const TlsConfig& tls);

/// @param mode  may be weaker than ssl_mode_of() when the configuration allows clear text
/// @param bundle  filled when the trust anchor is a folder; stays until the connection stands
/// @error configuration: a key file that others may read, an unusable trust anchor, an environment variable
///        that would change the connection and cannot be overruled
SqlResult<std::vector<PostgresParameter>> connect_parameters(const DatabaseHost& host,
                                                             const DatabaseServerConfig& server,
                                                             const Credentials& credentials, SslMode mode,
                                                             CertificateBundle& bundle);

}  // namespace leasehold
