// Who this server says it is to a database: names and passwords from the configuration or from files. Files
// are read at every open, so that a rotated password is used as soon as it is there.
#pragma once

#include "dhcp/backend_config.hpp"
#include "dhcp/lease_store.hpp"

namespace leasehold {

struct Credentials {
    std::string user;
    Secret password;
};

/// Blocks on the file system. One trailing newline is cut off.
/// @error credentials: a file is missing, unreadable, larger than 64 KiB, not in one of the two forms, or may
/// be
///        read by others than its owner and group; the message names the file and the cure, never a content.
StoreResult<Credentials> read_credentials(const DatabaseServerConfig& server);

/// One file whose content is one secret, read with the same care. Blocks on the file system.
/// @param key  of the configuration, for the message: "password-file"
StoreResult<Secret> read_secret(std::string_view key, const std::string& path);

/// The text with every occurrence of the password replaced: for words of a library.
std::string without_secrets(std::string text, const Credentials& credentials);

}  // namespace leasehold
