#include "control/configuration_check.hpp"

#include <ostream>

#include "config/load.hpp"
#include "control/configured_families.hpp"
#include "control/database_check.hpp"
#include "control/http_access.hpp"
#include "control/family_names.hpp"
#include "control/named_files.hpp"
#include "control/service.hpp"
#include "dhcp/exit_code.hpp"

namespace leasehold {
namespace {

std::string summary(const config::Loaded& loaded) {
    return std::to_string(loaded.server->subnets.size()) + " subnet(s), " +
           std::to_string(loaded.server->pool_ranges.size()) + " pool(s), " +
           std::to_string(loaded.warnings.size()) + " warning(s)";
}

/// @return the exit status; `daemon` gets what names the control sockets
int check_family(const CheckArguments& arguments, Family family, config::DaemonConfig& daemon, std::ostream& out,
                 std::ostream& err) {
    const auto loaded =
        config::load_file(arguments.file, {.family = family,
                                           .allow_unsupported = arguments.allow_unsupported,
                                           .relax_security = arguments.relax_security,
                                           .directories = config::Directories::from_environment()});
    const auto& problems = loaded ? loaded->warnings : loaded.error();
    if (!problems.empty()) err << config::format(problems) << "\n";
    if (!loaded) return static_cast<int>(ExitCode::configuration);
    daemon = loaded->daemon;

    std::string database;
    if (arguments.opens_database) {
        if (const auto usable = check_files_of(*loaded->server); !usable) {
            err << arguments.file << ": " << usable.error() << "\n";
            return static_cast<int>(ExitCode::configuration);
        }
        for (const auto& socket : daemon.http_sockets)
            if (const auto usable = make_http_settings(socket); !usable) {
                err << arguments.file << ": " << usable.error() << "\n";
                return static_cast<int>(ExitCode::configuration);
            }
        const auto checked = check_database(loaded->server->lease_database, true);
        if (!checked) {
            err << arguments.file << ": the lease database cannot be used: " << checked.error().detail
                << "\n";
            return static_cast<int>(exit_code_of(checked.error().code));
        }
        for (const auto& notice : checked->notices) err << notice << "\n";
        for (const auto& warning : checked->warnings) err << "warning: " << warning << "\n";
        database = "; " + checked->found;
    }
    out << arguments.file << ": the " << names_of(family).protocol
        << " configuration can be used: " << summary(*loaded) << database << "\n";
    return static_cast<int>(ExitCode::normal);
}

}  // namespace

int check_configuration(const CheckArguments& arguments, std::ostream& out, std::ostream& err) {
    int worst = static_cast<int>(ExitCode::normal);
    std::vector<config::DaemonConfig> daemons;
    for (const Family family : families_to_serve(arguments.file, arguments.family)) {
        const int status = check_family(arguments, family, daemons.emplace_back(), out, err);
        if (worst == static_cast<int>(ExitCode::normal)) worst = status;
    }
    if (daemons.size() != 2) return worst;
    const auto problem = shared_socket_problem(daemons.front(), daemons.back());
    if (!problem) return worst;
    err << arguments.file << ": " << *problem << "\n";
    return static_cast<int>(ExitCode::configuration);
}

}  // namespace leasehold
