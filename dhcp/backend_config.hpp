// What opening a lease backend needs to know, as plain values that the configuration fills.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "dhcp/address.hpp"

namespace leasehold {

enum class BackendType : std::uint8_t { memory, sqlite };

enum class OnFail : std::uint8_t { stop_retry_exit, serve_retry_exit, serve_retry_continue };

struct BackendConfig {
    BackendType type = BackendType::sqlite;
    Family family = Family::v4;
    std::string path;                  // sqlite: absolute file name, or ":memory:"
    std::string import_csv;            // Kea's lease file, imported when `path` does not exist yet; "": none
    std::uint32_t max_row_errors = 0;  // rows of import_csv that may be unreadable; more stop the start
    bool readonly = false;
    bool fix_permissions = false;
    bool allow_network_filesystem = false;

    OnFail on_fail = OnFail::stop_retry_exit;
    bool retry_on_startup = false;
    std::uint32_t max_reconnect_tries = 0;             // 0: an embedded store tries without limit
    std::chrono::milliseconds reconnect_wait_time{0};  // 0: 1 s for an embedded store

    bool operator==(const BackendConfig&) const = default;
};

/// The same place, whatever the policies around it: what a reconfiguration may keep open.
bool same_database(const BackendConfig& a, const BackendConfig& b);
/// "sqlite:/var/lib/leasehold/leases4.db"
std::string describe(const BackendConfig& config);

}  // namespace leasehold
