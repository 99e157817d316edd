#include "control/named_files.hpp"

#include "control/legal_log_output.hpp"
#include "control/run_script.hpp"

namespace leasehold {

Result<void, std::string> check_files_of(const ServerConfig& config) {
    if (auto usable = check_script_of(config); !usable) return usable;
    return check_legal_log_of(config);
}

}  // namespace leasehold
