#include "control/absent_commands.hpp"

#include <algorithm>
#include <array>

namespace leasehold {
namespace {

constexpr std::string_view no_shared_queue =
    "they manage the tables of the allocator shared-flq, which is not built: free addresses are known in memory";
constexpr std::string_view no_backend =
    "configuration is in the file and in what commands change of it; there is no database of configuration";
constexpr std::array absences{
    AbsentCommand{"cache-*", "there is no database of hosts, and so no cache of it"},
    AbsentCommand{"extended-info4-upgrade", "leases keep what relays said of them in one form, from the start"},
    AbsentCommand{"extended-info6-upgrade", "leases keep what relays said of them in one form, from the start"},
    AbsentCommand{"ha-*", "two servers work together through one lease database; there is no protocol between them"},
    AbsentCommand{"perfmon-*", "durations are at the Prometheus endpoint"},
    AbsentCommand{"remote-*", no_backend},
    AbsentCommand{"sflq-pool4-*", no_shared_queue},
    AbsentCommand{"sflq-pool6-*", no_shared_queue},
};

}  // namespace

std::span<const AbsentCommand> absent_commands() {
    return absences;
}

const AbsentCommand* find_absent_command(std::string_view name) {
    const auto found = std::ranges::find_if(absences, [name](const AbsentCommand& absent) {
        if (!absent.name.ends_with('*')) return absent.name == name;
        return name.starts_with(absent.name.substr(0, absent.name.size() - 1));
    });
    return found == absences.end() ? nullptr : &*found;
}

}  // namespace leasehold
