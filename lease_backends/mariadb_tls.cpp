// See the header; the behaviour of Connector/C 3.3 behind it is in docs/backends.md.
#include "lease_backends/mariadb_tls.hpp"

#include <mysql.h>

#include <filesystem>
#include <string_view>

namespace leasehold {
namespace {

/// A list for TLS 1.2 leaves every suite of 1.3 enabled, and the other way round: the version is limited too.
const char* versions_of(const std::string& cipher_list) {
    bool newer = false, older = false;
    std::size_t begin = 0;
    while (begin <= cipher_list.size()) {
        const std::size_t end = std::min(cipher_list.find(':', begin), cipher_list.size());
        const std::string_view one = std::string_view{cipher_list}.substr(begin, end - begin);
        if (!one.empty()) (one.starts_with("TLS_") ? newer : older) = true;
        begin = end + 1;
    }
    if (newer && older) return "TLSv1.2,TLSv1.3";
    return newer ? "TLSv1.3" : "TLSv1.2";
}

std::string cannot_read(std::string_view key, const std::string& path) {
    return std::string{key} + " " + path + " cannot be read; check its name and its permissions";
}

}  // namespace

SslMode effective_mode(const TlsConfig& tls) {
    if (tls.mode) return *tls.mode;
    if (!tls.trust_anchor.empty()) return SslMode::verify_full;
    return tls.wanted() ? SslMode::require : SslMode::prefer;
}

std::optional<std::string> set_tls_options(st_mysql* handle, const TlsConfig& tls, bool local_socket,
                                           bool clear_text_passes) {
    const SslMode mode = effective_mode(tls);
    my_bool verify = mode == SslMode::verify_full && !clear_text_passes ? 1 : 0;
    mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    if (mode == SslMode::disable || (mode == SslMode::prefer && local_socket)) return std::nullopt;
    if (mode == SslMode::verify_ca && tls.trust_anchor.empty())
        return "ssl-mode verify-ca needs a trust-anchor to verify with";

    // Without one the library asks for the passphrase of a key on the terminal, and waits.
    mysql_options(handle, MARIADB_OPT_TLS_PASSPHRASE, "none");
    my_bool enforce = 1;  // only means that TLS is spoken where the server can
    mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);

    std::error_code error;
    if (!tls.trust_anchor.empty()) {
        const auto status = std::filesystem::status(tls.trust_anchor, error);
        if (error || !std::filesystem::exists(status)) return cannot_read("trust-anchor", tls.trust_anchor);
        const bool folder = std::filesystem::is_directory(status);
        mysql_options(handle, folder ? MYSQL_OPT_SSL_CAPATH : MYSQL_OPT_SSL_CA, tls.trust_anchor.c_str());
    }
    if (!tls.cert_file.empty()) {
        if (!std::filesystem::exists(tls.cert_file, error)) return cannot_read("cert-file", tls.cert_file);
        mysql_options(handle, MYSQL_OPT_SSL_CERT, tls.cert_file.c_str());
    }
    if (!tls.key_file.empty()) {
        if (!std::filesystem::exists(tls.key_file, error)) return cannot_read("key-file", tls.key_file);
        mysql_options(handle, MYSQL_OPT_SSL_KEY, tls.key_file.c_str());
    }
    if (!tls.cipher_list.empty()) {
        mysql_options(handle, MYSQL_OPT_SSL_CIPHER, tls.cipher_list.c_str());
        mysql_options(handle, MARIADB_OPT_TLS_VERSION, versions_of(tls.cipher_list));
    }
    return std::nullopt;
}

}  // namespace leasehold
