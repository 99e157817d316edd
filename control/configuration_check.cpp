#include "control/configuration_check.hpp"

#include <filesystem>
#include <ostream>

#include "config/load.hpp"
#include "dhcp/exit_code.hpp"
#include "dhcp/store_worker.hpp"
#include "lease_backends/open.hpp"

namespace leasehold {
namespace {

/// Is there anything to open? A database in memory always is.
bool exists(const BackendConfig& database) {
    std::error_code unreadable;  // then opening it tells why
    return database.type != BackendType::sqlite || database.path == ":memory:" ||
           std::filesystem::exists(database.path, unreadable) || unreadable;
}

/// @return what was found, to follow the rest of the good news
StoreResult<std::string> check_database(const BackendConfig& database, std::ostream& err) {
    if (!exists(database))
        return "; the lease database " + describe(database) + " does not exist yet: the server makes it";
    // To register would take the leases from a server that runs with this configuration.
    BackendConfig unregistered = database;
    unregistered.exclusive = false;
    const auto store = make_lease_store(unregistered);
    const auto opened = store->open(std::chrono::steady_clock::now() + WorkerOptions{}.open_deadline);
    if (!opened) return std::unexpected(opened.error());
    store->close();
    for (const auto& notice : opened->notices) err << notice << "\n";
    for (const auto& warning : opened->warnings) err << "warning: " << warning << "\n";
    return "; the lease database " + store->describe() + " can be opened";
}

std::string summary(const config::Loaded& loaded) {
    return std::to_string(loaded.server->subnets.size()) + " subnet(s), " +
           std::to_string(loaded.server->pool_ranges.size()) + " pool(s), " +
           std::to_string(loaded.warnings.size()) + " warning(s)";
}

}  // namespace

int check_configuration(const CheckArguments& arguments, std::ostream& out, std::ostream& err) {
    const auto loaded =
        config::load_file(arguments.file, {.family = arguments.family,
                                           .allow_unsupported = arguments.allow_unsupported,
                                           .directories = config::Directories::from_environment()});
    const auto& problems = loaded ? loaded->warnings : loaded.error();
    if (!problems.empty()) err << config::format(problems) << "\n";
    if (!loaded) return static_cast<int>(ExitCode::configuration);

    std::string database;
    if (arguments.opens_database) {
        const auto checked = check_database(loaded->server->lease_database, err);
        if (!checked) {
            err << arguments.file << ": the lease database cannot be used: " << checked.error().detail
                << "\n";
            return static_cast<int>(exit_code_of(checked.error().code));
        }
        database = *checked;
    }
    out << arguments.file << ": the configuration can be used: " << summary(*loaded) << database << "\n";
    return static_cast<int>(ExitCode::normal);
}

}  // namespace leasehold
