// What the settings of a MariaDB or MySQL server mean for leases: which cannot work, which only deserve a
// word, and what it is that was connected to. Pure: a table of names and values in, a judgement out.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lease_backends/lease_session.hpp"

namespace leasehold {

/// System variables and states, as SHOW VARIABLES and SHOW STATUS give them. A server lacks some.
class ServerSettings {
public:
    void add(const SqlRows& rows);
    /// "": this server has none of that name
    std::string_view of(std::string_view name) const;
    bool is_on(std::string_view name) const;
    std::uint64_t number(std::string_view name) const;

private:
    std::map<std::string, std::string, std::less<>> values_;
};

/// The names that judge() looks at, in quotes and with commas between them.
std::string_view judged_variables();
std::string_view judged_states();

bool is_galera(const ServerSettings& settings);

/// @param version  "10.11.19-MariaDB-log", as the server calls it
/// @param may_be_read_only  nothing will be written
/// @error read_only, configuration
SqlResult<ServerTraits> judge(const ServerSettings& settings, std::string_view version, bool is_mariadb,
                              bool may_be_read_only);

}  // namespace leasehold
