#include "control/version.hpp"

#include <spdlog/version.h>
#include <CLI/Version.hpp>
#include <boost/version.hpp>
#include <nlohmann/json.hpp>

namespace leasehold {

std::string extended_version() {
    return std::string{kea_interface_version} + "\nLeasehold " + std::string{product_version} +
           ", answering as Kea " + std::string{kea_interface_version} + "\nlease backends: memory, sqlite";
}

std::string build_report() {
    std::string report = "Leasehold " + std::string{product_version};
    report += "\ncompiler: g++ " __VERSION__;
    report += "\nC++: " + std::to_string(__cplusplus);
    report += "\nBoost: " BOOST_LIB_VERSION;
    report += "\nspdlog: " + std::to_string(SPDLOG_VER_MAJOR) + "." + std::to_string(SPDLOG_VER_MINOR) + "." +
              std::to_string(SPDLOG_VER_PATCH);
    report += "\nnlohmann/json: " + std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." +
              std::to_string(NLOHMANN_JSON_VERSION_MINOR) + "." + std::to_string(NLOHMANN_JSON_VERSION_PATCH);
    report += "\nCLI11: " CLI11_VERSION;
    return report;
}

}  // namespace leasehold
