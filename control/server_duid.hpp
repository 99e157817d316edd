// This server's DUID (RFC 8415 11): made as the configuration's `server-id` says, and kept in a file, so that
// clients know the server again after a restart. The file is Kea's.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "dhcp/result.hpp"
#include "dhcp/server_config.hpp"
#include "dhcp/v6/duid.hpp"

namespace leasehold {

/// Where the parts come from that the configuration does not give.
struct DuidSources {
    Octets present = {};                               // the DUID so far; empty: there is none
    std::optional<v6::HardwareAddress> hardware = {};  // of an interface
    std::chrono::sys_seconds now{};
    std::function<Octets(std::size_t size)> random;
};

/// What the configuration says, then what `present` has of the same type, then something new. Pure but for
/// `random`.
/// @error an LLT or LL is wanted and nobody knows a hardware address: a sentence with what to do
Result<Octets, std::string> make_server_duid(const ServerDuidConfig& config, const DuidSources& sources);

class ServerDuid {
public:
    /// @param directory  of the file, `kea-dhcp6-serverid`; made when it is missing
    explicit ServerDuid(const std::string& directory) : path_{directory + "/kea-dhcp6-serverid"} {}

    /// The DUID for a configuration that is being loaded: it keeps what the file has, or what is in use where
    /// it is not kept. Writes nothing, for it may be a test. From any thread.
    /// @error the file has something else, or nothing to make one from is there
    Result<Octets, std::string> make(const ServerDuidConfig& config) const;

    /// This one comes into use: the file gets it, unless it has it already or is not to (`persist`). Blocks.
    /// From any thread.
    /// @error it cannot be written
    Result<void, std::string> keep(const ServerDuidConfig& config, const Octets& duid);

    const std::string& path() const { return path_; }

private:
    Result<Octets, std::string> read() const;

    std::string path_;
    mutable std::mutex mutex_;  // guards `in_use_`
    Octets in_use_;
};

}  // namespace leasehold
