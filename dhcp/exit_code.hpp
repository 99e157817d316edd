// What the process tells its supervisor when it ends; documented in docs/operations.md for nanny scripts.
#pragma once

#include "dhcp/lease_store.hpp"

namespace leasehold {

enum class ExitCode : int {
    normal = 0,
    unexpected = 1,
    usage = 64,
    data = 65,
    credentials_refused = 67,
    no_such_database = 68,
    unreachable_at_start = 69,
    internal_invariant = 70,
    sockets = 71,
    state_directory = 73,
    recovery_given_up = 75,
    schema = 76,
    file_permissions = 77,
    configuration = 78,
};

constexpr ExitCode exit_code_of(StoreErrc code) {
    switch (code) {
        case StoreErrc::schema: return ExitCode::schema;
        case StoreErrc::credentials: return ExitCode::credentials_refused;
        case StoreErrc::no_database: return ExitCode::no_such_database;
        case StoreErrc::permissions: return ExitCode::file_permissions;
        case StoreErrc::configuration: return ExitCode::configuration;
        case StoreErrc::busy:
        case StoreErrc::fenced:
        case StoreErrc::unavailable:
        case StoreErrc::in_doubt:
        case StoreErrc::rejected:
        case StoreErrc::corrupt: return ExitCode::unreachable_at_start;
    }
    return ExitCode::unexpected;
}

}  // namespace leasehold
