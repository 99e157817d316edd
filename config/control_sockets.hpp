// Where commands are received, as configured; opening the sockets is control's part.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/secret.hpp"

namespace leasehold::config {

struct ControlSocketConfig {
    std::string path;  // absolute
    bool operator==(const ControlSocketConfig&) const = default;
};

/// Which commands a client of an HTTP socket may give.
struct CommandRights {
    enum class Level : std::uint8_t { none, read, write };
    Level level = Level::write;
    /// Names of commands, or their beginnings with "*" behind them; besides `level`.
    std::vector<std::string> allowed;
    std::vector<std::string> denied;  // comes before all else

    /// @param writes  the command changes something
    bool permit(std::string_view command, bool writes) const;
    bool operator==(const CommandRights&) const = default;
};
/// Is `command` this name, or does it begin with what stands before the "*"?
bool names_command(std::string_view name, std::string_view command);

/// Either a user with a password, or a certificate.
struct HttpClientConfig {
    std::string user, user_file;  // none: the password file holds "user:password"
    Secret password;
    std::string password_file;
    std::string certificate;  // the common name of a verified certificate's subject
    CommandRights rights;
    bool operator==(const HttpClientConfig&) const = default;
};

struct HttpTlsConfig {
    std::string trust_anchor, cert_file, key_file;  // absolute; the first may be a directory
    bool cert_required = true;
    bool operator==(const HttpTlsConfig&) const = default;
};

struct HttpHeader {
    std::string name, value;
    bool operator==(const HttpHeader&) const = default;
};

struct HttpSocketConfig {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8000;
    bool tls = false;
    HttpTlsConfig tls_files;
    std::string realm;
    std::vector<HttpClientConfig> clients;  // empty: whoever can connect may do everything
    std::vector<HttpHeader> headers;        // of every answer
    bool operator==(const HttpSocketConfig&) const = default;

    /// "http://127.0.0.1:8000", "https://[::1]:8000"
    std::string url() const;
    bool same_place(const HttpSocketConfig& other) const {
        return address == other.address && port == other.port;
    }
};

}  // namespace leasehold::config
