// The secret that clients' keys for RECONFIGURE are made from (RFC 8415 20.4), kept in a file so that clients know this
// server's messages after a restart. Whoever reads it can make all clients renew, and nothing else.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "dhcp/result.hpp"
#include "dhcp/v6/reconfigure_target.hpp"

namespace leasehold {

/// A client's key is the first half of HMAC-SHA-256 of its DUID.
class SecretKeys final : public v6::ReconfigureKeys {
public:
    using Secret = std::array<std::uint8_t, 32>;
    explicit SecretKeys(const Secret& secret) : secret_{secret} {}

    v6::ReconfigureKey key_of(OctetView duid) const override;
    v6::ReconfigureDigest sign(const v6::ReconfigureKey& key, OctetView message) const override;
    const Secret& secret() const { return secret_; }

private:
    Secret secret_;
};

class ReconfigureSecret {
public:
    /// @param directory  of the file, `reconfigure-secret6`, mode 0600; made when it is missing
    explicit ReconfigureSecret(const std::string& directory) : path_{directory + "/reconfigure-secret6"} {}

    /// What the file has; without a file new ones, the same each time. Writes nothing, for it may be a test. From any
    /// thread.
    /// @error the file cannot be read, or has something else: a sentence with what to do
    Result<std::shared_ptr<const v6::ReconfigureKeys>, std::string> make();

    /// Those of make() come into use: the file gets their secret unless it has one. Blocks. From any thread.
    /// @error it cannot be written
    Result<void, std::string> keep();

private:
    std::string path_;
    std::mutex mutex_;  // guards `made_`
    std::shared_ptr<const SecretKeys> made_;
};

}  // namespace leasehold
