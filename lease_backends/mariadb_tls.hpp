// The TLS settings of a connection to MariaDB. They are not what their names say: neither "enforce" nor a
// trust anchor stops the library from going on in clear text, so the state is looked at after connecting.
#pragma once

#include <optional>
#include <string>

#include "dhcp/backend_config.hpp"

struct st_mysql;

namespace leasehold {

/// What ssl-mode amounts to for these settings.
SslMode effective_mode(const TlsConfig& tls);

/// @param clear_text_passes  the server has no TLS, and the operator allowed that
/// @return why these settings cannot be used; nullopt: they are set
std::optional<std::string> set_tls_options(st_mysql* handle, const TlsConfig& tls, bool local_socket,
                                           bool clear_text_passes);

}  // namespace leasehold
