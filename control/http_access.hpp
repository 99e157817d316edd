// Who a request comes from, and what an HTTP socket goes by: its passwords and certificates as read from
// their files, its headers. Made as a whole, replaced as a whole.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/control_sockets.hpp"
#include "control/caller.hpp"
#include "dhcp/families.hpp"
#include "dhcp/result.hpp"

namespace boost::asio::ssl {
class context;
}

namespace leasehold {

struct HttpUser {
    std::string name;
    Secret credentials;                                   // "user:password" in base64, as a request brings it
    std::shared_ptr<const config::CommandRights> rights;  // as configured
};
struct HttpCertificate {
    std::string name;
    std::shared_ptr<const config::CommandRights> rights;
};

struct HttpSettings {
    config::HttpSocketConfig config;
    std::vector<HttpUser> users;
    std::vector<HttpCertificate> certificates;
    std::string header_lines;                        // "Name: value\r\n" of each that is configured
    std::shared_ptr<boost::asio::ssl::context> tls;  // nullptr: none
    std::string tls_digest;                          // of the files it was made from
};
/// Would a connection made under the one be as good under the other?
bool same_settings(const HttpSettings& one, const HttpSettings& other);
using HttpSettingsPtr = std::shared_ptr<const HttpSettings>;

/// Reads the files with names, passwords, keys and certificates. Blocks on the file system.
/// @error which file cannot be used, why, and what to do; never a content
Result<HttpSettingsPtr, std::string> make_http_settings(const config::HttpSocketConfig& config);

/// The files that make_http_settings() reads, none twice.
std::vector<std::string> secret_files(const std::vector<config::HttpSocketConfig>& sockets);

struct HttpPeer {
    std::string address;      // "192.0.2.7:41234", for the log
    std::string certificate;  // the common name of its verified certificate; "": none
};

/// Basic authentication (RFC 7617): a user with a password, else a certificate that is configured.
/// @param authorization  the value of the field; nullptr: there is none
/// @error the status to answer: 401, or 403 where a certificate alone would help
Result<Caller, unsigned> authenticate(const HttpSettings& settings, const std::string* authorization,
                                      const HttpPeer& peer);

/// What 401 needs beside it (RFC 9110, 11.6.1): Basic realm="...".
std::string challenge(const HttpSettings& settings);

/// Tells, in the log, of names under allow-commands and deny-commands that no command has.
void tell_unknown_commands(const std::vector<config::HttpSocketConfig>& sockets, Family family);

}  // namespace leasehold
