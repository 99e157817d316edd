// See the header. How libpq 15 treats each of these is in docs/backends.md.
#include "lease_backends/postgres_parameters.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace leasehold {
namespace {

/// libpq looks into the home directory for a file that is not named, and a name that cannot exist is the only
/// way to say "none": an empty one counts as not named.
constexpr const char* no_file = "/dev/null/none";

constexpr std::string_view certificate_begin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view certificate_end = "-----END CERTIFICATE-----";

SqlError refusal(std::string words) {
    SqlError error;
    error.fault = SqlFault::configuration;
    error.detail = std::move(words);
    return error;
}

std::string_view word_of(SslMode mode) {
    switch (mode) {
        case SslMode::disable: return "disable";
        case SslMode::prefer: return "prefer";
        case SslMode::require: return "require";
        case SslMode::verify_ca: return "verify-ca";
        case SslMode::verify_full: return "verify-full";
    }
    return "verify-full";
}

/// Variables whose settings cannot be named with a neutral value. Changing the environment instead would race
/// with other threads that read it.
std::optional<SqlError> environment_in_the_way(const DatabaseHost& host, const DatabaseServerConfig& server,
                                               const Credentials& credentials) {
    struct Variable {
        const char* name;
        bool counts;
    };
    const Variable variables[]{
        {"PGSERVICE", true},
        {"PGHOSTADDR", true},
        {"PGOPTIONS", true},
        {"PGDATESTYLE", true},
        {"PGTZ", true},
        {"PGGEQO", true},
        {"PGREQUIREPEER", true},
        {"PGREQUIRESSL", true},
        {"PGSSLCRLDIR", true},
        {"PGHOST", host.name.empty()},
        {"PGDATABASE", server.name.empty()},
        {"PGUSER", credentials.user.empty()},
        {"PGPASSWORD", credentials.password.empty()},
    };
    for (const auto& [name, counts] : variables) {
        const char* const value = counts ? std::getenv(name) : nullptr;
        if (value != nullptr && *value != '\0')
            return refusal(
                "the environment variable " + std::string{name} +
                " would change this connection; remove it from the server's environment and set in "
                "the configuration what it is for");
    }
    return std::nullopt;
}

/// libpq's own rule, told before it refuses: a key is its owner's, or root's and one group's.
std::optional<SqlError> key_problem(const std::string& file) {
    struct stat status;
    if (::stat(file.c_str(), &status) != 0)
        return refusal("the key file " + file + " cannot be used: " + std::strerror(errno));
    const mode_t too_much = status.st_uid == 0 ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
    if ((status.st_mode & too_much) == 0) return std::nullopt;
    return refusal("the key file " + file + " may be used by others than its owner; chmod 600 " + file);
}

/// Appends the certificates of one file; other things in it, such as keys, stay where they are.
void append_certificates(const std::filesystem::path& file, std::string& bundle) {
    std::ifstream stream{file, std::ios::binary};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    for (std::size_t at = text.find(certificate_begin); at != text.npos;) {
        const std::size_t end = text.find(certificate_end, at);
        if (end == text.npos) return;
        bundle.append(text, at, end + certificate_end.size() - at) += '\n';
        at = text.find(certificate_begin, end);
    }
}

bool write_whole(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(descriptor, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

}  // namespace

CertificateBundle::~CertificateBundle() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

SqlResult<std::string> CertificateBundle::gather(const std::string& folder) {
    namespace fs = std::filesystem;
    std::error_code error;
    std::set<fs::path> files;  // a folder hashed for OpenSSL names each file twice, by a link
    for (fs::directory_iterator entry{folder, error}, end; !error && entry != end; entry.increment(error)) {
        std::error_code skipped;  // a link to nothing
        const fs::path file = fs::canonical(entry->path(), skipped);
        const bool readable = !skipped && fs::is_regular_file(file, skipped);
        if (readable && fs::file_size(file, skipped) <= size_max) files.insert(file);
    }
    if (error)
        return std::unexpected(
            refusal("the trust-anchor folder " + folder + " cannot be read: " + error.message()));
    std::string bundle;
    for (const fs::path& file : files) {
        append_certificates(file, bundle);
        if (bundle.size() > size_max)
            return std::unexpected(refusal("the certificates in the trust-anchor folder " + folder +
                                           " are more than 4 MiB; name the one that is needed"));
    }
    if (bundle.empty())
        return std::unexpected(
            refusal("the trust-anchor folder " + folder + " holds no readable PEM certificate"));

    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = ::memfd_create("trust-anchor", MFD_CLOEXEC);
    if (descriptor_ < 0 || ::fchmod(descriptor_, S_IRUSR | S_IWUSR) != 0 || !write_whole(descriptor_, bundle))
        return std::unexpected(
            refusal("the certificates of " + folder + " cannot be kept in memory: " + std::strerror(errno)));
    return "/proc/self/fd/" + std::to_string(descriptor_);
}

SslMode ssl_mode_of(const TlsConfig& tls) {
    if (tls.mode) return *tls.mode;
    if (!tls.trust_anchor.empty()) return SslMode::verify_full;
    return tls.wanted() ? SslMode::require : SslMode::prefer;
}

SqlResult<std::vector<PostgresParameter>> connect_parameters(const DatabaseHost& host,
                                                             const DatabaseServerConfig& server,
                                                             const Credentials& credentials, SslMode mode,
                                                             CertificateBundle& bundle) {
    if (auto problem = environment_in_the_way(host, server, credentials))
        return std::unexpected(std::move(*problem));

    const TlsConfig& tls = server.tls;
    std::string anchor = tls.trust_anchor.empty() ? no_file : tls.trust_anchor;
    std::string certificate = tls.cert_file.empty() ? no_file : tls.cert_file;
    std::string key = tls.key_file.empty() ? tls.cert_file : tls.key_file;
    std::error_code ignored;
    if (mode == SslMode::disable) {
        anchor = certificate = no_file;
        key.clear();
    } else if (std::filesystem::is_directory(anchor, ignored)) {
        auto gathered = bundle.gather(anchor);
        if (!gathered) return std::unexpected(std::move(gathered.error()));
        anchor = std::move(*gathered);
    }
    if (!key.empty()) {
        if (auto problem = key_problem(key)) return std::unexpected(std::move(*problem));
    }
    const auto user_timeout =
        server.tcp_user_timeout.count() > 0 ? server.tcp_user_timeout : default_user_timeout;
    return std::vector<PostgresParameter>{
        {"host", host.name},
        {"port", std::to_string(host.port == 0 ? 5432 : host.port)},
        {"dbname", server.name},
        {"user", credentials.user},
        {"password", credentials.password.reveal()},
        {"passfile", no_file},
        {"application_name", "leasehold"},
        {"client_encoding", "UTF8"},
        {"target_session_attrs", "any"},  // a standby is refused with words of our own
        {"channel_binding", "prefer"},
        {"gssencmode", "disable"},
        {"krbsrvname", "postgres"},
        {"tcp_user_timeout", std::to_string(std::chrono::milliseconds{user_timeout}.count())},
        {"sslmode", std::string{word_of(mode)}},
        {"sslcompression", "0"},
        {"sslsni", "1"},
        {"ssl_min_protocol_version", "TLSv1.2"},
        {"ssl_max_protocol_version", "TLSv1.3"},
        {"sslrootcert", anchor},
        {"sslcert", certificate},
        {"sslkey", key.empty() ? no_file : key},
        // Any text: for a key with a passphrase libpq would otherwise ask on the terminal, and wait there.
        {"sslpassword", "not set"},
        {"sslcrl", no_file},
    };
}

}  // namespace leasehold
