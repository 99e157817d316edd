// The facilities of syslog by their names in configurations.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace leasehold::config {

/// As syslog.h numbers it; nullopt: there is none of this name.
std::optional<int> syslog_facility(std::string_view name);

/// All names, for an error: "kern, user, ..."
std::string syslog_facilities();

}  // namespace leasehold::config
